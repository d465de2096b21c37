"""Bad inputs of trainings, as in bad_inputs: name, what the refusal must name, action."""

from collections.abc import Callable
from typing import Any

from sigspike.images import methods
from sigspike.images.augmentation import Augmentation
from sigspike.images.networks import ResNet
from sigspike.images.tables import Scale
from sigspike.images.training import SGD, Adam, Cosine, Milestones, Training, train


def training(**changes: Any) -> Training:
    return Training(**({"network": ResNet(10, width=2)} | changes))


CASES: list[tuple[str, str, str, Callable[[], Any]]] = [
    ("training of no network", "network", "3", lambda: training(network=3)),
    (
        "training by a class",
        "method",
        "CrossEntropy",
        lambda: training(method=methods.CrossEntropy),
    ),
    ("training of no epochs", "epochs", "0", lambda: training(epochs=0)),
    ("batch of one image", "batch_size", "1", lambda: training(batch_size=1)),
    ("unknown last batch", "last_batch", "'short'", lambda: training(last_batch="short")),
    ("unknown watch", "watch", "'never'", lambda: training(watch="never")),
    ("training that is a network", "training", "ResNet", lambda: train(ResNet(10), None, None)),  # type: ignore[arg-type]
    ("training on nothing", "dataset", "NoneType", lambda: train(training(), None, None)),  # type: ignore[arg-type]
    ("training until nothing", "until", "0", lambda: train(training(), None, None, until=0)),  # type: ignore[arg-type]
    ("falling milestones", "at", "(80, 40)", lambda: Milestones((80, 40))),
    ("milestone in words", "at", "'40'", lambda: Milestones("40")),  # type: ignore[arg-type]
    ("milestones that raise", "factor", "0", lambda: Milestones((40,), 0)),
    ("cosine that ends high", "final", "1", lambda: Cosine(1)),
    ("negative weight decay", "weight_decay", "-0.1", lambda: SGD(weight_decay=-0.1)),
    ("Adam with a decay of one", "second_decay", "1.0", lambda: Adam(second_decay=1.0)),
    ("magnitude beyond the last", "magnitude", "31", lambda: Augmentation(magnitude=31)),
    ("GCE at zero", "q", "0.0", lambda: methods.GeneralisedCrossEntropy(0.0)),
    ("smoothing of all", "alpha", "1.0", lambda: methods.LabelSmoothing(1.0)),
    ("unknown transitions", "source", "'anchor'", lambda: methods.Forward("anchor")),
    ("unknown rule of selection", "rule", "'log2'", lambda: methods.SmallLoss("log2")),
    (
        "negative strength of clusters",
        "strength",
        "-1.0",
        lambda: methods.RobustFeatures(strength=-1.0),
    ),
    ("dropping of all", "noise_rate", "1.0", lambda: methods.CoTeaching(1.0)),
    (
        "unknown match of features",
        "match",
        "'vote'",
        lambda: methods.FeatureReweighting(match="vote"),
    ),
    (
        "reweighting without clean images",
        "clean_size",
        "0",
        lambda: training(method=methods.MetaReweighting()),
    ),
    ("table of negative width", "width", "-8", lambda: Scale(width=-8)),
    ("table in quarter precision", "compute", "'int8'", lambda: Scale(compute="int8")),
    ("targets that never move", "decay", "1.0", lambda: methods.EarlyLearning(decay=1.0)),
]
