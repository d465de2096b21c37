"""``sigspike sweep``: a grid of trainings, from flags or a file, into a store or a NetCDF file."""

import sys
import time
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro
import xarray as xr

from sigspike import sweeps
from sigspike.cli.axes import read_axis, read_words
from sigspike.cli.places import check_place
from sigspike.cli.progress import bar
from sigspike.cli.run import DEFAULT, FLAGS, ExperimentFlags
from sigspike.cli.scripts import Scripts
from sigspike.cli.spec import build, read_spec
from sigspike.files.store import Ledger
from sigspike.files.whole import whole
from sigspike.foundation.check import Refusal
from sigspike.simulation.experiment import Experiment
from sigspike.sweeps.estimate import duration, estimate
from sigspike.sweeps.sweep import plan_sweep

Axes = tyro.conf.UseAppendAction[tuple[tuple[str, ...], ...]]
OPTIONS: dict[str, Any] = {  # where neither a flag nor a file gives one
    "n_seeds": 1,
    "seed": 0,
    "keep": "seeds",
    "cluster": None,
    "store": None,
    "out": None,
}


def sweep(
    experiment: Annotated[ExperimentFlags, tyro.conf.arg(name="")] = DEFAULT,  # type: ignore[valid-type]
    file: Path | None = None,
    axis: Axes = (),
    n_seeds: int | None = None,
    seed: int | None = None,
    store: Path | None = None,
    out: Path | None = None,
    keep: Literal["seeds", "mean"] | None = None,
    cluster: str | None = None,
    dry_run: bool = False,
    scripts: Scripts = (),  # imported by now  # noqa: ARG001
) -> None:
    """Simulate a grid of experiments.

    Args:
        experiment: The experiment.
        file: A .toml or .json file with the experiment, its axes and these options; flags given
            besides go before it.
        axis: A path, whole or its end, and its values, "--axis snr 0.03 0.06 0.1"; once for each
            axis.
        n_seeds: Trainings in every cell (1).
        seed: Which draws (0).
        store: Folder for the result, chunk by chunk; the same call goes on where it was stopped.
        out: NetCDF file for the result.
        keep: Every seed, or mean, standard error and fraction diverged.
        cluster: "local", "local:N" or the address of a dask scheduler.
        dry_run: Print trainings, memory, compilations and the time they will take, and stop.
    """
    spec = read_spec(file) if file is not None else {}
    base = build(spec.get("experiment", {}), Experiment, FLAGS.build(experiment), "experiment")
    axes = {
        path: read_axis(base, path, values) for path, values in spec.get("axes", {}).items()
    } | _flags(base, axis)
    given = {"n_seeds": n_seeds, "seed": seed, "keep": keep}
    given |= {"cluster": cluster, "store": store, "out": out}
    options = OPTIONS | {name: spec[name] for name in OPTIONS if name in spec}
    options |= {name: value for name, value in given.items() if value is not None}
    target = options.pop("out")
    if dry_run:
        planned = (options[name] for name in ("n_seeds", "seed", "keep", "store"))
        print(estimate(plan_sweep(base, axes, *planned)))
        return
    _check_target(options["store"], target)
    _run(base, axes, options, Path(target) if target is not None else None)


def _run(
    experiment: Any, axes: dict[str, Any], options: dict[str, Any], target: Path | None
) -> None:
    started, all_of_them = time.perf_counter(), 0
    try:
        with bar("sweep") as shown:

            def progress(done: int, total: int) -> None:
                nonlocal all_of_them
                all_of_them = total
                shown(done, total)

            data = sweeps.sweep(experiment, axes, **options, progress=progress)
    except KeyboardInterrupt:
        if options["store"] is not None:
            store = Path(options["store"])  # its ledger knows of a chunk before the bar does
            kept = f"{Ledger.of(store).n_trainings} of {all_of_them} trainings are kept in {store}"
            print(f"sigspike: {kept}; the same call goes on", file=sys.stderr)
        raise
    if target is not None:
        with whole(target) as aside:
            data.to_netcdf(aside, engine="h5netcdf")
    print(summary(data))
    places = " and ".join(str(place) for place in (options["store"], target) if place is not None)
    print(f"{places} after {duration(time.perf_counter() - started)}")


def summary(data: xr.Dataset) -> str:
    """The dimensions, and the range of the last test error and of the divergences."""
    sizes = " × ".join(f"{name} {size}" for name, size in data["test_error"].sizes.items())
    error, diverged = data["test_error"].isel(time=-1), data["fraction_diverged"].isel(time=-1)
    return (
        f"{sizes}\ntest error {float(error.min()):.4f} … {float(error.max()):.4f}, "
        f"{100 * float(diverged.mean()):.2g} % of the trainings diverged"
    )


def _flags(experiment: Any, axis: tuple[tuple[str, ...], ...]) -> dict[str, Any]:
    """Axes given as words."""
    names = [path.replace("-", "_") for path, *_ in axis]
    return {
        name: read_words(experiment, name, tuple(words))
        for name, (_, *words) in zip(names, axis, strict=True)
    }


def _check_target(store: Any, out: Any) -> None:
    if store is None and out is None:
        raise Refusal("`store` or `out` must say where the result goes, got neither")
    if out is not None:
        check_place("out", Path(out))
