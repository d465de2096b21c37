"""A run of two layers at a scale of the output layer, and what it leaves of both."""

from collections.abc import Callable

import jax.numpy as jnp
from jaxtyping import Array, Float, Key

import sigspike as ss

Found = dict[str, Array]


def at_scale(experiment: ss.Experiment) -> Callable[..., Found]:
    """A function of the scale s, the SNR and a key: the experiment with patches s times as large,
    first weights as much smaller, and η/s². The first layer's run alone is the same for every s.

    ``weight`` is a and ``learnt`` ‖w − w_0‖ of a neuron; ``kept`` is the change of ‖w‖² over that
    of q a², which is 1 in the flow of a gradient where σ is a power q of ReLU.
    """
    problem, network, algorithm = experiment.problem, experiment.network, experiment.algorithm
    assert isinstance(problem, ss.SignalNoise)
    assert isinstance(network, ss.PatchCNN)
    assert isinstance(network.activation, ss.ReLUPower)
    power, trained = network.activation.power, network.second_layer == "trained"

    def run(scale: Float[Array, ""], snr: Float[Array, ""], key: Key[Array, ""]) -> Found:
        std = problem.noise_std * scale
        own = {
            "problem.noise_std": std,
            "problem.signal_strength": snr * std * jnp.sqrt(problem.dim),
            "network.init_std": network.init_std / scale,
            "algorithm.learning_rate": algorithm.learning_rate / scale**2,
        }
        scaled = experiment
        for path, value in own.items():
            scaled = ss.put(scaled, path, value)
        record, end = ss.train(scaled, key)
        first, last = end.drawn.first, end.filters
        weight = end.carry.params.upper if trained else jnp.ones(last.shape[:2])
        change = jnp.sum((last - first) * (last + first), axis=-1)
        return {
            "test_error": record.test_error[-1],
            "diverged_at": record.diverged_at[-1],
            "weight": weight,
            "learnt": jnp.linalg.norm(last - first, axis=-1),
            "kept": change / (power * (weight**2 - 1)),
        }

    return run
