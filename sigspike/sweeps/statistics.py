"""Mean, standard error, how many seeds, and the fraction diverged: what is left of the seeds."""

import xarray as xr


def over_seeds(data: xr.Dataset) -> xr.Dataset:
    """Every variable's mean over ``seed``, its standard error ``…_se``, how many seeds they are of,
    ``…_n``, and ``fraction_diverged``.

    A run that has diverged has no number to give; means are over the k others (NaN where k = 0),
    standard errors s/√k (NaN for k < 2). A test error's own ``test_error_se`` gives way to that
    over seeds, which holds the spread of the test sets too. ``stopped_at`` is the mean over those
    that have stopped.
    """
    data = (
        data.assign(stopped_at=data["stopped_at"].where(data["stopped_at"] >= 0))
        if "stopped_at" in data
        else data
    )
    statistics = {}
    for name, values in data.drop_vars(["diverged_at", "test_error_se"], errors="ignore").items():
        count = values.notnull().sum("seed")
        mean = values.sum("seed") / count.where(count > 0)
        variance = ((values - mean) ** 2).sum("seed") / (count - 1).where(count > 1)
        label = values.attrs.get("long_name", str(name))
        error = (variance / count.where(count > 0)) ** 0.5
        statistics[name] = mean.astype(values.dtype).assign_attrs(values.attrs)
        attrs = values.attrs | {"long_name": f"standard error of the {label}"}
        statistics[f"{name}_se"] = error.astype(values.dtype).assign_attrs(attrs)
        statistics[f"{name}_n"] = count.astype("int32").assign_attrs(
            long_name=f"seeds that the mean of the {label} is of"
        )
    return xr.Dataset(statistics).assign(fraction_diverged=fraction_diverged(data))


def fraction_diverged(data: xr.Dataset) -> xr.DataArray:
    """The fraction of seeds that have diverged by each moment (NaN where a cell has no such
    moment).
    """
    diverged = data["diverged_at"] >= 0
    recorded = diverged | data["train_loss"].notnull()
    fraction = diverged.where(recorded).mean("seed").astype(data["test_error"].dtype)
    return fraction.assign_attrs(long_name="fraction of runs that diverged", units="1")
