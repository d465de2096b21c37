"""A plan that is made longer: what becomes of the learning rate, and of the run's meaning."""

from dataclasses import replace

import jax.numpy as jnp

from sigspike.images.training.training import Training


def lengthened(training: Training, planned: int, done: int, n_steps: int) -> str:
    """What it means that a training of now ``training.epochs`` epochs did its first ``done`` in a
    plan of ``planned`` ones.
    """
    short = replace(training, epochs=planned)
    alike = all(
        _rate(short, epoch * n_steps, n_steps) == _rate(training, epoch * n_steps, n_steps)
        for epoch in range(done)
    )
    said = (
        f"the plan was made longer after epoch {done}, from {planned} to {training.epochs} epochs: "
    )
    if alike and not training.method.planned:
        return said + "as if it had been planned so, for nothing in it depends on the plan"
    last = _rate(short, done * n_steps - 1, n_steps)
    now = _rate(training, done * n_steps, n_steps)
    parts = [] if alike else [f"the learning rate goes on at {now:.3g} after {last:.3g}"]
    parts += [f"{type(training.method).__name__} goes by the share of its plan"] * (
        training.method.planned
    )
    return f"{said}{', and '.join(parts)}; it is not the run that this plan would have been"


def _rate(training: Training, step: int, n_steps: int) -> float:
    return float(training.rate(jnp.asarray(step), n_steps))
