"""The ι-process against brute force, and the take-over under label noise against a plain loop."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from sigspike.papers.theory_lab.increments import MODEL, ball, binned, outside
from sigspike.papers.theory_lab.slopes import exponent
from sigspike.theory.iota import MEAN, PRINTED, SQUARE, WITH_SLOPE, balance, plateau_signal_rate

EVERY = [PRINTED[MEAN], WITH_SLOPE[MEAN], WITH_SLOPE[SQUARE]]


@pytest.mark.parametrize("recursion", EVERY)
def test_paths_are_the_printed_products(recursion, tolerance):
    start, a, p = jnp.array([0.1, 1.3]), 0.07, 0.3
    key = jax.random.key(4)
    walked = np.asarray(recursion.paths(key, start, a, p, 30))
    iota = np.asarray(start, float)
    for step, own in enumerate(jax.random.split(key, 30)):
        np.testing.assert_allclose(walked[step], iota, rtol=tolerance)
        flipped = np.asarray(jax.random.bernoulli(own, p, (2,)))
        f = iota**2 if recursion.squares else iota
        up = 1 + recursion.rate * a / (1 + np.exp(f))
        down = 1 - recursion.rate * a / (1 + np.exp(-f))
        iota = iota * np.where(flipped, down, up)
    np.testing.assert_allclose(walked[-1], iota, rtol=tolerance)


@pytest.mark.parametrize("recursion", EVERY)
def test_drifts_are_means_over_flips(recursion):
    rng, n = np.random.default_rng(0), 200_000
    flipped = jnp.asarray(rng.random(n) < 0.2)
    for iota in (0.3, 1.1, 3.0):
        moved = np.log(np.asarray(recursion.step(iota, flipped, 0.2))) - np.log(iota)
        drift = float(recursion.drift(iota, 0.2, 0.2, of=jnp.log))
        assert abs(moved.mean() - drift) < 5 * moved.std() / n**0.5


def test_the_pull_balances_at_the_log_odds():
    for p in (0.05, 0.1, 0.4):
        level = float(balance(p))
        assert float(MODEL.drift(level, 0.1, p)) == pytest.approx(0, abs=1e-6)
        assert float(MODEL.drift(0.8 * level, 0.1, p)) > 0 > float(MODEL.drift(1.2 * level, 0.1, p))
    assert float(balance(0.0)) == np.inf, "gradient descent has no balance"


def test_the_potential_falls_outside_its_ball_alone():
    a, p = 0.05, 0.1
    radius, level = ball(a, p), float(balance(p))

    def fall(distance):
        moved = MODEL.drift(
            level * np.exp(distance), a, p, of=lambda iota: jnp.log(iota / level) ** 2
        )
        return float(moved)

    assert max(fall(d) for d in (-2, -1, -1.3 * radius, 1.3 * radius, 0.8)) < 0
    assert min(fall(d) for d in (-0.7 * radius, 0.0, 0.7 * radius)) > 0


def test_the_mean_pull_on_the_plateau_is_of_second_order():
    p, length = 0.2, 4000
    for a in (0.05, 0.1):
        u = WITH_SLOPE[MEAN].paths(jax.random.key(1), jnp.ones(400), a, p, length)[500:-1]
        mean = float(jnp.mean((1 - p) / (1 + jnp.exp(u**2)) - p / (1 + jnp.exp(-(u**2)))))
        assert mean * a * 0.5 == pytest.approx(plateau_signal_rate(a, 0.5, p), rel=0.15)


def test_increments_are_those_of_the_process():
    a, p = 0.05, 0.1
    walked = np.asarray(MODEL.paths(jax.random.key(2), jnp.full((3, 40), 0.1), a, p, 1500))
    iota = xr.DataArray(
        walked, dims=("time", "seed", "sample"), coords={"time": np.arange(len(walked))}
    )
    found = binned(iota, p)
    x = found["iota_bin"].values
    z = (found["drift"].values - np.asarray(MODEL.drift(jnp.asarray(x), a, p))) / found[
        "drift_error"
    ].values
    assert len(x) > 10
    assert np.abs(z).mean() < 2
    assert float(outside(iota, a, p)["fall"].max()) < 0 < float(outside(iota, a, p)["rise"].min())


def test_exponents_of_powers():
    x = xr.DataArray([1.0, 2.0, 5.0], dims="place")
    times = 7 * x ** xr.DataArray([-2.0, -1.9, -2.1, -2.0], dims="seed")
    found = exponent(times, x, "place")
    np.testing.assert_allclose(found["slope"], [-2.0, -1.9, -2.1, -2.0], rtol=1e-12)
    assert float(found["half_width"]) == pytest.approx(
        3.1824 * np.std([-2, -1.9, -2.1, -2], ddof=1) / 2, rel=1e-4
    )
    unreached = exponent(times.where(times < 6), x, "place")["slope"]
    assert np.isnan(unreached).all()


def steps_to_takeover(a, n_runs, p=0.2, n=12, m=4, d=400, n_snr2=0.8):
    """Label-noise GD on ReLU² in R^d in NumPy's double precision, without coefficients: median step
    at which the largest ⟨w_{j,r}, jμ⟩ exceeds the largest ⟨w_{y_i,r}, ξ_i⟩.
    """
    rng, waited = np.random.default_rng(5), np.full(n_runs, np.nan)
    mu = np.zeros(d)
    mu[0] = (n_snr2 / n * d) ** 0.5
    y = rng.choice([-1.0, 1.0], (n_runs, n))
    xi = rng.normal(size=(n_runs, n, d))
    xi[..., 0] = 0
    w = 0.003 * rng.normal(size=(n_runs, 2, m, d))
    sign, own = np.array([-1.0, 1.0]), (y[:, None] == np.array([-1.0, 1.0])[:, None]) * 1.0
    step, rate = 0, a * n * m / d
    while np.isnan(waited).any() and step < 60 / a**2:
        overlap = (w @ mu)[..., None] * y[:, None, None]
        signal, noise = np.maximum(overlap, 0), np.maximum(w @ xi.swapaxes(-1, -2)[:, None], 0)
        f = ((signal**2 + noise**2).mean(2) * sign[:, None]).sum(1)
        over = (w @ mu * sign[:, None]).max((1, 2)) > (noise * own[:, :, None]).max((1, 2, 3))
        waited[np.isnan(waited) & over & (step > 10 / a)] = step
        flip = np.where(rng.random((n_runs, n)) < p, -1.0, 1.0)
        pull = flip * y / (1 + np.exp(flip * y * f)) / n
        weight = sign[:, None, None] * 2 / m * pull[:, None, None]
        w = w + rate * (
            (weight * noise) @ xi[:, None]
            + (weight * signal * y[:, None, None]).sum(-1)[..., None] * mu
        )
        step += 1
    return np.median(waited)


def test_a_plain_loop_takes_over_after_a_time_of_order_eta_to_the_minus_two():
    a = np.array([0.1, 0.2, 0.4])
    times = np.array([steps_to_takeover(rate, 24) for rate in a])
    slope = np.polyfit(np.log(a), np.log(times), 1)[0]
    assert -2.4 < slope < -1.6, times
