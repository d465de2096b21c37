"""What the dimension costs where it is free: a run at d = 10⁸ as a ratio to one at d = 2 000.

python benchmarks/dimension.py # about three minutes on two cores

Data models, networks and dials in coefficient space, sampling, training and test included, σ_p² d
the same; the two dimensions in turn, median of the rounds' ratios and their quartiles. One program
serves both: the dimension is a number.
"""

import time
from dataclasses import replace
from statistics import quantiles
from typing import Any

import jax

import sigspike as ss

LOW, HIGH, ROUNDS = 2_000, 10**8, 15
STD = 0.5  # at d = LOW
SIGNALS: dict[str, Any] = {"signal_strength": 2.0, "noise_std": STD}
PROBLEMS = {
    "SignalNoise": ss.SignalNoise(LOW, **SIGNALS),
    "OneVector": ss.OneVector(LOW, **SIGNALS),
    "Features": ss.Features(LOW, **SIGNALS),
    "ManyClasses, K = 4": ss.ManyClasses(n_classes=4, dim=LOW, **SIGNALS),
    "WeakSignals in the noise": ss.SignalNoise(LOW, **SIGNALS, leak=ss.WeakSignals(0.1, 0.1)),
}
NETWORKS = {
    "second layer trained": ss.PatchCNN(20, second_layer="trained"),
    "AttentionPooling": ss.AttentionPooling(init_std=0.01),
}
ALGORITHMS = {
    "NoisyGradient": ss.GradientDescent(0.1, gradient=ss.NoisyGradient(0.001)),
    "Mixup": ss.GradientDescent(0.1, inputs=ss.Mixup(0.5)),
}
TWO_SIGNALS = ss.ManyClasses(n_classes=2, dim=LOW, **SIGNALS)


def experiments() -> dict[str, ss.Experiment]:
    """One for each word."""
    plain = ss.Experiment(
        PROBLEMS["SignalNoise"],
        ss.PatchCNN(20),
        ss.GradientDescent(0.1),
        n_samples=200,
        n_steps=400,
        record_every=40,
        n_test=2000,
    )
    attention = {"problem": TWO_SIGNALS}
    return (
        {name: replace(plain, problem=problem) for name, problem in PROBLEMS.items()}
        | {
            name: replace(plain, network=network, **(attention if "Att" in name else {}))
            for name, network in NETWORKS.items()
        }
        | {name: replace(plain, algorithm=algorithm) for name, algorithm in ALGORITHMS.items()}
    )


def seconds(experiment: ss.Experiment, dim: int) -> float:
    """One run at this dimension."""
    problem = replace(experiment.problem, dim=dim, noise_std=STD * (LOW / dim) ** 0.5)
    started = time.perf_counter()
    jax.block_until_ready(ss.simulate(replace(experiment, problem=problem), jax.random.key(0)))
    return time.perf_counter() - started


def main() -> None:
    """The table."""
    print(f"{'':28}{'d = 2 000':>12}{'d = 10⁸':>12}   ratio (quartiles)")
    for name, experiment in experiments().items():
        seconds(experiment, LOW)
        pairs = [(seconds(experiment, LOW), seconds(experiment, HIGH)) for _ in range(ROUNDS)]
        low, middle, high = quantiles([far / near for near, far in pairs], n=4)
        least = [1e3 * min(times) for times in zip(*pairs, strict=True)]
        print(
            f"{name:28}{least[0]:9.1f} ms{least[1]:9.1f} ms   {middle:.2f} ({low:.2f}–{high:.2f})"
        )


if __name__ == "__main__":
    main()
