"""``sigspike run``: one experiment, every field a flag."""

import json
from pathlib import Path
from typing import Annotated, Any

import jax
import numpy as np
import tyro
import xarray as xr

from sigspike.cli.flags import Flags
from sigspike.cli.places import check_place
from sigspike.cli.scripts import Scripts
from sigspike.foundation.check import Range, Refusal, shown
from sigspike.foundation.records import named_axes
from sigspike.foundation.strict_json import finite
from sigspike.models.networks import PatchCNN
from sigspike.models.problems import SignalNoise
from sigspike.simulation.experiment import Experiment
from sigspike.simulation.simulation import simulate
from sigspike.training import LabelNoiseGD

FLAGS = Flags()

# Every flag starts at section 5 of Huang et al. 2025 (arXiv 2510.17526).
ExperimentFlags: Any = FLAGS.mirror(
    Experiment,
    problem=SignalNoise(dim=2000, signal_strength=2.0, noise_std=0.5),
    network=PatchCNN(width=20),
    algorithm=LabelNoiseGD(learning_rate=1.0),
    n_samples=200,
    n_steps=2000,
    measure="summary",
)
DEFAULT = ExperimentFlags()
ROWS = 11
SEED = Range(low=0, high=2**32 - 1, whole=True, plain=True)


def run(
    experiment: Annotated[ExperimentFlags, tyro.conf.arg(name="")] = DEFAULT,  # type: ignore[valid-type]
    seed: int = 0,
    as_json: Annotated[bool, tyro.conf.arg(name="json")] = False,
    plot: Path | None = None,
    scripts: Scripts = (),  # imported by now  # noqa: ARG001
) -> None:
    """Run one experiment and print a summary.

    Args:
        experiment: The experiment.
        seed: Which draw of data and initial weights.
        as_json: Print the records as JSON instead.
        plot: Draw γ, ρ, losses, accuracies and margins into this .png, .svg or .pdf.
    """
    if plot is not None:
        _check_plot(plot)
    SEED.check("seed", seed)
    records = named_axes(simulate(FLAGS.build(experiment), jax.random.key(seed)))
    print(_json(records) if as_json else summary(records))
    if plot is not None:
        from sigspike.plots.run import draw_run
        from sigspike.plots.style import paper_style

        with paper_style():
            draw_run(records).savefig(plot)


def summary(records: xr.Dataset) -> str:
    """About ten moments of a run as a table, and a sentence if it diverged."""
    extremes = records.map(lambda field: field) if "gamma_max" in records else _extremes(records)
    shown = np.unique(np.linspace(0, records.sizes["time"] - 1, ROWS).round().astype(int))
    weighs = "weight_mean" in records
    head = "    step   train loss   train acc   test error            max γ     max ρ̄   max |ρ̲|"
    lines = [head + ("   ω clean   ω flipped" if weighs else "")]
    for moment in shown:
        record, top = records.isel(time=int(moment)), extremes.isel(time=int(moment))
        error = f"{float(record.test_error):.4f} ± {float(record.test_error_se):.4f}"
        largest = [
            float(np.nanmax(np.append(top[name], -np.inf)))
            for name in ("gamma_max", "rho_bar_max", "rho_underline_max")
        ]
        lines.append(
            f"{int(record.time):8d}   {float(record.train_loss):10.4g}   "
            f"{float(record.train_accuracy):9.4f}   {error}   "
            + " ".join(f"{value + 0.0:9.4g}" for value in largest)
            + ("   {:7.4f}   {:9.4f}".format(*record["weight_mean"].values) if weighs else "")
        )
    diverged, stopped = int(records.diverged_at[-1]), int(records.stopped_at[-1])
    if diverged >= 0:
        lines.append(f"The run diverged at step {diverged}: try a smaller learning rate.")
    elif stopped >= 0:
        lines.append(f"All training samples are fitted at step {stopped}: the run stands still.")
    return "\n".join(lines)


def _extremes(records: xr.Dataset) -> xr.Dataset:
    rho = {name: abs(records[name]) for name in ("rho_bar", "rho_underline")}
    own = {
        name: field.max([axis for axis in field.dims if axis not in ("time", "sign")])
        for name, field in rho.items()
    }
    return xr.Dataset(
        {"gamma_max": records["gamma"].max("neuron")}
        | {f"{name}_max": field for name, field in own.items()}
    )


def _json(records: xr.Dataset) -> str:
    return json.dumps(finite(records.to_dict()), ensure_ascii=False, allow_nan=False)


def _check_plot(plot: Path) -> None:
    if plot.suffix not in (".png", ".svg", ".pdf"):
        raise Refusal(f"`plot` must end in .png, .svg or .pdf, got {shown(str(plot))}")
    check_place("plot", plot)
