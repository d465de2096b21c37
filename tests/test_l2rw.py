"""L2RW is Algorithm 1 of Ren et al. 2018, in both spaces, in the theory and on images."""

from typing import ClassVar, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import zoo
from conftest import FLOAT32
from jax import random

import sigspike as ss
from sigspike.common.reweighting import Rule
from sigspike.images import methods
from sigspike.images.methods import Batch, Clean, Descent, State
from sigspike.images.methods.state import Model, Weights
from sigspike.images.networks import ImageNetwork
from sigspike.images.networks.entries import Entry, uniform
from sigspike.models.examples import Examples
from sigspike.simulation.simulation import Draw, begin
from sigspike.training import Randomness
from sigspike.training.spaces import SPACES

N, N_CLEAN, DIM, RATE, DECAY, N_STEPS = 8, 4, 6, 0.7, 0.05, 5
PROBLEM = zoo.specimen(ss.SignalNoise, n_noise_patches=2).with_flip_rate(0.4)

pytestmark = pytest.mark.skipif(FLOAT32, reason="agreement to 1e-10 needs float64")


class Softmax(Rule):
    """A rule of a user's: w = softmax of the couplings, which are all that it keeps; equal weights
    at first.
    """

    sum_to_one: ClassVar[bool] = True

    def init(self, key, n_samples):
        return jnp.zeros(n_samples)

    def proposed(self, state, ids, losses):
        return jax.nn.softmax(state[ids])

    def revised(self, state, ids, losses, couplings):
        return state.at[ids].set(couplings)


def slopes(filters, inputs, label, power):
    """ℓ_i and ∇ℓ_i, one by one, of f = (1/m) Σ_j Σ_r Σ_p j σ(⟨w_{j,r}, x^(p)⟩)."""
    values, gradients = [], []
    for patches, y in zip(inputs, label, strict=True):
        f, gradient = 0.0, np.zeros_like(filters)
        for j, sign in enumerate((-1, 1)):
            for r, w in enumerate(filters[j]):
                for x in patches:
                    f += sign * max(w @ x, 0) ** power / len(filters[j])
                    gradient[j, r] += (
                        sign
                        * power
                        * max(w @ x, 0) ** (power - 1)
                        * (w @ x > 0)
                        * x
                        / len(filters[j])
                    )
        values.append(np.log1p(np.exp(-y * f)))
        gradients.append(-y / (1 + np.exp(y * f)) * gradient)
    return np.array(values), np.array(gradients)


def learning_to_reweight(filters, inputs, label, power, rate):
    """Algorithm 1: a look-ahead at ε = 0, ∇ε by the chain rule, w = max(−∇ε, 0)/Σ, and a step along
    Σ_i w_i ∇ℓ_i.
    """
    seen = []
    for _ in range(N_STEPS):
        _, own = slopes(filters, inputs[:N], label[:N], power)
        ahead = filters - rate * np.einsum("i,ijrd->jrd", np.zeros(N), own)
        clean = slopes(ahead, inputs[N:], label[N:], power)[1].mean(0)
        by_epsilon = np.array([-rate * np.sum(gradient * clean) for gradient in own])
        raw = np.maximum(-by_epsilon, 0)
        weights = raw / (raw.sum() if raw.sum() > 0 else 1)
        seen.append((weights, -by_epsilon / rate))
        filters = filters - rate * np.einsum("i,ijrd->jrd", weights, own)
    return filters, [np.array(part) for part in zip(*seen, strict=True)]


@pytest.mark.law
@pytest.mark.parametrize("ahead", [True, False])
@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("space", SPACES)
def test_fresh_weights_are_l2rw(space, power, ahead):
    network = zoo.specimen(ss.PatchCNN, activation=ss.ReLUPower(power), init_std=0.3)
    algorithm = ss.MetaReweighting(RATE, N_CLEAN, rule=ss.FreshWeights(), ahead=ahead)
    sizes = {"n_steps": N_STEPS, "record_every": 1, "measure": "weights", "space": space}
    setting = zoo.experiment(PROBLEM, network, algorithm, **sizes)
    drawn = zoo.explicit(setting)
    data = drawn.train.then(drawn.clean)
    inputs = np.concatenate([(data.membership[:, 0] @ data.signal)[:, None], data.noise], 1)
    filters, (weights, couplings) = learning_to_reweight(
        np.asarray(drawn.first), inputs, np.asarray(data.label), power, RATE
    )
    record = zoo.learn(setting, drawn, random.key(1))
    np.testing.assert_allclose(record.weight[1:], weights, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(record.coupling[:-1], couplings, rtol=1e-10, atol=1e-13)
    nothing = Randomness(None, (), ())
    walk = jax.jit(lambda run: zoo.walk(space, network, algorithm, run, nothing, N_STEPS).filters)
    found = walk(drawn)
    np.testing.assert_allclose(found, filters, rtol=1e-10, atol=1e-12)
    assert 0 < (weights > 0).mean() < 1
    assert np.abs(filters - drawn.first).max() > 0.1


class Line(ImageNetwork):
    """Logits (0, ⟨w, x⟩): cross entropy is then the logistic loss of the linear model."""

    def entries(self):
        return {"weight": Entry((DIM,), uniform(DIM))}

    def layers(self, forward, images):
        inputs = images.reshape(len(images), -1)
        answer = inputs @ forward.params["weight"]
        return jnp.stack([jnp.zeros_like(answer), answer], 1), inputs, images


class Data(NamedTuple):
    """Inputs and labels ±1, of which the last are clean, and a start."""

    inputs: np.ndarray
    label: np.ndarray
    start: np.ndarray


DATA = Data(
    *(
        np.random.default_rng(0).standard_normal(shape)
        for shape in ((N + N_CLEAN, DIM), N + N_CLEAN, DIM)
    )
)
DATA = DATA._replace(label=np.sign(DATA.label))
RULES = [*(zoo.specimen(kind) for kind in zoo.concrete(Rule)), Softmax(), ss.FreshWeights(every=2)]


def in_theory(rule, space, ahead):
    """The weights of the model and the rule's state after every step."""
    inputs, label = jnp.asarray(DATA.inputs)[:, None], jnp.asarray(DATA.label)
    data = Examples(
        jnp.zeros((0, DIM)), jnp.zeros(0), jnp.zeros((len(label), 0, 0)), inputs, label, label, True
    )
    algorithm = ss.MetaReweighting(RATE, N_CLEAN, rule=rule, ahead=ahead, weight_decay=DECAY)
    drawn = Draw(data[:N], data[N:], data, jnp.asarray(DATA.start)[None, None], ())
    chosen = zoo.experiment(network=ss.LinearModel(), algorithm=algorithm, space=space)
    (task, params), seen = begin(chosen, drawn), []
    state, step = algorithm.init(task, params, random.key(3)), eqx.filter_jit(algorithm.step)
    for _ in range(N_STEPS):
        params, state = step(task, params, state, Randomness(None, (), ()))
        seen.append((task.space.filters(params)[0, 0], state.weights))
    return seen


def in_images(rule, ahead):
    """The same of a training on images, whose batch is all of them."""
    images = jnp.asarray(DATA.inputs).reshape(-1, 1, DIM, 1)
    label = jnp.asarray(DATA.label > 0, int)
    clean, nothing = Clean(images[N:], label[N:]), jnp.zeros((), int)
    batch = Batch(
        jnp.arange(N),
        images[:N],
        label[:N],
        jnp.ones(N),
        (),
        clean,
        random.key(0),
        nothing,
        nothing * 1.0,
    )
    transform = optax.add_decayed_weights(DECAY)
    weights = Weights({"weight": jnp.asarray(DATA.start)})
    state = State(
        (Model(weights, {}, transform.init(weights)),),
        rule.init(random.fold_in(random.key(3), jnp.uint32(2**32 - 1)), N + 1),
        nothing,
    )
    descent, seen = Descent(Line(2, in_channels=1), transform, jnp.asarray(RATE)), []
    step = jax.jit(
        lambda state: methods.MetaReweighting(rule, ahead=ahead).step(state, batch, descent)[0]
    )
    for _ in range(N_STEPS):
        state = step(state)
        kept = jax.tree.map(
            lambda part: part[:N] if part.shape == (N + 1,) else part, state.carried
        )
        seen.append((state.models[0].weights.network["weight"], kept))
    return seen


@pytest.mark.parametrize("ahead", [True, False])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{zoo.label(rule)}-{rule.every}")
def test_the_theory_and_the_images_reweight_alike(rule, ahead):
    images = in_images(rule, ahead)
    for space in SPACES:
        for one, other in zip(
            jax.tree.leaves(in_theory(rule, space, ahead)), jax.tree.leaves(images), strict=True
        ):
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-13)
    assert max(float(jnp.ptp(leaf)) for leaf in jax.tree.leaves(images[-1][1])) > 1e-3
    assert np.abs(images[-1][0] - DATA.start).max() > 0.1


def test_a_users_rule_that_sums_to_one_is_taken_without_1_over_n():
    """c_i = ⟨∇ℓ_i(w), ∇L_val(ŵ)⟩, ŵ = w − η (Σ_i ω_i ∇ℓ_i + λ w), by hand on a linear model."""
    weights, inputs, label = DATA.start, DATA.inputs, DATA.label
    share, found = np.full(N, 1 / N), in_images(Softmax(), True)

    def gradients(at, chosen):
        return (
            -(label[chosen] / (1 + np.exp(label[chosen] * (inputs[chosen] @ at))))[:, None]
            * inputs[chosen]
        )

    for after, couplings in found:
        own = gradients(weights, slice(0, N))
        ahead = weights - RATE * (share @ own + DECAY * weights)
        expected = own @ gradients(ahead, slice(N, None)).mean(0)
        np.testing.assert_allclose(couplings, expected, rtol=1e-10, atol=1e-13)
        share = np.exp(expected) / np.exp(expected).sum()
        weights = weights - RATE * (share @ own + DECAY * weights)
        np.testing.assert_allclose(after, weights, rtol=1e-10)
