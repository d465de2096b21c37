"""Several classes: labels, flips, losses and margins by their definitions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from conftest import FLOAT32
from jax import random
from scipy.stats import chisquare

import sigspike as ss
from sigspike.models import labels
from sigspike.simulation.observer import Observer
from sigspike.simulation.records import SummaryRecord
from sigspike.simulation.simulation import begin, draw

K, N = 4, 20_000
MATRIX = np.array([[0.7, 0.3, 0, 0], [0, 1, 0, 0], [0.1, 0.2, 0.3, 0.4], [0, 0, 0.5, 0.5]])
LAWS = {
    "any other": (0.3, ss.AnyOther(), 0.7 * np.eye(K) + 0.1 * (1 - np.eye(K))),
    "next": (0.3, ss.NextClass(), 0.7 * np.eye(K) + 0.3 * np.roll(np.eye(K), 1, axis=1)),
    "matrix": (0.0, ss.TransitionMatrix(MATRIX), MATRIX),
}


def problem(**options):
    given = {"n_classes": K, "dim": 30, "signal_strength": 2.0, "noise_std": 0.5}
    return ss.ManyClasses(**given | options)


def counts(truth, label, n_classes=K):
    """How often a class is given as each other."""
    pairs = np.stack([np.asarray(truth, int), np.asarray(label, int)])
    return np.array(
        [[np.sum((pairs[0] == k) & (pairs[1] == g)) for g in range(n_classes)] for k in range(K)]
    )


def follows(found, law):
    """Whether counts may come from a law; what it excludes never comes."""
    for row, chance in zip(found, law, strict=True):
        assert (row[chance == 0] == 0).all()
        there = chance > 0
        assert there.sum() == 1 or chisquare(row[there], row.sum() * chance[there]).pvalue > 1e-4


@pytest.mark.parametrize("name", LAWS)
def test_given_labels_follow_their_transition_law(name):
    rate, transition, law = LAWS[name]
    at = problem(flip_rate=rate, transition=transition)
    truth = labels.drawn(random.key(0), N, K)
    assert chisquare(np.bincount(np.asarray(truth, int))).pvalue > 1e-4
    follows(counts(truth, at.flip(random.key(1), truth)), law)


def test_fresh_flips_go_to_any_other_class():
    truth = labels.drawn(random.key(0), N, K)
    drawn = random.uniform(random.key(1), (N,))
    follows(counts(truth, labels.other(truth, drawn, 0.3, K)), LAWS["any other"][2])


def test_smoothing_is_the_expectation_of_flips():
    """At α = p K / (K − 1)."""
    rng = np.random.default_rng(0)
    logits, truth = jnp.asarray(rng.standard_normal((5, K))), jnp.array([0.0, 1, 2, 3, 1])
    rate = 0.3
    smooth = ss.Smoothing(rate * K / (K - 1)).losses(ss.Logistic(), logits, truth, ())
    each = np.stack([ss.Logistic().of(logits, jnp.full(5, float(k))) for k in range(K)], 1)
    law = LAWS["any other"][2][np.asarray(truth, int)]
    np.testing.assert_allclose(smooth, (law * each).sum(1), rtol=1e-5)


def test_losses_of_two_logits_are_those_of_their_difference():
    rng = np.random.default_rng(1)
    logits, place = jnp.asarray(rng.standard_normal((6, 2))), np.array([0, 1, 1, 0, 1, 0])
    margin = (2 * place - 1) * np.asarray(logits[:, 1] - logits[:, 0])
    found = ss.CrossEntropy().among(logits, jnp.asarray(place, float))
    np.testing.assert_allclose(found, ss.Logistic()(jnp.asarray(margin)), rtol=1e-5)


def test_margins_and_ties():
    logits = jnp.array([[1.0, 3, 2], [1, 1, 1], [2, 2, 0], [np.nan, 0, 0]])
    label = jnp.array([1.0, 0, 2, 1])
    np.testing.assert_array_equal(labels.margin(logits, label)[:3], [1, 0, -2])
    np.testing.assert_allclose(labels.correct(logits, label), [1, 1 / 3, 0, np.nan], rtol=1e-6)


@pytest.mark.parametrize("patches", ["sum", "mean"])
@pytest.mark.parametrize("kind", [ss.LinearModel, ss.PatchCNN])
def test_an_error_counts_what_is_answered_wrongly(kind, patches):
    """However a compiler rounds a logit in one place and another: at rows that were not trained
    on, by NumPy, and with room for more neurons.
    """
    at = zoo.experiment(
        problem(), kind(3, init_std=0.1, patches=patches), n_test=400, measure="coefficients"
    )
    key = random.key(1)
    found = ss.simulate(at, key)
    drawn = draw(at, random.split(key)[0], at.explicit_dim)
    task, start = begin(at, drawn)
    held = Observer(SummaryRecord, task, drawn.test, at.algorithm, at.problem.n_axes)
    logits = held._test_logits(start)
    wrong = np.argmax(logits, axis=1) != np.asarray(drawn.test.label)
    np.testing.assert_allclose(found.test_error[0], wrong.mean(), rtol=1e-6)
    np.testing.assert_allclose(found.train_accuracy, (found.margin > 0).mean(1), rtol=1e-6)
    wider = ss.simulate(ss.put(at, "network", at.network.padded(4)), key)
    np.testing.assert_allclose(wider.test_error, found.test_error, rtol=1e-6)


@pytest.mark.law
def test_without_a_signal_one_guess_in_k_is_right():
    for n_classes in (2, 3, 5):
        at = problem(n_classes=n_classes, signal_strength=0.0)
        run = zoo.experiment(at, n_steps=20, record_every=20, n_test=4000)
        last = ss.simulate(run, random.key(n_classes))
        assert abs(last.test_error[-1] - (1 - 1 / n_classes)) < 5 * last.test_error_se[-1]


@pytest.mark.skipif(FLOAT32, reason="agreement to 1e-9 needs float64")
@pytest.mark.parametrize("loss", [ss.CrossEntropy, ss.Squared])
def test_spaces_agree_for_three_classes(loss):
    """With flips, batches and momentum."""
    dials = {"labels": ss.Flips(0.2), "batches": ss.Shuffled(3), "optimiser": ss.HeavyBall(0.5)}
    algorithm = ss.GradientDescent(0.1, loss=loss(), **dials)
    at = problem(n_classes=3, flip_rate=0.2)
    run = zoo.experiment(at, zoo.specimen(ss.PatchCNN, init_std=0.2), algorithm)
    drawn = zoo.explicit(run)
    here, there = (
        zoo.learn(ss.put(run, "space", s), drawn, random.key(1))
        for s in ("coefficients", "weights")
    )
    assert zoo.difference(here, there) < 1e-10
    assert np.ptp(here.train_loss) > 1e-3


@pytest.mark.parametrize("measure", ["summary", "coefficients"])
def test_a_sweep_over_the_classes_is_its_cells(measure):
    at = zoo.experiment(problem(), n_steps=10, record_every=10, measure=measure)
    data = ss.sweep(at, {"problem.n_classes": [2, 3]}, n_seeds=2, seed=3)
    for place, n_classes in enumerate((2, 3)):
        own = data.isel(n_classes=place)
        alone = ss.sweep(ss.put(at, "problem.n_classes", n_classes), {}, n_seeds=2, seed=3)
        for name in alone.data_vars:
            inside = own[name].values[tuple(slice(size) for size in alone[name].shape)]
            np.testing.assert_allclose(inside, alone[name], rtol=1e-6, err_msg=name)
            assert np.isnan(own[name]).sum() >= own[name].size - inside.size


REFUSED = {
    "a loss of two classes": lambda: zoo.experiment(
        problem(), algorithm=ss.GradientDescent(0.1, loss=ss.Hinge())
    ),
    "multipliers": lambda: zoo.experiment(
        problem(), algorithm=ss.GradientDescent(0.1, labels=ss.Multipliers())
    ),
    "attention": lambda: zoo.experiment(problem(), ss.AttentionPooling()),
    "more classes than dimensions": lambda: problem(n_classes=31),
    "a row that is no law": lambda: ss.TransitionMatrix(np.array([[0.5, 0.4], [0.0, 1.0]])),
    "a matrix that is not square": lambda: ss.TransitionMatrix(np.ones((2, 3)) / 3),
    "a matrix of other classes": lambda: problem(transition=ss.TransitionMatrix(np.eye(3))),
    "a rate beside a matrix": lambda: problem(
        flip_rate=0.1, transition=ss.TransitionMatrix(MATRIX)
    ),
    "one class": lambda: problem(n_classes=1),
    "one token": lambda: zoo.experiment(zoo.specimen(ss.OneVector), ss.AttentionPooling()),
    "no feature": lambda: ss.Features(30, 2.0, 0.5, first=ss.NoFeature(), second=ss.NoFeature()),
    "a probability above one": lambda: ss.Feature(presence=1.2),
    "support beyond the dimension": lambda: ss.SparseNoise(30, 2.0, 0.5, support=30),
    "a record of another network": lambda: zoo.experiment(measure="attention"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_means_nothing_is_refused_in_one_sentence(name):
    with pytest.raises(ss.Refusal) as error:
        REFUSED[name]()
    assert "\n" not in str(error.value), error.value
    assert "got" in str(error.value)


def test_a_transition_file_is_its_matrix(tmp_path):
    path = tmp_path / "rows.txt"
    np.savetxt(path, MATRIX, delimiter=",")
    found = ss.TransitionMatrix.transition_file(path)
    np.testing.assert_allclose(found.rows, MATRIX)
    path.write_text("0.5 0.5\n1\n")
    with pytest.raises(ss.Refusal, match="square matrix"):
        ss.TransitionMatrix.transition_file(path)
    assert jax.tree.leaves(found)
