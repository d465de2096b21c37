"""Training on noisy labels: steps and measures against plain loops, and exact resumption."""

import csv
import json
import math
import signal
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax import random
from tiny_training import DATASET, NOISY, TRAINING, Tiny, killed

from sigspike.foundation.check import Refusal
from sigspike.images import data, methods, noise
from sigspike.images.augmentation import Augmentation
from sigspike.images.methods import Evaluated, Model
from sigspike.images.training import SGD, Adam, Cosine, Milestones, Suspects, train
from sigspike.images.training.epoch import ordered, run_epoch
from sigspike.images.training.evaluation import outputs
from sigspike.images.training.setup import Setup
from sigspike.images.training.watch import fitted, selection


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A training that nothing interrupted, and its folder."""
    folder = tmp_path_factory.mktemp("whole")
    return train(TRAINING, DATASET, NOISY, folder, keep_losses=True), folder


def same(one, other):
    return all(jax.tree.leaves(jax.tree.map(lambda a, b: bool((a == b).all()), one, other)))


def timeless(rows):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def lines(folder):
    return timeless(json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines())


def test_a_training_that_was_stopped_comes_to_the_same_bits(whole, tmp_path):
    result, folder = whole
    train(TRAINING, DATASET, NOISY, tmp_path, until=1)
    # What a process that was killed may leave: an epoch too much, and half a line.
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write((tmp_path / "log.jsonl").read_text() + '{"epoch": 3, "trai')
    with (tmp_path / "log.csv").open("a") as log:
        log.write("2,0.1")
    resumed = train(TRAINING, DATASET, NOISY, tmp_path)
    assert same(result.state, resumed.state)
    assert timeless(resumed.rows) == timeless(result.rows)
    assert lines(tmp_path) == lines(folder)
    with (tmp_path / "log.csv").open() as table:
        rows = list(csv.DictReader(table))
    assert [float(row["test_accuracy"]) for row in rows] == [
        row["test_accuracy"] for row in result.rows
    ]
    assert (tmp_path / "suspects.csv").read_text() == (folder / "suspects.csv").read_text()


def test_a_training_that_is_killed_comes_to_the_same_bits(whole, tmp_path):
    """SIGKILL before the second step of the third epoch, in a process of its own."""
    assert killed(tmp_path, 2 * 3 + 1) == -signal.SIGKILL
    assert len(lines(tmp_path)) == 2
    resumed = train(TRAINING, DATASET, NOISY, tmp_path)
    assert same(whole[0].state, resumed.state)
    assert timeless(resumed.rows) == timeless(whole[0].rows)


def test_another_training_is_refused_by_the_first_field_that_differs(whole):
    folder = whole[1]
    other = replace(TRAINING, optimiser=SGD(0.2))
    with pytest.raises(
        Refusal,
        match=r"`out` .* another run \(training\.optimiser.learning_rate: 0.05 .* 0.2 now\)",
    ):
        train(other, DATASET, NOISY, folder)
    flipped = replace(NOISY, labels=(NOISY.labels + 1) % 3)
    with pytest.raises(Refusal, match=r"noise\.realised_rate"):
        train(TRAINING, DATASET, flipped, folder)


def test_a_broken_checkpoint_is_refused(whole, tmp_path):
    content = (whole[1] / "checkpoint.npz").read_bytes()
    (tmp_path / "checkpoint.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(Refusal, match="remove it to begin anew"):
        train(TRAINING, DATASET, NOISY, tmp_path)


def test_a_toy_is_learnt_and_its_wrong_labels_are_found(whole):
    result, folder = whole
    assert result.last["test_accuracy"] > 0.9
    assert result.best["test_accuracy"] == max(row["test_accuracy"] for row in result.rows)
    assert result.chosen_on == "test"
    flipped = NOISY.flipped
    assert flipped is not None
    clean_loss, flipped_loss = (result.suspects.loss[where].mean() for where in (~flipped, flipped))
    assert flipped_loss > 1.5 * clean_loss
    assert result.last["auc"] > 0.9
    mean = np.mean(
        [np.load(folder / "losses" / f"{epoch + 1:04d}.npy") for epoch in range(TRAINING.epochs)], 0
    )
    np.testing.assert_allclose(result.suspects.loss, mean, rtol=1e-5)
    curves = result.curves()
    assert dict(curves.sizes) == {"time": TRAINING.epochs, "kind": 2}
    assert float(curves["accuracy"].sel(kind="flipped")[-1]) == result.last["accuracy_flipped"]


def test_what_is_measured_is_what_a_loop_counts():
    generator = np.random.default_rng(0)
    labels, truth, predicted = (generator.integers(0, 3, 40) for _ in range(3))
    predicted[:4] = -1
    loss = np.where(predicted < 0, np.nan, generator.exponential(1.0, 40))
    found = fitted(loss, predicted, labels, truth)
    kinds = {"clean": [], "flipped": []}
    for i in range(40):
        if predicted[i] >= 0:
            kinds["clean" if labels[i] == truth[i] else "flipped"].append(i)
    for kind, members in kinds.items():
        right = sum(predicted[i] == labels[i] for i in members)
        assert found[f"accuracy_{kind}"] == pytest.approx(right / len(members))
        assert found[f"loss_{kind}"] == pytest.approx(sum(loss[i] for i in members) / len(members))
    corrected = sum(predicted[i] == truth[i] for i in kinds["flipped"])
    assert found["corrected"] == pytest.approx(corrected / len(kinds["flipped"]))
    assert found["train_accuracy"] == pytest.approx(np.mean((predicted == labels)[4:]))
    assert list(fitted(loss, predicted, labels, None)) == ["train_loss", "train_accuracy"]
    chosen = selection(loss, labels, truth, 3)
    kept = [i for i in range(40) if loss[i] < math.log(3)]
    both = [i for i in kept if i in kinds["clean"]]
    assert chosen["precision_log_c"] == pytest.approx(len(both) / len(kept))
    assert chosen["recall_log_c"] == pytest.approx(len(both) / len(kinds["clean"]))
    assert selection(loss, labels, None, 3) == {}


def test_suspects_by_threshold_and_mixture():
    loss = np.concatenate([np.linspace(0, 0.5, 30), np.linspace(4, 5, 10)])
    found = Suspects.of(np.arange(40) + 100, loss, 3)
    np.testing.assert_array_equal(found.by_mixture, np.arange(40) >= 30)
    np.testing.assert_array_equal(found.by_threshold, loss > math.log(3))


def test_an_epoch_has_every_image_once():
    for last, n_steps in (("pad", 7), ("drop", 6)):
        order = ordered(replace(TRAINING, batch_size=10, last_batch=last), 64, random.key(0))
        assert order.ids.shape == (n_steps, 10)
        seen = np.asarray(order.ids)[np.asarray(order.present) > 0]
        assert len(set(seen.tolist())) == len(seen) == (64 if last == "pad" else 60)
        for ids in np.asarray(order.ids):
            assert len(set(ids.tolist())) == 10
        assert (np.asarray(order.present)[:6] == 1).all()


def plain(training, model, setup, epoch):
    """An epoch of a training without augmentation, as anybody would write it with optax."""
    order = ordered(training, len(setup.ids), setup.epoch_key(epoch))
    transform = training.optimiser.transformation()
    pixels = DATASET.images / 255
    images = jnp.asarray((pixels - pixels.mean()) / pixels.std())

    @jax.jit
    def step(weights, buffers, optimiser, ids, present, rate):
        def loss(at):
            output = training.network(at.network, buffers, images[ids], train=True)
            log_p = jax.nn.log_softmax(output.logits)[
                jnp.arange(len(ids)), jnp.asarray(setup.labels)[ids]
            ]
            return -(present * log_p).sum() / present.sum(), output.buffers

        (_, buffers), gradient = jax.value_and_grad(loss, has_aux=True)(weights)
        change, optimiser = transform.update(gradient, optimiser, weights)
        return (
            optax.apply_updates(weights, jax.tree.map(lambda by: -rate * by, change)),
            buffers,
            optimiser,
        )

    weights, buffers, optimiser = model
    for number, (ids, present) in enumerate(zip(order.ids, order.present, strict=True)):
        rate = 0.05 * (0.5 if epoch * len(order.ids) + number >= 3 else 1.0)
        weights, buffers, optimiser = step(weights, buffers, optimiser, ids, present, rate)
    return Model(weights, buffers, optimiser)


def near(ours, theirs):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11), ours, theirs)


@pytest.mark.parametrize(
    ("optimiser", "units"),
    [(SGD(0.05), ("step", "epoch")), (Adam(0.05, weight_decay=0.01), ("step",))],
)
def test_epochs_are_the_plain_loop_in_either_unit(optimiser, units):
    """64 images in batches of 24: two whole ones and one that is filled up; the rate halves after
    the first epoch.
    """
    training = replace(
        TRAINING,
        optimiser=optimiser,
        schedule=Milestones((1,), 0.5),
        augmentation=Augmentation(0, False),
    )
    setup = Setup.of(training, DATASET, NOISY)
    model = setup.begin().models[0]
    for epoch in range(2):
        model = plain(training, model, setup, epoch)
    for unit in units:
        state, at = setup.begin(), replace(training, unit=unit)
        for epoch in range(2):
            state, watched, report = run_epoch(at, state, setup.data, epoch, setup.epoch_key(epoch))
        near(state.models[0], model)
        assert int(state.step) == 6
        assert (np.asarray(watched.predicted) >= 0).all()
        assert float(report["objective"]) > 0


def test_digits_are_learnt():
    digits = data.load("digits", size=8, channels=1)
    clean = noise.Symmetric(0.0)(digits.labels, 10, 0)
    network = Tiny(10, in_channels=1, width=8)
    result = train(
        replace(TRAINING, network=network, batch_size=64, eval_batch_size=360, epochs=5),
        digits,
        clean,
    )
    assert result.last["test_accuracy"] > 0.9
    assert np.isnan(result.last["accuracy_flipped"])


def test_half_precision_is_in_the_maps_alone():
    """A training in bfloat16 learns the toy as well, from parameters, statistics and losses in full
    precision.
    """
    half = replace(TRAINING, network=replace(TRAINING.network, compute="bfloat16"))
    result, full = train(half, DATASET, NOISY), train(TRAINING, DATASET, NOISY)
    kinds = {
        value.dtype
        for value in jax.tree.leaves(result.state.models)
        if jnp.issubdtype(value.dtype, jnp.floating)
    }
    assert kinds == {jnp.result_type(float)}
    for row, other in zip(result.rows, full.rows, strict=True):
        assert row["train_loss"] == pytest.approx(other["train_loss"], rel=0.02)
        assert row["train_loss"] != other["train_loss"]
    assert result.last["test_accuracy"] == pytest.approx(full.last["test_accuracy"], abs=0.05)


def test_the_optimisers_are_those_of_torch():
    """Ten steps on a quadratic, against torch.optim."""
    torch = pytest.importorskip("torch")
    start, target = np.linspace(-1, 1, 5), np.linspace(2, 0, 5)
    settings = {"lr": 0.05, "weight_decay": 0.1}
    for ours, theirs in (
        (SGD(0.05, 0.1, 0.8), lambda p: torch.optim.SGD(p, momentum=0.8, **settings)),
        (
            SGD(0.05, 0.1, 0.8, nesterov=True),
            lambda p: torch.optim.SGD(p, momentum=0.8, nesterov=True, **settings),
        ),
        (Adam(0.05, 0.1), lambda p: torch.optim.Adam(p, **settings)),
    ):
        at = torch.tensor(start, requires_grad=True)
        optimiser, transform, values = theirs([at]), ours.transformation(), jnp.asarray(start)
        state = transform.init(values)
        for _ in range(10):
            optimiser.zero_grad()
            ((at - torch.tensor(target)) ** 2).sum().backward()
            optimiser.step()
            change, state = transform.update(2 * (values - target), state, values)
            values = values - 0.05 * change
        np.testing.assert_allclose(values, at.detach().numpy(), rtol=1e-6)


def test_schedules():
    steps = jnp.arange(12)
    milestones = [float(Milestones((1, 3), 0.5)(step, 3, 4)) for step in steps]
    assert milestones == [1] * 3 + [0.5] * 6 + [0.25] * 3
    cosine = [float(Cosine(0.1, 1)(step, 3, 4)) for step in steps]
    expected = [i / 3 for i in range(3)] + [
        0.1 + 0.9 * (1 + math.cos(math.pi * i / 9)) / 2 for i in range(9)
    ]
    np.testing.assert_allclose(cosine, expected, rtol=1e-6)


def test_outputs_of_any_batch_are_those_of_all():
    """60 test images by 40, and by 7: what fills up the last batch is cut off."""
    setup = Setup.of(TRAINING, DATASET, NOISY)
    model = setup.begin().models[0]
    images = setup.data.normalised(setup.test.images)
    output = TRAINING.network(model.weights.network, model.buffers, images, train=False)
    expected = Evaluated(output.logits, output.features)
    for size, unit in ((40, "step"), (7, "epoch"), (500, "step")):
        found = outputs(
            replace(TRAINING, eval_batch_size=size, unit=unit), model, setup.data, setup.test.images
        )
        near(found, expected)


def test_splits_and_labels_of_a_clean_subset():
    training = replace(
        TRAINING, clean_size=12, validation_size=6, method=_Sees(), batch_size=20, epochs=1
    )
    setup = Setup.of(training, DATASET, NOISY)
    assert len(setup.ids) == 64 - 18
    np.testing.assert_array_equal(setup.labels, NOISY.labels[setup.ids])
    assert setup.data.clean is not None
    assert np.bincount(np.asarray(setup.data.clean.labels)).tolist() == [4, 4, 4]
    counted = np.zeros((3, 3))
    for true, noisy in zip(DATASET.labels[setup.ids], setup.labels, strict=True):
        counted[true, noisy] += 1
    np.testing.assert_allclose(setup.facts.transition, counted / counted.sum(1, keepdims=True))
    result = train(training, DATASET, NOISY)
    assert result.chosen_on == "validation"
    assert result.last["n_clean"] == 12
    assert result.last["brightest"] == pytest.approx(2.0)
    with pytest.raises(Refusal, match="`clean_size` must be above 0 for _Sees"):
        replace(training, clean_size=0)


class _Sees(methods.Method):
    """Cross entropy, and a report of what a batch holds."""

    needs_clean = True

    @property
    def views(self):
        return (Augmentation(0, False), Augmentation(3, True))

    def step(self, state, batch, descent):
        state, seen = super().step(state, batch, descent)
        assert batch.clean is not None
        bright = jnp.asarray(
            [(view.reshape(len(view), -1).max(1) > 0).mean() for view in batch.views]
        ).sum()
        return state, seen._replace(
            report={"n_clean": jnp.asarray(len(batch.clean.labels)), "brightest": bright}
        )


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"network": Tiny(4, in_channels=1)}, "`network.n_classes` must be 3, as in bars, got 4"),
        ({"network": Tiny(3)}, "`network.in_channels` must be 1"),
        ({"batch_size": 65}, "`batch_size` must be at most the 64 training images, got 65"),
        ({"normalization": "cifar10"}, "`normalization` must be one of 1 channels"),
    ],
)
def test_what_does_not_fit_is_refused(changes, part):
    with pytest.raises(Refusal, match=part):
        Setup.of(replace(TRAINING, **changes), DATASET, NOISY)
