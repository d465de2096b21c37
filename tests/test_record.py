"""A summary is the statistics of the full record."""

import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from jax import random

import sigspike as ss
from sigspike.models.labels import correct
from sigspike.training.spaces import SPACES

SIGNS = np.array([-1, 1])


@pytest.fixture(
    scope="module",
    params=[zoo.specimen(ss.SignalNoise), zoo.turned(ss.SignalNoise)],
    ids=["one patch", "two patches"],
)
def records(request):
    """A run with flipped training labels, told in full and in summary; and which samples were
    flipped.
    """
    setting = ss.put(zoo.experiment(request.param), "problem.flip_rate_positive", 0.4)
    drawn = zoo.explicit(setting)
    full, summary = (
        zoo.learn(ss.put(setting, "measure", measure), drawn, random.key(1))
        for measure in ("coefficients", "summary")
    )
    label = np.asarray(drawn.train.label)
    return full, summary, label, label != np.asarray(drawn.train.truth)


@pytest.mark.law
def test_summary_is_the_statistics_of_the_coefficients(records, tolerance):
    full, summary, label, flipped = records
    assert 0 < flipped.sum() < len(flipped)
    np.testing.assert_array_equal(full.flipped, np.broadcast_to(flipped, full.flipped.shape))
    gamma, bar, underline = (
        np.asarray(getattr(full, name)) for name in ("gamma", "rho_bar", "rho_underline")
    )
    close = {"rtol": tolerance, "atol": tolerance}
    np.testing.assert_allclose(summary.gamma_max, gamma.max(2), **close)
    np.testing.assert_allclose(summary.gamma_mean, gamma.mean(2), **close)
    for k, kind in enumerate((~flipped, flipped)):
        np.testing.assert_allclose(summary.margin_mean[:, k], full.margin[:, kind].mean(1), **close)
        np.testing.assert_allclose(
            summary.accuracy[:, k], np.mean(np.asarray(full.margin)[:, kind] > 0, axis=1), **close
        )
        noise = bar[:, :, :, kind].reshape(*bar.shape[:3], kind.sum(), -1).sum((1, 4)).mean(1)
        signal = np.where(
            label[kind] > 0, gamma[:, 0].mean(1)[:, None], gamma[:, 1].mean(1)[:, None]
        )
        later = slice(1, None)  # at the start both are 0 to rounding
        np.testing.assert_allclose(
            summary.outweighed[later, k], np.mean(noise > signal, axis=1)[later], **close
        )
        for j, sign in enumerate(SIGNS):
            own, other = (np.flatnonzero(kind & mask) for mask in (label == sign, label != sign))
            assert_or_nan(summary.rho_bar_max[:, j, k], bar[:, j][:, :, own], np.max, close)
            assert_or_nan(summary.rho_bar_mean[:, j, k], bar[:, j][:, :, own], np.mean, close)
            assert_or_nan(
                summary.rho_underline_max[:, j, k],
                np.abs(underline[:, j][:, :, other]),
                np.max,
                close,
            )
            assert_or_nan(
                summary.rho_underline_mean[:, j, k], underline[:, j][:, :, other], np.mean, close
            )


def assert_or_nan(measured, chosen, statistic, close):
    if chosen.size == 0:
        assert np.all(np.isnan(measured))
    else:
        np.testing.assert_allclose(
            measured, statistic(chosen.reshape(len(chosen), -1), axis=1), **close
        )


@pytest.mark.law
def test_both_measures_share_what_every_record_has(records, tolerance):
    full, summary, _, _ = records
    for name in ss.Record.__dataclass_fields__:
        np.testing.assert_allclose(
            getattr(summary, name),
            getattr(full, name),
            rtol=tolerance,
            atol=tolerance,
            err_msg=name,
        )


def test_samples_of_silent_neurons_are_outweighed_by_half_in_either_space():
    """Where neither the noise nor the signal of the other class is learnt, a fit of the weights
    leaves rounding.
    """
    parts = zoo.specimen(ss.XORSignals), zoo.specimen(ss.ThreeLayerCNN, width=1)
    setting = zoo.experiment(*parts, measure="summary", n_steps=4, record_every=2)
    silent = 0
    for seed in range(30):
        drawn = zoo.explicit(setting, seed)
        here, there = (
            zoo.learn(ss.put(setting, "space", space), drawn, random.key(1)).outweighed
            for space in SPACES
        )
        np.testing.assert_allclose(here, there, rtol=1e-6)
        silent += float(here[-1, 0] * zoo.N_SAMPLES) % 1 == 0.5
    assert silent


def test_a_prediction_of_zero_is_half_an_error():
    np.testing.assert_array_equal(
        correct(jnp.array([-2.0, 0.0, 3.0, np.nan]), jnp.ones(4)), [0, 0.5, 1, np.nan]
    )
