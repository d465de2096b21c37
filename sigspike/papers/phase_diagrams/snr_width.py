"""Where label noise helps: signal-to-noise ratio against width.

Claims are measured against Huang et al. 2025 (arXiv 2510.17526).
"""

from typing import Any, ClassVar

import matplotlib.figure
import xarray as xr

from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.contrast import clearly_above
from sigspike.papers.figure import Progress
from sigspike.papers.phase_diagrams.drawing import atlas, signal_lines
from sigspike.papers.phase_diagrams.setting import NOISY, SMOOTH, Diagram

THEOREMS = "Huang et al. 2025, Theorems 3.2 and 3.3"


class SnrWidth(Diagram):
    """p = 0.1, and α = 0.2; SNR = 0.04 … 0.2 through ‖μ‖; m = 2 … 40 filters of each sign, all with
    η = 1.

    Rates are a = ησ_p²d/(nm) and η‖μ‖²/m: a small network learns sooner, and where they exceed 1
    (at m = 2, a = 2.5) a step on flipped labels can overshoot and switch a filter off for good.
    """

    name: ClassVar[str] = "snr-width"
    caption: ClassVar[str] = (
        "GD, label-noise GD (p = 0.1) and label smoothing (α = 0.2) over SNR = ‖μ‖ / (σ_p √d) and "
        "m filters of each sign, after 1000 steps. n = 100, d = 2000, η = 1. Mean test error over "
        "seeds; medians of max γ, max ρ̄ and their ratio. Lines: equal n·SNR². Hatched where a "
        "run diverged."
    )

    def axes(self) -> dict[str, Any]:
        return {
            "flip_rate": [0.0, 0.1],
            "snr": self.snrs,
            "width": [2, 5, 10, 20, 40] if self.scale == "paper" else [2, 5, 20],
        }

    def compute(self, progress: Progress) -> xr.Dataset:
        """Gradient descent as an algorithm of its own."""
        data = super().compute(progress)
        plain = data.sel(algorithm=[NOISY], flip_rate=0, drop=True).assign_coords(algorithm=["GD"])
        return xr.concat([plain, data.sel(flip_rate=0.1, drop=True)], "algorithm")

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = atlas(data, "snr", "width")
        signal_lines(rows)
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        """Differences of test errors."""
        plain, noisy, smooth = (
            data["test_error"].sel(algorithm=name, drop=True) for name in ("GD", NOISY, SMOOTH)
        )
        return [
            *_noise_helps(plain, noisy, smooth),
            *_two_filters_overshoot(plain, noisy, smooth),
            *_counts(*(error.sel(width=error["width"] >= 5) for error in (plain, noisy))),
            none_diverged(data),
        ]


def _noise_helps(plain: xr.DataArray, noisy: xr.DataArray, smooth: xr.DataArray) -> list[Claim]:
    """Label noise at m = 20: at low SNR, where gradient descent and smoothing memorise."""
    slower = noisy.sel(snr=0.04, width=20) - noisy.sel(snr=0.04, width=5)
    return [
        Claim.of_seeds(
            "GD minus label-noise GD, m = 20, SNR 0.08",
            THEOREMS,
            (plain - noisy).sel(snr=0.08, width=20),
            0.4,
        ),
        Claim.of_seeds(
            "GD minus label-noise GD, m = 20, SNR 0.2",
            "n·SNR² = 4",
            (plain - noisy).sel(snr=0.2, width=20),
            -0.01,
            0.01,
        ),
        Claim.of_seeds(
            "label smoothing minus label-noise GD, m = 20, SNR 0.08",
            "Huang et al. 2025, rebuttal: equal in expectation, not in dynamics",
            (smooth - noisy).sel(snr=0.08, width=20),
            0.4,
        ),
        Claim.of_seeds(
            "label-noise GD, SNR 0.04: m = 20 minus m = 5",
            "Huang et al. 2025, Theorem 3.3: time ∝ m/η",
            slower,
            0.3,
        ),
    ]


def _two_filters_overshoot(
    plain: xr.DataArray, noisy: xr.DataArray, smooth: xr.DataArray
) -> list[Claim]:
    """m = 2: gradient descent memorises less, and label noise does harm."""
    reviewers = "Huang et al. 2025, reviewers: too large a step for so few filters"
    return [
        Claim.of_seeds(
            "GD, SNR 0.04: m = 20 minus m = 2",
            "outside Theorem 3.2, which asks for m ≥ C log(d/δ)",
            (plain.sel(width=20) - plain.sel(width=2)).sel(snr=0.04),
            0.2,
        ),
        Claim.of_seeds(
            "label-noise GD minus GD, m = 2, mean over SNR",
            reviewers,
            (noisy - plain).sel(width=2).mean("snr"),
            0.1,
        ),
        Claim.of_seeds(
            "label-noise GD minus GD, m = 2, SNR 0.2",
            reviewers,
            (noisy - plain).sel(snr=0.2, width=2),
            0.3,
        ),
        Claim.of_seeds(
            "label-noise GD minus label smoothing, m = 2, mean over SNR",
            "ours",
            (noisy - smooth).sel(width=2).mean("snr"),
            0.1,
        ),
    ]


def _counts(plain: xr.DataArray, noisy: xr.DataArray) -> list[Claim]:
    """In how many of these cells label noise helps, and in how many it harms."""
    better, cells = clearly_above(plain, noisy)
    worse, _ = clearly_above(noisy, plain)
    text = f"of {cells} cells with m ≥ 5, those where "
    return [
        Claim(text + "label-noise GD is clearly better than GD", THEOREMS, better, 0, cells / 4),
        Claim(text + "it is clearly worse", THEOREMS, worse, 0, high=0),
    ]
