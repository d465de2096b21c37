"""A theorem that can be computed: hypotheses, conditions and predictions of an experiment."""

import dataclasses
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sigspike.foundation.check import BELOW_ONE, POSITIVE, Instance
from sigspike.models.activations import ReLUPower
from sigspike.models.losses import Logistic
from sigspike.models.networks import PatchCNN
from sigspike.models.problems import NoLeak, SignalNoise
from sigspike.simulation.experiment import Experiment
from sigspike.theory.condition import Condition, Hypothesis, Prediction
from sigspike.theory.scales import Scales
from sigspike.training import Algorithm
from sigspike.training.ascent import Straight
from sigspike.training.batches import Full
from sigspike.training.gradient import Exact
from sigspike.training.inputs import AsDrawn
from sigspike.training.labels import Flips, Given
from sigspike.training.optimisers import Descent
from sigspike.training.schedules import Constant
from sigspike.training.weights import Equal

DIALS = {
    "loss": Logistic,
    "inputs": AsDrawn,
    "batches": Full,
    "weights": Equal,
    "ascent": Straight,
    "gradient": Exact,
    "optimiser": Descent,
    "schedule": Constant,
}  # what every theorem here takes for granted of an algorithm, besides its labels


@dataclass(frozen=True)
class Report:
    """What a theorem says of an experiment. Where a hypothesis fails it says nothing more."""

    theorem: str
    source: str
    constant: float
    delta: float
    hypotheses: tuple[Hypothesis, ...]
    conditions: tuple[Condition, ...] = ()
    predictions: tuple[Prediction, ...] = ()

    @property
    def applies(self) -> bool:
        """Whether the experiment is one that the theorem speaks about."""
        return all(hypothesis.holds for hypothesis in self.hypotheses)

    @property
    def holds(self) -> bool:
        """Whether it applies and every condition holds at C."""
        return self.applies and all(condition.holds(self.constant) for condition in self.conditions)

    @property
    def largest_constant(self) -> float:
        """The largest C for which every condition holds (NaN where the theorem does not apply, or a
        side of a condition is no number).
        """
        largest = [condition.largest_constant for condition in self.conditions]
        return math.nan if not largest or any(map(math.isnan, largest)) else min(largest)

    def __getitem__(self, name: str) -> Condition | Prediction:
        """A condition or prediction by its name."""
        return {entry.name: entry for entry in (*self.conditions, *self.predictions)}[name]

    def as_dict(self) -> dict[str, Any]:
        """Plain dictionaries, with what follows from the two sides."""
        plain = dataclasses.asdict(self)
        for entry, condition in zip(plain["conditions"], self.conditions, strict=True):
            entry |= {"ratio": condition.ratio, "holds": condition.holds(self.constant)}
        return plain | {
            "applies": self.applies,
            "holds": self.holds,
            "largest_constant": self.largest_constant,
        }


@dataclass(frozen=True)
class Theorem(ABC):
    """A theorem of a paper: ``theorem(experiment)`` is its ``Report``.

    ``constant`` is the C that papers leave open, one for all conditions; ``delta`` the probability
    δ of failure, and ``epsilon`` the training loss ε to be reached. Conditions and times are
    functions of ``Scales`` alone.
    """

    title: ClassVar[str]
    source: ClassVar[str]
    control_name: ClassVar[str]

    constant: float = 1.0
    delta: float = 0.05
    epsilon: float = 0.01

    def __post_init__(self) -> None:
        POSITIVE.check("constant", self.constant)
        for name in ("delta", "epsilon"):
            BELOW_ONE.check(name, getattr(self, name))
            POSITIVE.check(name, getattr(self, name))

    def __call__(self, experiment: Experiment) -> Report:
        Instance(Experiment).check("experiment", experiment)
        hypotheses = (*common(experiment), *self.hypotheses(experiment))
        report = Report(self.title, self.source, self.constant, self.delta, hypotheses)
        if not report.applies:
            return report
        with np.errstate(all="ignore"):
            scales = Scales.of(experiment).in_units_of_noise()
            said = {
                "conditions": tuple(self.conditions(scales)),
                "predictions": tuple(self.predictions(scales)),
            }
        return dataclasses.replace(report, **said)

    @abstractmethod
    def hypotheses(self, experiment: Experiment) -> list[Hypothesis]:
        """What it takes for granted beyond ``common``."""

    @abstractmethod
    def conditions(self, scales: Scales) -> list[Condition]:
        """Every inequality, with C on the smaller side."""

    @abstractmethod
    def predictions(self, scales: Scales) -> list[Prediction]:
        """Times, bounds and levels."""

    @abstractmethod
    def control(self, scales: Scales) -> float:
        """The quantity that decides between learning and memorising: the phase boundary is where it
        is ``level``.
        """

    def level(self, scales: Scales) -> float:
        """The value of ``control`` on the phase boundary; 1 / C or C, with our C = 1, unless a
        paper says more.
        """
        return 1.0


def common(experiment: Experiment) -> list[Hypothesis]:
    """What every theorem here is about: the signal–noise model and full-batch steps of constant
    size in f32 or f64.
    """
    problem, network, algorithm = experiment.problem, experiment.network, experiment.algorithm
    about = [wants("data model", SignalNoise, problem)]
    if isinstance(problem, SignalNoise):
        about += [
            equals("noise patches", 1, problem.n_noise_patches),
            equals("noise in the signal's patch", False, problem.noisy_signal),
            equals("noise of the classes, ratio", 1.0, float(problem.noise_ratio)),
            wants("leak of signals into noise", NoLeak, problem.leak),
            Hypothesis(
                "noise std σ_p",
                "> 0",
                f"{float(problem.noise_std):.4g}",
                float(problem.noise_std) > 0,
            ),
        ]
    return [
        *about,
        wants("network", PatchCNN, network),
        wants("algorithm", Algorithm, algorithm),
        *(wants(name, kind, getattr(algorithm, name)) for name, kind in DIALS.items()),
        equals("weight decay", 0.0, float(algorithm.weight_decay)),
        equals("regime", "feature", experiment.regime),
        equals("stop", "end", experiment.stop),
    ]


def architecture(experiment: Experiment, sigma: Hypothesis, orthogonal: bool) -> list[Hypothesis]:
    """The network of the papers' theorems: mean over filters, sum over patches, no bias, Gaussian
    weights; and whether the noise is orthogonal to μ.
    """
    network = experiment.network
    return [
        sigma,
        equals("initial weights", "gaussian", network.init),
        equals("bias", False, network.bias),
        equals("patches", "sum", getattr(network, "patches", None)),
        equals("filters", "mean", getattr(network, "filters", None)),
        equals("second layer", "fixed", getattr(network, "second_layer", None)),
        equals(
            "noise orthogonal to μ", orthogonal, getattr(experiment.problem, "orthogonal", None)
        ),
    ]


def exponent(experiment: Experiment, needed: float, above: bool = False) -> Hypothesis:
    """The activation max(0, z)^q with this q (or any q ``above``), and of no subclass."""
    activation = getattr(experiment.network, "activation", None)
    known = wants("activation", ReLUPower, activation)
    plain = known.found == type(activation).__name__
    power = activation.power if isinstance(activation, ReLUPower) else math.nan
    fits = known.holds and (power > needed if above else power == needed)
    words = f"{ReLUPower.__name__}(q), q > {needed:g}" if above else str(ReLUPower(needed))
    return Hypothesis("activation", words, str(activation) if plain else known.found, fits)


def given_labels(experiment: Experiment) -> Hypothesis:
    """Steps that are told the given labels; flips at rate 0 are the same."""
    labels = experiment.algorithm.labels
    if type(labels) is Flips and float(labels.flip_rate) == 0:
        return equals("labels", Given.__name__, Given.__name__)
    return wants("labels", Given, labels)


def flip_rates(experiment: Experiment) -> tuple[float, float]:
    """τ₊ and τ₋ of the data (0 for data without fixed flips)."""
    problem = experiment.problem
    return float(getattr(problem, "flip_rate_positive", 0.0)), float(
        getattr(problem, "flip_rate_negative", 0.0)
    )


def clean_labels(experiment: Experiment) -> Hypothesis:
    """No fixed flips in the data."""
    return equals("fixed label flips τ", 0.0, max(flip_rates(experiment)))


def fresh_test(experiment: Experiment) -> Hypothesis:
    """Test noise independent of training."""
    return equals("test noise", "fresh", getattr(experiment.problem, "test_noise", None))


def equals(name: str, needed: Any, found: Any) -> Hypothesis:
    """A field that must have one value."""
    return Hypothesis(name, str(needed), str(found), bool(needed == found))


def wants(name: str, needed: type, found: Any) -> Hypothesis:
    """A part that must be of one class, and of no subclass: that may do anything at its steps."""
    kind = type(found)
    if kind is needed or (kind.__name__ != needed.__name__ and not issubclass(kind, needed)):
        words = kind.__name__
    else:
        kinship = ", a subclass" if issubclass(kind, needed) else ""
        words = f"{kind.__name__} of {kind.__module__}{kinship}"
    return Hypothesis(name, needed.__name__, words, kind is needed)
