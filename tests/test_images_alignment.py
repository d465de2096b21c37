"""γ and ρ of real networks: against loops, closed forms, and the theory's two-layer network."""

import json
from dataclasses import replace

import jax
import numpy as np
import pytest
from tiny_training import DATASET, NOISY, TRAINING

from sigspike.foundation.check import Refusal
from sigspike.images.training import alignment_of, read_curves, report, train
from sigspike.images.training.setup import Setup
from sigspike.plots.memorisation import draw_memorisation

CLASSES = 4


def drawn(seed, n=60, n_held=200, spread=1.0):
    """Logits of features around class means, and what belongs to them."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(CLASSES, 12))
    weights = rng.normal(size=(CLASSES, 12))
    bias = rng.normal(size=CLASSES)
    truth, held = rng.integers(CLASSES, size=n), np.arange(n_held) % CLASSES
    labels = np.where(rng.random(n) < 0.4, rng.integers(CLASSES, size=n), truth)
    features = centres[truth] + spread * rng.normal(size=(n, 12))
    held_features = centres[held] + spread * rng.normal(size=(n_held, 12))
    return features, held_features, weights, bias, labels, truth, held


def of(features, held_features, weights, bias, labels, truth, held):
    return alignment_of(
        features @ weights.T + bias, labels, truth, held_features @ weights.T + bias, held
    )


def test_they_are_inner_products_of_rows_with_parts_of_features():
    """Loops over classes and images, in features; biases have no part in it."""
    features, held_features, weights, bias, labels, truth, held = drawn(0)
    found = of(features, held_features, weights, bias, labels, truth, held)
    means = [held_features[held == c].mean(0) for c in range(CLASSES)]
    rows = [
        weights[k] - np.mean([weights[o] for o in range(CLASSES) if o != k], 0)
        for k in range(CLASSES)
    ]
    for c in range(CLASSES):
        assert found.gamma[c] == pytest.approx(rows[c] @ (means[c] - np.mean(means, 0)))
    for i, (label, true) in enumerate(zip(labels, truth, strict=True)):
        assert found.rho[i] == pytest.approx(rows[label] @ (features[i] - means[true]))
    kinds = {"clean": labels == truth, "flipped": labels != truth}
    expected = {
        f"rho_{kind}": np.mean([found.rho[i] for i in np.flatnonzero(kinds[kind])])
        for kind in kinds
    }
    assert found.means() == pytest.approx({"gamma": np.mean(found.gamma)} | expected)


def test_rotations_biases_and_constants_change_nothing_and_factors_scale():
    features, held_features, weights, bias, labels, truth, held = drawn(1)
    found = of(features, held_features, weights, bias, labels, truth, held)
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(12, 12)))[0]
    turned = of(
        features @ rotation,
        held_features @ rotation,
        weights @ rotation,
        bias + 3,
        labels,
        truth,
        held,
    )
    constant = np.random.default_rng(1).normal(size=(len(labels), 1))
    logits, held_logits = features @ weights.T, held_features @ weights.T
    shifted = alignment_of(logits + constant, labels, truth, held_logits, held)
    scaled = alignment_of(2.5 * logits, labels, truth, 2.5 * held_logits, held)
    for other, factor in ((turned, 1), (shifted, 1), (scaled, 2.5)):
        np.testing.assert_allclose(other.gamma, factor * found.gamma, rtol=1e-10)
        np.testing.assert_allclose(other.rho, factor * found.rho, rtol=1e-9, atol=1e-10)


def test_margins_are_their_sums():
    """γ_y + ρ_i for clean labels, and −γ/(C − 1) + ρ over flipped ones of every pair of classes."""
    features, held_features, weights, *_, held = drawn(2)
    truth = np.arange(60) % CLASSES
    labels = (truth + np.arange(60) // CLASSES % CLASSES) % CLASSES
    # Every pair of classes three times
    features, truth, labels = features[:48], truth[:48], labels[:48]
    logits, held_logits = features @ weights.T, held_features @ weights.T
    means = np.stack([held_logits[held == c].mean(0) for c in range(CLASSES)])
    # No class is favoured
    logits, held_logits = logits - means.mean(0), held_logits - means.mean(0)
    found = alignment_of(logits, labels, truth, held_logits, held)
    margin = [z[k] - np.delete(z, k).mean() for z, k in zip(logits, labels, strict=True)]
    clean = labels == truth
    np.testing.assert_allclose(np.array(margin)[clean], (found.gamma[truth] + found.rho)[clean])
    flipped = -found.means()["gamma"] / (CLASSES - 1) + found.means()["rho_flipped"]
    assert np.array(margin)[~clean].mean() == pytest.approx(flipped)


def test_images_that_were_not_trained_on_have_no_noise_of_their_own():
    """200 draws of a network that knows nothing of them: |mean ρ| within four standard errors, for
    both kinds.
    """
    draws = [of(*drawn(seed)).means() for seed in range(200)]
    for kind in ("rho_clean", "rho_flipped"):
        values = np.array([draw[kind] for draw in draws])
        error = values.std(ddof=1) / len(values) ** 0.5
        assert error < 0.2
        assert abs(values.mean()) < 4 * error


def test_full_memory_of_flipped_labels_is_signal_times_c_over_c_minus_1():
    """Features of training images that stand for their label, not for their class."""
    _, held_features, weights, bias, _, _, held = drawn(3)
    means = np.stack([held_features[held == c].mean(0) for c in range(CLASSES)])
    truth, labels = (part.ravel() for part in np.indices((CLASSES, CLASSES)))
    found = of(means[labels], held_features, weights, bias, labels, truth, held)
    np.testing.assert_allclose(found.rho[labels == truth], 0, atol=1e-12)
    assert found.means()["rho_flipped"] == pytest.approx(
        found.means()["gamma"] * CLASSES / (CLASSES - 1)
    )


def test_a_probe_fitted_anew_does_not_see_memory_that_is_in_the_features():
    """Ridge regression on features that stand for labels, refitted without each image in turn: the
    others predict its wrong label, and its own adds little, while ρ exceeds γ.
    """
    _, held_features, weights, bias, _, _, held = drawn(5, spread=0.3)
    rng = np.random.default_rng(5)
    means = np.stack([held_features[held == c].mean(0) for c in range(CLASSES)])
    truth, labels = rng.integers(CLASSES, size=(2, 80))
    features = means[labels] + 0.1 * rng.normal(size=(80, 12))
    targets = np.eye(CLASSES)[labels]

    def fitted_to(who):
        x = features[who]
        return np.linalg.solve(x.T @ x + 0.1 * np.eye(12), x.T @ targets[who])

    everyone = np.arange(80)
    without = np.stack([features[i] @ fitted_to(everyone != i) for i in everyone])
    own = (features @ fitted_to(everyone) - without)[everyone, labels]
    np.testing.assert_array_equal(without.argmax(1), labels)
    assert own[labels != truth].mean() < 0.05
    found = of(features, held_features, weights, bias, labels, truth, held).means()
    assert found["rho_flipped"] > found["gamma"] > 0


@pytest.mark.parametrize(("strength", "length"), [(1.0, 2.0), (0.0, 2.0), (1.0, 0.0), (3.0, 0.5)])
def test_ridge_regression_on_orthogonal_noise(strength, length):
    """φ_i = y_i μ + ξ_i, ‖ξ_i‖ = s, all orthogonal; w minimises Σ (ỹ_i − ⟨w, φ_i⟩)² + λ‖w‖². In
    closed form γ = n‖μ‖²(1 − 2τ)/(s² + λ + n‖μ‖²) and ρ_i = s²/(s² + λ) · (1 ∓ γ), − where ỹ_i =
    y_i. Without noise ρ = 0 and γ → 1 − 2τ; without signal γ = 0.
    """
    n, ridge, share = 20, 0.3, 0.2
    atoms = np.linalg.qr(np.random.default_rng(0).normal(size=(50, n + 1)))[0].T
    mu, noise = strength * atoms[0], length * atoms[1:]
    truth = np.arange(n) % 2
    labels = np.where(np.arange(n) < share * n, 1 - truth, truth)
    y, observed = 2 * truth - 1, 2 * labels - 1
    features = y[:, None] * mu[None] + noise
    w = np.linalg.solve(features.T @ features + ridge * np.eye(50), features.T @ observed)
    held = np.array([0, 1])
    # held-out noise along none of the others
    f, held_f = features @ w, np.array([-1, 1]) * (mu @ w)
    found = alignment_of(
        np.stack([-f, f], 1) / 2, labels, truth, np.stack([-held_f, held_f], 1) / 2, held
    )
    gamma = n * strength**2 * (1 - 2 * share) / (length**2 + ridge + n * strength**2)
    rho = length**2 / (length**2 + ridge) * (1 - y * observed * gamma)
    np.testing.assert_allclose(found.gamma, gamma, atol=1e-12)
    np.testing.assert_allclose(found.rho, rho, atol=1e-12)


def descended(rng, n=20, dim=5_000, width=8, n_steps=100):
    """Gradient descent on the theory's two-layer ReLU network in NumPy: weights, data, γ and ρ̄ by
    their recursions.
    """
    truth = np.arange(n) % 2
    labels = np.where(np.arange(n) % 5 == 0, 1 - truth, truth)
    y, observed = 2.0 * truth - 1, 2.0 * labels - 1
    mu = np.zeros(dim)
    mu[0] = (8 * dim / n) ** 0.5  # n·SNR² = 8
    noise = rng.normal(size=(n, dim))
    w = 1e-4 * rng.normal(size=(2, width, dim))
    signs, gamma, rho = np.array([-1.0, 1.0]), np.zeros((2, width)), np.zeros((2, width, n))
    squared, rate = (noise**2).sum(1), 0.03
    for _ in range(n_steps):
        signal, own = (w @ mu)[..., None] * y, w @ noise.T
        answers = (np.maximum(signal, 0) + np.maximum(own, 0)).mean(1)
        slope = -1 / (1 + np.exp(observed * (answers[1] - answers[0])))
        pull = -rate / (n * width) * slope * observed  # of a unit of output, for each sample
        by_signal, by_noise = (signal > 0) * pull * y, (own > 0) * pull
        gamma += mu @ mu * by_signal.sum(-1)
        rho += signs[:, None, None] * by_noise * squared
        step = by_signal.sum(-1)[..., None] * mu + by_noise @ noise
        w += signs[:, None, None] * step
    return w, mu, noise, y, truth, labels, gamma, rho


def test_the_theory_s_own_network_gives_its_gamma_and_rho():
    """n = 20, d = 5 000: overlaps of noises are of order √(n/d) ≈ 0.06 of a coefficient."""
    rng = np.random.default_rng(0)
    w, mu, noise, y, truth, labels, gamma, rho = descended(rng)

    def logits(signs, patches):
        parts = (w @ mu)[..., None] * signs, w @ patches.T
        return sum(np.maximum(part, 0).mean(1) for part in parts).T

    held = np.arange(400) % 2
    found = alignment_of(
        logits(y, noise),
        labels,
        truth,
        logits(2.0 * held - 1, rng.normal(size=(400, len(mu)))),
        held,
    )
    own = rho[labels, :, np.arange(len(labels))].mean(1)  # ρ̄ of the filters of the observed class
    flipped = labels != truth
    assert own[flipped].min() > 2 * own[~flipped].max() > 0  # the run is one in which they differ
    assert found.means()["gamma"] == pytest.approx(gamma.mean(), rel=0.02)
    assert found.means()["rho_clean"] == pytest.approx(own[~flipped].mean(), rel=0.1)
    assert found.means()["rho_flipped"] == pytest.approx(own[flipped].mean(), rel=0.05)
    np.testing.assert_allclose(found.rho, own, atol=0.1 * own.max())


def test_without_truth_and_without_a_class():
    features, held_features, weights, _, labels, truth, held = drawn(4)
    logits, held_logits = features @ weights.T, held_features @ weights.T
    whole = alignment_of(logits, labels, None, held_logits, held)
    assert whole.rho is None
    assert list(whole.means()) == ["gamma"]
    there = held != 2
    part = alignment_of(logits, labels, truth, held_logits[there], held[there])
    np.testing.assert_array_equal(np.isnan(part.gamma), np.arange(CLASSES) == 2)
    np.testing.assert_array_equal(np.isnan(part.rho), truth == 2)
    np.testing.assert_allclose(part.rho[truth != 2], of(*drawn(4)).rho[truth != 2])
    assert np.isfinite(list(part.means().values())).all()
    clean = alignment_of(logits, truth, truth, held_logits, held).means()
    assert np.isnan(clean["rho_flipped"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A training of four epochs, probed after the third and the last, and its folder."""
    folder = tmp_path_factory.mktemp("whole")
    return train(TRAINING, DATASET, NOISY, folder, probe_every=3), folder


def test_a_probed_training_that_was_stopped_comes_to_the_same_bits(whole, tmp_path):
    result, folder = whole
    assert [line["gamma"] is None for line in lines(folder)] == [True, True, False, False]
    train(TRAINING, DATASET, NOISY, tmp_path / "stopped", until=3, probe_every=3)
    resumed = train(TRAINING, DATASET, NOISY, tmp_path / "stopped", probe_every=3)
    assert same(result.state, resumed.state)
    assert lines(tmp_path / "stopped") == lines(folder)
    first = train(TRAINING, DATASET, NOISY, tmp_path / "late", until=1)
    assert "gamma" not in first.last
    assert "γ" not in report(first.curves())
    assert len(draw_memorisation(first.curves()).axes) == 2
    late = train(TRAINING, DATASET, NOISY, tmp_path / "late", probe_every=3)
    assert same(result.state, late.state)
    assert lines(tmp_path / "late") == lines(folder)


def test_what_is_logged_is_the_last_layer_s(whole):
    """Logits of all images at once, and W φ + b by hand."""
    result, folder = whole
    setup, model = Setup.of(TRAINING, DATASET, NOISY), result.state.models[0]
    held_labels = np.asarray(setup.test.labels)
    weight, bias = (np.asarray(model.weights.network[f"fc.{name}"]) for name in ("weight", "bias"))
    found = []
    for images in (setup.data.train.images, setup.test.images):
        output = TRAINING.network(
            model.weights.network, model.buffers, setup.data.normalised(images), False
        )
        found.append((np.asarray(output.logits), np.asarray(output.features) @ weight.T + bias))
    for own, held in zip(*found, strict=True):
        expected = alignment_of(own, NOISY.labels, DATASET.labels, held, held_labels).means()
        assert {name: result.last[name] for name in expected} == pytest.approx(
            expected, rel=1e-3, abs=1e-4
        )
    text = report(read_curves(folder))
    assert f"last: γ {result.last['gamma']:.2f}, ρ clean {result.last['rho_clean']:.2f}" in text
    panel = draw_memorisation(result.curves()).axes[2]
    np.testing.assert_array_equal(panel.lines[0].get_xdata(), [3, 4])
    np.testing.assert_array_equal(
        panel.lines[2].get_ydata(), [row["rho_flipped"] for row in result.rows[2:]]
    )


def test_a_training_without_the_truth_has_gamma_alone():
    unknown = replace(NOISY, truth=None)
    result = train(replace(TRAINING, epochs=1, watch="evaluated"), DATASET, unknown, probe_every=1)
    assert result.last["gamma"] > 0
    assert "rho_clean" not in result.last
    assert len(draw_memorisation(result.curves()).axes) == 3
    with pytest.raises(Refusal, match="`probe_every`"):
        train(TRAINING, DATASET, NOISY, probe_every=-1)


def same(one, other):
    return all(jax.tree.leaves(jax.tree.map(lambda a, b: bool((a == b).all()), one, other)))


def lines(folder):
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]
