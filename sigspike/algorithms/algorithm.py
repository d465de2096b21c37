"""What an algorithm must say of itself, and the step they share."""

from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.core import Tracer
from jaxtyping import Array, Float, Int, Key

from sigspike.algorithms.schedule import Constant, Schedule
from sigspike.check import NONNEGATIVE
from sigspike.examples import Atoms, Examples
from sigspike.fields import Checked, choice, number, part
from sigspike.losses import LOSSES
from sigspike.networks import Network, Tangent
from sigspike.spaces import Decomposition, Params, Space, in_theory


class Task(eqx.Module):
    """A network on its training examples, in a space.

    Of ``examples`` the last ``n_clean`` are a clean subset, which no step descends. In the kernel regime the network
    is replaced by its linearisation at ``origin``, its parameters above the first layer and its overlaps at the start.
    """

    space: Space
    network: Network
    examples: Examples
    n_clean: int = eqx.field(static=True, default=0)
    origin: tuple[Any, Atoms] | None = None

    @property
    def training(self) -> Examples:
        """The examples that are descended."""
        return self.examples.first(self.n_samples)

    @property
    def answer(self) -> Network | Tangent:
        """The network, or its linearisation at the origin."""
        return self.network if self.origin is None else Tangent(self.network, *self.origin)

    @property
    def n_samples(self) -> int:
        """n, without the clean subset."""
        return self.examples.label.shape[0] - self.n_clean

    def margins(self, upper: Any, overlaps: Atoms) -> Float[Array, " sample"]:
        """ỹ_i f(x_i) of the training examples."""
        return self.training.label * self.logits(upper, overlaps)[: self.n_samples]

    def clean_margins(self, upper: Any, overlaps: Atoms) -> Float[Array, " clean"]:
        """y_j f(x_j) of the clean subset."""
        return self.examples.label[self.n_samples :] * self.logits(upper, overlaps)[self.n_samples :]

    def logits(self, upper: Any, overlaps: Atoms) -> Float[Array, " all"]:
        """f of the training examples and of the clean subset."""
        return self.answer.logits(upper, overlaps, self.examples)

    def features(self, upper: Any, overlaps: Atoms) -> Float[Array, "all feature"]:
        """What their last layer sees."""
        return self.answer.features(upper, overlaps, self.examples)

    def coefficients(self, params: Params) -> Decomposition:
        """γ and ρ of the training examples."""
        learnt = self.space.learnt(params)
        return in_theory(learnt._replace(noise=learnt.noise[:, :, : self.n_samples]), self.training)


class Algorithm(Checked):
    """w ← w − η_t · T(∇ (1/n) Σ_i ℓ_i + λ w), with T the linear (or not) transformation of an optimiser.

    An algorithm says what it descends (``losses``, with what it ``draw``s afresh for each step) and how
    (``transformation``); the default is plain gradient descent of the logistic ``loss``. η_t = ``learning_rate`` ·
    ``schedule``(t), and λ is ``weight_decay``, on every trained parameter. ``rotation_equivariant`` is false where
    the step depends on the axes of R^d, which coefficient space does not have. ``n_clean``: how many clean examples,
    beside the training ones, it looks at.
    """

    rotation_equivariant: ClassVar[bool] = True

    learning_rate: float | Float[Array, ""] = number(NONNEGATIVE, "learning rate η")
    weight_decay: float | Float[Array, ""] = number(NONNEGATIVE, "weight decay λ", default=0.0, kw_only=True)
    schedule: Schedule = part(Schedule, Constant, kw_only=True)
    loss: str = choice(*LOSSES, default="logistic", kw_only=True, otherwise="or override `pointwise`")
    n_clean: ClassVar[int] = 0  # a field of some; here, so that it comes after these

    def draw(self, key: Key[Array, ""], n_samples: int) -> Any:
        """The randomness of one step, free of this algorithm's numbers (so that a sweep over them shares it)."""
        return ()

    def draw_at(self, key: Key[Array, ""], step: Int[Array, ""], n_samples: int) -> Any:
        """The randomness of step t in the run of this key: by default drawn afresh, with fold_in(key, t)."""
        return self.draw(jax.random.fold_in(key, step), n_samples)

    def losses(self, margin: Float[Array, " sample"], drawn: Any) -> Float[Array, " sample"]:
        """ℓ_i as this step sees it, from the margins ỹ_i f_i and what was drawn."""
        return self.pointwise(margin)

    def pointwise(self, margin: Float[Array, "*any"]) -> Float[Array, "*any"]:
        """ℓ, without anything drawn."""
        return LOSSES[self.loss](margin)

    def overflows(self) -> bool:
        """Whether ℓ can be infinite where the margin is not: the squared loss can, the logistic one cannot.

        A convex ℓ is largest at an end of the axis. What cannot be told while a program is traced is taken to overflow.
        """
        most = float(jnp.finfo(jnp.result_type(float)).max)
        with jax.ensure_compile_time_eval():
            ends = self.pointwise(jnp.array([-most, most]))
        return isinstance(ends, Tracer) or not bool(np.isfinite(np.asarray(ends)).all())

    def transformation(self) -> optax.GradientTransformation:
        """What becomes of the gradient before the learning rate."""
        return optax.identity()

    def decayed(self) -> optax.GradientTransformation:
        """Decay added to the gradient, then the transformation."""
        return optax.chain(optax.add_decayed_weights(self.weight_decay), self.transformation())

    def rate(self, step: Int[Array, ""]) -> Float[Array, ""]:
        """η_t."""
        return self.learning_rate * self.schedule(step)

    def init(self, task: Task, params: Params, key: Key[Array, ""]) -> Any:
        """What is carried from step to step beside the parameters."""
        return self.optimiser().init(params)  # type: ignore[arg-type]

    def optimiser(self) -> optax.GradientTransformation:
        """The decayed transformation, times −η_t."""
        return optax.chain(self.decayed(), optax.scale_by_schedule(lambda step: -self.rate(jnp.asarray(step))))

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
