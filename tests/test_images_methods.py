"""Methods for noisy labels: each loss against NumPy and finite differences, limits and laws."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from sigspike.foundation.check import Refusal
from sigspike.images import methods
from sigspike.images.methods import Batch, Evaluated, Facts, Look, State
from sigspike.images.methods.loss_correction import anchored
from sigspike.images.networks import ResNet

N, C = 6, 4
LOGITS = np.random.default_rng(0).standard_normal((N, C)) * 2
LABELS = np.array([0, 3, 1, 1, 2, 0])
IDS = np.array([4, 0, 7, 2, 9, 5])
TRANSITION = np.array(
    [[0.7, 0.1, 0.1, 0.1], [0, 0.9, 0.1, 0], [0.2, 0, 0.8, 0], [0.1, 0.2, 0.1, 0.6]]
)
ROWS = np.arange(N)


def batch(key=0, present=None):
    """Labels of six images, and nothing that the losses here do not look at."""
    present = np.ones(N) if present is None else present
    nothing = jnp.zeros((N, 1, 1, 1))
    zero = jnp.zeros((), int)
    return Batch(
        jnp.asarray(IDS),
        nothing,
        jnp.asarray(LABELS),
        jnp.asarray(present),
        (),
        None,
        random.key(key),
        zero,
        jnp.zeros(()),
    )


def facts(transition=None):
    return Facts(ResNet(C), np.arange(10) % C, C, (1, 1, 1), transition, 5, 3)


def begun(method, transition=None):
    return method.carried(facts(transition), (), random.key(1))


def softmax(logits):
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    return shifted / shifted.sum(1, keepdims=True)


def losses(method, carried, logits=LOGITS, **options):
    return np.asarray(method.losses(jnp.asarray(logits), batch(**options), carried)[0])


def smoothed(p):
    target = 0.7 * np.eye(C)[LABELS] + 0.3 / C
    return -(target * np.log(p)).sum(1)


def symmetric(p):
    label = np.clip(np.eye(C)[LABELS], 1e-4, 1)
    return -0.3 * np.log(p[ROWS, LABELS]) - 2 * (p * np.log(label)).sum(1)


def soft(p):
    return -((0.9 * np.eye(C)[LABELS] + 0.1 * p) * np.log(p)).sum(1)


def hard(p):
    return -((0.6 * np.eye(C)[LABELS] + 0.4 * np.eye(C)[p.argmax(1)]) * np.log(p)).sum(1)


def backward(p):
    of_labels = -np.log(p)  # what the loss would be with every label
    return np.linalg.solve(TRANSITION, of_labels.T).T[ROWS, LABELS]


def early(p):
    targets = OLD[IDS] * 0.8 + 0.2 * p  # p is cut nowhere here
    fixed = OLD[IDS] * 0.8 + 0.2 * softmax(LOGITS)
    assert p.min() > 1e-4
    assert targets.shape == fixed.shape
    return -np.log(p[ROWS, LABELS]) + 2 * np.log(1 - (fixed * p).sum(1))


OLD = np.random.default_rng(1).dirichlet(np.ones(C), 10)
GIVEN = methods.Forward(source="given", matrix=TRANSITION)
PRUNED = jnp.asarray(np.arange(10) % 2, float)
CASES = {
    "cross entropy": (methods.CrossEntropy(), (), lambda p: -np.log(p[ROWS, LABELS])),
    "label smoothing": (methods.LabelSmoothing(0.3), (), smoothed),
    "GCE": (
        methods.GeneralisedCrossEntropy(0.6),
        jnp.ones(10),
        lambda p: (1 - p[ROWS, LABELS] ** 0.6) / 0.6,
    ),
    "GCE pruned": (
        methods.GeneralisedCrossEntropy(0.6, 1, k=0.4),
        PRUNED,
        lambda p: np.where(IDS % 2, (1 - p[ROWS, LABELS] ** 0.6) / 0.6, (1 - 0.4**0.6) / 0.6),
    ),
    "SL": (methods.SymmetricCrossEntropy(0.3, 2.0), (), symmetric),
    "soft bootstrap": (methods.SoftBootstrap(0.9), (), soft),
    "hard bootstrap": (methods.HardBootstrap(0.6), (), hard),
    "forward": (
        methods.Forward(),
        jnp.asarray(TRANSITION),
        lambda p: -np.log((p @ TRANSITION)[ROWS, LABELS]),
    ),
    "backward": (methods.Backward(), jnp.asarray(np.linalg.inv(TRANSITION)), backward),
    "ELR": (methods.EarlyLearning(2.0, 0.8), jnp.asarray(OLD), early),
    "small loss": (methods.SmallLoss(), PRUNED, lambda p: 2 * (IDS % 2) * -np.log(p[ROWS, LABELS])),
}


@pytest.mark.parametrize("name", CASES)
def test_value_and_gradient_of_a_loss(name):
    """The formula in NumPy, and its central differences."""
    method, carried, formula = CASES[name]

    def total(logits):
        values, _ = method.losses(logits, batch(), carried)
        return values.sum(), values

    (_, values), gradient = jax.jit(jax.value_and_grad(total, has_aux=True))(jnp.asarray(LOGITS))
    np.testing.assert_allclose(values, formula(softmax(LOGITS)), rtol=1e-12, atol=1e-12)
    found = np.zeros_like(LOGITS)
    for place in np.ndindex(N, C):
        step = np.zeros_like(LOGITS)
        step[place] = 1e-5
        found[place] = (
            formula(softmax(LOGITS + step)) - formula(softmax(LOGITS - step))
        ).sum() / 2e-5
    np.testing.assert_allclose(gradient, found, atol=1e-8)


def test_losses_agree_with_torch():
    torch = pytest.importorskip("torch")
    logits, labels = torch.tensor(LOGITS), torch.tensor(LABELS)
    smoothing = torch.nn.functional.cross_entropy(
        logits, labels, label_smoothing=0.3, reduction="none"
    )
    np.testing.assert_allclose(losses(methods.LabelSmoothing(0.3), ()), smoothing, rtol=1e-12)
    p = torch.softmax(logits, 1) @ torch.tensor(TRANSITION)
    forward = torch.nn.functional.nll_loss(p.log(), labels, reduction="none")
    np.testing.assert_allclose(losses(GIVEN, begun(GIVEN)), forward, rtol=1e-12)


IDENTITY = np.eye(C)
LIMITS = {
    "GCE, q = 0": (methods.GeneralisedCrossEntropy(1e-9), jnp.ones(10)),
    "forward, T = 1": (methods.Forward(), jnp.eye(C)),
    "backward, T = 1": (methods.Backward(), jnp.eye(C)),
    "bootstrap, β = 1": (methods.SoftBootstrap(1.0), ()),
    "hard bootstrap, β = 1": (methods.HardBootstrap(1.0), ()),
    "ELR, λ = 0": (methods.EarlyLearning(0.0), jnp.asarray(OLD)),
    "label smoothing, α = 0": (methods.LabelSmoothing(0.0), ()),
    "label noise, p = 0": (methods.LabelNoise(0.0), ()),
    "SL, α = 1, β = 0": (methods.SymmetricCrossEntropy(1.0, 0.0), ()),
    "small loss, all kept": (methods.SmallLoss(), jnp.ones(10)),
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_that_are_cross_entropy(name):
    method, carried = LIMITS[name]
    np.testing.assert_allclose(
        losses(method, carried), losses(methods.CrossEntropy(), ()), atol=1e-7
    )


def test_gce_at_one_is_half_the_absolute_error():
    p = softmax(LOGITS)
    absolute = np.abs(p - np.eye(C)[LABELS]).sum(1)
    np.testing.assert_allclose(
        losses(methods.GeneralisedCrossEntropy(1.0), jnp.ones(10)), absolute / 2, rtol=1e-12
    )


def test_imae_gives_every_example_its_weight():
    """The gradient points along p − y, and its entries' magnitudes sum to exp(T p (1 − p))."""
    method = methods.ImprovedMAE(5.0)
    gradient = jax.grad(lambda logits: method.losses(logits, batch(), ())[0].sum())(
        jnp.asarray(LOGITS)
    )
    p = softmax(LOGITS)
    own = p[ROWS, LABELS]
    away = p - np.eye(C)[LABELS]
    expected = np.exp(5 * own * (1 - own))[:, None] * away / np.abs(away).sum(1, keepdims=True)
    np.testing.assert_allclose(gradient, expected, rtol=1e-10)


def test_label_noise_flips_by_its_law():
    """At logits uniform but for one class, −log p tells the label drawn; four standard errors."""
    rate, n_keys = 0.3, 4000
    logits = jnp.log(jnp.asarray([0.1, 0.2, 0.3, 0.4]))[None].repeat(N, 0)
    method = methods.LabelNoise(rate)
    found = jax.vmap(lambda key: method.losses(logits, batch()._replace(key=key), ())[0])(
        random.split(random.key(3), n_keys)
    )
    drawn = np.rint(10 * np.exp(-np.asarray(found))).astype(int) - 1
    for label in range(C):
        share = (
            np.bincount(drawn[:, label == LABELS].ravel(), minlength=C)
            / drawn[:, label == LABELS].size
        )
        expected = np.where(np.arange(C) == label, 1 - rate, rate / (C - 1))
        error = np.sqrt(expected * (1 - expected) / drawn[:, label == LABELS].size)
        np.testing.assert_array_less(np.abs(share - expected), 4 * error)


def test_elr_remembers_only_what_is_present():
    """t ← β t + (1 − β) p for images of the batch, and not for those that fill it up."""
    method, present = methods.EarlyLearning(1.0, 0.8), np.array([1.0, 1, 1, 1, 0, 0])
    _, after = method.losses(jnp.asarray(LOGITS), batch(present=present), jnp.asarray(OLD))
    expected = OLD.copy()
    expected[IDS[:4]] = 0.8 * OLD[IDS[:4]] + 0.2 * softmax(LOGITS)[:4]
    np.testing.assert_allclose(after, expected, rtol=1e-12)


def look(logits):
    """A look at ten images, whose logits are these."""
    output = Evaluated(jnp.asarray(logits), jnp.zeros((10, 1)))
    return Look(jnp.arange(10) % C, lambda model: output, None, None)


def state(carried):
    return State((None,), carried, jnp.zeros((), int))


SEEN = np.random.default_rng(2).standard_normal((10, C)) * 3


def test_gce_prunes_what_fits_badly_at_its_epochs():
    method = methods.GeneralisedCrossEntropy(prune_from=3, prune_every=2, k=0.5)
    own = softmax(SEEN)[np.arange(10), np.arange(10) % C]
    kept = {
        epoch: method.before_epoch(state(begun(method)), epoch, look(SEEN)).carried
        for epoch in range(6)
    }
    for epoch in (0, 1, 3, 5):  # counted from 0
        np.testing.assert_array_equal(kept[epoch], np.ones(10))
    for epoch in (2, 4):
        np.testing.assert_array_equal(kept[epoch], own > 0.5)
    plain = methods.GeneralisedCrossEntropy()
    assert plain.before_epoch(state(begun(plain)), 0, look(SEEN)).carried.all()


@pytest.mark.parametrize("rule", ["log_c", "share", "mixture"])
def test_small_losses_are_selected(rule):
    method = methods.SmallLoss(rule, warm_up=2, every=3, keep=0.3)
    loss = -np.log(softmax(SEEN)[np.arange(10), np.arange(10) % C])
    kept = method.before_epoch(state(begun(method)), 5, look(SEEN)).carried
    least = np.sort(loss)
    expected = {"log_c": loss < np.log(C), "share": loss <= least[2]}
    if rule in expected:
        np.testing.assert_array_equal(kept, expected[rule])
    else:  # whatever the fit, the kept are the smallest
        assert loss[kept == 1].max() < loss[kept == 0].min()
    for epoch in (0, 1, 3, 4):
        assert method.before_epoch(state(begun(method)), epoch, look(SEEN)).carried.all()


def test_transitions_are_the_true_the_given_or_of_the_anchors():
    known = methods.Backward()
    np.testing.assert_allclose(begun(known, TRANSITION) @ TRANSITION, np.eye(C), atol=1e-12)
    np.testing.assert_array_equal(begun(GIVEN), TRANSITION)
    method = methods.Forward("anchors", warm_up=2, quantile=0.8)
    np.testing.assert_array_equal(begun(method), np.eye(C))
    p = softmax(SEEN)
    found = method.before_epoch(state(begun(method)), 2, look(SEEN)).carried
    for true in range(C):
        anchor = sorted(range(10), key=lambda image: p[image, true])[7]  # 8 of 10 are up to it
        np.testing.assert_allclose(found[true], p[anchor], rtol=1e-12)
    np.testing.assert_array_equal(anchored(p, 1.0), p[p.argmax(0)])
    assert (method.before_epoch(state(begun(method)), 3, look(SEEN)).carried == jnp.eye(C)).all()


@pytest.mark.parametrize(
    ("method", "transition", "part"),
    [
        (methods.Forward(), None, "`source`"),
        (methods.Forward("given", matrix=(1.0, 2.0)), None, "`matrix` must have 4 × 4"),
        (methods.Backward("given", matrix=np.ones((C, C))), None, "sum to 1"),
    ],
)
def test_transitions_that_cannot_be(method, transition, part):
    with pytest.raises(Refusal, match=part.replace("(", r"\(")):
        begun(method, transition)
