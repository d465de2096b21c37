"""``stop="fitted"``: a run stands still from the step at which all given labels are fitted."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from jax import random

import sigspike as ss
from sigspike.training.spaces import SPACES

ALGORITHMS = {
    "plain": ss.GradientDescent(0.1),
    "momentum": ss.GradientDescent(0.02, optimiser=ss.HeavyBall(0.9)),
    "batches": ss.SGD(0.1, 3),
    "reweighted": ss.MetaReweighting(0.3, zoo.N_CLEAN),
}


def pair(algorithm, space="coefficients"):
    """Every step of a run that goes on, and of the same run that stops."""
    problem = zoo.specimen(ss.SignalNoise).with_flip_rate(0.2)
    setting = zoo.experiment(problem, algorithm=algorithm, n_steps=150, record_every=1, space=space)
    drawn = zoo.explicit(setting)
    return [
        zoo.learn(ss.put(setting, "stop", stop), drawn, random.key(1)) for stop in ("end", "fitted")
    ]


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("name", ALGORITHMS)
def test_it_stops_at_the_first_step_with_all_margins_positive(name, space):
    on, stopped = pair(ALGORITHMS[name], space)
    first = int(np.argmax((np.asarray(on.margin) > 0).all(1)))
    assert 0 < first < 150, "the run fits, and not at once"
    fits = np.arange(151) > first  # seen before the next step
    np.testing.assert_array_equal(stopped.stopped_at, np.where(fits, first, -1))
    for name in ("gamma", "rho_bar", "rho_underline", "margin", "train_loss", "test_error"):
        going, still = (np.asarray(getattr(record, name)) for record in (on, stopped))
        np.testing.assert_array_equal(still[: first + 1], going[: first + 1], err_msg=name)
        np.testing.assert_array_equal(
            still[first:], np.broadcast_to(still[first], still[first:].shape), err_msg=name
        )
    assert np.any(on.gamma[-1] != stopped.gamma[-1])
    assert np.all(on.stopped_at == -1)


def test_each_run_of_a_batch_stops_by_itself():
    setting = zoo.experiment(
        zoo.specimen(ss.SignalNoise).with_flip_rate(0.2), n_steps=100, record_every=None
    )
    setting = ss.put(ss.put(setting, "stop", "fitted"), "measure", "summary")
    grid = ss.sweep(setting, {"learning_rate": [1e-4, 0.05, 0.3]}, n_seeds=3)
    last = grid["stopped_at"].isel(time=-1)
    assert (last.sel(learning_rate=1e-4) == -1).all()
    assert len(np.unique(last.sel(learning_rate=0.3))) > 1
    for place, rate in enumerate((1e-4, 0.05, 0.3)):
        for seed in range(3):
            key = random.fold_in(random.key(0), seed)
            alone = ss.simulate(ss.put(setting, "learning_rate", rate), key)
            assert int(alone.stopped_at[-1]) == int(last[place, seed])
            np.testing.assert_allclose(
                grid["gamma_max"][place, seed], alone.gamma_max, rtol=1e-4, atol=1e-6
            )
    means = ss.sweep(setting, {"learning_rate": [1e-4, 0.3]}, n_seeds=3, keep="mean")
    assert np.isnan(means["stopped_at"].isel(time=-1, learning_rate=0))
    expected = float(jnp.mean(jnp.asarray(last.sel(learning_rate=0.3).values, float)))
    np.testing.assert_allclose(means["stopped_at"].isel(time=-1, learning_rate=1), expected)
    assert means["stopped_at_n"].isel(time=-1).values.tolist() == [0, 3]


def test_stopping_can_be_differentiated_in_forward_mode():
    setting = ss.put(zoo.experiment(n_steps=40, record_every=40), "stop", "fitted")
    slope = jax.jvp(
        lambda rate: ss.simulate(ss.put(setting, "learning_rate", rate), random.key(0)).gamma,
        (0.1,),
        (1.0,),
    )
    assert np.isfinite(slope[1]).all()
