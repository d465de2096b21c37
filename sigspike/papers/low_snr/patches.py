"""More than one noise patch.

A question of the reviewers of Huang et al. 2025 (arXiv 2510.17526).
"""

from typing import ClassVar

import matplotlib.figure
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.low_snr.cells import NOISY, PLAIN, compare_cells
from sigspike.papers.synthetic import COLORS, synthetic
from sigspike.plots.curves import curve
from sigspike.plots.style import panels

KINDS = {"each": "each σₚ = 0.5", "shared": "each σₚ = 0.5 / √(P − 1)"}


class Patches(Figure):
    """P − 1 = 1, 2, 4 noise patches with σ_p = 0.5 each, or with the same sum of squares; n = 200,
    d = 2000, m = 20, ‖μ‖ = 2, η = 1, p = 0.1, 2000 steps (quick: n = 100, d = 1000, one patch and
    two).
    """

    name: ClassVar[str] = "patches"
    caption: ClassVar[str] = (
        "P − 1 noise patches beside the signal: test accuracy of GD and label-noise GD, median "
        "and 10–90 % band over seeds. Above: every patch with σₚ = 0.5, so that the noise of a "
        "sample grows with their number. Below: σₚ = 0.5 / √(P − 1), so that its length stays; "
        "but a filter meets each patch by itself, and the SNR of one patch has grown by √(P − 1)."
    )
    seeds: ClassVar[tuple[int, int]] = (5, 4)

    @property
    def counts(self) -> list[int]:
        return [1, 2, 4] if self.scale == "paper" else [1, 2]

    def experiment(self) -> ss.Experiment:
        n_samples = 200 if self.scale == "paper" else 100
        return ss.put(
            synthetic(n_samples, n_steps=2000, record_every=50), "problem.dim", 10 * n_samples
        )

    def settings(self) -> Settings:
        return {
            "experiment": ss.describe(self.experiment()),
            "n_seeds": self.n_seeds,
            "noise_patches": self.counts,
        }

    def compute(self, progress: Progress) -> xr.Dataset:
        """Along ``noise_patches`` and ``kind``."""
        runs = []
        for k, count in enumerate(self.counts):
            experiment = ss.put(self.experiment(), "problem.n_noise_patches", count)
            strengths = [{"noise_std": 0.5}, {"noise_std": 0.5 / count**0.5}]
            told = lambda done, n, k=k: progress(k * n + done, len(self.counts) * n)  # noqa: E731
            runs.append(
                compare_cells(experiment, strengths, self.n_seeds, told).drop_vars(
                    ["cell", "noise_std"]
                )
            )
        kept = [
            run[["test_error", "train_loss", "diverged_at", "margin_mean"]].rename(cell="noise")
            for run in runs
        ]
        data = xr.concat(kept, "noise_patches", join="exact")
        return data.assign_coords(noise_patches=self.counts, noise=list(KINDS))

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = panels(len(KINDS), len(self.counts), height=1.75)
        for row, (kind, label) in zip(rows, KINDS.items(), strict=True):
            for axes, count in zip(row, self.counts, strict=True):
                for name, color in COLORS.items():
                    error = data["test_error"].sel(noise_patches=count, noise=kind, algorithm=name)
                    curve(axes, 1 - error, color, name)
                axes.set(ylim=(0.45, 1.03), title=f"P − 1 = {count}")
            row[0].set_ylabel(f"{label}\ntest accuracy")
        for axes in rows[-1]:
            axes.set_xlabel("gradient step")
        rows[0][0].legend(loc="center right")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        of_seeds, most = Claim.of_seeds, self.counts[-1]
        end, early = data["test_error"].isel(time=-1), data["test_error"].sel(time=250)
        plain, noisy = end.sel(algorithm=PLAIN), end.sel(algorithm=NOISY)
        slower = early.sel(algorithm=NOISY, noise="each")
        rescued = plain.sel(noise_patches=1) - plain.sel(noise_patches=most)
        fixed, shared = "each with σ_p = 0.5", "of the same length in all"
        theory = "ours: each patch is memorised by its own SNR, n·SNR² grows by P − 1"
        return [
            *(
                claim
                for count in self.counts
                for claim in (
                    of_seeds(
                        f"GD: test error, {count} noise patches {fixed}",
                        "Huang et al. 2025, Theorem 3.2",
                        plain.sel(noise_patches=count, noise="each"),
                        low=0.24,
                    ),
                    of_seeds(
                        f"label-noise GD: test error, {count} noise patches {fixed}",
                        "Huang et al. 2025, Theorem 3.3",
                        noisy.sel(noise_patches=count, noise="each"),
                        high=0.02,
                    ),
                )
            ),
            of_seeds(
                f"label-noise GD after 250 steps: test error at {most} noise patches {fixed} minus "
                "at one",
                "ours: more noise to unlearn",
                slower.sel(noise_patches=most) - slower.sel(noise_patches=1),
                low=0.03,
            ),
            of_seeds(
                f"GD: test error at one noise patch minus at {most} {shared}",
                theory,
                rescued.sel(noise="shared"),
                low=0.25,
            ),
            of_seeds(
                f"label-noise GD: test error, {most} noise patches {shared}",
                theory,
                noisy.sel(noise_patches=most, noise="shared"),
                high=0.02,
            ),
        ]
