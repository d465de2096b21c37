"""Feature-based reweighting against its formula over all pairs, and what its variants share."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sigspike.common.reweighting import (
    PersistentWeights,
    class_counts,
    class_sums,
    contest,
    kernel_class_sums,
    votes,
)

N, N_CLEAN, DIM = 40, 14, 6
SWITCHES = list(itertools.product([True, False], repeat=3))


def drawn(n_classes, seed=0, balanced=False):
    """Features off centre, and labels with every class among the clean ones."""
    rng = np.random.default_rng(seed)
    n_clean = n_classes * (N_CLEAN // n_classes) if balanced else N_CLEAN
    features, clean = (rng.normal(1.5, 1, (n, DIM)) for n in (N, n_clean))
    every = np.tile(np.arange(n_classes), N)[:n_clean]
    clean_label = (
        every
        if balanced
        else np.concatenate([every[:n_classes], 1 * (rng.random(n_clean - n_classes) < 0.2)])
    )
    return features, clean, rng.integers(0, n_classes, N), clean_label


def pairwise(features, clean, label, clean_label, n_classes, centre, row_shift, signed):
    """c by the double sum over examples, in NumPy float64."""
    mean = clean.mean(0) if centre else 0
    pairs = (features - mean) @ (clean - mean).T
    if row_shift and n_classes > 2:
        pairs = (
            pairs
            - np.mean([pairs[:, clean_label == k].mean(1) for k in range(n_classes)], axis=0)[
                :, None
            ]
        )
    agree = label[:, None] == clean_label[None]
    return (np.where(agree, 1, -1 / (n_classes - 1) if signed else 0) * pairs).mean(1)


def couplings(features, clean, label, clean_label, n_classes, centre, row_shift, signed):
    sums = class_sums(*map(jnp.asarray, (features, clean, clean_label)), n_classes, centre)
    return votes(
        sums,
        class_counts(jnp.asarray(clean_label), n_classes),
        jnp.asarray(label),
        row_shift,
        signed,
    )


@pytest.mark.parametrize("n_classes", [2, 5])
def test_class_sums_and_votes_are_the_double_sum(n_classes, tolerance):
    features, clean, label, clean_label = drawn(n_classes)
    assert len(set(np.bincount(clean_label))) > 1
    for centre, row_shift, signed in SWITCHES:
        ours = couplings(features, clean, label, clean_label, n_classes, centre, row_shift, signed)
        expected = pairwise(
            features, clean, label, clean_label, n_classes, centre, row_shift, signed
        )
        np.testing.assert_allclose(ours, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("centre", [True, False])
def test_kernels_give_what_features_give(centre, tolerance):
    features, clean, _, clean_label = (jnp.asarray(part) for part in drawn(4))
    expected = class_sums(features, clean, clean_label, 4, centre)
    ours = kernel_class_sums(features @ clean.T, clean @ clean.T, clean_label, 4, centre)
    np.testing.assert_allclose(ours, expected, rtol=tolerance, atol=20 * tolerance)


def test_examples_without_a_class_are_left_out(tolerance):
    features, clean, _, clean_label = (jnp.asarray(part) for part in drawn(3))
    few, padded = clean_label[:9], clean_label.at[9:].set(-1)
    expected = class_sums(features, clean[:9], few, 3)
    np.testing.assert_allclose(
        class_sums(features, clean, padded, 3), expected, atol=20 * tolerance
    )
    from_kernel = kernel_class_sums(features @ clean.T, clean @ clean.T, padded, 3)
    np.testing.assert_allclose(from_kernel, expected, atol=20 * tolerance)
    np.testing.assert_array_equal(class_counts(padded, 3), np.bincount(few))


def test_where_classes_are_balanced_the_three_ingredients_cure_the_same(tolerance):
    """Signs remove any shift; centring alone lets Σ_k H_ik vanish, and then signs only scale."""
    data = drawn(4, balanced=True)

    def c(**switches):
        return np.asarray(couplings(*data, 4, **switches))

    close = {"rtol": tolerance, "atol": 20 * tolerance}
    signed = c(centre=True, row_shift=True, signed=True)
    np.testing.assert_allclose(signed, c(centre=True, row_shift=False, signed=True), **close)
    np.testing.assert_allclose(
        signed, c(centre=True, row_shift=True, signed=False) * 4 / 3, **close
    )
    np.testing.assert_allclose(
        signed, c(centre=True, row_shift=False, signed=False) * 4 / 3, **close
    )
    bare = c(centre=False, row_shift=False, signed=True)
    np.testing.assert_allclose(bare, c(centre=False, row_shift=True, signed=False) * 4 / 3, **close)
    assert abs(signed - bare).max() > 0.1
    assert abs(bare - c(centre=False, row_shift=False, signed=False)).max() > 0.1


def test_in_a_contest_the_best_match_alone_is_positive(tolerance):
    features, clean, label, clean_label = drawn(5)
    counts = class_counts(jnp.asarray(clean_label), 5)
    sums = class_sums(*map(jnp.asarray, (features, clean, clean_label)), 5)
    pairs = (features - clean.mean(0)) @ (clean - clean.mean(0)).T
    means = np.stack([pairs[:, clean_label == k].mean(1) for k in range(5)], 1)
    of_all = np.stack([contest(sums, counts, jnp.full(N, k)) for k in range(5)], 1)
    np.testing.assert_array_equal((of_all > 0).sum(1), 1)
    np.testing.assert_array_equal(of_all.argmax(1), means.argmax(1))
    own = contest(sums, counts, jnp.asarray(label))
    np.testing.assert_allclose(
        own, means[np.arange(N), label] - np.sort(means)[:, -2:].mean(1), atol=20 * tolerance
    )


def test_a_contest_of_two_is_their_signed_votes(tolerance):
    data = drawn(2, balanced=True)
    sums = class_sums(*map(jnp.asarray, (data[0], data[1], data[3])), 2)
    counts = class_counts(jnp.asarray(data[3]), 2)
    ours = contest(sums, counts, jnp.asarray(data[2]))
    np.testing.assert_allclose(ours, couplings(*data, 2, True, True, True), atol=20 * tolerance)


def test_true_labels_gain_weight_and_others_lose_it():
    """Two steps of the rule on separated classes: every weight ends on its own side."""
    rng = np.random.default_rng(1)
    true, clean_label = rng.integers(0, 3, N), np.tile(np.arange(3), 4)
    features, clean = (
        4 * np.eye(3, DIM)[k] + rng.normal(0, 0.3, (len(k), DIM)) for k in (true, clean_label)
    )
    wrong = rng.random(N) < 0.4
    label = np.where(wrong, (true + 1) % 3, true)
    rule, ids, losses = PersistentWeights(0.05), jnp.arange(N), jnp.zeros(N)
    weights = rule.init(jax.random.key(0), N)
    for _ in range(2):
        c = couplings(features, clean, label, clean_label, 3, True, True, True)
        weights = rule.revised(weights, ids, losses, c)
    assert (weights[~wrong] > 0.5).all()
    assert (weights[wrong] < 0.5).all()


def test_under_jit_and_vmap_it_is_the_same(tolerance):
    sets = [drawn(3, seed) for seed in range(3)]
    run = jax.jit(jax.vmap(lambda *data: couplings(*data, 3, True, True, True)))
    together = run(*(jnp.stack([jnp.asarray(one[part]) for one in sets]) for part in range(4)))
    apart = [couplings(*one, 3, True, True, True) for one in sets]
    np.testing.assert_allclose(together, apart, rtol=tolerance, atol=tolerance)
