"""What every dial costs: a step of each, as a ratio to one of label-noise gradient descent.

python benchmarks/dials.py # about three minutes on two cores

The problem of benchmarks/steps.py in coefficient space (n = 200, m = 20), steps timed between two
run lengths, in turn; medians over rounds.
"""

import time
from statistics import median

import jax

import sigspike as ss

SHORT, LONG, ROUNDS = 128, 128 * 21, 7
PLAIN = "label-noise GD"
CASES = {
    PLAIN: ss.LabelNoiseGD(1.0, 0.1),
    "given labels": ss.GradientDescent(1.0),
    "Gaussian multipliers": ss.GradientDescent(1.0, labels=ss.Multipliers(1.0, 1.0)),
    "hinge loss": ss.LabelNoiseGD(1.0, 0.1, loss=ss.Hinge()),
    "heavy ball": ss.LabelNoiseGD(0.1, 0.1, optimiser=ss.HeavyBall(0.9)),
    "sharpness": ss.LabelNoiseGD(1.0, 0.1, ascent=ss.Sharpness(0.01)),
    "noisy gradient": ss.LabelNoiseGD(1.0, 0.1, gradient=ss.NoisyGradient(0.01)),
    "noisy gradient, heavy ball": ss.LabelNoiseGD(
        0.1, 0.1, optimiser=ss.HeavyBall(0.9), gradient=ss.NoisyGradient(0.01)
    ),
    "clipped gradient": ss.LabelNoiseGD(1.0, 0.1, gradient=ss.NoisyGradient(0.01, clip=1.0)),
    "shuffled, B = 2": ss.LabelNoiseGD(0.1, 0.1, batches=ss.Shuffled(2)),
    "drawn, B = 2": ss.LabelNoiseGD(0.1, 0.1, batches=ss.Drawn(2)),
    "shuffled, B = 20": ss.LabelNoiseGD(0.5, 0.1, batches=ss.Shuffled(20)),
    "shuffled, B = 100": ss.LabelNoiseGD(1.0, 0.1, batches=ss.Shuffled(100)),
}


def experiment(algorithm: ss.Algorithm, n_steps: int) -> ss.Experiment:
    """Figure 2 of Huang et al. 2025 (arXiv 2510.17526), with nothing tested or recorded."""
    return ss.Experiment(
        problem=ss.SignalNoise(2000, 2.0, 0.5),
        network=ss.PatchCNN(20),
        algorithm=algorithm,
        n_samples=200,
        n_steps=n_steps,
        record_at=(n_steps,),
        n_test=1,
        measure="summary",
    )


def seconds(algorithm: ss.Algorithm, n_steps: int) -> float:
    """One run."""
    started = time.perf_counter()
    jax.block_until_ready(ss.simulate(experiment(algorithm, n_steps), jax.random.key(0)))
    return time.perf_counter() - started


def main() -> None:
    """The table."""
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for turn in range(ROUNDS + 1):  # the first compiles
        for name, algorithm in CASES.items():
            long, short = seconds(algorithm, LONG), seconds(algorithm, SHORT)
            times[name] += [(long - short) / (LONG - SHORT)] if turn else []
    whole = median(times[PLAIN])
    for name, own in times.items():
        print(f"{name:22} {1e6 * median(own):7.1f} µs  {median(own) / whole:5.2f}")


if __name__ == "__main__":
    main()
