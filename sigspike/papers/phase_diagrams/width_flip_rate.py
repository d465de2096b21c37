"""Where flipping labels helps: width against flip rate.

Claims are measured against Huang et al. 2025 (arXiv 2510.17526).
"""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.phase_diagrams.drawing import atlas, mark_best
from sigspike.papers.phase_diagrams.setting import NOISY, SMOOTH, Diagram, gain


class WidthFlipRate(Diagram):
    """SNR = 0.08, n·SNR² = 0.64; m = 2 … 40 filters of each sign, all with η = 1; p = 0 … 0.45."""

    name: ClassVar[str] = "width-flip-rate"
    caption: ClassVar[str] = (
        "Label-noise GD and label smoothing at α = 2p over m filters of each sign and flip rate "
        "p, at SNR 0.08 after 1000 steps; the row GD is p = 0. n = 100, d = 2000, η = 1. Mean "
        "test error over seeds; medians of max γ, max ρ̄ and their ratio. Rings: the smallest p "
        "within 0.01 of the lowest error, where it beats GD by three standard errors on seeds "
        "that did not choose it. Hatched where a run diverged."
    )

    def axes(self) -> dict[str, Any]:
        paper = self.scale == "paper"
        width = [2, 3, 4, 5, 7, 10, 14, 20, 28, 40] if paper else [2, 5, 10, 20]
        return {"flip_rate": self.flip_rates, "snr": [0.08], "width": width}

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = atlas(data, "width", "flip_rate")
        mark_best(rows, data["test_error"], "width")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        error, of_seeds = data["test_error"], Claim.of_seeds
        won, smoothed = (gain(error.sel(algorithm=name)) for name in (NOISY, SMOOTH))
        flips, smooth = (
            error.sel(algorithm=name, flip_rate=error["flip_rate"] > 0) for name in (NOISY, SMOOTH)
        )
        apart = (smooth - flips).mean("flip_rate")
        best = "GD's test error minus label-noise GD's at its best p (chosen on other seeds)"
        theorem = "Huang et al. 2025, Theorem 3.3"
        rebuttal = "Huang et al. 2025, rebuttal: equal in expectation, not in dynamics"
        return [
            of_seeds(f"{best}, m = 20", theorem, won.sel(width=20), 0.4),
            of_seeds(f"{best}, m = 5", theorem, won.sel(width=5), 0.1),
            of_seeds(
                f"{best}, m = 2: no p helps",
                "Huang et al. 2025, reviewers: too large a step",
                won.sel(width=2),
                high=-0.05,
            ),
            of_seeds(
                "GD's test error minus label smoothing's at its best α (chosen on other seeds), "
                "mean over m",
                rebuttal,
                smoothed.mean("width"),
                -0.05,
                0.1,
            ),
            of_seeds(
                "label smoothing minus label-noise GD, m = 20, mean over p",
                rebuttal,
                apart.sel(width=20),
                0.4,
            ),
            of_seeds(
                "label smoothing minus label-noise GD, m = 2, mean over p",
                "ours",
                apart.sel(width=2),
                high=-0.05,
            ),
            *self._ratios(data["ratio"].sel(algorithm=NOISY)),
            none_diverged(data),
        ]

    def _ratios(self, ratio: xr.DataArray) -> list[Claim]:
        plain, flips = (ratio.sel(flip_rate=rate) for rate in (0, 0.1))
        wide, thin = (
            np.log10(plain.sel(width=width) / flips.sel(width=width)) for width in (20, 2)
        )
        name = "log₁₀ of GD's ρ̄/γ over that of label-noise GD at p = 0.1, m ="
        return [
            Claim.of_seeds(f"{name} 20", "Huang et al. 2025, Fig. 2", wide, 1.5),
            Claim.of_seeds(f"{name} 2", "ours", thin, high=0.5),
        ]
