"""Where flipping labels helps: signal-to-noise ratio against flip rate.

Claims are measured against Huang et al. 2025 (arXiv 2510.17526).
"""

from typing import Any, ClassVar

import matplotlib.figure
import numpy as np
import xarray as xr

from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.contrast import clearly_above
from sigspike.papers.phase_diagrams.drawing import atlas, mark_best, signal_lines
from sigspike.papers.phase_diagrams.setting import (
    NOISY,
    SMOOTH,
    Diagram,
    best_flip_rate,
    gain,
)


class SnrFlipRate(Diagram):
    """m = 20 filters of each sign; p = 0 … 0.45; SNR = 0.04 … 0.2 through ‖μ‖, so that n·SNR² =
    0.16 … 4.
    """

    name: ClassVar[str] = "snr-flip-rate"
    caption: ClassVar[str] = (
        "Label-noise GD and label smoothing at α = 2p over SNR = ‖μ‖ / (σ_p √d) and flip rate p, "
        "after 1000 steps; the row GD is p = 0. n = 100, m = 20, d = 2000, η = 1. Mean test error "
        "over seeds; medians of max γ, max ρ̄ and their ratio. Lines: equal n·SNR². Rings: the "
        "smallest p within 0.01 of the lowest error, where it beats GD by three standard errors "
        "on seeds that did not choose it. Hatched where a run diverged."
    )

    def axes(self) -> dict[str, Any]:
        return {"flip_rate": self.flip_rates, "snr": self.snrs, "width": [20]}

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, rows = atlas(data, "snr", "flip_rate")
        signal_lines(rows)
        mark_best(rows, data["test_error"], "snr")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        error, of_seeds = data["test_error"], Claim.of_seeds
        won = gain(error.sel(algorithm=NOISY))
        flips, smooth = (
            error.sel(algorithm=name, flip_rate=error["flip_rate"] > 0) for name in (NOISY, SMOOTH)
        )
        better, cells = clearly_above(smooth, flips)
        best = "GD's test error minus label-noise GD's at its best p (chosen on other seeds)"
        return [
            of_seeds(
                "GD: test error at n·SNR² = 0.64",
                "Huang et al. 2025, Theorem 3.2",
                error.sel(algorithm=NOISY, flip_rate=0, snr=0.08),
                0.24,
            ),
            of_seeds(
                f"{best}, SNR 0.04",
                "Huang et al. 2025, Theorem 3.3: 1000 steps are few here",
                won.sel(snr=0.04),
                0.05,
                0.3,
            ),
            of_seeds(f"{best}, SNR 0.08", "Huang et al. 2025, Theorem 3.3", won.sel(snr=0.08), 0.4),
            of_seeds(
                f"{best}, SNR 0.2: all is learned", "n·SNR² = 4", won.sel(snr=0.2), -0.01, 0.01
            ),
            *self._best_flip_rates(error.sel(algorithm=NOISY)),
            *self._smoothing(data),
            Claim(
                f"of {cells} cells, those where {NOISY} is clearly better than {SMOOTH}",
                "ours",
                better,
                0,
                cells / 3,
            ),
            Claim(
                f"of {cells} cells, those where {SMOOTH} is clearly better",
                "ours",
                clearly_above(flips, smooth)[0],
                0,
                high=0,
            ),
            *self._ratios(data["ratio"].sel(snr=0.08)),
            none_diverged(data),
        ]

    def _best_flip_rates(self, error: xr.DataArray) -> list[Claim]:
        """With the standard error between two halves of the seeds."""
        halves = [best_flip_rate(error.sel(seed=error["seed"] % 2 == parity)) for parity in (0, 1)]
        low, high = ([float(half.sel(snr=snr)) for half in halves] for snr in (0.04, 0.12))
        name = "smallest p within 0.01 of the lowest test error, SNR"
        return [
            Claim.of_seeds(f"{name} 0.04", "ours", low, 0.2, 0.45),
            Claim.of_seeds(f"{name} 0.12", "ours", high, 0, 0.1),
        ]

    def _smoothing(self, data: xr.Dataset) -> list[Claim]:
        """Equal to the flips in expectation, it does not do what they do."""
        error = data["test_error"].sel(algorithm=SMOOTH)
        harm = error.sel(flip_rate=0.4, snr=0.12) - error.sel(flip_rate=0, snr=0.12)
        source = "Huang et al. 2025, rebuttal: equal in expectation, not in dynamics"
        name = (
            "GD's test error minus label smoothing's at its best α (chosen on other seeds), "
            "mean over SNR"
        )
        return [
            Claim.of_seeds(name, source, gain(error).mean("snr"), -0.02, 0.02),
            Claim.of_seeds(
                "label smoothing's test error at α = 0.8 minus GD's, SNR 0.12", source, harm, 0.01
            ),
        ]

    def _ratios(self, ratio: xr.DataArray) -> list[Claim]:
        plain = ratio.sel(algorithm=NOISY, flip_rate=0)
        flips, smooth = (
            np.log10(plain / ratio.sel(algorithm=name, flip_rate=0.1)) for name in (NOISY, SMOOTH)
        )
        name = "log₁₀ of GD's ρ̄/γ over that of"
        return [
            Claim.of_seeds(
                f"{name} label-noise GD at p = 0.1, SNR 0.08",
                "Huang et al. 2025, Fig. 2",
                flips,
                1.5,
            ),
            Claim.of_seeds(f"{name} label smoothing at α = 0.2, SNR 0.08", "ours", smooth, 0, 0.5),
        ]
