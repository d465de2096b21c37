"""The simulation of an experiment from a key: draw, train, look."""

import itertools
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int, Key

from sigspike.foundation.check import Instance, Refusal
from sigspike.foundation.oracle import verify_jax
from sigspike.foundation.tree import all_finite
from sigspike.models import labels
from sigspike.models.examples import Examples, Rows
from sigspike.models.frames import Ambient, Extent, Frame, Span
from sigspike.simulation.experiment import Experiment
from sigspike.simulation.observer import Carry, Observer
from sigspike.simulation.records import RECORDS, Record
from sigspike.simulation.sizes import check_sizes
from sigspike.training import Algorithm, Randomness, Start, Task
from sigspike.training.algorithm import BATCHES, seen
from sigspike.training.spaces import SPACES, Params, Reach, Upper

BLOCK = 128  # steps whose randomness is drawn together


class Draw(eqx.Module):
    """The random part of a run that is fixed before training: samples, initial filters and layers
    above them.

    ``turned``: the test set is written in the outlook of the training frame, to which the filters
    must be turned. ``extent``: what of R^d the frame holds, where that is not all of it and the
    noise of the gradients asks.
    """

    train: Examples
    clean: Examples | None
    test: Examples
    first: Float[Array, "sign neuron coordinate"]
    upper: Upper
    turned: bool = eqx.field(static=True, default=False)
    extent: Extent | None = None


def simulate(experiment: Experiment, key: Key[Array, ""]) -> Record:
    """Train, and return the records with a leading time axis.

    Pure in ``experiment``'s numbers and ``key``: ``jax.vmap``, ``jax.jit`` and ``jax.grad`` work
    from outside, and another number compiles nothing anew. (Reverse mode needs evenly spaced
    records.) Nothing raises inside: ``record.diverged_at`` says whether, and at which step, a run
    stopped being finite.
    """
    check(experiment, key)
    return run(experiment, key, experiment.explicit_dim)


def check(experiment: Any, key: Any) -> None:
    """Refuse what cannot be trained, and a JAX that computes wrongly."""
    Instance(Experiment).check("experiment", experiment)
    if not (isinstance(key, jax.Array) and jnp.issubdtype(key.dtype, jax.dtypes.prng_key)):
        raise Refusal(f"`key` must be a random key, such as jax.random.key(0), got {key!r}")
    check_sizes(experiment)
    verify_jax()


@eqx.filter_jit
def run(experiment: Experiment, key: Key[Array, ""], explicit_dim: int | None) -> Record:
    """``simulate`` with the dimension as a shape where one is needed: an experiment that is traced
    cannot say it.
    """
    key_draw, key_train = jax.random.split(key)
    return train(experiment, draw(experiment, key_draw, explicit_dim), key_train)


def draw(experiment: Experiment, key: Key[Array, ""], explicit_dim: int | None) -> Draw:
    """Initial filters, training and test set, in one frame: R^d, or the span of the run's vectors
    (exact in law).
    """
    key_frame, key_first, key_upper, key_train, key_test = jax.random.split(key, 5)
    problem, network = experiment.problem, experiment.classifier
    frame = _frame(experiment, key_frame, explicit_dim)
    first = network.first(key_first, frame)
    n_samples, n_clean = experiment.n_samples, experiment.algorithm.n_clean
    samples = problem.train(key_train, frame, n_samples, n_clean)
    train, clean = samples[:n_samples], samples[n_samples:] if n_clean else None
    copies = 2 if experiment.regime == "kernel" else 1
    turned = isinstance(frame, Span) and problem.fresh_tests
    test_frame = (
        frame.outlook(problem.n_axes, copies) if isinstance(frame, Span) and turned else frame
    )
    test = problem.test(key_test, test_frame, experiment.n_test, train)
    extent = frame.extent if isinstance(frame, Span) else None
    return Draw(train, clean, test, first, network.upper(key_upper), turned, extent)


def _frame(experiment: Experiment, key: Key[Array, ""], explicit_dim: int | None) -> Frame:
    problem = experiment.problem
    if explicit_dim is not None and (experiment.space == "weights" or not problem.isotropic):
        return Ambient(explicit_dim)
    network = experiment.classifier
    n_samples = experiment.n_samples + experiment.algorithm.n_clean
    sizes = problem.n_axes, n_samples * problem.noise_patches, network.n_filters
    spare = experiment.algorithm.moments if experiment.algorithm.gradient.noisy else 0
    alive = network.n_banks * network.neurons
    return Span.sample(key, problem.patch_dim, sizes, alive, explicit_dim, spare)


def train(experiment: Experiment, drawn: Draw, key: Key[Array, ""]) -> Record:
    """Run the steps, and look at ``experiment.record_steps``; step t uses fold_in(key, t), whatever
    is recorded.
    """
    loop, start = set_out(experiment, drawn, key)
    return follow(experiment, drawn, loop, loop.start(start))[1]


def set_out(experiment: Experiment, drawn: Draw, key: Key[Array, ""]) -> tuple["Loop", Params]:
    """The steps of a run, and the parameters before the first."""
    task, params = begin(experiment, drawn)
    fresh = Fresh(experiment, drawn) if experiment.algorithm.batches.fresh else None
    return Loop(task, experiment.algorithm, key, experiment.stop == "fitted", fresh), params


def follow(
    experiment: Experiment,
    drawn: Draw,
    loop: "Loop",
    carry: Carry,
    since: Int[Array, ""] | None = None,
) -> tuple[Carry, Record]:
    """The carry at the last of ``experiment.record_steps``, and the records, from a carry that is
    new, or that another run had after ``since`` steps, which count on.
    """
    task, n_axes = loop.task, experiment.problem.n_axes if drawn.turned else None
    observer = Observer(RECORDS[experiment.measure], task, drawn.test, experiment.algorithm, n_axes)
    ends = (0, *experiment.record_steps)
    gaps = {late - early for early, late in itertools.pairwise(ends)} - {0}
    # Between evenly spaced records the number of steps is known, as reverse mode needs it
    gap = gaps.pop() if len(gaps) == 1 else None

    def leg(carry: Carry, bounds: tuple[Array, Array]) -> tuple[Carry, Record]:
        start, stop = bounds
        n_steps = stop - start if gap is None else gap
        carry = lax.cond(
            stop > start, lambda now: loop.run(now, start, n_steps), lambda now: now, carry
        )
        if since is None:
            carry = loop.look(carry)
        else:  # whoever ended the run before has looked at its last carry
            carry = lax.cond(stop > start, lambda now: loop.look(now), lambda now: now, carry)
        carry = loop.watch(carry, stop, task.training)
        record = observer(carry, stop, loop.draw(stop))
        return eqx.tree_at(lambda now: now.diverged_at, carry, record.diverged_at), record

    moments = jnp.array(ends) if since is None else jnp.array(ends) + since
    return lax.scan(leg, carry, (moments[:-1], moments[1:]))


def begin(experiment: Experiment, drawn: Draw) -> tuple[Task, Params]:
    """What is learnt, and the parameters before the first step."""
    samples = drawn.train if drawn.clean is None else drawn.train.then(drawn.clean)
    noisy = experiment.algorithm.gradient.noisy
    space = SPACES[experiment.space](
        samples, drawn.first, _reach(experiment, drawn) if noisy else None
    )
    params = space.start(drawn.upper)
    start = Start(drawn.upper, space.overlaps(params)) if experiment.regime == "kernel" else None
    return Task(space, experiment.classifier, drawn.train, drawn.clean, start), params


def _reach(experiment: Experiment, drawn: Draw) -> Reach:
    """Where the noise of the gradients goes: to every coordinate that exists, also of a bias."""
    exists = jnp.ones(drawn.first.shape, bool)
    if drawn.extent is not None:
        held = drawn.extent.exists
        exists = exists.at[..., : len(held)].set(held[None, None])
    return Reach(exists & experiment.network.exists[None, :, None], drawn.extent)


class Fresh(eqx.Module):
    """What is learnt at a step that draws samples for itself, in R^d."""

    experiment: Experiment
    drawn: Draw

    def __call__(self, key: Key[Array, ""], step: Int[Array, ""]) -> Task:
        own = jax.random.fold_in(jax.random.fold_in(key, jnp.uint32(BATCHES)), step)
        size = self.experiment.algorithm.batches.fresh
        assert size is not None, "there is nothing fresh otherwise"
        frame = Ambient(self.drawn.train.noise.shape[-1])
        train = self.experiment.problem.train(own, frame, size)
        return begin(self.experiment, replace(self.drawn, train=train))[0]


class Loop(eqx.Module):
    """The steps of a run, one after another.

    The randomness of a block of steps is drawn at once: inside the step it would cost as much as
    the rest of a small step. ``fits``: a run whose training samples all have positive margins
    stands still from then on. ``fresh``: what each step learns, where it draws samples for itself.
    """

    task: Task
    algorithm: Algorithm
    key: Key[Array, ""]
    fits: bool = eqx.field(static=True)
    fresh: Fresh | None = None

    def start(self, params: Params) -> Carry:
        state = self.algorithm.init(self.task, params, self.key)
        return Carry(params, state, jnp.array(-1), jnp.array(-1))

    def draw(self, step: Int[Array, ""]) -> Randomness:
        return jax.tree.map(
            lambda block: block[0], self.algorithm.draw(self.key, step[None], self.task.n_samples)
        )

    def advance(self, carry: Carry, step: Int[Array, ""], drawn: Randomness) -> Carry:
        if self.fresh is not None:
            own = replace(self, task=self.fresh(self.key, step), fresh=None)
            return own.advance(carry, step, drawn)
        carry = self.watch(carry, step, seen(self.task, drawn.batch))
        params, state = self.algorithm.step(self.task, carry.params, carry.state, drawn)
        moved = Carry(params, state, carry.diverged_at, carry.stopped_at)
        if not self.fits:
            return moved
        logits = self.task.training_logits(carry.params)
        fitted = jnp.all(labels.margin(logits, self.task.train.label) > 0)
        stopped_at = jnp.where((carry.stopped_at < 0) & fitted, step, carry.stopped_at)
        still = Carry(carry.params, carry.state, carry.diverged_at, stopped_at)
        return jax.tree.map(lambda old, new: jnp.where(stopped_at < 0, new, old), still, moved)

    def look(self, carry: Carry) -> Carry:
        """The carry that somebody sees who looks at the run."""
        params, state = self.algorithm.looked(self.task, carry.params, carry.state, self.key)
        return Carry(params, state, carry.diverged_at, carry.stopped_at)

    def watch(self, carry: Carry, step: Int[Array, ""], rows: Rows) -> Carry:
        """Note the first step at which a logit of these samples or its loss is not finite.

        Looking at the parameters too would copy the state; a record looks at all that it shows.
        """
        task, loss = self.task, self.algorithm.loss
        logits = task.logits(carry.params.upper, task.space.overlaps(carry.params, rows), rows)
        losses = loss.of(logits, task.label[rows]) if loss.overflows() else ()
        fresh = (carry.diverged_at < 0) & ~all_finite((logits, losses))
        return eqx.tree_at(
            lambda now: now.diverged_at, carry, jnp.where(fresh, step, carry.diverged_at)
        )

    def run(self, carry: Carry, start: Int[Array, ""], n_steps: int | Int[Array, ""]) -> Carry:
        """``n_steps`` steps from ``start``: where the number is known, a loop that reverse mode can
        follow.
        """
        known = isinstance(n_steps, int)
        # A known number is cut into blocks of one length, so that every loop has a known one too
        size = (
            max((k for k in range(1, BLOCK + 1) if n_steps % k == 0), default=1) if known else BLOCK
        )

        n_samples = self.algorithm.batches.fresh or self.task.n_samples

        def block(index: Int[Array, ""], inner: Carry) -> Carry:
            first = start + index.astype(start.dtype) * size
            drawn = self.algorithm.draw(
                self.key, first + jnp.arange(size, dtype=start.dtype), n_samples
            )
            length = size if known else jnp.minimum(size, start + n_steps - first)

            def step(k: Int[Array, ""], now: Carry) -> Carry:
                return self.advance(
                    now, first + k, jax.tree.map(lambda block_of: block_of[k], drawn)
                )

            return lax.fori_loop(0, length, step, inner)

        return lax.fori_loop(0, -(-n_steps // size), block, carry)
