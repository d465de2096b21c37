"""Both spaces give one trajectory, and γ, ρ are another way to write the weights."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from conftest import FLOAT32
from jax import random

import sigspike as ss
from sigspike.training import Task
from sigspike.training.spaces import SPACES
from sigspike.training.spaces.decomposition import project

EQUIVARIANT = [at for at in zoo.algorithms() if zoo.space(at) == "coefficients"]
TOGETHER = zoo.covering(equivariant=True)
PROBLEMS, NETWORKS = (
    [make(kind) for kind in zoo.concrete(base) for make in (zoo.specimen, zoo.turned)]
    for base in (ss.Problem, ss.Network)
)
ACTIVATED = [
    network for kind in zoo.concrete(ss.ActivatedNetwork) for network in zoo.activated(kind)
]
LENGTH = max(len(PROBLEMS), len(NETWORKS))
SHOWN = range(0, LENGTH, 2 if FLOAT32 else 1)  # float32 is about rounding: there the defaults alone


def together(problem, networks):
    """The problem with the first of these networks that goes with it."""
    for network in networks:
        try:
            return zoo.experiment(problem, network)
        except ss.Refusal:
            continue
    raise AssertionError(f"no network goes with {problem}")


PARTS = [
    together(PROBLEMS[k % len(PROBLEMS)], NETWORKS[k % len(NETWORKS) :] + NETWORKS) for k in SHOWN
]


@pytest.fixture(scope="module")
def drawn():
    return zoo.explicit(zoo.experiment())


@pytest.fixture(scope="module")
def draws(drawn):
    """A draw without a clean subset and one with, by their number of clean samples."""
    meta = zoo.specimen(ss.MetaReweighting)
    return {0: drawn, meta.n_clean: zoo.explicit(zoo.experiment(algorithm=meta))}


def assert_agreement(setting, drawn, tolerance, learnt=1e-3):
    here, there = (
        zoo.learn(ss.put(setting, "space", space), drawn, random.key(1)) for space in SPACES
    )
    assert zoo.difference(here, there) < tolerance, zoo.differences(here, there)
    assert np.ptp(here.train_loss) > learnt


@pytest.mark.law
@pytest.mark.parametrize("algorithm", EQUIVARIANT, ids=zoo.label)
def test_spaces_agree_for_every_value_of_a_dial(algorithm, draws, tolerance):
    assert_agreement(zoo.experiment(algorithm=algorithm), draws[algorithm.n_clean], tolerance)


RATES = jnp.array([0.3, 0.05, 0.01, 0.002])


def both(network, algorithm, drawn):
    """Sixty steps in each space, at the largest of a few learning rates that keeps the run calm:
    the filters small, and the distance to a run that starts beside it.

    Not more: once the squared loss is fitted, SAM's ascent is a quotient of roundings.
    """
    noise = zoo.noises(algorithm, random.key(1), 60)
    nudge = float(jnp.finfo(RATES.dtype).eps) ** 0.5

    def walk(rate, away, space):
        at = ss.put(algorithm, "learning_rate", rate)
        begun = eqx.tree_at(lambda run: run.first, drawn, drawn.first * (1 + away * nudge))
        return zoo.walk(space, network, at, begun, noise, 60)

    rates, away = jnp.tile(RATES, 2), jnp.repeat(jnp.arange(2.0), len(RATES))
    walks = [
        jax.jit(jax.vmap(lambda rate, by, own=own: walk(rate, by, own)))(rates, away)
        for own in SPACES
    ]
    plain, nudged = np.split(np.asarray(walks[0].filters), 2)
    size = np.abs(plain).max((1, 2, 3))
    growth = np.abs(nudged - plain).max((1, 2, 3)) / nudge
    calm = (size < 30) & (growth < 1e3)
    assert calm.any(), (size, growth)
    return [zoo.cell(own, int(np.argmax(calm))) for own in walks]


@pytest.mark.parametrize("algorithm", TOGETHER, ids=zoo.label)
def test_spaces_agree_for_every_two_dials_together(algorithm, draws, tolerance):
    drawn, algorithm = draws[algorithm.n_clean], ss.put(algorithm, "weight_decay", 0.05)
    here, there = both(zoo.specimen(ss.PatchCNN), algorithm, drawn)
    assert zoo.difference(here.coefficients, there.coefficients) < tolerance
    np.testing.assert_allclose(here.filters, there.filters, rtol=tolerance, atol=tolerance)
    assert np.abs(here.coefficients.rho_bar).max() > 1e-4


@pytest.mark.law
def test_spaces_agree_for_a_real_power(drawn, tolerance):
    network = zoo.specimen(ss.PatchCNN, activation=ss.ReLUPower(2.5))
    assert_agreement(zoo.experiment(network=network), drawn, tolerance)


@pytest.mark.law
@pytest.mark.parametrize("network", ACTIVATED, ids=zoo.label)
def test_spaces_agree_for_every_activation(network, tolerance):
    gentle = ss.GradientDescent(0.03)  # for z ↦ z⁹ in three layers
    setting = zoo.experiment(network=network, algorithm=gentle, n_steps=100, record_every=10)
    assert_agreement(setting, zoo.explicit(setting), tolerance, learnt=1e-4)


@pytest.mark.parametrize("power", [1, 3])
@pytest.mark.parametrize("algorithm", TOGETHER[::4], ids=zoo.label)
def test_spaces_agree_for_algorithms_and_other_powers(algorithm, power, draws, tolerance):
    network = zoo.specimen(ss.PatchCNN, activation=ss.ReLUPower(power))
    here, there = both(network, algorithm, draws[algorithm.n_clean])
    assert zoo.difference(here.coefficients, there.coefficients) < tolerance
    np.testing.assert_allclose(here.filters, there.filters, rtol=tolerance, atol=tolerance)


@pytest.mark.law
@pytest.mark.parametrize(
    "setting", PARTS, ids=lambda e: f"{zoo.label(e.problem)}-{zoo.label(e.network)}"
)
def test_spaces_agree_for_every_problem_and_network(setting, tolerance):
    assert_agreement(setting, zoo.explicit(setting), tolerance)


@pytest.mark.law
def test_coefficients_are_the_decomposition_of_the_weights(drawn, tolerance):
    network, algorithm = zoo.specimen(ss.PatchCNN), zoo.specimen(ss.GradientDescent)
    noise = zoo.noises(algorithm, random.key(1), 300)
    here, there = (
        jax.jit(lambda run, space=space: zoo.walk(space, network, algorithm, run, noise, 300))(
            drawn
        )
        for space in SPACES
    )
    found = jax.jit(ss.decompose)(there.filters, drawn.first, drawn.train)
    assert zoo.difference(found, here.coefficients) < tolerance
    assert here.coefficients.rho_bar.max() > 1


@pytest.fixture(
    scope="module",
    params=[
        ss.LinearModel(3),
        *(
            ss.put(zoo.specimen(kind), "activation", ss.ReLUPower(2))
            for kind in (ss.PatchCNN, ss.ThreeLayerCNN)
        ),
        ss.PatchCNN(3, 0.3, ss.Softplus(3.0), bias=True),
    ],
    ids=zoo.label,
)
def verbs(request):
    """Every product of a few directions, and the change of a loss along them, in each space."""
    network, drawn = request.param, zoo.explicit(zoo.experiment(network=request.param))

    @eqx.filter_jit
    def measured(kind):
        task = Task(SPACES[kind](drawn.train, drawn.first), network, drawn.train)
        space, step = task.space, 1e-4

        def losses(upper, overlaps):
            return task.losses(ss.Logistic(), upper, overlaps, task.training)

        def at(params):
            return losses(params.upper, space.overlaps(params))

        def gradients(params):
            return jax.vmap(lambda w: space.gradient(lambda *point: losses(*point) @ w, params))(
                each
            )

        each = jnp.eye(zoo.N_SAMPLES)
        params = space.start(drawn.upper)
        params = space.move(params, -0.5, jax.tree.map(lambda x: x.sum(0), gradients(params)))
        slopes = gradients(params)
        directions = jax.tree.map(lambda g, p: jnp.concatenate([g[:2], p[None]]), slopes, params)
        products = jax.vmap(jax.vmap(space.inner, (None, 0)), (0, None))
        return {
            "gradients": jax.tree.map(
                jnp.subtract, jax.vmap(space.linearised(losses, params).backward)(each), slopes
            ),
            "inner": products(directions, slopes),
            "squares": products(directions, directions),
            "directional": jax.vmap(space.linearised(losses, params).forward)(directions),
            "differences": jax.vmap(
                lambda one: (
                    (at(space.move(params, step, one)) - at(space.move(params, -step, one)))
                    / (2 * step)
                )
            )(directions),
            "filters": jax.vmap(lambda one: space.filters(space.move(params, -0.5, one)))(
                directions
            ),
        }

    return {space: measured(space) for space in SPACES}


@pytest.mark.law
@pytest.mark.parametrize("space", SPACES)
def test_directional_derivatives_are_products_with_the_gradients(verbs, space, tolerance):
    np.testing.assert_allclose(
        verbs[space]["directional"], verbs[space]["inner"], rtol=tolerance, atol=tolerance
    )


@pytest.mark.skipif(FLOAT32, reason="finite differences need float64")
@pytest.mark.parametrize("space", SPACES)
def test_directional_derivatives_are_the_change_of_the_losses(verbs, space):
    np.testing.assert_allclose(
        verbs[space]["directional"], verbs[space]["differences"], rtol=1e-6, atol=1e-8
    )


@pytest.mark.law
@pytest.mark.parametrize("space", SPACES)
def test_the_transpose_gives_the_gradients(verbs, space, tolerance):
    for leaf in jax.tree.leaves(verbs[space].pop("gradients")):
        np.testing.assert_allclose(leaf, 0, atol=tolerance)


@pytest.mark.law
def test_products_and_moves_do_not_depend_on_the_space(verbs, tolerance):
    for verb in verbs["weights"]:
        np.testing.assert_allclose(
            verbs["coefficients"][verb],
            verbs["weights"][verb],
            rtol=tolerance,
            atol=tolerance,
            err_msg=verb,
        )


@pytest.mark.law
@pytest.mark.parametrize(
    "problem", [zoo.specimen(ss.SignalNoise), zoo.turned(ss.SignalNoise)], ids=zoo.label
)
def test_decompose_and_recompose_are_inverse(problem):
    bound = 1e-4 if FLOAT32 else 1e-12
    drawn, n_patches = zoo.explicit(zoo.experiment(problem)), problem.noise_patches
    random_numbers = np.random.default_rng(0)
    own = np.array([-1, 1])[:, None, None] == np.asarray(drawn.train.label)
    rho = random_numbers.standard_normal((2, 3, zoo.N_SAMPLES, n_patches))
    bar, underline = (np.where(mask[..., None], rho, 0) for mask in (own, ~own))
    squeezed = (part[..., 0] if n_patches == 1 else part for part in (bar, underline))
    given = ss.Decomposition(
        jnp.asarray(random_numbers.standard_normal((2, 3))), *map(jnp.asarray, squeezed)
    )
    filters = ss.recompose(given, drawn.first, drawn.train)
    found = ss.decompose(filters, drawn.first, drawn.train)
    again = ss.recompose(found, drawn.first, drawn.train)
    assert zoo.difference(found, given) < bound
    assert np.abs(again - filters).max() < bound * np.abs(filters).max()


@pytest.mark.law
def test_a_decomposition_is_as_exact_as_its_atoms_are_independent():
    """With as many of them as dimensions: an error of rounding times their condition, not its
    square.
    """
    source, eps = np.random.default_rng(0), np.finfo(np.float32 if FLOAT32 else float).eps
    worst = 0.0
    for _ in range(20):
        atoms, given = source.standard_normal((12, 12)), source.standard_normal((2, 3, 12))
        signal, noise = map(jnp.asarray, (atoms[:4], atoms[4:, None]))
        found = project(jnp.asarray(given @ atoms), signal, noise)
        found = np.concatenate([found.signal, found.noise[..., 0]], axis=-1)
        worst = max(worst, np.linalg.cond(atoms))
        assert np.abs(found - given).max() < 10 * eps * np.linalg.cond(atoms)
    assert worst > 100
