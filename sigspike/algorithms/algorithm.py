"""What an algorithm must say of itself, and the step they share."""

from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int, Key

from sigspike.algorithms.schedule import Constant, Schedule
from sigspike.check import NONNEGATIVE
from sigspike.examples import Atoms, Examples
from sigspike.fields import Checked, number, part
from sigspike.losses import logistic
from sigspike.networks import Network
from sigspike.spaces import Params, Space


class Task(eqx.Module):
    """A network on its training examples, in a space."""

    space: Space
    network: Network
    examples: Examples

    def margins(self, upper: Any, overlaps: Atoms) -> Float[Array, " sample"]:
        """ỹ_i f(x_i)."""
        return self.examples.label * self.network.logits(upper, overlaps, self.examples)


class Algorithm(Checked):
    """w ← w − η_t · T(∇ (1/n) Σ_i ℓ_i + λ w), with T the linear (or not) transformation of an optimiser.

    An algorithm says what it descends (``losses``, with what it ``draw``s afresh for each step) and how
    (``transformation``); the default is plain gradient descent of the logistic loss. η_t = ``learning_rate`` ·
    ``schedule``(t), and λ is ``weight_decay``, on every trained parameter. ``rotation_equivariant`` is false where
    the step depends on the axes of R^d, which coefficient space does not have.
    """

    rotation_equivariant: ClassVar[bool] = True

    learning_rate: float | Float[Array, ""] = number(NONNEGATIVE, "learning rate η")
    weight_decay: float | Float[Array, ""] = number(NONNEGATIVE, "weight decay λ", default=0.0, kw_only=True)
    schedule: Schedule = part(Schedule, Constant, kw_only=True)

    def draw(self, key: Key[Array, ""], n_samples: int) -> Any:
        """The randomness of one step, free of this algorithm's numbers (so that a sweep over them shares it)."""
        return ()

    def draw_at(self, key: Key[Array, ""], step: Int[Array, ""], n_samples: int) -> Any:
        """The randomness of step t in the run of this key: by default drawn afresh, with fold_in(key, t)."""
        return self.draw(jax.random.fold_in(key, step), n_samples)

    def losses(self, margin: Float[Array, " sample"], drawn: Any) -> Float[Array, " sample"]:
        """ℓ_i as this step sees it, from the margins ỹ_i f_i and what was drawn."""
        return logistic(margin)

    def transformation(self) -> optax.GradientTransformation:
        """What becomes of the gradient before the learning rate."""
        return optax.identity()

    def optimiser(self) -> optax.GradientTransformation:
        """Decay added to the gradient, the transformation, then −η_t."""
        return optax.chain(
            optax.add_decayed_weights(self.weight_decay),
            self.transformation(),
            optax.scale_by_schedule(lambda step: -self.learning_rate * self.schedule(jnp.asarray(step))),
        )

    def init(self, params: Params) -> Any:
        """What is carried from step to step beside the parameters."""
        return self.optimiser().init(params)  # type: ignore[arg-type]

    def gradient(self, task: Task, params: Params, drawn: Any) -> Params:
        """∇ (1/n) Σ_i ℓ_i as this step sees it."""

        def objective(upper: Any, overlaps: Atoms) -> Float[Array, ""]:
            return jnp.mean(self.losses(task.margins(upper, overlaps), drawn))

        return task.space.gradient(objective, params)

    def step(self, task: Task, params: Params, state: Any, drawn: Any) -> tuple[Params, Any]:
        """One step, in the verbs of the task's space."""
        gradient = self.gradient(task, params, drawn)
        direction, state = self.optimiser().update(gradient, state, params)  # type: ignore[arg-type]
        return task.space.move(params, 1.0, direction), state  # type: ignore[arg-type]
