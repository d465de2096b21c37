"""Layers with PyTorch's semantics: against torch, and each trap against sums written out."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from reference import cases
from reference.answers import answers_of

from sigspike.foundation.check import Refusal
from sigspike.images import ops

FLOAT64 = pytest.mark.skipif(not jax.config.read("jax_enable_x64"), reason="needs float64")

answers = answers_of("layers")


def ours(name, *inputs):
    """Our layer; its answers."""
    settings, kind = cases.LAYERS[name][1], name.split(",")[0].split(" of ")[0]
    if kind in ("conv", "conv with a bias"):
        return (ops.conv(*inputs, **settings),)
    if kind == "transposed conv":
        return (ops.conv_transpose(*inputs, **settings),)
    if kind == "batch norm":
        maps, weight, bias, mean, variance = inputs
        answer, after = ops.batch_norm(
            maps, weight, bias, ops.Statistics(mean, variance), **settings
        )
        return answer, *after
    pools = {"max pool": ops.max_pool, "average pool": ops.average_pool}
    if kind in pools:
        return (pools[kind](*inputs, **settings),)
    if kind.startswith("adaptive pool"):
        return (ops.adaptive_average_pool(*inputs, **settings),)
    return (ops.linear(ops.flatten(inputs[0]), *inputs[1:]),)


@pytest.mark.parametrize("name", cases.LAYERS)
def test_a_layer_answers_in_float32(name, answers):
    given = ours(name, *(jnp.asarray(value, jnp.float32) for value in cases.layer_inputs(name)))
    for index, answer in enumerate(given):
        assert answer.dtype == jnp.float32
        np.testing.assert_allclose(answer, answers[f"{name}/float32/answer {index}"], atol=1e-5)


@FLOAT64
@pytest.mark.parametrize("name", cases.LAYERS)
def test_a_layer_answers_and_differentiates_in_float64(name, answers):
    inputs = [jnp.asarray(value) for value in cases.layer_inputs(name)]
    given, pull = jax.vjp(lambda *at: ours(name, *at), *inputs)
    for index, answer in enumerate(given):
        np.testing.assert_allclose(answer, answers[f"{name}/float64/answer {index}"], atol=1e-12)
    slopes = pull((jnp.cos(given[0]), *(jnp.zeros_like(answer) for answer in given[1:])))
    keys = [key for key in answers if key.startswith(f"{name}/slope")]
    assert keys
    for key in keys:
        np.testing.assert_allclose(slopes[int(key[-1])], answers[key], atol=1e-11)


def test_stride_two_pads_every_side_which_same_does_not():
    images, kernel = (jnp.asarray(value) for value in cases.layer_inputs("conv, stride 2"))
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    expected = np.zeros((2, 4, 4, 4))
    for i, j in np.ndindex(4, 4):
        expected[:, i, j] = np.einsum(
            "nuvc,ocuv->no", padded[:, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3], kernel
        )
    np.testing.assert_allclose(ops.conv(images, kernel, stride=2, padding=1), expected, atol=1e-5)
    same = lax.conv_general_dilated(
        images, kernel, (2, 2), "SAME", dimension_numbers=("NHWC", "OIHW", "NHWC")
    )
    assert same.shape == expected.shape
    assert np.abs(same - expected).max() > 1


@pytest.mark.parametrize("fitting", [1, 2**20])
def test_derivatives_by_the_kernel_are_xlas_however_few_patches_fit(
    fitting, monkeypatch, tolerance
):
    """Backward, forward, and over a batch of kernels."""
    monkeypatch.setattr("sigspike.images.ops.convolution.PATCHES", fitting)
    images, kernel = (jnp.asarray(value) for value in cases.layer_inputs("conv, stride 2"))
    layout = ("NHWC", "OIHW", "NHWC")

    def both(at):
        xlas = lax.conv_general_dilated(images, at, (2, 2), [(1, 1)] * 2, dimension_numbers=layout)
        return jnp.stack([ops.conv(images, at, stride=2, padding=1), xlas])

    for derivative in (jax.jacrev(both), jax.jacfwd(both)):
        one, other = derivative(kernel)
        np.testing.assert_allclose(one, other, atol=tolerance)
    kernels = jnp.stack([kernel, 1 - kernel])
    slopes = [
        jax.vmap(jax.grad(lambda at, i=i: jnp.sin(both(at)[i]).sum()))(kernels) for i in (0, 1)
    ]
    np.testing.assert_allclose(*slopes, atol=tolerance)


@pytest.fixture
def normed():
    """Maps of 60 values a channel, running statistics, and those after a batch with the default
    momentum.
    """
    maps, weight, bias, mean, variance = (
        jnp.asarray(value) for value in cases.layer_inputs("batch norm")
    )
    running = ops.Statistics(mean, variance)
    return maps, running, *ops.batch_norm(maps, weight, bias, running, train=True), (weight, bias)


def test_the_running_variance_is_unbiased_and_normalisation_is_biased(normed):
    maps, running, answer, after, (weight, bias) = normed
    flat = np.asarray(maps).reshape(-1, 2)
    np.testing.assert_allclose(
        after.variance, 0.9 * running.variance + 0.1 * flat.var(0, ddof=1), atol=1e-6
    )
    assert np.abs(after.variance - 0.9 * running.variance - 0.1 * flat.var(0)).min() > 1e-4, (
        "too many values to tell"
    )
    plain = (np.asarray(answer).reshape(-1, 2) - bias[None]) / weight[None]
    np.testing.assert_allclose(plain.std(0), np.sqrt(flat.var(0) / (flat.var(0) + 1e-5)), atol=1e-5)


def test_momentum_is_the_share_of_the_new(normed):
    maps, running, _, after, _ = normed
    batch = np.asarray(maps).mean((0, 1, 2))
    np.testing.assert_allclose(after.mean, 0.9 * running.mean + 0.1 * batch, atol=1e-6)
    assert np.abs(after.mean - (0.1 * running.mean + 0.9 * batch)).max() > 0.1


def test_evaluation_moves_no_statistics(normed):
    maps, running, _, _, parameters = normed
    _, after = ops.batch_norm(maps, *parameters, running, train=False)
    assert after is running


def test_batch_norm_of_a_single_value_is_refused():
    one = jnp.ones(2)
    with pytest.raises(
        Refusal, match=r"two values or more of every channel in training, got shape \(1, 1, 1, 2\)"
    ):
        ops.batch_norm(jnp.ones((1, 1, 1, 2)), one, one, ops.Statistics(one, one), train=True)


def test_linear_layers_read_channel_by_channel():
    maps = jnp.arange(24.0).reshape(1, 2, 3, 4)
    expected = [
        maps[0, row, column, channel]
        for channel in range(4)
        for row in range(2)
        for column in range(3)
    ]
    np.testing.assert_array_equal(ops.flatten(maps)[0], expected)
    assert (ops.flatten(maps)[0] != maps.reshape(-1)).any()


def test_the_padding_of_a_maximum_is_minus_infinity():
    assert (ops.max_pool(-jnp.ones((1, 4, 4, 1)), window=3, stride=2, padding=1) == -1).all()


def test_padding_counts_in_a_mean_and_what_lies_beyond_does_not():
    ones = jnp.ones((1, 4, 4, 1))
    plain = ops.average_pool(ones, window=3, stride=2, padding=1)[0, :, :, 0]
    np.testing.assert_allclose(plain, np.outer([2 / 3, 1], [2 / 3, 1]), atol=1e-6)
    ceil = ops.average_pool(ones, window=3, stride=2, padding=1, ceil=True)[0, :, :, 0]
    np.testing.assert_allclose(ceil, np.outer([2 / 3, 1, 1 / 2], [2 / 3, 1, 1 / 2]), atol=1e-6)
