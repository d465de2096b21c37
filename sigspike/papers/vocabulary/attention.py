"""Attention that turns away from the signal where a label is wrong.

Sakamoto & Sato 2025 (arXiv 2409.17625).
"""

from typing import Any, ClassVar

import matplotlib.figure
import xarray as xr

import sigspike as ss
from sigspike.papers.axes import described
from sigspike.papers.claim import Claim, none_diverged
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.plots.curves import curve
from sigspike.plots.style import COLORS, panels

SOURCE = "Sakamoto & Sato 2025"
SETTINGS = {"benign": (2000, 20.0), "harmful": (4500, 5.0), "not overfitted": (1000, 80.0)}
MIDDLE, END = 100, 2000


class Attention(Figure):
    """n = 20 of 8 tokens, σ = 1, ρ = ρ' = 0.1, η_flip = 0.2, η = 5e-3; the query alone is trained,
    from 0, before a value along μ_{+1} − μ_{−1}, where they train both.
    """

    name: ClassVar[str] = "attention"
    caption: ClassVar[str] = (
        "Attention pooling with a trained query, a fifth of the labels flipped: attention on the "
        "signal's token in clean and in flipped samples, training accuracy and test error in the "
        "three settings of arXiv 2409.17625; mean over seeds, of the attention median and 10–90 % "
        "band. A flipped sample is memorised by looking at another of its tokens; that costs "
        "test error where the signal is weak, and is slow where it is strong. Published test "
        "errors: 0, about 0.09, 0; training accuracies: 1, 1, 0.9, with the value trained too."
    )
    seeds: ClassVar[tuple[int, int]] = (20, 8)

    def experiment(self) -> ss.Experiment:
        tokens: dict[str, Any] = {"n_noise_patches": 7, "noisy_signal": True}
        leak = ss.WeakSignals(own=0.1, other=0.1)
        moments = {*ss.log_spaced(END, 20 if self.scale == "paper" else 8), MIDDLE}
        return ss.Experiment(
            problem=ss.ManyClasses(
                2000, 20.0, 1.0, n_classes=2, flip_rate=0.2, leak=leak, **tokens
            ),
            network=ss.AttentionPooling(init_std=0.0, value="frozen"),
            algorithm=ss.GradientDescent(5e-3),
            n_samples=20,
            n_steps=END,
            record_at=tuple(sorted(moments)),
            n_test=2000,
            measure="attention",
        )

    def axes(self) -> dict[str, Any]:
        dims, strengths = zip(*SETTINGS.values(), strict=True)
        fields = {
            "problem.dim": dims,
            "problem.signal_strength": strengths,
            "network.value_scale": [1 / strength for strength in strengths],
        }
        return {"setting": ss.Linked(fields, labels=list(SETTINGS))}

    def settings(self) -> Settings:
        facts = {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds}
        return facts | {"axes": described(self.axes())}

    def compute(self, progress: Progress) -> xr.Dataset:
        data = ss.sweep(self.experiment(), self.axes(), self.n_seeds, progress=progress)
        return data.drop_vars(["snr", "n_snr2"], errors="ignore")

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [top, bottom] = panels(2, 3, height=1.8)
        data = data.sel(time=slice(1, None))
        for upper, lower, (name, (dim, strength)) in zip(
            top, bottom, SETTINGS.items(), strict=True
        ):
            run = data.sel(setting=name)
            for kind, color in zip(("clean", "flipped"), COLORS, strict=False):
                curve(upper, run["attention"].sel(kind=kind), color, f"{kind} samples")
            mean = run.mean("seed")
            lower.plot(
                run["time"], mean["train_accuracy"], color=COLORS[2], label="training accuracy"
            )
            lower.plot(run["time"], mean["test_error"], color=COLORS[3], label="test error")
            upper.set_title(f"{name}: d = {dim}, ‖μ‖ = {strength:g}", loc="left")
            for axes in (upper, lower):
                axes.set(xscale="log", ylim=(-0.03, 1.03))
                axes.tick_params(labelbottom=axes is lower, labelleft=upper is top[0])
            lower.set_xlabel("gradient step")
        top[0].set_ylabel("attention on the signal")
        top[1].legend(loc="center right", bbox_to_anchor=(1.04, 0.45))
        bottom[0].legend(loc="center left")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        found = [c for name in SETTINGS for c in self._attention(data.isel(time=-1), name)]
        end, harm = data.isel(time=-1), "harmful: test error in the end"
        error = end["test_error"]
        weak, strong = error.sel(setting="harmful"), end.sel(setting="not overfitted")
        early = data["test_error"].sel(setting="harmful", time=MIDDLE)
        fitted = end["train_accuracy"]
        return [
            *found,
            Claim.of_seeds(
                "benign: test error (published 0)", SOURCE, error.sel(setting="benign"), high=0.005
            ),
            Claim.of_seeds(f"{harm} (published about 0.09)", SOURCE, weak, 0.06, 0.15),
            Claim.of_seeds(f"{harm} minus after {MIDDLE} steps", SOURCE, weak - early, 0.005),
            Claim.of_seeds(
                "not overfitted: test error (published 0)", SOURCE, strong["test_error"], high=0.005
            ),
            Claim.of_seeds(
                "benign: training accuracy (published 1)",
                SOURCE,
                fitted.sel(setting="benign"),
                0.999,
            ),
            Claim.of_seeds(
                "harmful: training accuracy (published 1)",
                SOURCE,
                fitted.sel(setting="harmful"),
                0.999,
            ),
            Claim.of_seeds(
                "not overfitted: training accuracy (published 0.9)",
                SOURCE,
                strong["train_accuracy"],
                0.85,
                0.995,
            ),
            none_diverged(data),
        ]

    def _attention(self, end: xr.Dataset, name: str) -> list[Claim]:
        """To the signal in clean samples, elsewhere in flipped ones; a run may have none."""
        clean, flipped = (
            end["attention"].sel(setting=name, kind=kind).dropna("seed")
            for kind in ("clean", "flipped")
        )
        return [
            Claim.of_seeds(f"{name}: attention on the signal, clean samples", SOURCE, clean, 0.9),
            Claim.of_seeds(
                f"{name}: attention on the signal, flipped samples",
                SOURCE,
                flipped,
                high=0.1 if name != "not overfitted" else 0.5,
            ),
        ]
