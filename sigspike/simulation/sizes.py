"""What a training takes of memory, from its sizes alone, and whether that is there."""

import os

import jax
import jax.numpy as jnp

from sigspike.foundation.check import Refusal
from sigspike.simulation.experiment import Experiment

MOST_ROWS = 46_340  # a square array of more rows has places that a 32-bit index does not reach


def check_sizes(experiment: Experiment) -> None:
    """Refuse a training whose arrays do not fit: in memory, or in the indices of XLA."""
    rows = experiment.classifier.n_filters + n_atoms(experiment)
    if experiment.explicit_dim is None and rows > MOST_ROWS:
        raise Refusal(
            f"`n_samples` and `width` ask for {rows:,} vectors in coefficient space, which holds "
            f"{MOST_ROWS:,}; take fewer, or space='weights'"
        )
    needed = bytes_of_training(experiment, shares_noise=False) + bytes_of_records(experiment)
    if needed > bytes_of_device():
        there = f"{needed / 1e9:.1f} GB on {bytes_of_device() / 1e9:.1f} GB of memory"
        raise Refusal(
            f"`experiment` asks for a training of {there}; "
            "take fewer samples, filters, tests or records"
        )


def bytes_of_training(experiment: Experiment, shares_noise: bool) -> int:
    """Memory of one training: its state a few times over, its test, and its own noise if any."""
    n_filters, atoms = experiment.classifier.n_filters, n_atoms(experiment)
    numbers = (
        6 * n_filters * atoms + 2 * n_filters * experiment.n_test * experiment.problem.noise_patches
    )
    if not shares_noise:
        numbers += 3 * (n_filters + atoms) ** 2
    if experiment.algorithm.gradient.noisy:
        moments = experiment.algorithm.moments
        rows = moments * n_filters
        numbers += 3 * rows * (atoms + n_filters + rows) + 6 * rows**2
        if experiment.space == "weights":
            numbers += 2 * rows * (experiment.explicit_dim or 0)
    if experiment.space == "weights" and experiment.explicit_dim is not None:
        fresh = (experiment.algorithm.batches.fresh or 0) * experiment.problem.noise_patches
        rows = 4 * n_filters + 2 * atoms + 2 * fresh + experiment.n_test
        numbers += experiment.explicit_dim * rows
    return numbers * _itemsize()


def bytes_of_records(experiment: Experiment) -> int:
    """The coefficients and margins of every recorded moment, or a few dozen numbers where only
    these are kept.
    """
    every = {
        "coefficients": 2 * experiment.classifier.n_filters * n_atoms(experiment),
        "weights": 4 * n_atoms(experiment),
    }
    return experiment.n_records * (every.get(experiment.measure, 0) + 32) * _itemsize()


def bytes_of_device() -> int:
    """The memory of all devices of this process; of the machine, on CPU."""
    device = jax.local_devices()[0]
    limit = (device.memory_stats() or {}).get("bytes_limit") if device.platform != "cpu" else None
    if limit is not None:
        return int(limit) * jax.local_device_count()
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def n_atoms(experiment: Experiment) -> int:
    """Noise vectors of the training set and the clean subset."""
    return (experiment.n_samples + experiment.algorithm.n_clean) * experiment.problem.noise_patches


def _itemsize() -> int:
    return jnp.zeros(()).dtype.itemsize
