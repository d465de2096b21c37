"""Bad inputs of the bridge to PyTorch, as in bad_inputs: name, what is refused, action."""

from collections.abc import Callable
from typing import Any

import torch
from torch.utils.data import TensorDataset

from sigspike.common.reweighting import FreshWeights, WeightNetwork
from sigspike.images import bridge, methods
from sigspike.images.bridge.needs import check_loss

LOGITS, LABELS, IDS = torch.zeros(4, 3), torch.tensor([0, 1, 2, 2]), torch.arange(4)
MODEL = torch.nn.Linear(2, 3)
SGD, ADAM = torch.optim.SGD(MODEL.parameters(), lr=0.1), torch.optim.Adam(MODEL.parameters())
BYTES = torch.zeros(4, 3, 5, 5, dtype=torch.uint8)


def loss(
    logits: Any = LOGITS, labels: Any = LABELS, ids: Any = None, method: Any = None, **options: Any
) -> Any:
    return bridge.Loss(method or methods.CrossEntropy(), **({"n_classes": 3} | options))(
        logits, labels, ids
    )


def meta(
    rule: Any = None,
    optimiser: Any = SGD,
    losses: Any = LOGITS[:, 0],
    ids: Any = None,
    **options: Any,
) -> Any:
    method = methods.MetaReweighting() if rule is None else methods.MetaReweighting(rule)
    return bridge.MetaReweighting(method, MODEL, optimiser, **options)(
        losses, LOGITS[:, :2], LABELS, ids
    )


def fbr(features: Any = LOGITS, clean: Any = LOGITS, rule: Any = None, **options: Any) -> Any:
    method = methods.FeatureReweighting(rule or FreshWeights())
    return bridge.FeatureReweighting(method, 3, **options)(features, LABELS, clean, LABELS)


def load(images: Any = BYTES, labels: Any = LABELS, **options: Any) -> Any:
    items = TensorDataset(images, labels)
    return bridge.from_loader(items, items, "mine", **options)


ELR, ANCHORS = methods.EarlyLearning(), methods.Forward("anchors", warm_up=1)
Case = tuple[str, str, str, Callable[[], Any]]
LOSSES: list[Case] = [
    ("loss that is a network", "method", "Linear", lambda: check_loss(MODEL)),
    ("loss that is a step", "method", "CoTeaching", lambda: loss(method=methods.CoTeaching())),
    (
        "loss that is an objective",
        "method",
        "RobustFeatures",
        lambda: loss(method=methods.RobustFeatures()),
    ),
    ("loss of one class", "n_classes", "1", lambda: loss(n_classes=1)),
    ("loss reduced otherwise", "reduction", "'avg'", lambda: loss(reduction="avg")),
    ("loss of whole logits", "logits", "torch.int64", lambda: loss(LOGITS.long())),
    ("loss of logits in a list", "logits", "list", lambda: loss([[0.0]])),
    ("loss of other classes", "logits", "(4, 2)", lambda: loss(LOGITS[:, :2])),
    ("loss of nothing", "logits", "(0, 3)", lambda: loss(LOGITS[:0], LABELS[:0])),
    ("loss of too few labels", "labels", "(3,)", lambda: loss(labels=LABELS[:3])),
    ("loss of soft labels", "labels", "torch.float32", lambda: loss(labels=LABELS.float())),
    ("loss of a label beyond", "labels", "got 3", lambda: loss(labels=LABELS + 1)),
    ("loss of an ignored label", "labels", "got -100", lambda: loss(labels=LABELS - 100)),
    ("ELR of how many images", "n_images", "EarlyLearning", lambda: loss(method=ELR)),
    ("ELR without ids", "ids", "EarlyLearning", lambda: loss(method=ELR, n_images=4)),
    ("ELR of an id beyond", "ids", "got 4", lambda: loss(method=ELR, n_images=4, ids=IDS + 1)),
    ("correction by nothing", "source", "'true'", lambda: loss(method=methods.Forward())),
    ("anchors of no images", "n_images", "epoch 1", lambda: bridge.Loss(ANCHORS, 3).begin_epoch(1)),
    (
        "anchors without a look",
        "logits",
        "epoch 1",
        lambda: bridge.Loss(ANCHORS, 3, 4).begin_epoch(1),
    ),
    (
        "state of another size",
        "state_dict",
        "(5, 3)",
        lambda: bridge.Loss(ELR, 3, 4).load_state_dict(other()),
    ),
    ("flips of all", "flip_rate", "1.0", lambda: bridge.flipped(LABELS, 1.0, 3)),
    ("flips of floats", "labels", "torch.float32", lambda: bridge.flipped(LABELS.float(), 0.1, 3)),
    ("flips beyond the classes", "labels", "got 2", lambda: bridge.flipped(LABELS, 0.1, 2)),
]


def other() -> Any:
    return bridge.Loss(ELR, 3, 5).state_dict()


WEIGHTS: list[Case] = [
    ("meta-reweighting of Adam", "optimiser", "Adam", lambda: meta(optimiser=ADAM, n_images=4)),
    (
        "meta-reweighting of no optimiser",
        "optimiser",
        "NoneType",
        lambda: meta(optimiser=None, n_images=4),
    ),
    ("weights of how many images", "n_images", "PersistentWeights", lambda: meta()),
    (
        "weights that wait, of how many images",
        "n_images",
        "FreshWeights",
        lambda: meta(FreshWeights(every=2)),
    ),
    ("weights without ids", "ids", "PersistentWeights", lambda: meta(n_images=4)),
    ("weights of a mean", "losses", "()", lambda: meta(FreshWeights(), losses=LOGITS.mean())),
    ("weights of detached losses", "losses", "none", lambda: meta(FreshWeights())),
    ("features of maps", "features", "(4, 3, 5, 5)", lambda: fbr(BYTES.float())),
    ("features of another size", "clean_features", "(4, 2)", lambda: fbr(clean=LOGITS[:, :2])),
    (
        "Meta-Weight-Net without losses",
        "losses",
        "WeightNetwork",
        lambda: fbr(rule=WeightNetwork()),
    ),
]
LOADERS: list[Case] = [
    ("loader that is a number", "loader", "int", lambda: bridge.from_loader(3, 3, "mine")),
    ("loader of nothing", "loader", "empty list", lambda: bridge.from_loader([], [], "mine")),
    ("loader of names", "loader", "dict", lambda: bridge.from_loader([{"x": 1}], [], "mine")),
    ("loader of images alone", "loader", "Tensor", lambda: bridge.from_loader([BYTES], [], "mine")),
    ("loader of normalised images", "loader", "-2.118", lambda: load(BYTES - 2.118)),
    ("loader of images up to 255", "loader", "got a pixel 255", lambda: load(BYTES + 255.0)),
    ("loader of missing pixels", "loader", "got a pixel nan", lambda: load(BYTES + torch.nan)),
    ("loader of blurred images", "loader", "0.501", lambda: load(BYTES + 0.501)),
    ("loader of long images", "loader", "int64", lambda: load(BYTES.long())),
    ("loader of five channels", "loader", "(1, 5, 3, 5)", lambda: load(BYTES.transpose(1, 2))),
    ("loader of two sizes", "loader", "(5, 4, 3)", lambda: bridge.from_loader(two(), [], "mine")),
    ("loader of soft labels", "loader", "float64", lambda: load(labels=LABELS.float())),
    ("loader of labels from -1", "labels", "got -1", lambda: load(labels=LABELS - 1)),
    (
        "loader of a missing label",
        "loader",
        "3 for 4",
        lambda: bridge.from_loader([(BYTES, LABELS[:3])], [], "mine"),
    ),
    ("loader of more classes than names", "labels", "got 2", lambda: load(class_names=("a", "b"))),
    ("loader of too few labels for testing", "test_loader", "empty list", lambda: half()),
]


def two() -> Any:
    return [(BYTES, LABELS), (BYTES[..., :4], LABELS)]


def half() -> Any:
    return bridge.from_loader([(BYTES, LABELS)], [], "mine")


CASES = LOSSES + WEIGHTS + LOADERS
