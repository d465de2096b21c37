"""Mixup: the laws of its shares and pairs; its runs are held by hand with all other dials."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from jax import random
from scipy.stats import beta, chisquare, kstest

import sigspike as ss
from sigspike import theory


def mixes(inputs, size, share, n_steps=3000):
    """λ and π of many steps on a batch whose places have this share, read off the losses."""
    seen = []

    def one(key):
        drawn = inputs.draw(key, size)
        seen.clear()
        inputs.losses(lambda mix: seen.append(mix) or jnp.zeros(size), told, share, drawn)
        return tuple(seen[0])

    def told(logits, places):
        return logits

    return map(np.asarray, jax.vmap(one)(random.split(random.key(3), n_steps)))


@pytest.mark.parametrize("alpha", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("per_sample", [False, True])
def test_shares_have_the_law_of_beta(alpha, per_sample):
    share, _ = mixes(ss.Mixup(alpha, per_sample), 4, jnp.full(4, 0.25))
    assert (np.ptp(share, axis=1) > 0).any() == per_sample
    for place in (0, 3):
        assert kstest(share[:, place], beta(alpha, alpha).cdf).pvalue > 1e-3
    if per_sample:
        assert abs(np.corrcoef(share[:, 0], share[:, 1])[0, 1]) < 0.06


@pytest.mark.parametrize("n_real", [3, 2])
def test_partners_are_a_uniform_permutation_of_the_samples_that_are_there(n_real):
    share = jnp.where(jnp.arange(4) < n_real, 1 / n_real, 0.0)
    _, partner = mixes(ss.Mixup(), 4, share)
    orders = [tuple(row[:n_real]) for row in partner.tolist()]
    counts = [orders.count(order) for order in itertools.permutations(range(n_real))]
    assert sum(counts) == len(orders)
    assert chisquare(counts).pvalue > 1e-3


def test_a_share_of_one_is_the_inputs_as_they_were_drawn(monkeypatch, tolerance):
    whole = lambda self, key, size: (jnp.ones(size), random.uniform(key, (size,)))  # noqa: E731
    monkeypatch.setattr(ss.Mixup, "draw", whole)
    plain = zoo.experiment(algorithm=ss.LabelNoiseGD(0.1, 0.2), n_steps=20, record_every=10)
    mixed = ss.put(plain, "algorithm.inputs", ss.Mixup(0.71))
    here, there = (ss.simulate(at, random.key(0)) for at in (plain, mixed))
    assert zoo.difference(here, there) < tolerance


def test_alpha_is_an_axis_and_theorems_are_silent():
    mixed = ss.GradientDescent(0.1, inputs=ss.Mixup())
    at = zoo.experiment(algorithm=mixed, n_steps=10, record_every=10, measure="summary")
    grid = ss.sweep(at, {"alpha": [0.2, 1.0]}, n_seeds=2)
    alone = ss.simulate(ss.put(at, "alpha", 0.2), random.fold_in(random.key(0), 1))
    found = grid["step_loss"].sel(alpha=0.2, seed=1)
    np.testing.assert_allclose(found, alone.step_loss, rtol=1e-5)
    failed = [entry.name for entry in theory.LabelNoiseLearns()(at).hypotheses if not entry.holds]
    assert "inputs" in failed
