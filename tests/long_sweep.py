"""A sweep long enough to be killed in the middle: one compilation, many chunks."""

from pathlib import Path

import numpy as np

import sigspike as ss


def run(
    store: Path,
    record_at: tuple[int, ...],
    n_rates: int,
    n_seeds: int,
    axes: dict[str, list[float]] | None = None,
    cluster: str | None = None,
):
    """The sweep itself, along ``axes`` and as many flip rates, each with chunks of its own."""
    setting = ss.Experiment(
        problem=ss.SignalNoise(500, 1.0, 0.5),
        network=ss.PatchCNN(5),
        algorithm=ss.LabelNoiseGD(0.5),
        n_samples=30,
        n_steps=record_at[-1],
        record_at=record_at,
        n_test=50,
        measure="summary",
    )
    algorithms = {
        f"{rate:.3f}": ss.LabelNoiseGD(0.5, flip_rate=rate)
        for rate in np.linspace(0, 0.45, n_rates)
    }
    return ss.sweep(
        setting, (axes or {}) | {"algorithm": algorithms}, n_seeds, store=store, cluster=cluster
    )


def assert_same_bits(data, whole) -> None:
    """Every variable and label of the one is that of the other."""
    for name in whole.variables:
        np.testing.assert_array_equal(data[name], whole[name], err_msg=name)
