"""For each dimension the best choice of everything else at low SNR, and what it costs.

Huang et al. 2025 (arXiv 2510.17526): Assumption 3.1, Theorems 3.2 and 3.3.
"""

import dataclasses
import math
from collections.abc import Iterable, Sequence

import xarray as xr

from sigspike.foundation.check import Choice, Range, Refusal, nearest
from sigspike.theory.gradient_descent_memorises import GradientDescentMemorises
from sigspike.theory.label_noise_learns import LabelNoiseLearns
from sigspike.theory.scales import Scales

DIMENSION = Range(low=10, high=1e60)
SMALLEST = 1e-6  # of constants: every choice there is satisfies them at this C


def consistent_scaling(
    dims: Iterable[float],
    constant: float = 1.0,
    delta: float = 0.05,
    flip_rate: float = 0.1,
    leave_out: Sequence[str] = (),
    samples: str = "fewest",
    low_snr: str = "paper",
) -> xr.Dataset:
    """For each d: the largest C at which Assumption 3.1 (with the flip rate's bounds) can be met at
    all, and the choice of n, m, σ₀, ‖μ‖, η that meets it at ``constant`` with the fewest predicted
    steps of Theorem 3.3.

    Lengths are in units of σ_p: the conditions know η σ_p², σ₀ σ_p and ‖μ‖/σ_p alone. With L =
    log(d/δ),

    * the two bounds on σ₀ leave a window while C L n d^(−1/4) ≤ 1/(C L), that is n ≤ d^(1/4)/(C
      L)², and n ≥ C L: hence C ≤ d^(1/12)/L, below 1 until d ≈ 10²⁰⁻²¹;
    * p ≥ C log d/√(mn) asks for m ≥ (C log d/p)²/n, which costs width, never consistency;
    * σ₀ ≤ ‖μ‖⁻¹d^(−5/8)/(C L) with σ₀ at its lower bound gives ‖μ‖ ≤ σ_p d^(1/8)/(C² L² n), and the
      second term of the time, m d/(ησ_p²d μ²), is ∝ m n² d^(3/4): d^(3/4) up to logarithms with the
      fewest samples (``samples = "fewest"``, n = C L), and d^(5/4) with the ``"most"``, n =
      d^(1/4)/(C L)², where ‖μ‖ ≤ σ_p d^(−1/8).

    Where no choice meets ``constant``, the one for the largest C is given and ``consistent`` is
    false. ``leave_out`` names conditions (as in a report) to be ignored: the price of a condition
    is what leaving it out saves. Variables over ``dim``: the choice, ``largest_constant``,
    ``condition_constant`` (dim, condition), ``steps`` (Theorem 3.3), ``steps_gd`` (Theorem 3.2),
    ``steps_second_order`` (ours; see ``LabelNoiseLearns``).
    """
    Choice(("fewest", "most")).check("samples", samples)
    theorem = LabelNoiseLearns(constant, delta, low_snr=low_snr)
    names = [condition.name for condition in theorem.conditions(_rough(1e3, flip_rate))]
    for name in leave_out:
        if name not in names:
            raise Refusal(
                f"`leave_out` must name conditions ({'; '.join(names)}), "
                f"got {name!r}{nearest(name, names)}"
            )
    dims, rows = [float(dim) for dim in dims], []
    for dim in dims:
        DIMENSION.check("dims", dim)
        best = largest_constant(dim, theorem, flip_rate, leave_out)
        scales = choose(dim, min(best, constant), theorem, flip_rate, leave_out, samples)
        rows.append(_row(scales, best, theorem, leave_out))
    data = xr.concat(
        rows, xr.DataArray(dims, dims="dim", name="dim", attrs={"long_name": "dimension d"})
    )
    return data.assign_coords(condition=names)


def largest_constant(
    dim: float, theorem: LabelNoiseLearns, flip_rate: float = 0.1, leave_out: Sequence[str] = ()
) -> float:
    """The largest C at which some choice meets every condition at dimension d (by bisection: less
    is always easier).
    """

    def meets(log_constant: float) -> bool:
        constant = math.exp(log_constant)
        conditions = theorem.conditions(
            choose(dim, constant, theorem, flip_rate, leave_out, "fewest")
        )
        return all(
            entry.holds(constant * (1 - 1e-9))  # a choice lies on its bounds, to rounding
            for entry in conditions
            if entry.name not in leave_out
        )

    low, high = math.log(SMALLEST), math.log(1 / flip_rate)
    if meets(high):
        return math.exp(high)
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if meets(middle) else (low, middle)
    return math.exp(low)


def first_dimension(
    constant: float = 1.0,
    delta: float = 0.05,
    flip_rate: float = 0.1,
    leave_out: Sequence[str] = (),
) -> float:
    """The smallest d from which on the conditions can be met at C = ``constant``.

    d^(1/12)/log(d/δ) falls until log(d/δ) = 12 and rises from there; integer n and m make it a
    staircase on a fine scale. The root of log C above that minimum is found by Brent's method.
    """
    from scipy.optimize import brentq

    theorem = LabelNoiseLearns(constant, delta)

    def missing(log_dim: float) -> float:
        return math.log(
            largest_constant(math.exp(log_dim), theorem, flip_rate, leave_out) / constant
        )

    low, high = math.log(max(delta * math.exp(12), DIMENSION.low)), math.log(DIMENSION.high)
    if missing(low) >= 0:
        return math.exp(low)
    if missing(high) < 0:
        return math.inf
    return math.exp(brentq(missing, low, high, xtol=1e-6))  # type: ignore[arg-type]


def choose(
    dim: float,
    constant: float,
    theorem: LabelNoiseLearns,
    flip_rate: float,
    leave_out: Sequence[str] = (),
    samples: str = "fewest",
) -> Scales:
    """The choice that meets every condition at C with the fewest steps, if any choice does; σ_p =
    1.

    Every condition but n ≥ C L is easier with fewer samples, so n = C L (or the most that the
    window of σ₀ allows); m as small, η and ‖μ‖ as large as allowed, and σ₀ as small, since the
    bound on ‖μ‖ is ∝ 1/σ₀.
    """
    log, root = math.log(dim / theorem.delta), math.sqrt(dim)
    n = math.ceil(constant * log)
    if samples == "most":
        n = max(n, math.floor(dim**0.25 / (constant * log) ** 2))
    least = (
        0.0 if "flips, from below" in leave_out else (constant * math.log(dim) / flip_rate) ** 2 / n
    )
    start = constant * log * n * dim**-0.25 / root
    if "init, from below" in leave_out:
        start = 1 / (constant * log * root)  # no least one is left: the largest for small noise
    level = dataclasses.replace(theorem, constant=constant).level(_rough(dim, flip_rate))
    low_snr = math.sqrt(level * dim / n)
    dimension = math.sqrt(dim / (constant * math.log(n / theorem.delta) * n))
    caps = [low_snr, dimension]
    if "init, signal small" not in leave_out:
        caps.append(dim**-0.625 / (constant * log * start))
    return Scales(
        n_samples=n,
        width=math.ceil(max(constant * log, least)),
        dim=dim,
        signal_strength=min(caps),
        noise_std=1.0,
        init_std=start,
        learning_rate=1 / (dim * constant * log),
        flip_rate=flip_rate,
    )


def rebuttal_example(dim: float, flip_rate: float = 0.1) -> Scales:
    """The example of the authors' rebuttal: σ₀ = d^(−11/16), ‖μ‖ = d^(−1/3), n = d^(1/3), σ_p = 1;
    m and η are ours.

    It never meets the lower bound σ₀ ≥ C log(d/δ) n σ_p⁻¹ d^(−3/4), whose right side grows like
    d^(−5/12).
    """
    log = math.log(dim)
    return dataclasses.replace(
        _rough(dim, flip_rate),
        n_samples=dim ** (1 / 3),
        width=2 * log,
        signal_strength=dim ** (-1 / 3),
        init_std=dim ** (-11 / 16),
        learning_rate=1 / (2 * dim * log),
    )


def _rough(dim: float, flip_rate: float) -> Scales:
    return Scales(1.0, 1.0, dim, 1.0, 1.0, 1.0, 1.0, flip_rate)


def _row(
    scales: Scales, best: float, theorem: LabelNoiseLearns, leave_out: Sequence[str]
) -> xr.Dataset:
    conditions = theorem.conditions(scales)
    predicted = {entry.name: entry.value for entry in theorem.predictions(scales)}
    slow = GradientDescentMemorises(theorem.constant, theorem.delta, theorem.epsilon).predictions(
        scales
    )
    fitted = next(entry.value for entry in slow if entry.name == "fitted")
    choice = dataclasses.asdict(scales)
    kept = ("n_samples", "width", "signal_strength", "init_std", "learning_rate", "flip_rate")
    constants = [
        math.inf if entry.name in leave_out else entry.largest_constant for entry in conditions
    ]
    return xr.Dataset(
        {name: choice[name] for name in kept}
        | {"snr": scales.snr, "n_snr2": scales.n_snr2, "largest_constant": best}
        | {"consistent": best >= theorem.constant, "condition_constant": ("condition", constants)}
        | {
            "steps": predicted["take-over"],
            "steps_second_order": predicted["take-over, second order"],
        }
        | {"steps_gd": fitted}
    )
