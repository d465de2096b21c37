"""An algorithm: independent dials, and the step that reads them in their order."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int, Key

from sigspike.foundation.check import NONNEGATIVE, Refusal
from sigspike.foundation.fields import Checked, number, part
from sigspike.models.examples import Atoms, Rows
from sigspike.models.losses import Logistic, Loss
from sigspike.training.ascent import Ascent, Straight
from sigspike.training.batches import Batch, Batches, Full
from sigspike.training.gradient import Exact, Gradient
from sigspike.training.inputs import AsDrawn, Inputs
from sigspike.training.labels import Given, Labels
from sigspike.training.optimisers import Descent, Optimiser
from sigspike.training.schedules import Constant, Schedule
from sigspike.training.spaces import Params
from sigspike.training.spaces.coefficients import chosen
from sigspike.training.spaces.weights import Filters
from sigspike.training.task import Task
from sigspike.training.weights import Equal, Moment, Weighting

# Keys of their own, of no step's number; the labels follow the key of the run itself.
INIT, BATCHES, WEIGHTS, INPUTS, GRADIENT, LOOK = (2**32 - k for k in (1, 2, 3, 4, 5, 6))


class Randomness(NamedTuple):
    """The randomness of one step, for all its gradients."""

    batch: Batch | None
    labels: Any = ()
    inputs: Any = ()
    weights: Any = ()
    gradient: Any = ()


class State(NamedTuple):
    """What is carried from step to step beside the parameters."""

    step: Int[Array, ""]
    optimiser: Any
    weights: Any


class Algorithm(Checked):
    """w ← w − η_t T(g + λ w) with g = (1/|I_t|) Σ_{i ∈ I_t} ω_i ∇ℓ_i at ŵ: one dial for each part
    of the step.

    In the order of a step: ``batches`` say which samples it sees (I_t), ``labels`` what it is told
    of theirs and ``inputs`` what it is shown of them, and ``loss`` is ℓ; ``weights`` are what each
    example counts (ω_i); ``ascent`` is where the gradient is taken (ŵ), and ``gradient`` what
    becomes of it (clipping, noise); ``weight_decay`` is λ, on every trained parameter;
    ``optimiser`` is T, and ``schedule`` the factor η_t / η of the ``learning_rate``. Every dial is
    neutral by default: gradient descent of the logistic loss on all samples.
    """

    learning_rate: float | Float[Array, ""] = number(NONNEGATIVE, "learning rate η")
    loss: Loss = part(Loss, Logistic, kw_only=True)
    labels: Labels = part(Labels, Given, kw_only=True)
    inputs: Inputs = part(Inputs, AsDrawn, kw_only=True)
    batches: Batches = part(Batches, Full, kw_only=True)
    weights: Weighting = part(Weighting, Equal, kw_only=True)
    ascent: Ascent = part(Ascent, Straight, kw_only=True)
    gradient: Gradient = part(Gradient, Exact, kw_only=True)
    optimiser: Optimiser = part(Optimiser, Descent, kw_only=True)
    schedule: Schedule = part(Schedule, Constant, kw_only=True)
    weight_decay: float | Float[Array, ""] = number(
        NONNEGATIVE, "weight decay λ", default=0.0, kw_only=True
    )

    def draw(self, key: Key[Array, ""], steps: Int[Array, " step"], n_samples: int) -> Randomness:
        """The randomness of consecutive steps, along a leading axis: step t uses fold_in(key, t),
        whatever is drawn with it. It is free of this algorithm's numbers, so that a sweep over them
        shares it.
        """

        def each(draw: Callable[[Any, int], Any], key: Key[Array, ""], size: int) -> Any:
            return jax.vmap(lambda step: draw(jax.random.fold_in(key, step), size))(steps)

        own = lambda number: jax.random.fold_in(key, jnp.uint32(number))  # noqa: E731
        return Randomness(
            self.batches.draw(own(BATCHES), steps, n_samples),
            each(self.labels.draw, key, n_samples),
            each(self.inputs.draw, own(INPUTS), self.batches.size or n_samples),
            each(self.weights.draw, own(WEIGHTS), n_samples),
            each(self.gradient.draw, own(GRADIENT), n_samples) if self.gradient.noisy else (),
        )

    def init(self, task: Task, params: Params, key: Key[Array, ""]) -> State:
        """The state before the first step of the run with this key."""
        key = jax.random.fold_in(key, jnp.uint32(INIT))
        optimiser = self.transform().init(params)  # type: ignore[arg-type]
        return State(jnp.zeros((), int), optimiser, self.weights.init(key, task.n_samples))

    def step(
        self, task: Task, params: Params, state: State, drawn: Randomness
    ) -> tuple[Params, State]:
        """One step."""
        params, weighing = self.weights.disturbed(
            task, params, state.weights, state.step, drawn.weights
        )
        moment = self._moment(task, params, state, drawn)
        weights, weighing = self.weights.revised(moment, weighing, state.step, drawn.weights)

        def slope(where: Params, weights: Float[Array, "*place"] = weights) -> Params:
            def objective(upper: Any, overlaps: Atoms) -> Float[Array, ""]:
                losses = weights * moment.losses(upper, overlaps)
                return jnp.mean(losses) if drawn.batch is None else jnp.sum(moment.share * losses)

            return task.space.gradient(objective, where, moment.rows)

        where = self.ascent.climbed(task.space, params, slope)
        counted = self.gradient.counted(weights, lambda: self.norms(task, where, drawn))
        gradient = self.gradient.disturbed(task, slope(where, counted), drawn.gradient)
        direction, optimiser = self.transform().update(gradient, state.optimiser, params)  # type: ignore[arg-type]
        params = task.space.move(params, -self.rate(state.step), direction)  # type: ignore[arg-type]
        params, optimiser = task.space.gathered((params, optimiser))
        return params, State(state.step + 1, optimiser, weighing)

    def looked(
        self, task: Task, params: Params, state: State, key: Key[Array, ""]
    ) -> tuple[Params, State]:
        """Where a run with this key stands, with all drawn that somebody who looks may see."""
        if not self.gradient.noisy:
            return params, state
        key = jax.random.fold_in(jax.random.fold_in(key, jnp.uint32(LOOK)), state.step)
        params, optimiser = task.space.drawn((params, state.optimiser), key)
        return params, state._replace(optimiser=optimiser)

    def norms(self, task: Task, where: Params, drawn: Randomness) -> Float[Array, " place"]:
        """‖∇ℓ_i‖ of every example of the batch, over all that is trained: each alone, from the few
        overlaps that it has.
        """
        rows, ids = seen(task, drawn.batch), jnp.arange(task.n_samples)
        share = jnp.ones(task.n_samples)
        if drawn.batch is not None:
            ids, share = drawn.batch
        overlaps = task.space.overlaps(where, rows)
        places, inputs = self.inputs.alone(share, drawn.inputs)

        def norm(own: Int[Array, " companion"], inputs: Any) -> Float[Array, ""]:
            alone = Batch(ids[own], jnp.ones(own.shape[0]))
            losses = self.losses(task, drawn._replace(batch=alone, inputs=inputs))
            slope = jax.grad(lambda upper, z: losses(upper, z)[0], argnums=(0, 1))
            of_upper, of_overlaps = slope(where.upper, chosen(overlaps, own))
            return task.space.length(of_upper, of_overlaps, alone.ids)

        return jax.vmap(norm)(places, inputs)

    @property
    def moments(self) -> int:
        """The vectors of weights that a run carries: w, and those of the optimiser."""
        like = Params(Filters(jnp.zeros((1, 1, 1)), jnp.zeros(())), ())
        state = jax.eval_shape(self.transform().init, like)  # type: ignore[arg-type]
        is_moment = lambda part: isinstance(part, Params)  # noqa: E731
        return 1 + sum(map(is_moment, jax.tree.leaves(state, is_leaf=is_moment)))

    def losses(
        self, task: Task, drawn: Randomness
    ) -> Callable[[Any, Atoms], Float[Array, " place"]]:
        """ℓ_i of the batch as the step is told them, as a function of what is trained."""
        rows = seen(task, drawn.batch)
        noise, share = drawn.labels, jnp.ones(task.n_samples)
        if drawn.batch is not None:
            noise, share = jax.tree.map(lambda own: own[rows], noise), drawn.batch.share
        label = task.train.label[rows]

        def told(logits: Float[Array, "place *class_"], places: Any) -> Float[Array, " place"]:
            where = slice(None) if places is None else places
            drawn_there = jax.tree.map(lambda own: own[where], noise)
            return self.labels.losses(self.loss, logits, label[where], drawn_there)

        def losses(upper: Any, overlaps: Atoms) -> Float[Array, " place"]:
            logits = lambda mix: task.logits(upper, overlaps, rows, mix)  # noqa: E731
            return self.inputs.losses(logits, told, share, drawn.inputs)

        return losses

    def look(
        self, task: Task, params: Params, state: State, drawn: Randomness
    ) -> tuple[Moment, Any]:
        """The step that comes next, were it to see all samples as they were drawn, and the state of
        its weights before it.
        """
        params, weighing = self.weights.disturbed(
            task, params, state.weights, state.step, drawn.weights
        )
        plain = replace(self, inputs=AsDrawn())
        return plain._moment(task, params, state, drawn._replace(batch=None, inputs=())), weighing

    def _moment(self, task: Task, params: Params, state: State, drawn: Randomness) -> Moment:
        rows = seen(task, drawn.batch)
        ids = jnp.arange(task.n_samples)
        share = jnp.full(task.n_samples, 1.0)
        if drawn.batch is not None:
            ids, share = drawn.batch
        step = self.rate(state.step), self.transform(), state.optimiser
        return Moment(task, params, rows, ids, share, self.losses(task, drawn), self.loss, *step)

    def transform(self) -> optax.GradientTransformation:
        """g ↦ T(g + λ w), or as the optimiser has its decay."""
        return self.optimiser.decayed(self.weight_decay)

    def rate(self, step: Int[Array, ""]) -> Float[Array, ""]:
        """η_t."""
        return self.learning_rate * self.schedule(step)

    def __check_init__(self) -> None:
        self.weights.check_with(self.optimiser)
        self.gradient.check_with(self.inputs)
        if self.batches.fresh is not None and not isinstance(self.weights, Equal):
            batches, kind = type(self.batches).__name__, type(self.weights).__name__
            raise Refusal(
                f"`weights` must be Equal for {batches} batches, of which no sample is seen again, "
                f"got {kind}"
            )

    @property
    def n_clean(self) -> int:
        """How many clean examples, beside the training ones, it looks at."""
        return self.weights.n_clean


def seen(task: Task, batch: Batch | None) -> Rows:
    """The rows of a batch among the samples of a task."""
    return task.training if batch is None else batch.ids
