"""Chains of runs: one that goes on, tasks in sequence, labels from a teacher."""

from dataclasses import replace

import by_hand
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from by_hand.nets import Linearised, Net, patches
from conftest import FLOAT32
from jax import random

import sigspike as ss
from sigspike.foundation.check import Range
from sigspike.foundation.fields import number
from sigspike.models.problems.planted import Signals
from sigspike.training.spaces import SPACES

KEY = random.key(3)
T1, T2 = 20, 30
MOMENTUM = {"optimiser": ss.HeavyBall(0.9), "weight_decay": 0.01}
GOING_ON = {
    "momentum, batches, schedule": ss.GradientDescent(
        0.1, batches=ss.Shuffled(3), schedule=ss.Cosine(60), **MOMENTUM
    ),
    "flips, drawn, sharpness": ss.LabelNoiseGD(
        0.2, 0.2, batches=ss.Drawn(4), ascent=ss.Sharpness(0.1), optimiser=ss.Nesterov(0.5)
    ),
    "weights that persist": ss.MetaReweighting(0.3, zoo.N_CLEAN, inputs=ss.Mixup()),
    "noise": ss.GradientDescent(0.1, gradient=ss.NoisyGradient(0.1, 0.5), **MOMENTUM),
}
AXES = {"Adam": ss.GradientDescent(0.02, optimiser=ss.Adam(), batches=ss.Shuffled(5))}


class Turned(ss.SignalNoise):
    """±μ at an angle to the first axis, in the plane of the first two, to which noise is
    orthogonal.
    """

    angle: float = number(Range(), "angle", default=0.0, kw_only=True)

    @property
    def n_axes(self):
        return 2

    def signals(self, frame):
        turn = jnp.stack([jnp.cos(self.angle), jnp.sin(self.angle)])
        mu = self.signal_strength * turn @ frame.axes(2)
        return Signals(jnp.stack([-mu, mu]), jnp.array([-1.0, 1.0]))


def weights(problem=None, network=None, algorithm=None, **settings):
    defaults = {"n_steps": T1, "record_every": 10, "space": "weights"}
    return zoo.experiment(problem, network, algorithm, **(defaults | settings))


def same(found, expected, name=""):
    jax.tree.map(
        lambda a, b: np.testing.assert_array_equal(a, b, err_msg=name),
        [leaf for leaf in jax.tree.leaves(found) if not _is_key(leaf)],
        [leaf for leaf in jax.tree.leaves(expected) if not _is_key(leaf)],
    )


def _is_key(leaf):
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


@pytest.mark.parametrize(
    ("space", "name"),
    [(space, name) for name in GOING_ON for space in SPACES] + [("weights", "Adam")],
)
def test_a_run_that_goes_on_is_one_run_bit_for_bit(space, name):
    algorithm = (GOING_ON | AXES)[name]
    problem = zoo.specimen(ss.SignalNoise).with_flip_rate(0.2)
    whole = weights(problem, None, algorithm, space=space, n_steps=T1 + T2)
    expected, last = ss.train(whole, KEY)
    first, half = ss.train(ss.put(whole, "n_steps", T1), KEY)
    second, end = ss.train(ss.put(whole, "n_steps", T2), start=half)
    for field in vars(expected):
        value = np.asarray(getattr(expected, field))
        same(np.asarray(getattr(first, field)), value[: T1 // 10 + 1], field)
        same(np.asarray(getattr(second, field)), value[T1 // 10 :], field)
    same((end.drawn, end.carry, end.step), (last.drawn, last.carry, last.step))
    assert int(end.step) == T1 + T2
    assert np.any(expected.rho_bar[-1] != expected.rho_bar[2]), "the second half learns"


def test_the_first_run_of_a_chain_is_the_simulation_of_its_experiment():
    at = weights(None, None, GOING_ON["flips, drawn, sharpness"])
    gap = zoo.difference(ss.train(at, KEY)[0], ss.simulate(at, KEY))
    assert gap < (1e-4 if FLOAT32 else 1e-11)


def test_steps_after_the_last_record_are_taken_too():
    at = weights(record_every=None, record_at=(0, 7), n_steps=T1)
    record, end = ss.train(at, KEY)
    expected = ss.train(weights(), KEY)[1]
    assert int(record.step[-1]) == 7
    assert int(end.step) == T1
    np.testing.assert_allclose(end.filters, expected.filters, rtol=1e-5 if FLOAT32 else 1e-12)


def test_a_fitted_run_that_goes_on_stands_still_and_a_new_task_does_not():
    at = weights(algorithm=ss.GradientDescent(0.5), stop="fitted", n_steps=100, record_every=50)
    expected = ss.train(ss.put(at, "n_steps", 150), KEY)[0]
    record, end = ss.train(at, KEY)
    assert 0 < int(record.stopped_at[-1]) < 100
    further = ss.train(ss.put(at, "n_steps", 50), start=end)[0]
    np.testing.assert_array_equal(further.stopped_at, expected.stopped_at[2:])
    np.testing.assert_array_equal(further.step, [100, 150])
    np.testing.assert_array_equal(further.rho_bar, expected.rho_bar[2:])
    other = ss.train(ss.put(at, "n_samples", 20), random.key(8), start=end)[0]
    assert int(other.stopped_at[0]) == -1
    assert np.any(other.gamma[-1] != other.gamma[0])


@pytest.mark.skipif(FLOAT32, reason="an oracle to 1e-9 needs float64")
@pytest.mark.parametrize("regime", ["feature", "kernel"])
@pytest.mark.parametrize("optimiser", [ss.HeavyBall(0.8), ss.Adam()], ids=zoo.label)
def test_two_tasks_in_sequence_are_those_by_hand(regime, optimiser):
    """Two signals at an angle; more samples, noise of another size and another batch size."""
    made = {"optimiser": optimiser, "weight_decay": 0.02}
    network = zoo.specimen(ss.PatchCNN, bias=True, init_std=0.2)
    one = weights(
        Turned(30, 2.0, 0.5), network, ss.SGD(0.02, 3, **made), regime=regime, record_every=5
    )
    two = weights(
        Turned(30, 1.5, 0.7, angle=1.0),
        network,
        ss.GradientDescent(0.03, **made),
        regime=regime,
        n_samples=11,
        record_every=5,
    )
    _, end = ss.train(one, KEY)
    record, last = ss.train(two, random.key(4), start=end)
    noises = []
    for at, key in ((one, KEY), (two, random.key(4))):
        own = random.split(key)[1]
        noises.append(at.algorithm.draw(own, jnp.arange(2 * T1 + 1), at.n_samples))
    before = by_hand.begun(one, end.drawn, noises[0], None)
    for _ in range(T1):
        before.advance()
    run = by_hand.begun(two, last.drawn, noises[1], None)
    np.testing.assert_array_equal(last.drawn.first, end.drawn.first)
    assert not np.allclose(last.drawn.train.noise[:8], end.drawn.train.noise)
    run.theta, run.share, run.left = before.theta, before.share, before.left
    run.memory, run.step = before.memory, before.step
    for step in range(T1 + 1):
        if step % 5 == 0:
            for name, value in by_hand.record(run, "coefficients").items():
                found = np.asarray(getattr(record, name))[step // 5]
                np.testing.assert_allclose(found, value, rtol=0, atol=1e-9, err_msg=name)
        if step < T1:
            run.advance()
    assert np.abs(record.gamma[-1] - record.gamma[0]).max() > 1e-2


def test_weights_that_persist_begin_anew_on_other_samples():
    at = weights(algorithm=ss.MetaReweighting(0.3, zoo.N_CLEAN), measure="weights")
    record, end = ss.train(at, KEY)
    fresh = record.weight[0]
    assert np.any(record.weight[-1] != fresh)
    again = ss.train(at, random.key(8), start=end)[0]
    np.testing.assert_array_equal(again.weight[0], fresh)
    onward = ss.train(at, start=end)[0]
    np.testing.assert_array_equal(onward.weight[0], record.weight[-1])


TEACHERS = {
    "biases": (zoo.specimen(ss.PatchCNN, width=2, bias=True), "feature", Net),
    "three layers, kernel": (
        zoo.specimen(ss.ThreeLayerCNN, init_std=0.3), "kernel", Linearised
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TEACHERS)
def test_a_teacher_labels_new_samples_as_its_network_by_hand(name):
    network, regime, kind = TEACHERS[name]
    _, teacher = ss.train(weights(network=network, regime=regime, n_steps=60), KEY)
    problem = ss.put(zoo.specimen(ss.SignalNoise), "signal_strength", 0.3).with_flip_rate(0.3)
    record, end = ss.train(weights(problem, n_samples=40), random.key(5), teacher=teacher)
    train = end.drawn.train
    net = kind(network, np.asarray(teacher.drawn.first), teacher.drawn.upper)
    learnt = [np.ravel(teacher.carry.params.upper)] if net.deep else []
    theta = np.concatenate([np.ravel(teacher.filters), *learnt])
    answers = np.array([net.answer(theta, x)[0] for x in patches(train, network.bias)])
    np.testing.assert_array_equal(train.label, np.sign(answers))
    np.testing.assert_allclose(teacher.logits(train), answers, atol=1e-4 if FLOAT32 else 1e-10)
    np.testing.assert_array_equal(record.flipped[0], train.label != train.truth)
    assert 0 < np.mean(train.label != train.truth) < 1


def test_a_student_learns_its_teachers_labels():
    """Otherwise a run is the same: the draws of the key, with other labels."""
    _, teacher = ss.train(weights(n_steps=60), KEY)
    at = weights(n_samples=40, algorithm=ss.GradientDescent(0.5), n_steps=100, record_every=50)
    record, end = ss.train(at, random.key(5), teacher=teacher)
    plain = ss.train(at, random.key(5))[1].drawn
    np.testing.assert_array_equal(plain.train.noise, end.drawn.train.noise)
    relabelled = replace(plain, train=replace(plain.train, label=end.drawn.train.label))
    expected = zoo.learn(at, relabelled, random.split(random.key(5))[1])
    assert zoo.difference(record, expected) < (1e-4 if FLOAT32 else 1e-11)


def test_three_classes_are_taught_by_the_largest_logit():
    problem = zoo.specimen(ss.ManyClasses)
    _, teacher = ss.train(weights(problem, n_steps=60), KEY)
    _, end = ss.train(weights(problem, n_samples=30), random.key(5), teacher=teacher)
    logits = np.asarray(teacher.logits(end.drawn.train))
    np.testing.assert_array_equal(end.drawn.train.label, logits.argmax(1))
    assert len(np.unique(end.drawn.train.label)) > 1


@pytest.mark.parametrize("space", SPACES)
def test_a_run_goes_on_with_labels_of_its_own(space):
    """Self-training on the same samples, in either space: the flips it has not yet fitted go."""
    problem = zoo.specimen(ss.SignalNoise).with_flip_rate(0.3)
    at = weights(problem, space=space, n_samples=20, n_steps=T1)
    record, end = ss.train(at, KEY)
    further, last = ss.train(at, start=end, teacher=end)
    given, margin = np.asarray(end.drawn.train.label), np.asarray(record.margin[-1])
    np.testing.assert_array_equal(last.drawn.train.label, given * np.sign(margin))
    np.testing.assert_allclose(further.margin[0], np.abs(margin), rtol=1e-6)
    assert float(further.train_accuracy[0]) == 1 > float(record.train_accuracy[-1])


def test_chains_go_through_vmap():
    at = weights(n_steps=10)
    keys = random.split(KEY, 2)

    def chain(key):
        _, end = ss.train(at, key)
        return ss.train(at, random.fold_in(key, 1), start=end)[0]

    both = jax.vmap(chain)(keys)
    for k in range(2):
        alone = chain(keys[k])
        assert zoo.difference(zoo.cell(both, k), alone) < (1e-4 if FLOAT32 else 1e-10)
