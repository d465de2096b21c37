"""Sobol' indices against functions whose indices are known."""

import numpy as np
import pytest

from sigspike.papers.sobol import indices, saltelli


def _ishigami(unit):
    """sin x₁ + 7 sin² x₂ + 0.1 x₃⁴ sin x₁ on [−π, π]³."""
    x = np.pi * (2 * unit.T - 1)
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def test_the_ishigami_function_has_its_known_indices():
    a, b = 7, 0.1
    parts = np.array([0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, 0])
    interaction = b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    variance = parts.sum() + interaction
    first, total = parts / variance, (parts + interaction * np.array([1, 0, 1])) / variance
    points = saltelli(3, 2**12)
    found = indices(_ishigami(points)[None], ["x", "y", "z"], ["f"], n_resamples=200)
    index, error = found["index"].sel(output="f"), found["resampled"].sel(output="f").std("draw")
    np.testing.assert_allclose(index.sel(order="first"), first, atol=0.02)
    np.testing.assert_allclose(index.sel(order="total"), total, atol=0.02)
    assert (error < 0.05).all()
    assert error.sel(input=["x", "y"]).min() > 0, "resampling moves the indices"


def test_each_output_has_indices_of_its_own():
    points = saltelli(2, 2**10, seed=3)
    weighted = 3 * points[:, 0] + points[:, 1]
    found = indices(
        np.stack([weighted, points[:, 1] ** 2]), ["x", "y"], ["sum", "square"], n_resamples=50
    )
    expected = {"sum": [0.9, 0.1], "square": [0.0, 1.0]}
    for output, shares in expected.items():
        for order in ("first", "total"):
            np.testing.assert_allclose(
                found["index"].sel(output=output, order=order), shares, atol=0.02
            )


def test_a_multiplicative_interaction_counts_in_the_total_alone():
    points = saltelli(2, 2**13) - 0.5
    found = indices((points[:, 0] * points[:, 1])[None], ["x", "y"], ["f"], n_resamples=20)["index"]
    np.testing.assert_allclose(found.sel(order="first"), 0, atol=0.05)
    np.testing.assert_allclose(found.sel(order="total"), 1, atol=0.05)


def test_the_design_is_saltellis():
    points = saltelli(3, 8)
    a, b, *mixed = points.reshape(5, 8, 3)
    assert ((points >= 0) & (points < 1)).all()
    assert not np.allclose(a, b)
    for column, block in enumerate(mixed):
        others = np.arange(3) != column
        np.testing.assert_array_equal(block[:, others], a[:, others])
        np.testing.assert_array_equal(block[:, column], b[:, column])


@pytest.mark.parametrize("seed", [0, 1])
def test_bootstrap_errors_are_honest(seed):
    """The spread over shifts of the sequence is of the order of the bootstrap's error, never far
    above it.
    """
    found = [
        indices(_ishigami(saltelli(3, 64, seed=10 * seed + k))[None], list("xyz"), ["f"], 100)
        for k in range(8)
    ]
    spread = np.std([one["index"].values for one in found], axis=0)
    error = np.mean([one["resampled"].std("draw").values for one in found], axis=0)
    assert (spread < 2 * error).all()
