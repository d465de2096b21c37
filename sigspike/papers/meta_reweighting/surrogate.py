"""The feature-based surrogate beside meta-reweighting, selection and plain training, on digits.

The surrogate is that of arXiv 2510.12209; a part of the labels is wrong.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr
from matplotlib.ticker import NullLocator

from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.meta_reweighting.digits import Digits, in_words
from sigspike.papers.meta_reweighting.drawing import bars, lines, relative_cost
from sigspike.papers.meta_reweighting.methods import BRANCHES, EXACT, METHODS, RATES
from sigspike.papers.meta_reweighting.problem import CLASSES, Problem, padded
from sigspike.plots.style import panels

FIRST_HELD_OUT = 1000


class Surrogate(Figure):
    """A softmax network of 64 hidden units on 14 × 14 pixels, SGD at η = 0.2 in batches, all
    methods with the same draws, initial weights and number of steps; labels flipped symmetrically
    over the other classes.

    The clean subset only steers meta-reweighting and FBR, as there; "plain + clean" also trains on
    it, "clean only" on nothing else; selection and "plain" do without. Weights start at ½; their
    rate β is that of the best mean accuracy, at a middling clean fraction, over held-out seeds.
    Selections begin after 5 epochs and are renewed after each, FINE's after every fifth.
    """

    name: ClassVar[str] = "surrogate"
    caption: ClassVar[str] = (
        "Exact meta-reweighting, its feature-based surrogate (FBR), the same with each row "
        "shifted so that its best match alone stays positive (ours), small-loss selection, FINE, "
        "and training without a filter. Test accuracy and AUC of clean against noisy examples (of "
        "their weights summed over training; of −ℓ where there are none) over the flip rate, at "
        "the middling clean subset; accuracy over the size of the clean subset, mean over flip "
        "rates; mean and standard error over seeds. Right: time relative to plain, at the largest "
        "clean subset."
    )
    seeds: ClassVar[tuple[int, int]] = (5, 3)

    def flip_rates(self) -> tuple[float, ...]:
        return (0.1, 0.2, 0.3, 0.45) if self.scale == "paper" else (0.2, 0.45)

    def fractions(self) -> tuple[float, ...]:
        """Of n, from the fewest that hold every class."""
        if self.scale != "paper":
            return (0.02, 0.1)
        return (0.005, 0.02, 0.1) if self.find("MNIST") else (0.01, 0.03, 0.1)

    def held_out(self) -> tuple[int, ...]:
        """The seeds that choose β."""
        return tuple(FIRST_HELD_OUT + k for k in range(2 if self.scale == "paper" else 1))

    def rates(self) -> dict[str, tuple[float, ...]]:
        """Among which β is chosen: of meta-reweighting, and of FBR in units of the features' mean
        square length.
        """
        first = 0 if self.scale == "paper" else 1
        return {name: rates[first:] for name, rates in RATES.items()}

    def problem(self, name: str) -> Problem:
        """The digits of a problem."""
        n_samples, n_epochs = (2000, 40) if self.scale == "paper" else (500, 30)
        return Problem.of(
            name, self.find("MNIST"), n_samples, n_epochs, self.flip_rates(), BRANCHES
        )

    def settings(self) -> Settings:
        problems = {name: self.problem(name).facts() for name in CLASSES}
        digits = in_words(self.find("MNIST"))
        facts = {"digits": digits, "problems": problems, "fractions": self.fractions()}
        methods = {
            name: compared.method._asdict() | {"trains_on": compared.trains_on}
            for name, compared in METHODS.items()
        }
        return facts | {
            "methods": methods,
            "rates": self.rates(),
            "n_seeds": self.n_seeds,
            "held_out": self.held_out(),
        }

    def text(self) -> str:
        return f"{in_words(self.find('MNIST'))}. {self.caption}"

    def compute(self, progress: Progress) -> xr.Dataset:
        problems = {name: self.problem(name) for name in CLASSES}
        with ThreadPoolExecutor() as pool:  # both compile at once
            list(pool.map(Problem.compile, problems.values()))
        total, done = len(problems) * (1 + self.n_seeds), 0
        parts = []
        for problem in problems.values():
            rates = self._rates(problem)
            done += 1
            progress(done, total)
            seeds = []
            for seed in range(self.n_seeds):
                seeds.append(self._seed(problem, seed, rates))
                done += 1
                progress(done, total)
            chosen = xr.DataArray(
                list(rates.values()), dims="steered", coords={"steered": list(rates)}
            )
            parts.append(xr.concat(seeds, "seed", join="exact").assign(rate=chosen))
        data = xr.concat(parts, "problem", join="exact").assign_coords(
            problem=list(CLASSES), seed=range(self.n_seeds)
        )
        data["seconds"].attrs |= {"long_name": "seconds of a run at all flip rates", "units": "s"}
        return data

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = panels(2, 4, height=2.0)
        middle = data.isel(fraction=data.sizes["fraction"] // 2)
        for row, problem in zip(rows, CLASSES, strict=True):
            runs, near = data.sel(problem=problem), middle.sel(problem=problem)
            lines(row[0], near["accuracy"], "flip_rate")
            lines(row[1], near["auc"], "flip_rate")
            lines(row[2], runs["accuracy"].mean("flip_rate"), "fraction")
            row[2].set(xscale="log")
            row[2].set_xticks(
                data["fraction"], [f"{100 * share:g} %" for share in data["fraction"].values]
            )
            row[2].xaxis.set_minor_locator(NullLocator())
            bars(row[3], relative_cost(runs))
            row[0].set(ylabel=f"{problem}\ntest accuracy")
            row[1].set(ylabel="AUC, clean > noisy", ylim=(max(row[1].get_ylim()[0], 0.5), 1.01))
            row[2].set(ylabel="test accuracy")
        labels = ("flip rate τ", "flip rate τ", "clean subset, share of n", "time of a run / plain")
        for axes, label in zip(rows[-1], labels, strict=True):
            axes.set_xlabel(label)
        handles, names = rows[0][0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper center", ncols=5)
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """Differences are those of runs with the same draws."""
        accuracy = data["accuracy"].mean(["flip_rate", "fraction"])
        ten, two = (accuracy.sel(problem=name) for name in CLASSES)
        most = data["accuracy"].sel(problem="two classes", flip_rate=0.45).mean("fraction")
        cost = xr.concat(
            [relative_cost(data.sel(problem=name)) for name in CLASSES], "problem"
        ).median("problem")
        over_exact = (cost / cost.sel(algorithm=EXACT, drop=True)).sel(algorithm="FBR")
        expects = "arXiv 2510.12209, abstract (expects ≥ 0)"
        lost = float(data["accuracy"].isnull().mean())
        largest = data["accuracy"].sel(problem="ten classes").isel(fraction=-1).mean("flip_rate")
        gaps = [  # number of classes, accuracies, method, other method, source, low, high
            ("ten", ten, "FBR", "plain", expects, 0, np.inf),
            ("two", two, "FBR", "plain", expects, 0, np.inf),
            ("ten", ten, "FBR", EXACT, expects, -0.1, 0.02),
            ("two", two, "FBR", EXACT, expects, -0.05, np.inf),
            ("ten", ten, "FBR", "loss < log C", expects, -np.inf, 0),
            ("two", two, "FBR", "loss < log C", expects, -0.05, np.inf),
            ("at τ = 0.45, two", most, "FBR", "loss < log C", expects, 0, np.inf),
            ("ten", ten, "FBR, best match", "FBR", "ours", 0, np.inf),
        ]
        return [
            *(
                Claim.of_seeds(
                    f"{count} classes: accuracy, {one} minus {other}",
                    source,
                    _gap(of, one, other),
                    low,
                    high,
                )
                for count, of, one, other, source, low, high in gaps
            ),
            Claim.of_seeds(
                "ten classes, largest clean subset: accuracy, FBR minus clean only",
                "ours",
                _gap(largest, "FBR", "clean only"),
                low=-0.02,
            ),
            Claim.of_seeds(
                "time of meta-reweighting over plain", "ours", cost.sel(algorithm=EXACT), 1.5, 10
            ),
            Claim.of_seeds("time of FBR over plain", "ours", cost.sel(algorithm="FBR"), 1, 4),
            Claim.of_seeds(
                "time of FBR over exact meta-reweighting",
                "arXiv 2510.12209, abstract",
                over_exact,
                high=0.9,
            ),
            Claim("runs without an accuracy", "ours", lost, 0, high=0),
        ]

    def _rates(self, problem: Problem) -> dict[str, float]:
        """The rate of each steered method, of the best mean accuracy over held-out seeds and flip
        rates.
        """
        middle, chosen = self.fractions()[len(self.fractions()) // 2], {}
        for name, rates in self.rates().items():
            means = []
            for rate in rates:
                runs = [
                    self._run(problem, problem.draw(seed), seed, name, middle, rate)
                    for seed in self.held_out()
                ]
                means.append(np.mean([run["accuracy"] for run, _ in runs]))
            chosen[name] = rates[int(np.argmax(means))]
        return chosen

    def _seed(self, problem: Problem, seed: int, rates: dict[str, float]) -> xr.Dataset:
        """Every method at every clean fraction; one that does not look at the clean subset is
        trained once.
        """
        digits, methods = problem.draw(seed), []
        for name, compared in METHODS.items():
            fractions = self.fractions() if compared.sees_clean else self.fractions()[-1:]
            runs = [
                self._run(problem, digits, seed, name, fraction, rates.get(name, 1.0))
                for fraction in fractions
            ]
            runs = runs * (len(self.fractions()) // len(runs))
            data = problem.labelled([run for run, _ in runs], ("fraction",))
            methods.append(data.assign(seconds=("fraction", [seconds for _, seconds in runs])))
        coords = {
            "fraction": list(self.fractions()),
            "flip_rate": list(self.flip_rates()),
            "algorithm": list(METHODS),
        }
        return xr.concat(methods, "algorithm", join="exact").assign_coords(coords)

    def _run(
        self, problem: Problem, digits: Digits, seed: int, name: str, fraction: float, rate: float
    ) -> tuple[dict[str, np.ndarray], float]:
        compared, n_clean = METHODS[name], problem.n_clean(fraction)
        n_samples, n_most, _ = problem.sizes
        ids = {
            "noisy": np.arange(n_samples),
            "both": np.arange(n_samples + n_clean),
            "clean": n_samples + np.arange(n_clean),
        }
        label = padded(digits.label[n_samples:], np.arange(n_most) < n_clean)
        return problem.run(
            digits, seed, compared.method._replace(rate=rate), label, ids[compared.trains_on]
        )


def _gap(values: xr.DataArray, one: str, other: str) -> xr.DataArray:
    """One method minus another, seed by seed."""
    return values.sel(algorithm=one) - values.sel(algorithm=other)
