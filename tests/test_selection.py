"""Small losses, rankings, class directions and mixtures against scikit-learn and NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import FLOAT32

from sigspike.common.selection import (
    auc,
    fine_posteriors,
    fine_scores,
    gaussian_mixture,
    precision,
    recall,
    selected,
)
from sigspike.models.losses import Logistic


@pytest.fixture
def losses():
    """Losses of clean samples, and rather larger ones of flipped samples; some equal."""
    rng = np.random.default_rng(0)
    clean = rng.random(60) < 0.7
    return np.round(rng.exponential(np.where(clean, 0.4, 1.2)), 1), clean


def test_every_threshold_agrees_with_scikit_learn(losses):
    metrics = pytest.importorskip("sklearn.metrics")
    loss, clean = losses
    expected_precision, expected_recall, scores = metrics.precision_recall_curve(clean, -loss)
    # Theirs keeps equals, ours does not
    kept = selected(loss, np.nextafter(-scores, np.inf)[:, None])
    np.testing.assert_allclose(precision(kept, clean), expected_precision[:-1], rtol=1e-12)
    np.testing.assert_allclose(recall(kept, clean), expected_recall[:-1], rtol=1e-12)
    assert len(scores) > 10


def test_log_two_keeps_the_positive_margins():
    margin = np.array([-1.0, -1e-3, 1e-3, 2.0, np.nan])
    losses = Logistic()(jnp.asarray(margin))
    np.testing.assert_array_equal(selected(losses, np.log(2)), [False, False, True, True, False])


def test_a_share_of_nothing_is_not_a_number(losses):
    loss, clean = losses
    with np.errstate(all="raise"):
        none = selected(loss, 0.0)
        assert np.isnan(precision(none, clean))
        assert recall(none, clean) == 0
        assert np.isnan(recall(selected(loss, 1.0), np.zeros_like(clean)))


def test_moments_lead_and_samples_are_last(losses):
    loss, clean = losses
    both = np.stack([loss, loss[::-1]])
    kept = selected(both[:, None], np.array([0.2, 0.5, 1.0])[:, None])
    assert kept.shape == (2, 3, 60)
    assert precision(kept, clean).shape == recall(kept, clean).shape == (2, 3)
    assert recall(kept, clean)[0, 1] == np.mean(loss[clean] < 0.5)


def test_auc_is_scikit_learns_and_the_share_of_pairs(losses, tolerance):
    metrics = pytest.importorskip("sklearn.metrics")
    loss, clean = losses
    score = -loss
    pairs = np.sign(score[clean][:, None] - score[~clean][None])
    assert (pairs == 0).any(), "no ties"
    np.testing.assert_allclose(auc(score, clean), (pairs + 1).mean() / 2, rtol=tolerance)
    np.testing.assert_allclose(
        auc(score, clean), metrics.roc_auc_score(clean, score), rtol=tolerance
    )
    np.testing.assert_allclose(
        auc(np.arange(60), clean), metrics.roc_auc_score(clean, np.arange(60)), rtol=tolerance
    )


def test_auc_over_many_and_of_a_single_kind(losses, tolerance):
    loss, clean = losses
    score = np.stack([-loss, loss, 0 * loss, np.where(clean, 1, np.nan)])
    first = float(auc(-loss, clean))
    np.testing.assert_allclose(
        auc(score, clean[None].repeat(4, 0)), [first, 1 - first, 0.5, np.nan], rtol=tolerance
    )
    assert bool(jnp.isnan(auc(loss, np.ones_like(clean))))
    assert bool(jnp.isnan(auc(loss, np.zeros_like(clean))))


def test_fine_scores_are_those_of_each_classs_svd():
    rng = np.random.default_rng(1)
    label = rng.integers(0, 3, 300)
    features = rng.normal(size=(300, 8)) + 2 * np.eye(3, 8)[label]
    features[7] = 0
    expected = np.zeros(300)
    for k in range(3):
        top = np.linalg.svd(features[label == k])[2][0]
        own = np.flatnonzero((label == k) & (np.arange(300) != 7))
        expected[own] = np.abs(features[own] @ top) / np.linalg.norm(features[own], axis=1)
    np.testing.assert_allclose(
        fine_scores(features, label, 3), expected, atol=1e-4 if FLOAT32 else 1e-12
    )


def test_fine_keeps_the_examples_of_their_class():
    rng = np.random.default_rng(2)
    true = rng.integers(0, 3, 300)
    features = rng.normal(0, 0.2, size=(300, 8)) + np.eye(3, 8)[true]
    clean = rng.random(300) > 0.3
    kept = np.asarray(fine_posteriors(features, np.where(clean, true, (true + 1) % 3), 3)) > 0.5
    assert precision(kept, clean) > 0.98
    assert recall(kept, clean) > 0.98


def two_humps(rng):
    return np.concatenate([rng.normal(0.2, 0.1, 150), rng.normal(1.5, 0.5, 80)])


def test_the_mixture_is_scikit_learns():
    mixture = pytest.importorskip("sklearn.mixture")
    values = two_humps(np.random.default_rng(3))
    theirs = mixture.GaussianMixture(2, tol=1e-12, max_iter=1000, reg_covar=0, random_state=0).fit(
        values[:, None]
    )
    expected = theirs.predict_proba(values[:, None])[:, theirs.means_[:, 0].argmax()]
    ours = gaussian_mixture(values)
    np.testing.assert_allclose(ours, expected, atol=1e-3 if FLOAT32 else 1e-6)
    np.testing.assert_allclose(gaussian_mixture(values, larger=False), 1 - ours, atol=1e-6)
    np.testing.assert_allclose(
        gaussian_mixture(5 - 3 * values, larger=False), ours, atol=1e-3 if FLOAT32 else 1e-9
    )


def test_only_what_is_counted_shapes_the_mixture():
    values = two_humps(np.random.default_rng(4))
    counted = np.arange(len(values)) % 2 == 0
    twice = np.where(counted, values, np.roll(values, 1))  # every other one, twice
    ours = gaussian_mixture(np.where(counted, values, 50.0), counted=counted)[counted]
    np.testing.assert_allclose(
        ours, gaussian_mixture(twice)[counted], atol=1e-4 if FLOAT32 else 1e-9
    )


def test_a_mixture_of_a_single_value_is_undecided():
    np.testing.assert_array_equal(gaussian_mixture(np.full(230, 0.25)), np.full(230, 0.5))
    assert np.isnan(gaussian_mixture(np.where(np.arange(230) == 3, np.nan, 1.0))).all()


def test_rankings_and_mixtures_run_inside_a_program(tolerance):
    values = two_humps(np.random.default_rng(5))
    clean = np.arange(230) < 150

    def both(score):
        return auc(gaussian_mixture(score), clean)

    scores = jnp.stack([jnp.asarray(values), jnp.asarray(values) ** 3])
    np.testing.assert_allclose(
        jax.jit(jax.vmap(both))(scores), [both(score) for score in scores], rtol=tolerance
    )
