"""What a training costs, roughly: seconds and bytes, from its sizes alone."""

import os

import jax
import jax.numpy as jnp

from sigspike.experiment import Experiment

COMPILATION = 4.0  # seconds a program, on a present-day core
FLOPS, ELEMENTS = 8e10, 7e8  # of matrix products, of everything else, per second and core: measured on AVX-512
CPU_CHUNK = 2**28  # bytes: more would only leave the caches


def seconds(experiment: Experiment) -> float:
    """One training on one core: n_steps (2 · 2m n² flops and 2m n numbers passed), and as much for each test.

    Right within a factor of about two. Plans are made from it (how many trainings a chunk holds, whether padding is
    cheaper than another compilation), never results.
    """
    n_filters, n_atoms = experiment.network.n_filters, _atoms(experiment)
    step = 2 * n_filters * n_atoms**2 / FLOPS + n_filters * n_atoms / ELEMENTS
    seen = min(n_filters, n_atoms)
    test = experiment.n_test * n_filters * (2 * seen / FLOPS + 1 / ELEMENTS)
    return experiment.n_steps * step + len(experiment.record_steps) * test


def bytes_of_cell(experiment: Experiment, shares_noise: bool) -> int:
    """Memory of one training inside a chunk: its state a few times over, its test, and its own noise if any."""
    n_filters, n_atoms = experiment.network.n_filters, _atoms(experiment)
    numbers = 6 * n_filters * n_atoms + 2 * n_filters * experiment.n_test * experiment.problem.noise_patches
    if not shares_noise:
        numbers += 3 * (n_filters + n_atoms) ** 2
    if experiment.space == "weights" and experiment.explicit_dim is not None:
        numbers += experiment.explicit_dim * (4 * n_filters + 2 * n_atoms + experiment.n_test)
    return numbers * jnp.zeros(()).dtype.itemsize


def bytes_of_device() -> int:
    """The memory of all devices of this process; of the machine, on CPU."""
    device = jax.local_devices()[0]
    limit = (device.memory_stats() or {}).get("bytes_limit") if device.platform != "cpu" else None
    if limit is not None:
        return int(limit) * jax.local_device_count()
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def bytes_for_chunk(n_workers: int) -> int:
    """What one chunk may take: a quarter of the memory among the chunks in flight; on CPU, little.

    It knows the device and not what else runs there: the same call makes the same plan.
    """
    share = bytes_of_device() // (4 * n_workers)
    return min(CPU_CHUNK, share) if jax.default_backend() == "cpu" else share


def _atoms(experiment: Experiment) -> int:
    return (experiment.n_samples + experiment.algorithm.n_clean) * experiment.problem.noise_patches
