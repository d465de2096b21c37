"""What a training costs, roughly, from its sizes alone, and how much a chunk of them may take."""

import jax

from sigspike.simulation.experiment import Experiment
from sigspike.simulation.sizes import bytes_of_device, n_atoms

COMPILATION = 4.0  # seconds a program, on a present-day core
# Of matrix products, of everything else, per second and core: measured on AVX-512
FLOPS, ELEMENTS = 8e10, 7e8
CPU_CHUNK = 2**28  # bytes: more would only leave the caches


def seconds(experiment: Experiment) -> float:
    """One training on one core: n_steps (2 · 2m n² flops and 2m n numbers passed), and as much for
    each test.

    Right within a factor of about two. Plans are made from it (how many trainings a chunk holds,
    whether padding is cheaper than another compilation), never results.
    """
    n_filters, atoms = experiment.classifier.n_filters, n_atoms(experiment)
    step = 2 * n_filters * atoms**2 / FLOPS + n_filters * atoms / ELEMENTS
    seen = min(n_filters, atoms)
    test = experiment.n_test * n_filters * (2 * seen / FLOPS + 1 / ELEMENTS)
    return experiment.n_steps * step + experiment.n_records * test


def bytes_for_chunk(n_workers: int) -> int:
    """What one chunk may take: a quarter of the memory among the chunks in flight; on CPU, little.

    It knows the device and not what else runs there: the same call makes the same plan.
    """
    share = bytes_of_device() // (4 * n_workers)
    return min(CPU_CHUNK, share) if jax.default_backend() == "cpu" else share
