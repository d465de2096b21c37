"""Robust feature learning: its three terms against NumPy, the restored image, and each switch."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from tiny_training import DATASET, N_CLASSES, NOISY, TRAINING, Tiny

from sigspike.images import methods
from sigspike.images.augmentation import Augmentation
from sigspike.images.methods import Batch
from sigspike.images.methods.decoder import decoded, decoder_entries
from sigspike.images.networks import ResNet
from sigspike.images.networks.entries import draw
from sigspike.images.training import SGD, train
from sigspike.images.training.setup import Setup

NETWORK = Tiny(N_CLASSES, in_channels=1)
LABELS = np.array([0, 2, 1, 1, 2, 0])
PRESENT = np.array([1.0, 1, 1, 1, 1, 0])
WHOLE = methods.RobustFeatures(strength=0.7)


def batch(progress=0.3):
    """Six images with two views of each, of which the last fills up the batch."""
    images, changed, plain = random.normal(random.key(0), (3, 6, 8, 8, 1))
    views, key, epoch = (changed, plain), random.key(2), jnp.zeros((), int)
    return Batch(
        jnp.arange(6),
        images,
        jnp.asarray(LABELS),
        jnp.asarray(PRESENT),
        views,
        None,
        key,
        epoch,
        progress,
    )


def begun(method):
    """The only model of a training by the method, before it."""
    return Setup.of(replace(TRAINING, method=method), DATASET, NOISY).begin().models[0]


def objective(method, model, given):
    """Value and terms."""
    found = method.objective(model.weights, model.buffers, given, (), NETWORK)
    return found[0], found[1].report


def log_softmax(values):
    shifted = values - values.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def by_hand(model, given, strength):
    """The three terms as printed, in NumPy, from the network's own outputs; means are over the
    first five images.
    """
    output, other = (
        NETWORK(model.weights.network, model.buffers, images, train=True)
        for images in (given.images, given.views[0])
    )
    log_p, alpha = log_softmax(np.asarray(output.logits)), 1 - given.progress
    bootstrap = [
        -alpha * row[y] - (1 - alpha) * row.max() for row, y in zip(log_p, LABELS, strict=True)
    ]
    head, decoder = model.weights.extra["head"], model.weights.extra["decoder"]
    restored = np.asarray(decoded(decoder, other.maps, (8, 8, 1)))
    errors = [
        (((x - y) ** 2).sum() / 64)
        for x, y in zip(restored, np.asarray(given.views[1]), strict=True)
    ]
    log_q, log_q_other = (
        log_softmax(
            np.asarray(at.features) @ np.asarray(head["fc.weight"]).T + np.asarray(head["fc.bias"])
        )[:5]
        for at in (output, other)
    )
    q = np.exp(log_q)
    agree = -(q * log_q_other).sum() / 5
    of_mean, of_each = -(q.mean(0) * np.log(q.mean(0))).sum(), -(q * log_q).sum() / 5
    clusters = agree - strength * (of_mean - of_each)
    return {
        "bootstrap": np.mean(bootstrap[:5]),
        "restoration": np.mean(errors[:5]),
        "clusters": clusters,
    }


def test_terms_are_those_of_the_paper(tolerance):
    model, given = begun(WHOLE), batch()
    value, terms = objective(WHOLE, model, given)
    expected = by_hand(model, given, 0.7)
    assert set(terms) == set(expected)
    for name, term in expected.items():
        np.testing.assert_allclose(terms[name], term, rtol=tolerance, err_msg=name)
    np.testing.assert_allclose(value, sum(expected.values()), rtol=tolerance)


def test_what_fills_up_a_batch_counts_for_nothing_but_statistics():
    """Its view, which no batch norm mixes into the others' terms but through statistics, has no
    slope in its label.
    """
    model, given = begun(WHOLE), batch()
    other = given._replace(
        labels=given.labels.at[5].set(1), views=(given.views[0], given.views[1].at[5].set(9.0))
    )
    assert objective(WHOLE, model, given)[0] == objective(WHOLE, model, other)[0]


def test_targets_go_from_labels_to_predictions(tolerance):
    method = methods.RobustFeatures(restoration=False, clusters=False)
    model = begun(method)
    assert not method.views
    assert not model.weights.extra
    first, _ = objective(method, model, batch(0.0))
    plain, _ = objective(methods.CrossEntropy(), model, batch(0.0))
    np.testing.assert_allclose(first, plain, rtol=tolerance)
    last, _ = objective(method, model, batch(1.0))
    log_p = log_softmax(
        np.asarray(NETWORK(*model.weights[:1], model.buffers, batch().images, train=True).logits)
    )
    np.testing.assert_allclose(last, -log_p.max(1)[:5].mean(), rtol=tolerance)


@pytest.mark.parametrize("term", ["restoration", "clusters"])
def test_a_term_alone_stands_beside_cross_entropy(term):
    method = methods.RobustFeatures(
        **({"bootstrap": False, "restoration": False, "clusters": False} | {term: True})
    )
    model, given = begun(method), batch()
    value, terms = objective(method, model, given)
    assert set(terms) == {"bootstrap", term}
    plain, _ = objective(methods.CrossEntropy(), model, given)
    assert float(value - terms[term]) == pytest.approx(float(plain))


def test_the_decoder_of_resnet_18_has_three_layers():
    maps = jax.eval_shape(
        lambda key: ResNet(10)(*ResNet(10).init(key), jnp.zeros((2, 32, 32, 3)), train=False).maps,
        random.key(0),
    )
    assert maps.shape == (2, 4, 4, 512)
    entries = decoder_entries(maps.shape[1:], (32, 32, 3))
    assert [entries[f"{layer}.weight"].shape[:2] for layer in range(3)] == [
        (512, 256),
        (256, 128),
        (128, 3),
    ]
    assert len(entries) == 6


@pytest.mark.parametrize("shape", [(8, 8, 1), (7, 5, 3), (28, 28, 1), (2, 2, 3)])
def test_a_decoder_answers_in_the_images_shape(shape):
    params = draw(decoder_entries((2, 2, 16), shape), random.key(0))
    assert decoded(params, jnp.ones((3, 2, 2, 16)), shape).shape == (3, *shape)


def test_training_restores_images_it_has_not_seen():
    """Mean square of D(φ(x)) − x over test images, against that of the mean image: normalised
    pixels have about 1.
    """
    method = methods.RobustFeatures(restored_from=Augmentation(0, False))
    training = replace(TRAINING, method=method, epochs=25, optimiser=SGD(0.05))
    result = train(training, DATASET, NOISY)
    data = Setup.of(training, DATASET, NOISY).data
    images = data.normalised(jnp.asarray(DATASET.test_images))
    restored = method.restored(result.state.models[0], images, NETWORK)
    error = float(((restored - images) ** 2).mean())
    variance = float(
        ((images - data.normalised(jnp.asarray(DATASET.images)).mean(0)[None]) ** 2).mean()
    )
    assert error < 0.5 * variance
    assert result.rows[-1]["restoration"] < 0.5 * result.rows[0]["restoration"]
    assert result.rows[-1]["clusters"] < result.rows[0]["clusters"]
