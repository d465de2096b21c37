"""Mini-batches and sharpness-aware steps: torch's batches, and loops in NumPy and torch."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from conftest import FLOAT32
from jax import random
from scipy.stats import chisquare

import sigspike as ss
from sigspike.training.spaces import SPACES

N_STEPS = 40
KEY = random.key(1)


@pytest.fixture(scope="module")
def drawn():
    return zoo.explicit(zoo.experiment())


def batches(law, n_samples, n_steps, key=KEY):
    """Which samples every step sees; each counts for its share, and other places for nothing."""
    batch = law.draw(key, jnp.arange(n_steps), n_samples)
    ids, share = map(np.asarray, batch)
    real = share > 0
    np.testing.assert_allclose(share, real / real.sum(1, keepdims=True), rtol=1e-6)
    assert np.all(np.where(real, ids < n_samples, ids == n_samples))
    chosen = np.zeros((n_steps, n_samples + 1), int)
    np.add.at(chosen, (np.arange(n_steps)[:, None], ids), 1)
    assert chosen[:, :-1].max() == 1, "no sample is twice in a batch"
    return chosen[:, :-1] == 1


@pytest.mark.parametrize("size", [1, 3, 4, 8])
def test_an_epoch_shows_every_sample_once_in_the_batches_of_torch(size):
    torch = pytest.importorskip("torch")
    loader = torch.utils.data.DataLoader(torch.arange(8), batch_size=size, shuffle=True)
    sizes = [len(batch) for batch in loader]
    chosen = batches(ss.Shuffled(size), 8, 5 * len(sizes)).reshape(5, len(sizes), 8)
    np.testing.assert_array_equal(chosen.sum(1), 1)
    np.testing.assert_array_equal(chosen.sum(2), [sizes] * 5)
    assert size == 8 or np.any(chosen[0] != chosen[1]), "every epoch has a permutation of its own"


@pytest.mark.parametrize("law", [ss.Shuffled(3), ss.Shuffled(8), ss.Drawn(3)], ids=zoo.label)
def test_a_step_has_its_batch_whatever_is_drawn_with_it(law):
    whole = law.draw(KEY, jnp.arange(30), 8)
    for start, stop in ((0, 1), (1, 2), (2, 9), (5, 30), (29, 30)):
        part = law.draw(KEY, jnp.arange(start, stop), 8)
        jax.tree.map(
            lambda all_, own, a=start, b=stop: np.testing.assert_array_equal(all_[a:b], own),
            whole,
            part,
        )


def test_independent_batches_are_uniform_subsets_of_their_size():
    chosen = batches(ss.Drawn(2), 4, 6000)
    np.testing.assert_array_equal(chosen.sum(1), 2)
    pairs = np.unique(chosen @ 2 ** np.arange(4), return_counts=True)[1]
    assert len(pairs) == 6
    assert chisquare(pairs).pvalue > 1e-3
    both = np.sum(chosen[0::2] & chosen[1::2], axis=1)
    assert chisquare(np.bincount(both), 3000 * np.array([1, 4, 1]) / 6).pvalue > 1e-3, (
        "steps are independent"
    )
    np.testing.assert_array_equal(batches(ss.Drawn(4), 4, 5), True)


def test_batches_of_an_epoch_are_uniform_permutations():
    chosen = batches(ss.Shuffled(1), 3, 3 * 3000).reshape(-1, 3, 3)
    orders = np.unique(chosen.argmax(2) @ [1, 3, 9], return_counts=True)[1]
    assert len(orders) == 6
    assert chisquare(orders).pvalue > 1e-3


@pytest.mark.parametrize("space", SPACES)
def test_full_batches_are_gradient_descent(space, drawn, tolerance):
    network = zoo.specimen(ss.PatchCNN)
    plain = ss.GradientDescent(0.3)
    expected = zoo.walk(space, network, plain, drawn, zoo.noises(plain, KEY, N_STEPS), N_STEPS)
    whole = zoo.N_SAMPLES
    for algorithm in (
        ss.SGD(0.3, whole),
        ss.GradientDescent(0.3, batches=ss.Drawn(whole)),
        ss.SAM(0.3, 0.0),
    ):
        noise = zoo.noises(algorithm, KEY, N_STEPS)
        walked = zoo.walk(space, network, algorithm, drawn, noise, N_STEPS)
        np.testing.assert_allclose(walked.filters, expected.filters, rtol=tolerance, atol=tolerance)


def test_a_run_takes_its_batches_and_tells_their_loss(drawn):
    algorithm = ss.SGD(0.3, 3)
    record = zoo.learn(zoo.experiment(algorithm=algorithm, record_every=1, n_steps=30), drawn, KEY)
    noise = algorithm.draw(KEY, jnp.arange(31), zoo.N_SAMPLES).batch
    losses = np.log1p(np.exp(-np.asarray(record.margin)))
    chosen = np.zeros((31, zoo.N_SAMPLES), bool)
    for step, (ids, share) in enumerate(
        zip(np.asarray(noise.ids), np.asarray(noise.share), strict=True)
    ):
        chosen[step, ids[share > 0]] = True
    np.testing.assert_allclose(
        record.step_loss,
        [row[own].mean() for row, own in zip(losses, chosen, strict=True)],
        rtol=1e-6,
    )
    still = np.asarray(record.rho_bar[1:] == record.rho_bar[:-1]).all((1, 2))
    assert np.all(still | chosen[:-1]), "a sample outside the batch is not memorised"


def gradient(weights, patches, label):
    """∇ of the mean logistic loss of f = F₊ − F₋ with σ(z) = max(0, z)², by hand."""
    z = np.einsum("jrd,ipd->ijrp", weights, patches)
    outputs = np.einsum("ijrp->ij", np.maximum(z, 0) ** 2) / weights.shape[1]
    margin = label * (outputs[:, 1] - outputs[:, 0])
    pull = -label / (1 + np.exp(margin)) / len(label)
    slope = 2 * np.maximum(z, 0) / weights.shape[1]
    return np.einsum("i,j,ijrp,ipd->jrd", pull, np.array([-1, 1]), slope, patches)


@pytest.mark.skipif(FLOAT32, reason="an oracle to 1e-9 needs float64")
@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("radius", [0.0, 0.2, 3.0])
def test_steps_are_those_of_a_loop_in_numpy(space, radius, drawn):
    network = zoo.specimen(ss.PatchCNN)
    algorithm = ss.SAM(0.3, radius, batches=ss.Shuffled(3), weight_decay=0.01)
    noise = zoo.noises(algorithm, KEY, N_STEPS)
    walked = jax.jit(lambda at: zoo.walk(space, network, algorithm, at, noise, N_STEPS))(drawn)
    signal = drawn.train.membership[:, 0] @ drawn.train.signal
    patches = np.stack([signal, drawn.train.noise[:, 0]], axis=1)
    label = np.asarray(drawn.train.label)
    weights, first = np.asarray(drawn.first), np.asarray(drawn.first)
    for ids, share in zip(np.asarray(noise.batch.ids), np.asarray(noise.batch.share), strict=True):
        own = ids[share > 0]
        ascent = gradient(weights, patches[own], label[own])
        norm = np.sqrt(np.sum(ascent**2))
        summit = weights + radius * ascent / norm if norm > 0 else weights
        weights = weights - 0.3 * (gradient(summit, patches[own], label[own]) + 0.01 * weights)
    np.testing.assert_allclose(walked.filters, weights, rtol=0, atol=1e-9)
    assert np.abs(weights - first).max() > 1e-3


@pytest.mark.skipif(FLOAT32, reason="an oracle to 1e-9 needs float64")
def test_the_norm_is_over_all_trained_parameters_as_in_torch():
    torch = pytest.importorskip("torch")
    network, radius = zoo.specimen(ss.ThreeLayerCNN, activation=ss.ReLUPower(2)), 0.3
    run = zoo.explicit(zoo.experiment(network=network))
    noise = zoo.noises(ss.SAM(0.3, radius), KEY, N_STEPS)
    walk = jax.jit(
        lambda at: zoo.walk("coefficients", network, ss.SAM(0.3, radius), at, noise, N_STEPS)
    )
    signal = run.train.membership[:, 0] @ run.train.signal
    patches = torch.tensor(np.stack([signal, run.train.noise[:, 0]], axis=1))
    label = torch.tensor(np.asarray(run.train.label))
    weights = [
        torch.tensor(np.asarray(part), requires_grad=True) for part in (run.first[0], run.upper)
    ]

    def slopes():
        hidden = torch.relu(torch.einsum("kd,ipd->kip", weights[0], patches)).square()
        outputs = (
            torch.relu(torch.einsum("jrk,kip->jrip", weights[1], hidden)).square().sum((1, 3))
            / network.width
        )
        loss = torch.nn.functional.softplus(-label * (outputs[1] - outputs[0])).mean()
        return torch.autograd.grad(loss, weights)

    for _ in range(N_STEPS):
        ascent = slopes()
        climb = radius / torch.sqrt(sum(part.square().sum() for part in ascent))
        with torch.no_grad():
            for part, slope in zip(weights, ascent, strict=True):
                part += climb * slope
        descent = slopes()
        with torch.no_grad():
            for part, up, down in zip(weights, ascent, descent, strict=True):
                part -= climb * up + 0.3 * down
    walked = walk(run)
    np.testing.assert_allclose(walked.filters[0], weights[0].detach().numpy(), rtol=0, atol=1e-9)
    np.testing.assert_allclose(walked.upper, weights[1].detach().numpy(), rtol=0, atol=1e-9)
    assert np.abs(walked.upper - run.upper).max() > 1e-4


@pytest.mark.parametrize("space", SPACES)
def test_where_the_gradient_vanishes_nothing_is_added(space):
    setting = zoo.experiment(
        network=zoo.specimen(ss.PatchCNN, init_std=0.0), algorithm=ss.SAM(0.3, 1.0)
    )
    record = zoo.learn(ss.put(setting, "space", space), zoo.explicit(setting), KEY)
    assert np.all(record.diverged_at == -1)
    assert not np.any(record.rho_bar)


@pytest.mark.skipif(FLOAT32, reason="an oracle to 1e-9 needs float64")
def test_online_steps_are_those_of_a_loop_in_numpy_on_the_same_draws(drawn):
    network = zoo.specimen(ss.PatchCNN)
    algorithm = ss.LabelNoiseGD(0.3, 0.2, batches=ss.Online(5))
    setting = zoo.experiment(
        None, network, algorithm, space="weights", n_steps=N_STEPS, record_every=10
    )
    record = zoo.learn(setting, drawn, KEY)
    flips = np.asarray(algorithm.draw(KEY, jnp.arange(N_STEPS), 5).labels) < 0.2
    weights, own = np.asarray(drawn.first), drawn.train
    shown = np.stack([own.membership[:, 0] @ own.signal, own.noise[:, 0]], axis=1)
    for step, samples in enumerate(zoo.fresh(setting, KEY, N_STEPS)):
        signal = samples.membership[:, 0] @ samples.signal
        patches = np.stack([signal, samples.noise[:, 0]], axis=1)
        label = np.where(flips[step], -1, 1) * np.asarray(samples.label)
        weights = weights - 0.3 * gradient(weights, patches, label)
        if step % 10 == 9:
            z = np.maximum(np.einsum("jrd,ipd->ijrp", weights, shown), 0) ** 2
            answer = z.sum((2, 3)) @ [-1, 1] / network.width
            np.testing.assert_allclose(
                record.margin[(step + 1) // 10], own.label * answer, rtol=0, atol=1e-9
            )
    assert flips.any()
    assert np.abs(weights - drawn.first).max() > 1e-3
