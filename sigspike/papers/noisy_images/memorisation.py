"""What a ResNet learns of right and wrong labels, epoch by epoch, by each of several methods."""

from typing import ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sigspike.images.training import memorisation_stages
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.noisy_images.training import Trainings
from sigspike.plots.style import COLORS, panels

METHODS = {"CE": COLORS[6], "label-noise GD": COLORS[0], "FBR": COLORS[2], "RFL": COLORS[1]}
LEVEL = 0.8  # of the stages
STAGES, TABLE = "Han et al. 2025", "Tai et al. 2023, table 1"


class Memorisation(Figure):
    """Curves of four methods; stages, early peak and selection are those of cross entropy."""

    name: ClassVar[str] = "memorisation"
    caption: ClassVar[str] = (
        "ResNet-10 (width 8) on scikit-learn's digits with 40 % symmetric noise, learning rate "
        ".05, times .1 at half and three quarters of the epochs. (a) Cross entropy: accuracy on "
        "clean and on flipped training samples with their given labels, flipped samples given "
        "their true class, and test accuracy; shaded, stage II, from where more flipped samples "
        "are memorised than corrected. (b, c) Test accuracy and fraction memorised by method. (d) "
        "Small-loss selection with cross entropy: precision and recall of losses below log C and "
        "of the lower of two Gaussians. Mean over seeds; bands, one standard error."
    )
    seeds: ClassVar[tuple[int, int]] = (3, 2)

    @property
    def trainings(self) -> Trainings:
        """Smaller images and fewer epochs at the quick scale."""
        return Trainings(16, 30) if self.scale == "paper" else Trainings(8, 24)

    def settings(self) -> Settings:
        return self.trainings.settings(list(METHODS), self.n_seeds)

    def compute(self, progress: Progress) -> xr.Dataset:
        return self.trainings.run(list(METHODS), self.n_seeds, progress, self.store)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [[own, tests], [memorised, selected]] = panels(2, 2, height=2.3)
        plain = data.sel(algorithm="CE")
        kinds = {"clean": COLORS[0], "flipped": COLORS[1]}
        for kind, color in kinds.items():
            _line(
                own,
                plain["accuracy"].sel(kind=kind),
                {"clean": "clean", "flipped": "memorised"}[kind],
                color,
            )
        _line(own, plain["corrected"], "corrected", COLORS[2])
        _line(own, plain["test_accuracy"], "test", COLORS[6])
        own.axvspan(
            float(_stage(plain, "crossing").mean()),
            float(data["time"][-1]),
            color="0.92",
            zorder=-1,
        )
        for method, color in METHODS.items():
            _line(tests, data["test_accuracy"].sel(algorithm=method), method, color)
            _line(memorised, data["accuracy"].sel(algorithm=method, kind="flipped"), method, color)
        for rule, label, color in (
            ("log_c", "loss < log C", COLORS[4]),
            ("mixture", "Gaussians", COLORS[3]),
        ):
            _line(selected, plain[f"precision_{rule}"], f"precision, {label}", color)
            _line(selected, plain[f"recall_{rule}"], f"recall, {label}", color, linestyle=":")
        titles = (
            "(a) cross entropy",
            "(b) test accuracy",
            "(c) flipped samples memorised",
            "(d) small-loss selection",
        )
        for axes, title in zip((own, tests, memorised, selected), titles, strict=True):
            axes.set(title=title, xlabel="epoch")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.yaxis.set_major_formatter(PercentFormatter(1.0))
            axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        plain = data.sel(algorithm="CE")
        return [*_right_labels_first(plain), *_peak_passes(plain), *_methods_help(data)]


def _right_labels_first(plain: xr.Dataset) -> list[Claim]:
    """Cross entropy fits right labels, and wrong ones after its test peak."""
    peak = plain["test_accuracy"].argmax("time")
    at_peak = plain["accuracy"].isel(time=peak)
    return [
        Claim.of_seeds(
            "CE: flipped samples memorised at the last epoch",
            STAGES,
            plain["accuracy"].sel(kind="flipped").isel(time=-1),
            low=0.5,
        ),
        Claim.of_seeds(
            "CE: flipped samples memorised at its test peak",
            STAGES,
            at_peak.sel(kind="flipped"),
            high=0.1,
        ),
        Claim.of_seeds(
            "CE: clean samples fitted at its test peak", STAGES, at_peak.sel(kind="clean"), low=0.8
        ),
        Claim.of_seeds(
            "CE: epochs from stage I to the crossing of stage II",
            STAGES,
            _stage(plain, "crossing") - _stage(plain, "separated"),
            low=1,
        ),
        Claim.of_seeds(
            "CE: the test peak, as a share of all epochs",
            STAGES,
            (peak + 1) / plain.sizes["time"],
            high=0.5,
        ),
    ]


def _peak_passes(plain: xr.Dataset) -> list[Claim]:
    """Cross entropy loses test accuracy after its peak, and with it what losses tell."""
    test, last = plain["test_accuracy"], plain.isel(time=-1)
    precision = plain["precision_log_c"].isel(time=test.argmax("time"))
    return [
        Claim.of_seeds(
            "CE: test accuracy lost after its peak",
            TABLE,
            test.max("time") - last["test_accuracy"],
            low=0.05,
        ),
        Claim.of_seeds(
            "CE: precision of losses below log C at its test peak", STAGES, precision, low=0.75
        ),
        Claim.of_seeds(
            "CE: precision lost by the last epoch",
            STAGES,
            precision - last["precision_log_c"],
            low=0.1,
        ),
        Claim.of_seeds(
            "CE: AUC of losses at its best epoch", STAGES, plain["auc"].max("time"), low=0.9
        ),
    ]


def _methods_help(data: xr.Dataset) -> list[Claim]:
    """The other methods end above cross entropy."""
    last = data["test_accuracy"].isel(time=-1)
    above = last - last.sel(algorithm="CE")
    return [
        Claim.of_seeds(
            "label-noise GD: last test accuracy above CE's",
            "Huang et al. 2025",
            above.sel(algorithm="label-noise GD"),
            0,
        ),
        Claim.of_seeds(
            "RFL: last test accuracy above CE's", TABLE, above.sel(algorithm="RFL"), low=0
        ),
        Claim.of_seeds(
            "FBR: last test accuracy above CE's",
            "arXiv 2510.12209",
            above.sel(algorithm="FBR"),
            low=0.05,
        ),
        Claim.of_seeds(
            "FBR: AUC of its weights",
            "arXiv 2510.12209",
            data["weight_auc"].sel(algorithm="FBR"),
            low=0.85,
        ),
    ]


def _stage(plain: xr.Dataset, name: str) -> xr.DataArray:
    """The epoch of a stage along ``seed``."""
    return memorisation_stages(plain, LEVEL)["at"].sel(stage=name)


def _line(axes: Axes, values: xr.DataArray, label: str, color: str, linestyle: str = "-") -> None:
    """Mean over seeds, and a band of one standard error."""
    middle, error = values.mean("seed"), values.std("seed", ddof=1) / np.sqrt(values.sizes["seed"])
    axes.plot(values["time"], middle, label=label, color=color, linestyle=linestyle)
    axes.fill_between(
        values["time"], middle - error, middle + error, color=color, alpha=0.2, linewidth=0
    )
