"""Rows of tables: methods by their usual names, with the settings of their papers."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sigspike.common.reweighting import FreshWeights, WeightNetwork
from sigspike.images import methods as of
from sigspike.images.methods import Method


class Setting(NamedTuple):
    """What a method's settings depend on: C, the rate ε of the noise, and the epochs."""

    n_classes: int
    noise_rate: float
    epochs: int

    @property
    def many(self) -> bool:
        """Whether papers give the settings for CIFAR-100 here."""
        return self.n_classes > 10


def _truncated(at: Setting) -> Method:
    return of.GeneralisedCrossEntropy(prune_from=max(at.epochs * (2 if at.many else 1) // 3, 1))


def _symmetric(at: Setting) -> Method:
    return of.SymmetricCrossEntropy(6.0, 0.1) if at.many else of.SymmetricCrossEntropy()


def _forward(at: Setting) -> Method:
    return of.Forward("anchors", warm_up=max(at.epochs // 10, 1), quantile=1.0 if at.many else 0.97)


def _early_learning(at: Setting) -> Method:
    return of.EarlyLearning(7.0, 0.9) if at.many else of.EarlyLearning()


# The settings are the papers' (see each method), scaled to the epochs at hand: GCE is truncated
# from a third of them on (40 of 120; two thirds for CIFAR-100), Forward and small-loss selection
# warm up for a tenth. Co-teaching is told the rate of the noise, as in its paper.
ROWS: Mapping[str, Callable[[Setting], Method]] = {
    "CE": lambda _: of.CrossEntropy(),
    "label smoothing": lambda _: of.LabelSmoothing(),
    "label-noise GD": lambda _: of.LabelNoise(0.2),
    "Forward": _forward,
    "GCE": lambda _: of.GeneralisedCrossEntropy(),
    "truncated GCE": _truncated,
    "SL": _symmetric,
    "Bootstrap": lambda _: of.HardBootstrap(),
    "soft Bootstrap": lambda _: of.SoftBootstrap(),
    "IMAE": lambda _: of.ImprovedMAE(),
    "ELR": _early_learning,
    "small loss": lambda at: of.SmallLoss("mixture", warm_up=max(at.epochs // 10, 1)),
    "Co-teaching": lambda at: of.CoTeaching(at.noise_rate, n_gradual=max(at.epochs // 20, 1)),
    "meta-reweighting": lambda _: of.MetaReweighting(),
    "L2RW": lambda _: of.MetaReweighting(FreshWeights(), ahead=False),
    "Meta-Weight-Net": lambda _: of.MetaReweighting(WeightNetwork()),
    "FBR": lambda _: of.FeatureReweighting(),
    "RFL": lambda _: of.RobustFeatures(),
}

# Published in some tables, not among the methods yet.
NOT_AVAILABLE = ("JO", "PENCIL", "Co-teaching+", "FINE", "DivideMix")
