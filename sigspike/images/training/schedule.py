"""How the learning rate goes over the epochs."""

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from sigspike.foundation.check import BELOW_ONE, POSITIVE, Rising
from sigspike.foundation.fields import Checked, count, number

Number = float | Float[Array, ""]
Factor = Float[Array, ""]


class Schedule(Checked):
    """The factor η_t/η at step t of ``n_steps`` an epoch, of ``epochs``."""

    @abstractmethod
    def __call__(self, step: Int[Array, ""], n_steps: int, epochs: int) -> Factor:
        """η_t/η."""


class Constant(Schedule):
    """η_t = η."""

    def __call__(self, step: Int[Array, ""], n_steps: int, epochs: int) -> Factor:
        return jnp.ones(())


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, (list, tuple)) else value


class Milestones(Schedule):
    """η_t is multiplied by ``factor`` after so many epochs, each of ``at``
    (``torch.optim.lr_scheduler.MultiStepLR``).

    Tai et al. 2023 (arXiv 2307.04312): after half and three quarters of 300 epochs, by 0.1.
    """

    at: tuple[int, ...] = eqx.field(
        converter=_as_tuple,
        static=True,
        default=(150, 225),
        metadata={"domain": Rising("epochs", 1, empty=True)},
    )
    factor: Number = number(POSITIVE, "factor at each milestone", default=0.1)

    def __call__(self, step: Int[Array, ""], n_steps: int, epochs: int) -> Factor:
        passed = (
            sum((step >= epoch * n_steps).astype(int) for epoch in self.at)
            if self.at
            else jnp.zeros((), int)
        )
        return jnp.asarray(self.factor) ** passed


class Cosine(Schedule):
    """η_t/η falls as a half cosine from 1 to ``final``, step by step, after ``n_warmup`` epochs of
    linear rise.
    """

    final: Number = number(BELOW_ONE, "final share of the learning rate", default=0.0)
    n_warmup: int = count("epochs of warm-up", low=0, default=0)

    def __call__(self, step: Int[Array, ""], n_steps: int, epochs: int) -> Factor:
        rise, total = self.n_warmup * n_steps, epochs * n_steps
        fall = optax.schedules.cosine_decay_schedule(1.0, max(total - rise, 1), self.final)  # type: ignore[arg-type]
        factor = jnp.asarray(fall(jnp.maximum(step - rise, 0)))
        return factor if not rise else jnp.where(step < rise, step / rise, factor)
