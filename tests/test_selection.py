"""Small-loss selection against scikit-learn, and what log 2 means."""

import jax.numpy as jnp
import numpy as np
import pytest

from sigspike.losses import logistic
from sigspike.selection import precision, recall, selected


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
    kept = selected(loss, np.nextafter(-scores, np.inf)[:, None])  # theirs keeps equals, ours does not
    np.testing.assert_allclose(precision(kept, clean), expected_precision[:-1], rtol=1e-12)
    np.testing.assert_allclose(recall(kept, clean), expected_recall[:-1], rtol=1e-12)
    assert len(scores) > 10


def test_log_two_keeps_the_positive_margins():
    margin = np.array([-1.0, -1e-3, 1e-3, 2.0, np.nan])
    np.testing.assert_array_equal(selected(logistic(jnp.asarray(margin)), np.log(2)), [False, False, True, True, False])


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
