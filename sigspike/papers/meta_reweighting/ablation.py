"""What each ingredient of the surrogate does, and which features it needs, on noisy digits."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.meta_reweighting import couplings as of
from sigspike.papers.meta_reweighting.digits import Digits, in_words
from sigspike.papers.meta_reweighting.problem import CLASSES, Problem, padded
from sigspike.papers.meta_reweighting.setting import SOURCE
from sigspike.papers.meta_reweighting.training import Branches, Method
from sigspike.plots.style import COLORS, panels

VARIANTS = {
    "FBR": of.surrogate(),
    "no centring": of.surrogate(centre=False),
    "no row shift": of.surrogate(row_shift=False),
    "no signs": of.surrogate(signed=False),
    "centring alone": of.surrogate(row_shift=False, signed=False),
    "row shift alone": of.surrogate(centre=False, signed=False),
    "signs alone": of.surrogate(centre=False, row_shift=False),
    "none of the three": of.surrogate(centre=False, row_shift=False, signed=False),
    "best match": of.best_match,
    "FBR, tangent kernel": of.of_tangents,
    "FBR, pixels": of.of_pixels,
}
SUBSETS = {"balanced": COLORS[0], "unequal": COLORS[1]}
RATE, SPREAD = 0.1, 8


class SurrogateAblation(Figure):
    """The training of ``Surrogate`` at n = 1000, or fewer, with β = 0.1 in units of the features'
    mean square length.

    In the unequal clean subset the numbers of examples of the classes fall in a geometric row from
    m_v/C, a tenth of n/C, to an eighth of it; which class has how many is drawn. The balanced one
    has as many in all, up to rounding.
    """

    name: ClassVar[str] = "surrogate-ablation"
    caption: ClassVar[str] = (
        "Ingredients of the feature-based surrogate left out, and other features than the "
        "penultimate ones: test accuracy, and AUC of the weights of clean against noisy examples, "
        "minus those of the whole method with the same draws (which are named above, balanced "
        "first), with a clean subset of equal and one of unequal classes; mean over flip rates, "
        "mean and standard error over seeds. Couplings of two classes have no row shift."
    )
    seeds: ClassVar[tuple[int, int]] = (6, 3)

    def flip_rates(self) -> tuple[float, ...]:
        return (0.2, 0.4)

    def problem(self, name: str) -> Problem:
        """The digits of a problem."""
        n_samples, n_epochs = (1000, 60) if self.scale == "paper" else (500, 20)
        branches = Branches(tuple(VARIANTS.values()))
        return Problem.of(
            name, self.find("MNIST"), n_samples, n_epochs, self.flip_rates(), branches
        )

    def settings(self) -> Settings:
        problems = {name: self.problem(name).facts() for name in CLASSES}
        facts = {
            "digits": in_words(self.find("MNIST")),
            "problems": problems,
            "variants": list(VARIANTS),
        }
        return facts | {"rate": RATE, "spread": SPREAD, "n_seeds": self.n_seeds}

    def text(self) -> str:
        return f"{in_words(self.find('MNIST'))}. {self.caption}"

    def compute(self, progress: Progress) -> xr.Dataset:
        problems = [self.problem(name) for name in CLASSES]
        with ThreadPoolExecutor() as pool:  # both compile at once
            list(pool.map(Problem.compile, problems))
        parts, total = [], len(problems) * self.n_seeds
        for problem in problems:
            seeds = []
            for seed in range(self.n_seeds):
                seeds.append(_seed(problem, seed))
                progress(len(parts) * self.n_seeds + len(seeds), total)
            parts.append(xr.concat(seeds, "seed", join="exact"))
        data = xr.concat(parts, "problem", join="exact").assign_coords(
            problem=list(CLASSES), seed=range(self.n_seeds)
        )
        return data.assign_coords(
            flip_rate=list(self.flip_rates()), variant=list(VARIANTS), subset=list(SUBSETS)
        )

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [row] = panels(1, 4, height=2.5)
        others = list(VARIANTS)[1:]
        heights = -np.arange(len(others))
        places = [(problem, field) for problem in CLASSES for field in ("accuracy", "auc")]
        for axes, (problem, field) in zip(row, places, strict=True):
            values = over_fbr(data[field].sel(problem=problem)).sel(variant=others)
            middle, error = values.mean("seed"), values.std("seed", ddof=1) / self.n_seeds**0.5
            for (subset, color), aside in zip(SUBSETS.items(), (0.13, -0.13), strict=True):
                of_subset = {"subset": subset}
                look: dict[str, Any] = {
                    "color": color,
                    "fmt": "o",
                    "markersize": 3,
                    "elinewidth": 1,
                }
                axes.errorbar(
                    middle.sel(of_subset),
                    heights + aside,
                    xerr=error.sel(of_subset),
                    label=subset,
                    **look,
                )
            axes.axvline(0, color="0.6", linewidth=0.6, zorder=0)
            whole = data[field].sel(problem=problem, variant="FBR").mean(["seed", "flip_rate"])
            known = ", ".join(f"{float(whole.sel(subset=subset)):.3f}" for subset in SUBSETS)
            axes.set_title(f"{problem}\nFBR: {known}")
            axes.set_xlabel({"accuracy": "test accuracy − FBR's", "auc": "AUC − FBR's"}[field])
            axes.set_yticks(heights, others if axes is row[0] else [])
        figure.legend(
            *row[0].get_legend_handles_labels(),
            loc="outside upper center",
            title="clean subset",
            ncols=2,
        )
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """Differences are those of runs with the same draws."""
        change = over_fbr(data["auc"])
        ten, two = (change.sel(problem=name) for name in CLASSES)
        pixels = (
            over_fbr(data["accuracy"]).sel(variant="FBR, pixels", subset="balanced").mean("problem")
        )
        identity = "ours: an identity where classes are balanced"
        lost = [  # name, changes, clean subset, variant, source, low, high
            ("ten", ten, "balanced", "no row shift", identity, -0.003, 0.003),
            ("ten", ten, "balanced", "no signs", identity, -0.01, 0.01),
            ("ten", ten, "balanced", "none of the three", SOURCE, 0.01, np.inf),
            ("ten", ten, "unequal", "none of the three", SOURCE, 0.05, np.inf),
            ("ten", ten, "unequal", "signs alone", SOURCE, 0.05, np.inf),
            ("two", two, "balanced", "none of the three", SOURCE, 0.01, np.inf),
            ("two", two, "unequal", "no centring", SOURCE, 0.01, np.inf),
            ("ten", ten, "balanced", "best match", "ours", -np.inf, 0),
            ("ten", ten, "balanced", "FBR, tangent kernel", "ours", -0.02, 0.02),
        ]
        return [
            *(
                Claim.of_seeds(
                    f"{classes} classes, {subset}: AUC lost by “{variant}”",
                    source,
                    -of.sel(subset=subset, variant=variant),
                    low,
                    high,
                )
                for classes, of, subset, variant, source, low, high in lost
            ),
            Claim.of_seeds(
                "balanced: accuracy with pixels for features minus FBR's", "ours", pixels, high=0.01
            ),
        ]


def over_fbr(values: xr.DataArray) -> xr.DataArray:
    """Each variant minus the whole FBR of equal seed and clean subset, mean over flip rates."""
    means = values.mean("flip_rate")
    return means - means.sel(variant="FBR", drop=True)


def _seed(problem: Problem, seed: int) -> xr.Dataset:
    """Every variant with both clean subsets."""
    digits = problem.draw(seed)
    labels = _subsets(digits, problem, seed)
    ids = np.arange(problem.sizes[0])
    methods = [Method(coupling=1 + number, start=0.5, rate=RATE) for number in range(len(VARIANTS))]
    runs = [
        [problem.run(digits, seed, method, label, ids)[0] for method in methods] for label in labels
    ]
    return problem.labelled(runs, ("subset", "variant"))


def _subsets(digits: Digits, problem: Problem, seed: int) -> list[np.ndarray]:
    """Labels of the balanced and of the unequal clean subset, padded."""
    n_classes, label = problem.n_classes, digits.label[problem.sizes[0] :]
    shares = float(SPREAD) ** -np.linspace(0, 1, n_classes)
    counts = np.maximum(np.round(shares * len(label) / n_classes), 1)
    unequal = counts[np.random.default_rng(seed).permutation(n_classes)]
    place = np.arange(len(label)) // n_classes  # the how-manieth of its class
    return [padded(label, place < round(unequal.mean())), padded(label, place < unequal[label])]
