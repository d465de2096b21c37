"""The bridge to PyTorch, against plain torch, finite differences and laws."""

import ast
import copy
import textwrap
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

torch = pytest.importorskip("torch")

import bad_bridge  # noqa: E402
from torch.nn import functional  # noqa: E402
from torch.utils.data import DataLoader, Subset, TensorDataset  # noqa: E402

from sigspike.common.reweighting import FreshWeights, PersistentWeights, WeightNetwork  # noqa: E402
from sigspike.foundation.check import Refusal  # noqa: E402
from sigspike.images import bridge, methods, noise  # noqa: E402
from sigspike.images.bridge.tensors import as_array, as_tensor  # noqa: E402

N, C = 6, 4
DRAW = np.random.default_rng(0)
LOGITS = torch.tensor(DRAW.standard_normal((N, C)) * 2)
LABELS, IDS = torch.tensor([0, 3, 1, 1, 2, 0]), torch.tensor([4, 0, 7, 2, 9, 5])
TRANSITION = np.array(
    [[0.7, 0.1, 0.1, 0.1], [0, 0.9, 0.1, 0], [0.2, 0, 0.8, 0], [0.1, 0.2, 0.1, 0.6]]
)


def leaf(values=LOGITS):
    return values.clone().requires_grad_()


def own(log_p):
    return log_p[torch.arange(N), LABELS]


def symmetric(log_p):
    label = functional.one_hot(LABELS, C).double().clamp(1e-4, 1)
    return -0.3 * own(log_p) - 2 * (log_p.exp() * label.log()).sum(1)


def hard(log_p):
    return -0.6 * own(log_p) - 0.4 * log_p.max(1).values


# Losses of log p, in plain torch.
CASES = {
    "CE": (methods.CrossEntropy(), lambda log_p: -own(log_p)),
    "label smoothing": (
        methods.LabelSmoothing(0.3),
        lambda log_p: -0.7 * own(log_p) - 0.3 * log_p.mean(1),
    ),
    "GCE": (
        methods.GeneralisedCrossEntropy(0.6),
        lambda log_p: (1 - own(log_p).exp() ** 0.6) / 0.6,
    ),
    "SL": (methods.SymmetricCrossEntropy(0.3, 2.0), symmetric),
    "soft bootstrap": (
        methods.SoftBootstrap(0.9),
        lambda log_p: -0.9 * own(log_p) - 0.1 * (log_p.exp() * log_p).sum(1),
    ),
    "hard bootstrap": (methods.HardBootstrap(0.6), hard),
    "forward": (
        methods.Forward(),
        lambda log_p: -own((log_p.exp() @ torch.tensor(TRANSITION)).log()),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_value_and_gradient_are_those_of_plain_torch(name):
    method, formula = CASES[name]
    ours, theirs = leaf(), leaf()
    value = bridge.Loss(method, C, transition=TRANSITION)(ours, LABELS)
    expected = formula(torch.log_softmax(theirs, 1)).mean()
    (value * 3).backward()
    (expected * 3).backward()
    torch.testing.assert_close(value, expected, rtol=1e-12, atol=0)
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-11, atol=1e-14)


def test_reductions():
    each = bridge.Loss(methods.CrossEntropy(), C, reduction="none")(LOGITS, LABELS)
    torch.testing.assert_close(each, functional.cross_entropy(LOGITS, LABELS, reduction="none"))
    total = bridge.Loss(methods.CrossEntropy(), C, reduction="sum")(LOGITS, LABELS)
    torch.testing.assert_close(total, each.sum())


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # torch's own, of forward mode
def test_derivatives_are_differences():
    """In reverse, forward mode, and reverse once more, as torch checks them; a third time is
    refused by torch.
    """
    loss = bridge.Loss(methods.GeneralisedCrossEntropy(0.6), C, reduction="none").eval()
    logits = leaf()
    assert torch.autograd.gradcheck(lambda z: loss(z, LABELS), logits, check_forward_ad=True)
    assert torch.autograd.gradgradcheck(lambda z: loss(z, LABELS), logits)
    (slope,) = torch.autograd.grad(loss(logits, LABELS).sum(), logits, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.square().sum(), logits, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        curvature.sum().backward()


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_transforms_of_torch_pass_through():
    """``torch.func.grad`` and ``jvp`` of a loss, with labels made inside."""
    loss = bridge.Loss(methods.CrossEntropy(), C)
    ours, theirs = (lambda z, f=f: f(z, LABELS.clone()) for f in (loss, functional.cross_entropy))
    torch.testing.assert_close(torch.func.grad(ours)(LOGITS), torch.func.grad(theirs)(LOGITS))
    one, other = (torch.func.jvp(f, (LOGITS,), (LOGITS.sin(),)) for f in (ours, theirs))
    torch.testing.assert_close(one, other)


def test_elr_carries_its_targets():
    """Three steps over ids against the loop of the authors' code, and what a checkpoint goes on
    from.
    """
    loss = bridge.Loss(methods.EarlyLearning(2.0, 0.8), C, n_images=10)
    targets = torch.zeros(10, C, dtype=torch.float64)
    for step, ids in enumerate((IDS, (IDS + 1) % 10, IDS)):
        ours, theirs = leaf(LOGITS + step), leaf(LOGITS + step)
        p = theirs.softmax(1).clamp(1e-4, 1 - 1e-4)
        targets[ids] = 0.8 * targets[ids] + 0.2 * (p / p.sum(1, keepdim=True)).detach()
        expected = (
            functional.cross_entropy(theirs, LABELS)
            + 2 * (1 - (targets[ids] * p).sum(1)).log().mean()
        )
        if step == 2:
            state = loss.state_dict()
            loss = bridge.Loss(methods.EarlyLearning(2.0, 0.8), C, n_images=10)
            loss.load_state_dict(state)
        value = loss(ours, LABELS, ids)
        (slope,), (wanted,) = (
            torch.autograd.grad(value, ours),
            torch.autograd.grad(expected, theirs),
        )
        torch.testing.assert_close(value, expected, rtol=1e-12, atol=0)
        torch.testing.assert_close(slope, wanted, rtol=1e-11, atol=1e-14)
    torch.testing.assert_close(
        loss.state_dict()["_extra_state"]["carried"][0], targets, rtol=1e-12, atol=0
    )
    loss.eval()(LOGITS, LABELS, IDS)
    torch.testing.assert_close(as_tensor(loss.carried, LOGITS), targets, rtol=1e-12, atol=0)
    assert loss.step == 3


@pytest.mark.parametrize(("rule", "kept"), [("share", 3), ("log_c", None)])
def test_selection_between_epochs(rule, kept):
    loss = bridge.Loss(
        methods.SmallLoss(rule, warm_up=2, keep=0.3), C, n_images=10, reduction="none"
    )
    seen, given = torch.tensor(DRAW.standard_normal((10, C)) * 3), torch.arange(10) % C
    each = functional.cross_entropy(seen, given, reduction="none")
    inside = each <= each.sort().values[kept - 1] if kept else each < np.log(C)
    loss.begin_epoch(1)
    torch.testing.assert_close(
        loss(LOGITS, LABELS, IDS), functional.cross_entropy(LOGITS, LABELS, reduction="none")
    )
    loss.begin_epoch(2, seen, given)
    torch.testing.assert_close(loss(LOGITS, LABELS, IDS) > 0, inside[IDS])


def test_types_of_logits():
    """Half precision as under autocast; float64 where JAX has 32 bits; the gradient is of the
    logits' type.
    """
    loss = bridge.Loss(methods.CrossEntropy(), C)
    for kind in (torch.float16, torch.bfloat16, torch.float32):
        logits = leaf(LOGITS.to(kind))
        value = loss(logits, LABELS.int())
        value.backward()
        assert (value.dtype, logits.grad.dtype) == (torch.float32, kind)
        torch.testing.assert_close(
            value, functional.cross_entropy(logits.float(), LABELS), rtol=1e-6, atol=0
        )
    with jax.enable_x64(False):
        logits = leaf()
        value = bridge.Loss(methods.SymmetricCrossEntropy(1.0, 0.0), C)(logits, LABELS)
        value.backward()
    assert value.dtype == logits.grad.dtype == torch.float64
    expected = functional.cross_entropy(leaf(LOGITS), LABELS).item()
    assert 0 < abs(value.item() - expected) < 1e-6 * expected  # float32's rounding, and no more


def test_memory_is_shared():
    for tensor in (torch.randn(128, 10), torch.randn(128, 10, dtype=torch.float64)):
        array = as_array(tensor)
        assert array.unsafe_buffer_pointer() == tensor.data_ptr()
        fresh = array + 1
        assert as_tensor(fresh, tensor).data_ptr() == fresh.unsafe_buffer_pointer()
    for odd in (
        torch.randn(4, 3).T,
        torch.randn(9, 3)[1:],
        torch.randn(3, 1).expand(3, 4),
        torch.arange(5),
    ):
        np.testing.assert_array_equal(as_array(odd), odd.numpy())


def test_training_is_that_of_plain_torch():
    """Thirty steps of momentum in float32; only rounding parts them."""
    images = torch.tensor(DRAW.standard_normal((32, 8)), dtype=torch.float32)
    labels = torch.arange(32) % C
    ours = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, C))
    runs = [
        (ours, bridge.Loss(methods.CrossEntropy(), C)),
        (copy.deepcopy(ours), functional.cross_entropy),
    ]
    values = []
    for model, loss in runs:
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for _ in range(30):
            value = loss(model(images), labels)
            optimiser.zero_grad()
            value.backward()
            optimiser.step()
        values.append(value.item())
    assert values[0] < 0.6 * np.log(C)
    for one, other in zip(ours.parameters(), runs[1][0].parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def law_holds(drawn, label, rate):
    """Four standard errors of a binomial law."""
    share = np.bincount(drawn, minlength=C) / len(drawn)
    expected = np.where(np.arange(C) == label, 1 - rate, rate / (C - 1))
    np.testing.assert_array_less(
        np.abs(share - expected), 4 * np.sqrt(expected * (1 - expected) / len(drawn))
    )


def test_flips_have_their_law():
    labels = torch.arange(C, dtype=torch.uint8).repeat(5000)
    generator = torch.Generator().manual_seed(0)
    flipped = bridge.flipped(labels, 0.3, C, generator)
    assert flipped.dtype == torch.uint8
    for label in range(C):
        law_holds(flipped[labels == label].numpy(), label, 0.3)
    assert torch.equal(flipped, bridge.flipped(labels, 0.3, C, torch.Generator().manual_seed(0)))
    assert not torch.equal(flipped, bridge.flipped(labels, 0.3, C, generator))
    assert torch.equal(bridge.flipped(labels, 0, C), labels)


def test_label_noise_has_its_law_and_goes_on():
    """The loss says which label was drawn, anew at every step, and again from the same state."""
    logits = torch.tensor([0.1, 0.2, 0.3, 0.4]).log().repeat(20000, 1)
    labels = torch.full((20000,), 2)
    loss = bridge.Loss(methods.LabelNoise(0.3), C, reduction="none", seed=3)

    def drawn():
        return (10 * torch.exp(-loss(logits, labels))).round().int().numpy() - 1

    first = drawn()
    law_holds(first, 2, 0.3)
    state = loss.state_dict()
    second = drawn()
    assert (first != second).mean() > 0.3
    loss.load_state_dict(state)
    np.testing.assert_array_equal(drawn(), second)


def test_laws_of_noise_take_tensors():
    labels = torch.arange(50) % C
    noisy = noise.Symmetric(0.4)(labels, C, 0)
    assert (torch.from_numpy(noisy.labels) != labels).sum() == 20


class Convolutional(torch.nn.Module):
    """Convolutions, batch norm, pooling and a weight that no loss reaches."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.layers = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(16, C),
        )
        self.unused = nn.Parameter(torch.ones(2))

    def forward(self, images):
        return self.layers(images)


IMAGES, CLEAN = (torch.tensor(DRAW.standard_normal((n, 3, 4, 4))) for n in (N, 5))
CLEAN_LABELS = torch.tensor([0, 1, 2, 3, 1])


def trained(**options):
    """A network in training mode, its optimiser two steps on, and losses in its graph."""
    torch.manual_seed(0)
    model = Convolutional().double()
    groups = [
        {"params": model.layers[0].parameters(), "lr": 0.02},
        {"params": model.layers[1:].parameters()},
    ]
    optimiser = torch.optim.SGD(groups, lr=0.05, **options)
    for _ in range(2):
        optimiser.zero_grad()
        functional.cross_entropy(model(IMAGES), LABELS).backward()
        optimiser.step()
    return model, optimiser


def losses_of(model):
    return functional.cross_entropy(model(IMAGES), LABELS, reduction="none")


@pytest.mark.parametrize("start", [0.0, 0.7])
def test_couplings_at_the_present_are_products_of_gradients(start):
    model, _ = trained()
    meta = bridge.MetaReweighting(methods.MetaReweighting(ahead=False), model, n_images=10)
    found = meta.couplings(losses_of(model), torch.full((N,), start), CLEAN, CLEAN_LABELS)
    params = list(model.layers.parameters())
    clean = torch.autograd.grad(functional.cross_entropy(model(CLEAN), CLEAN_LABELS), params)
    losses = losses_of(model)
    for place in range(N):
        each = torch.autograd.grad(losses[place], params, retain_graph=True)
        product = sum((a * b).sum() for a, b in zip(each, clean, strict=True))
        assert found[place].item() == pytest.approx(product.item(), rel=1e-9, abs=1e-12)


STEPS = {
    "plain": {},
    "decay": {"weight_decay": 0.1},
    "momentum": {"momentum": 0.9, "dampening": 0.2, "weight_decay": 0.1},
    "Nesterov": {"momentum": 0.9, "nesterov": True},
}


@pytest.mark.parametrize("name", STEPS)
def test_couplings_ahead_are_slopes_of_the_clean_loss(name):
    """−(B/η) ∂L_val/∂w_i by central differences over the optimiser's own steps; statistics stay as
    they were.
    """
    model, optimiser = trained(**STEPS[name])
    weights = torch.tensor(DRAW.uniform(size=N))

    def clean_loss(w):
        # together, so that one trains the other
        other = copy.deepcopy({"model": model, "optimiser": optimiser})
        twin = other["model"]
        other["optimiser"].zero_grad()
        (w * losses_of(twin)).mean().backward()
        other["optimiser"].step()
        return functional.cross_entropy(twin(CLEAN), CLEAN_LABELS).item()

    losses = losses_of(model)
    before = copy.deepcopy(model.state_dict())
    meta = bridge.MetaReweighting(methods.MetaReweighting(), model, optimiser, n_images=10)
    found = meta.couplings(losses, weights, CLEAN, CLEAN_LABELS)
    for key, value in model.state_dict().items():
        assert torch.equal(value, before[key]), key
    for place in range(N):
        step = torch.zeros(N, dtype=torch.float64)
        step[place] = 1e-4
        slope = (clean_loss(weights + step) - clean_loss(weights - step)) / 2e-4
        assert found[place].item() == pytest.approx(-N / 0.05 * slope, rel=1e-6, abs=1e-8)
    losses.mean().backward()  # the graph is still there


def test_persistent_weights_rise_by_their_couplings():
    """w ← clip(w + β c) of the batch's rows, every second step, whatever the losses come from;
    state goes on.
    """
    model, optimiser = trained(momentum=0.9)
    method = methods.MetaReweighting(PersistentWeights(3.0, every=2))
    meta, twin = (bridge.MetaReweighting(method, model, optimiser, n_images=10) for _ in range(2))
    wanted = np.full(10, 0.5)
    rise = 3 * meta.couplings(losses_of(model), torch.full((N,), 0.5), CLEAN, CLEAN_LABELS).numpy()
    wanted[IDS] = np.clip(wanted[IDS] + rise, 0, 1)
    assert wanted[IDS].std() > 0
    # sigspike's own loss
    through = bridge.Loss(methods.CrossEntropy(), C, reduction="none")(model(IMAGES), LABELS)
    for losses in (losses_of(model), losses_of(model).detach()):  # the second is no revision
        weights = meta(losses, CLEAN, CLEAN_LABELS, IDS)
        np.testing.assert_allclose(weights, wanted[IDS], rtol=1e-9)
    np.testing.assert_allclose(meta.state, wanted, rtol=1e-9)
    np.testing.assert_allclose(twin(through, CLEAN, CLEAN_LABELS, IDS), wanted[IDS], rtol=1e-9)
    twin.load_state_dict(meta.state_dict())
    assert twin.step == 2
    assert not dict(meta.named_parameters())


def test_fresh_weights_and_a_network_of_the_loss():
    """L2RW: max(0, c) scaled to mean 1, c at w = 0. Meta-Weight-Net: φ + α Σ_i c_i ∇V(ℓ_i), V in
    plain torch.
    """
    model, optimiser = trained()
    fresh = bridge.MetaReweighting(methods.MetaReweighting(FreshWeights()), model, optimiser)
    couplings = fresh.couplings(losses_of(model), torch.zeros(N), CLEAN, CLEAN_LABELS).clamp(min=0)
    weights = fresh(losses_of(model), CLEAN, CLEAN_LABELS)
    torch.testing.assert_close(weights, N * couplings / couplings.sum())
    net = bridge.MetaReweighting(
        methods.MetaReweighting(WeightNetwork(0.5, hidden=7)), model, optimiser
    )
    u, b, v, c = (leaf(part) for part in net.state_dict()["_extra_state"]["state"])
    losses = losses_of(model)
    value = lambda: torch.sigmoid((losses.detach()[:, None] * u + b).relu() @ v + c)  # noqa: E731
    couplings = net.couplings(losses, value().detach(), CLEAN, CLEAN_LABELS)
    slopes = torch.autograd.grad(value(), (u, b, v, c), couplings)
    with torch.no_grad():
        for part, slope in zip((u, b, v, c), slopes, strict=True):
            part += 0.5 * slope
    torch.testing.assert_close(
        net(losses, CLEAN, CLEAN_LABELS), value().detach(), rtol=1e-9, atol=0
    )


@pytest.mark.parametrize("match", ["votes", "contest"])
def test_fbr_weighs_by_features(match):
    """The couplings written out over pairs, and weights that persist."""
    features, clean = leaf(IMAGES.flatten(1)), CLEAN.flatten(1)
    method = methods.FeatureReweighting(PersistentWeights(2.0), match=match)
    a, b = (part.detach().numpy() - clean.numpy().mean(0) for part in (features, clean))
    kernel, label, clean_label = a @ b.T, LABELS.numpy(), CLEAN_LABELS.numpy()
    means = np.stack([kernel[:, clean_label == k].mean(1) for k in range(C)], 1)
    if match == "votes":
        signs = np.where(label[:, None] == clean_label, 1, -1 / (C - 1))
        found = (signs * (kernel - means.mean(1, keepdims=True))).mean(1)
    else:
        found = means[np.arange(N), label] - np.sort(means)[:, -2:].mean(1)
    found /= (features.detach().numpy() ** 2).sum(1).mean()
    weights = bridge.FeatureReweighting(method, C, n_images=10)(
        features, LABELS, clean, CLEAN_LABELS, IDS
    )
    np.testing.assert_allclose(weights, np.clip(0.5 + 2 * found, 0, 1), rtol=1e-9)
    assert not weights.requires_grad


BYTES = torch.tensor(DRAW.integers(256, size=(20, 3, 6, 5)), dtype=torch.uint8)
GIVEN = torch.arange(20) % C


def pictures():
    """As torchvision has them without a transform."""
    from PIL import Image

    return [
        (Image.fromarray(image.permute(1, 2, 0).numpy()), int(label))
        for image, label in zip(BYTES, GIVEN, strict=True)
    ]


def apart(items):
    """Images and labels as two lists."""
    return [image for image, _ in items], [label for _, label in items]


def loaders():
    plain = TensorDataset(BYTES, GIVEN)
    scaled = TensorDataset(BYTES.float() / 255, GIVEN, torch.arange(20))
    return {
        "bytes": DataLoader(plain, batch_size=8),
        "floats, shuffled, with ids, dropping": DataLoader(
            scaled, batch_size=8, shuffle=True, drop_last=True
        ),
        "channels last": DataLoader(TensorDataset(BYTES.permute(0, 2, 3, 1), GIVEN), batch_size=8),
        "a data set": scaled,
        "half of twice": Subset(plain + plain, range(20)),
        "batches": [(BYTES[:9], GIVEN[:9]), (BYTES[9:], GIVEN[9:].tolist())],
        "lists of pictures": DataLoader(
            pictures(), batch_size=8, collate_fn=lambda items: tuple(zip(*items, strict=True))
        ),
    }


@pytest.mark.parametrize("name", loaders())
def test_a_loader_is_a_data_set(name):
    state = torch.get_rng_state()
    found = bridge.from_loader(
        loaders()[name], loaders()["bytes"], "mine", "abcd" if name == "bytes" else None
    )
    assert torch.equal(torch.get_rng_state(), state)
    for images, labels in ((found.images, found.labels), (found.test_images, found.test_labels)):
        np.testing.assert_array_equal(images, BYTES.permute(0, 2, 3, 1))
        np.testing.assert_array_equal(labels, GIVEN)
    assert found.classes == tuple("abcd" if name == "bytes" else "0123")


def test_grey_images_and_samplers_that_leave_out():
    """Grey ones get a channel; a loader of a part is taken as it comes."""
    grey, chosen = TensorDataset(BYTES[:, 0], GIVEN), [3, 2, 1, 0]
    found = bridge.from_loader(DataLoader(grey, sampler=chosen), grey, "mine")
    np.testing.assert_array_equal(found.images, BYTES[chosen, 0][..., None])
    np.testing.assert_array_equal(found.test_images[..., 0], BYTES[:, 0])


def test_the_example_runs():
    text = ast.get_docstring(ast.parse(Path(bridge.__file__).read_text()))
    names: dict = {}
    exec(textwrap.dedent(text.split("asked for::")[1].split("\nIt needs")[0]), names)
    assert names["loss"].step == names["meta"].step == 2
    assert jnp.std(names["meta"].state) > 0
    assert names["dataset"].images.shape == (64, 8, 8, 3)


@pytest.mark.parametrize(
    ("argument", "value", "action"),
    [pytest.param(*case[1:], id=case[0]) for case in bad_bridge.CASES],
)
def test_bad_input_is_refused_in_one_sentence(argument, value, action):
    with pytest.raises(Refusal) as refused:
        action()
    message = str(refused.value)
    assert f"`{argument}`" in message
    assert value in message
    assert "\n" not in message
    assert 10 < len(message) < 400
