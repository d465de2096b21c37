"""Networks with PyTorch's semantics: logits, gradients and statistics against torch's answers."""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax import random
from reference import cases
from reference.answers import answers_of, stored

from sigspike.foundation.check import Refusal
from sigspike.images import state_dict
from sigspike.images.networks import VGG, ResNet

FLOAT32 = pytest.mark.skipif(
    jax.config.read("jax_enable_x64"), reason="rounded as users compile: in the float32 pass"
)
FLOAT64 = pytest.mark.skipif(not jax.config.read("jax_enable_x64"), reason="needs float64")

answers = answers_of("networks")


def given(name, dtype):
    """The network, its state and two batches, as in the cases."""
    network = cases.NETWORKS[name][0]
    values = {
        key: value.astype(dtype) if value.ndim else value
        for key, value in cases.state(name).items()
    }
    return network, *state_dict.load(values, network), jnp.asarray(cases.images(name), dtype)


def joined(values, order):
    return np.concatenate([np.zeros(0), *(np.ravel(values[key]) for key in order)])


@FLOAT32
@pytest.mark.law
@pytest.mark.parametrize("name", cases.NETWORKS)
def test_logits_in_float32(name, answers):
    network, params, buffers, (first, second) = given(name, np.float32)
    one = network(params, buffers, first, train=True)
    two = network(params, one.buffers, second, train=True)
    evaluated = network(params, two.buffers, first, train=False)
    assert one.logits.dtype == one.features.dtype == jnp.float32
    np.testing.assert_allclose(one.logits, answers[f"{name}/float32/logits 0"], atol=1e-5)
    np.testing.assert_allclose(two.logits, answers[f"{name}/float32/logits 1"], atol=1e-5)
    np.testing.assert_allclose(evaluated.logits, answers[f"{name}/float32/evaluated"], atol=1e-5)


@partial(jax.jit, static_argnums=0)
def differentiated(network, params, buffers, images):
    """Output of a batch, and the gradient of its cross entropy."""

    def loss(at):
        output = network(at, buffers, images, train=True)
        label = jnp.arange(cases.BATCH)
        return optax.softmax_cross_entropy_with_integer_labels(output.logits, label).mean(), output

    gradient, output = jax.grad(loss, has_aux=True)(params)
    return output, gradient


@FLOAT64
@pytest.mark.parametrize("name", cases.GRADIENTS)
def test_gradients_and_statistics_in_float64(name, answers):
    network, params, buffers, batches = given(name, np.float64)
    output, gradient = differentiated(network, params, buffers, batches[0])
    expected = answers[f"{name}/gradient"]
    assert np.abs(expected).max() > 1e-2
    np.testing.assert_allclose(joined(gradient, params), expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(
        joined(output.buffers, buffers), answers[f"{name}/buffers"], rtol=0, atol=1e-9
    )
    np.testing.assert_allclose(
        output.logits, answers[f"{name}/float64/logits 0"], rtol=0, atol=1e-9
    )


def test_what_is_stored_is_current(answers):
    """On a machine with torch, the stored answers are not those of another case."""
    for key, values in stored("networks").items():
        np.testing.assert_allclose(values, answers[key], atol=1e-5 if "float32" in key else 1e-9)


def test_sizes_are_those_of_the_papers():
    """Parameters of torchvision's networks as its documentation counts them, and of ResNet-18 for
    CIFAR-10.
    """
    counted = {
        ResNet(1000, stem="imagenet"): 11_689_512,
        ResNet(1000, depth=34, stem="imagenet"): 21_797_672,
        VGG(1000, depth=11, head="imagenet"): 132_863_336,
        VGG(1000, depth=16, head="imagenet"): 138_357_544,
        ResNet(10): 11_173_962,
    }
    for network, expected in counted.items():
        sizes = [
            np.prod(entry.shape, dtype=int)
            for entry in network.entries().values()
            if not entry.buffer
        ]
        assert sum(sizes) == expected, network


@pytest.fixture(scope="module")
def small():
    """A narrow ResNet-10, its initial parameters and buffers, and images; layers are those of the
    ResNet-18 above, which are compiled already.
    """
    network = ResNet(5, depth=10, width=2)
    params, buffers = jax.tree.map(
        lambda value: value.astype(jnp.float32) if value.ndim else value,
        network.init(random.key(0)),
    )
    return network, params, buffers, jnp.asarray(cases.images("ResNet-18")[0], jnp.float32)


def test_initial_values_follow_the_documented_laws(small):
    """The bound and the variance of U(−b, b), b = 1/√fan_in, and of N(0, 2/fan_out); three standard
    errors.
    """
    network, torchvision, buffers, _ = small
    default, _ = replace(network, names="kuangliu").init(random.key(0))
    key, size = "layer4.0.conv2.weight", 16 * 16 * 9
    normal, flat = np.asarray(torchvision[key]), np.asarray(default[key])
    assert abs(normal.var() * (16 * 9) / 2 - 1) < 3 * (2 / size) ** 0.5
    assert abs(((normal / normal.std()) ** 4).mean() - 3) < 3 * (24 / size) ** 0.5, "not Gaussian"
    bound = (16 * 9) ** -0.5
    assert 0.99 * bound < np.abs(flat).max() <= bound
    assert abs(flat.var() / (bound**2 / 3) - 1) < 3 * (0.8 / size) ** 0.5
    assert np.abs(torchvision["fc.bias"]).max() <= 16**-0.5
    assert (torchvision["bn1.weight"] == 1).all()
    assert (torchvision["bn1.bias"] == 0).all()
    assert (buffers["bn1.running_var"] == 1).all()
    assert int(buffers["bn1.num_batches_tracked"]) == 0
    half = normal.size // 2
    correlation = np.corrcoef(
        normal.ravel()[:half], np.asarray(torchvision["layer4.0.conv1.weight"]).ravel()
    )[0, 1]
    assert abs(correlation) < 4 / half**0.5, "two layers drawn alike"


def test_both_names_are_one_network(small):
    """The rename table, both ways: the same values under either name answer alike."""
    ours, params, buffers, images = small
    theirs = replace(ours, names="kuangliu")
    table = {
        name: name.replace("downsample", "shortcut").replace("fc.", "linear.")
        for name in ours.entries()
    }
    assert list(table.values()) == list(theirs.entries())
    assert sum(old != new for old, new in table.items()) == 3 * 6 + 2
    renamed = [{table[name]: value for name, value in part.items()} for part in (params, buffers)]
    one, other = ours(params, buffers, images, train=True), theirs(*renamed, images, train=True)
    np.testing.assert_array_equal(one.logits, other.logits)
    assert {table[name] for name in one.buffers} == set(other.buffers)


def test_bfloat16_computes_the_maps_only(small):
    network, params, buffers, images = small
    half = jax.jit(replace(network, compute="bfloat16"), static_argnums=3)
    one, other = (call(params, buffers, images, True) for call in (network, half))
    assert jax.tree.map(lambda value: value.dtype, other) == jax.tree.map(
        lambda value: value.dtype, one
    )
    for key in buffers:
        np.testing.assert_allclose(one.buffers[key], other.buffers[key], atol=0.05)
    difference = float(abs(one.logits - other.logits).max())
    assert 1e-4 < difference < 0.1, "bfloat16 has three digits"


def test_evaluation_gives_the_buffers_back_and_samples_answer_alone(small):
    network, params, buffers, images = small
    output = network(params, buffers, images, train=False)
    jax.tree.map(np.testing.assert_array_equal, output.buffers, buffers)
    among_others = network(params, buffers, images.at[1:].add(1), train=False)
    np.testing.assert_array_equal(among_others.logits[0], output.logits[0])
    assert (among_others.logits[1:] != output.logits[1:]).any()
    logits = output.features @ params["fc.weight"].T + params["fc.bias"][None]
    np.testing.assert_allclose(logits, output.logits, atol=1e-5)


def test_images_of_another_number_of_channels_are_refused(small):
    network, params, buffers, _ = small
    with pytest.raises(
        Refusal, match=r"`images` must have shape \(sample, row, column, 3\), got \(2, 3, 8, 8\)"
    ):
        network(params, buffers, jnp.ones((2, 3, 8, 8)), train=False)


def test_a_depth_that_is_none_is_refused():
    with pytest.raises(Refusal, match="`depth` must be one of 10, 18, 34, got 50"):
        ResNet(3, depth=50)
