"""A weak feature beside a strong one: not learnt by small steps, and learnt by large ones and SAM.

Large steps: Lu et al. 2024 (arXiv 2310.17074). SAM: Springer et al. 2024 (arXiv 2405.20439).
"""

from typing import Any, ClassVar

import matplotlib.figure
import xarray as xr

import sigspike as ss
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure, Progress, Settings
from sigspike.papers.vocabulary.crossing import crossing
from sigspike.plots.style import COLORS, panels

WIDTH, STRENGTH = 8, 0.1
SMALL, LARGE, RADIUS = 0.2, 1.4, 0.3  # 2η‖u‖²/m of small and large steps, τ of SAM
OSCILLATION, BALANCE = "Lu et al. 2024", "Springer et al. 2024"
KINDS = {"steps": "SGD", "radius": "SAM, steps of 0.2"}


class WeakFeature(Figure):
    """n = 16, d = 64, m = 8, squared ReLU, squared loss, batches of one sample: the sizes of Lu et
    al. 2024. ‖u‖ = 1 in seven samples of eight, ‖v‖ = 0.1 in all, ‖ξ‖² ≈ 4‖v‖², σ_0 = 0.1 and
    20 000 steps are ours, chosen before the first run; the radius of SAM was chosen after a scan.

    The strong feature alone has f ← f (1 − θ(f − 1))² with θ = 2η‖u‖²/m: f = 1 is stable for θ < 1.
    Above, log(1 − θ(f − 1)) has mean 0, so that f − 1 has a negative one, and v grows. Their window
    m/4 ≤ η‖u‖² ≤ 2m/5, for twice our loss, is 1 ≤ θ ≤ 1.6.
    """

    name: ClassVar[str] = "weak-feature"
    caption: ClassVar[str] = (
        "A strong feature u in seven samples of eight beside a weak one, ‖v‖ = 0.1 ‖u‖, in all, "
        "squared loss, batches of one: error on test samples with the weak feature alone (every "
        "seed, and the mean), and the largest coefficient γ of both (medians). Left: SGD against "
        "its step; where the strong feature's fixed point is unstable (dotted) the loss "
        "oscillates, and the weak one is learnt. Right: SAM against its radius, with steps of 0.2 "
        "(first place: SGD)."
    )
    seeds: ClassVar[tuple[int, int]] = (20, 4)

    def experiment(self) -> ss.Experiment:
        problem = ss.Features(
            64,
            1.0,
            0.025,
            first=ss.Feature(1.0, presence=0.875),
            second=ss.Feature(STRENGTH),
            test_law="without_first",
        )
        steps = 20_000
        return ss.Experiment(
            problem=problem,
            network=ss.PatchCNN(width=WIDTH, activation=ss.ReLUPower(2), init_std=0.1),
            algorithm=ss.SGD(SMALL * WIDTH / 2, 1, loss=ss.Squared()),
            n_samples=16,
            n_steps=steps,
            record_at=(steps,),
            n_test=2000,
            measure="summary",
        )

    @property
    def places(self) -> dict[str, list[float]]:
        """θ of the steps, and radii of SAM."""
        if self.scale == "quick":
            return {"steps": [SMALL, 0.9, 1.2, LARGE], "radius": [0.0, 0.1, RADIUS]}
        steps = [0.1, SMALL, 0.4, 0.6, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, LARGE, 1.5, 1.6]
        return {"steps": steps, "radius": [0.0, 0.03, 0.05, 0.1, 0.15, 0.2, RADIUS, 0.4]}

    def settings(self) -> Settings:
        facts = {"experiment": ss.describe(self.experiment()), "n_seeds": self.n_seeds}
        return facts | {"places": self.places}

    def compute(self, progress: Progress) -> xr.Dataset:
        """Both scans, along ``steps`` and ``radius``; their fields have the name of the scan."""
        rates = [theta * WIDTH / 2 for theta in self.places["steps"]]
        climbing = ss.put(self.experiment(), "algorithm.ascent", ss.Sharpness(0.0))
        scans = {
            "steps": (self.experiment(), {"algorithm.learning_rate": rates}),
            "radius": (climbing, {"algorithm.ascent.radius": self.places["radius"]}),
        }
        found: list[xr.Dataset] = []
        done, whole = 0, self.n_seeds * sum(map(len, self.places.values()))
        for kind, (experiment, axes) in scans.items():
            told = lambda k, _, done=done: progress(done + k, whole)  # noqa: E731
            data = ss.sweep(experiment, axes, self.n_seeds, progress=told).isel(time=-1, drop=True)
            data = data.drop_vars(["snr", "n_snr2"], errors="ignore")
            data = data.rename({"learning_rate": "steps"} if kind == "steps" else {})
            data = data.assign(gamma=data["gamma_max"].max("sign")).assign_coords(
                {kind: self.places[kind]}
            )
            kept = data[["test_error", "train_accuracy", "gamma", "diverged_at"]]
            found.append(kept.rename({name: f"{kind}_{name}" for name in kept}))
            done += self.n_seeds * len(self.places[kind])
        return xr.merge(found)

    def draw(self, data: xr.Dataset) -> matplotlib.figure.Figure:
        figure, [top, bottom] = panels(2, 2, height=1.8)
        for upper, lower, (kind, title) in zip(top, bottom, KINDS.items(), strict=True):
            error, places = data[f"{kind}_test_error"], data[kind]
            style: dict[str, Any] = {"color": "0.75", "markersize": 3, "linestyle": "none"}
            upper.plot(places, error.transpose(kind, "seed"), marker=".", **style)
            upper.plot(places, error.mean("seed"), color=COLORS[0], marker="o", markersize=3)
            for number, name in enumerate(("strong feature", "weak feature")):
                middle = data[f"{kind}_gamma"].isel(feature=number).median("seed")
                lower.plot(places, middle, color=COLORS[number + 1], marker=".", label=name)
            upper.set(ylim=(-0.03, 0.63), title=title)
            upper.tick_params(labelbottom=False)
            lower.set(yscale="log", ylim=(0.005, 5))
            if kind == "steps":
                for axes in (upper, lower):
                    axes.axvline(1, color="0.35", linewidth=0.8, linestyle=":")
        top[0].set_ylabel("error, weak feature alone")
        bottom[0].set(ylabel="max γ", xlabel="step 2η‖u‖² / m")
        bottom[1].set_xlabel("radius τ of SAM")
        bottom[0].legend(loc="center left")
        return figure

    def claims(self, data: xr.Dataset) -> list[Claim]:
        error, weak = data["steps_test_error"], data["steps_gamma"].isel(feature=1)
        climbed, grown = data["radius_test_error"], data["radius_gamma"].isel(feature=1)
        low, high, sam = {"steps": SMALL}, {"steps": LARGE}, {"radius": RADIUS}
        fitted = min(float(data[f"{kind}_train_accuracy"].mean("seed").min()) for kind in KINDS)
        diverged = max(float((data[f"{kind}_diverged_at"] >= 0).max()) for kind in KINDS)
        onset = float(crossing(error.mean("seed"), "steps", 0.25))
        alone, published = "error on the weak feature alone", "published, of 4 test samples:"
        return [
            Claim.of_seeds(
                f"small steps: {alone} ({published} 0.5)", OSCILLATION, error.sel(low), 0.35, 0.6
            ),
            Claim.of_seeds(
                f"large steps: {alone} ({published} 0.05)", OSCILLATION, error.sel(high), high=0.1
            ),
            Claim.of_seeds("large steps: max γ of v", OSCILLATION, weak.sel(high), 0.5),
            Claim("θ at which the mean error falls below ¼", "ours: θ = 1", onset, 0, 0.95, 1.25),
            Claim.of_seeds(f"SAM: {alone}", BALANCE, climbed.sel(sam), high=0.1),
            Claim.of_seeds(
                "SAM minus SGD: max γ of v", BALANCE, grown.sel(sam) - grown.sel(radius=0), 0.5
            ),
            Claim("training accuracy, least mean of a place", "ours", fitted, 0, 0.999),
            Claim("fraction of runs that diverged", "ours", diverged, 0, high=0),
        ]
