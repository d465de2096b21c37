"""Drawings of trained networks, and the numbers behind them."""

import sys
from dataclasses import replace

import jax
import numpy as np
import pytest
from jax import random
from tiny_training import DATASET, N_CLASSES, NOISY, TRAINING

from sigspike.foundation.check import Refusal
from sigspike.images import methods
from sigspike.images.augmentation import Augmentation
from sigspike.images.training import embedded, features_of, restorations_of, train
from sigspike.plots.embedding import draw_embedding
from sigspike.plots.restorations import draw_restorations
from sigspike.plots.suspects import draw_suspects

METHOD = methods.RobustFeatures(clusters=False, restored_from=Augmentation(2, True))
RESTORING = replace(TRAINING, method=METHOD, epochs=1, clean_size=6)


@pytest.fixture(scope="module")
def model():
    """One epoch of RFL."""
    return train(RESTORING, DATASET, NOISY).state.models[0]


def test_features_are_those_before_the_last_layer(model):
    found = features_of(RESTORING, DATASET, NOISY, model)
    assert len(found.ids) == len(DATASET.labels) - 6
    np.testing.assert_array_equal(found.labels, NOISY.labels[found.ids])
    np.testing.assert_array_equal(found.truth, DATASET.labels[found.ids])
    weight, bias = (np.asarray(model.weights.network[f"fc.{name}"]) for name in ("weight", "bias"))
    np.testing.assert_array_equal((found.features @ weight.T + bias).argmax(1), found.predicted)
    assert embedded(found.features, perplexity=5).shape == (len(found.ids), 2)


def test_far_groups_stay_apart_in_the_plane():
    """Three groups 40 standard deviations apart: every point's nearest neighbour is of its own
    group.
    """
    group = np.arange(60) % 3
    features = np.random.default_rng(0).normal(size=(60, 10)) + 40 * np.eye(10)[group]
    points = embedded(features, seed=1, perplexity=8)
    distances = ((points[:, None] - points) ** 2).sum(-1) + np.diag(np.full(60, np.inf))
    np.testing.assert_array_equal(group[distances.argmin(1)], group)
    np.testing.assert_array_equal(embedded(features, seed=1, perplexity=8), points)
    with pytest.raises(Refusal, match=r"`perplexity` must be a number in \(0, 60\), got 60"):
        embedded(features, perplexity=60)


def test_without_scikit_learn_the_remedy_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.manifold", None)
    with pytest.raises(Refusal, match=r"pip install scikit-learn"):
        embedded(np.zeros((40, 2)))


def test_restorations_are_what_the_loss_compares(model):
    """Normalised anew, T(x) goes through the network and its decoder to what is shown, before it is
    cut off.
    """
    images = DATASET.images[:5]
    found = restorations_of(RESTORING, DATASET, NOISY, model, images, seed=3)
    changed = METHOD.restored_from(jax.numpy.asarray(images), random.key(3))
    np.testing.assert_array_equal(np.rint(255 * found.changed), changed)
    np.testing.assert_allclose(found.original, images / 255)
    mean, std = (DATASET.images / 255).mean(), (DATASET.images / 255).std()
    given = jax.numpy.asarray(
        (np.asarray(changed) / 255 - mean) / std, jax.numpy.result_type(float)
    )
    expected = np.clip(
        np.asarray(METHOD.restored(model, given, TRAINING.network)) * std + mean, 0, 1
    )
    np.testing.assert_allclose(found.restored, expected, atol=1e-5)
    with pytest.raises(Refusal, match=r"`training.method` must be RobustFeatures"):
        restorations_of(TRAINING, DATASET, NOISY, model, images)


def test_points_have_the_colours_of_their_labels():
    generator = np.random.default_rng(0)
    points, labels, truth = (
        generator.normal(size=(50, 2)),
        *generator.integers(0, N_CLASSES, (2, 50)),
    )
    flipped = labels != truth
    figure = draw_embedding(points, {"noisy": labels, "true": truth}, DATASET.classes, flipped)
    for axes, wanted in zip(figure.axes, (labels, truth), strict=True):
        drawn = [part for part in axes.collections if len(part.get_offsets())]
        seen = {}
        for part in drawn:
            for point in np.asarray(part.get_offsets()):
                edge = len(part.get_edgecolors()) > 0
                seen[tuple(point)] = (tuple(part.get_facecolors()[0]), edge)
        assert len(seen) == 50
        assert [seen[tuple(point)][1] for point in points] == flipped.tolist()
        colors = [
            {seen[tuple(point)][0] for point in points[wanted == c]} for c in range(N_CLASSES)
        ]
        assert [len(found) for found in colors] == [1] * N_CLASSES
        assert len(set.union(*colors)) == N_CLASSES
    with pytest.raises(Refusal, match="`classes` must be at most 10"):
        draw_embedding(points, {"noisy": labels}, tuple("0123456789a"))


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_stand_in_their_rows(channels):
    """Bytes, and numbers from 0 to 1 with some beyond."""
    generator = np.random.default_rng(0)
    original = generator.integers(0, 256, (4, 6, 6, channels)).astype(np.uint8)
    restored = {
        name: generator.normal(0.5, 1.0, (4, 6, 6, channels)) for name in ("epoch 1", "epoch 9")
    }
    figure = draw_restorations(original, original[::-1], restored)
    expected = [*(original / 255), *(original[::-1] / 255)] + [
        np.clip(x, 0, 1) for y in restored.values() for x in y
    ]
    assert len(figure.axes) == 16
    for axes, pixels in zip(figure.axes, expected, strict=True):
        np.testing.assert_allclose(
            axes.images[0].get_array(), pixels[..., 0] if channels == 1 else pixels, atol=1e-6
        )
    assert [axes.get_ylabel() for axes in figure.axes[::4]] == ["x", "T(x)", "epoch 1", "epoch 9"]


def test_suspects_say_what_they_are_taken_for():
    labels, truth = np.array([0, 1, 2]), np.array([0, 2, 2])
    figure = draw_suspects(
        DATASET.images[:3], labels, np.array([0.9, 0.8, 0.7]), truth, ("a", "b", "c")
    )
    assert [axes.get_title() for axes in figure.axes[:4]] == [
        "a ✓\n0.90",
        "b → c\n0.80",
        "c ✓\n0.70",
        "",
    ]
    unknown = draw_suspects(DATASET.images[:1], labels, np.array([0.9]), None, ("a", "b", "c"))
    assert unknown.axes[0].get_title() == "a\n0.90"
