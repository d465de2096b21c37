"""The simulation of an experiment from a key: draw, train, look."""

import itertools
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int, Key

from sigspike.algorithms import Algorithm, Task
from sigspike.check import Instance, Refusal
from sigspike.examples import Examples
from sigspike.experiment import Experiment
from sigspike.frames import Ambient, Frame, Span
from sigspike.measure import RECORDS, Observer, Record
from sigspike.oracle import verify_jax
from sigspike.sizes import check_sizes
from sigspike.spaces import SPACES, Params
from sigspike.tree import all_finite

BLOCK = 128  # steps whose randomness is drawn together


class Draw(eqx.Module):
    """The random part of a run that is fixed before training; the training set ends with the clean subset.

    ``turned``: the test set is written in the outlook of the training frame, to which the filters must be turned.
    """

    train: Examples
    test: Examples
    first: Float[Array, "sign neuron coordinate"]
    upper: Any
    turned: bool = eqx.field(static=True, default=False)


def simulate(experiment: Experiment, key: Key[Array, ""]) -> Record:
    """Train, and return the records with a leading time axis.

    Pure in ``experiment``'s numbers and ``key``: ``jax.vmap``, ``jax.jit`` and ``jax.grad`` work from outside, and
    another number compiles nothing anew. (Reverse mode needs evenly spaced records.) Nothing raises inside:
    ``record.diverged_at`` says whether, and at which step, a run stopped being finite.
    """
    Instance(Experiment).check("experiment", experiment)
    if not (isinstance(key, jax.Array) and jnp.issubdtype(key.dtype, jax.dtypes.prng_key)):
        raise Refusal(f"`key` must be a random key, such as jax.random.key(0), got {key!r}")
    check_sizes(experiment)
    verify_jax()
    return run(experiment, key, experiment.explicit_dim)


@eqx.filter_jit
def run(experiment: Experiment, key: Key[Array, ""], explicit_dim: int | None) -> Record:
    """``simulate`` with the dimension as a shape where one is needed: an experiment that is traced cannot say it."""
    key_draw, key_train = jax.random.split(key)
    return train(experiment, draw(experiment, key_draw, explicit_dim), key_train)


def draw(experiment: Experiment, key: Key[Array, ""], explicit_dim: int | None) -> Draw:
    """Initial filters, training and test set, in one frame: R^d, or the span of the run's vectors (exact in law)."""
    key_frame, key_first, key_upper, key_train, key_test = jax.random.split(key, 5)
    problem, network = experiment.problem, experiment.network
    frame = _frame(experiment, key_frame, explicit_dim)
    first = network.first(key_first, frame)
    examples = problem.train(key_train, frame, experiment.n_samples, experiment.algorithm.n_clean)
    copies = 2 if experiment.regime == "kernel" else 1
    turned = isinstance(frame, Span) and problem.fresh_tests
    test_frame = frame.outlook(problem.n_axes, copies) if isinstance(frame, Span) and turned else frame
    test = problem.test(key_test, test_frame, experiment.n_test, examples.first(experiment.n_samples))
    return Draw(examples, test, first, network.upper(key_upper), turned)


def _frame(experiment: Experiment, key: Key[Array, ""], explicit_dim: int | None) -> Frame:
    problem = experiment.problem
    if explicit_dim is not None and (experiment.space == "weights" or not problem.isotropic):
        return Ambient(explicit_dim)
    network = experiment.network
    n_samples = experiment.n_samples + experiment.algorithm.n_clean
    sizes = problem.n_axes, n_samples * problem.noise_patches, network.n_filters
    return Span.sample(key, problem.patch_dim, sizes, network.n_signs * network.neurons, explicit_dim)


def train(experiment: Experiment, drawn: Draw, key: Key[Array, ""]) -> Record:
    """Run the steps, and look at ``experiment.record_steps``; step t uses fold_in(key, t), whatever is recorded."""
    space = SPACES[experiment.space](drawn.train, drawn.first)
    start = space.start(drawn.upper)
    origin = (drawn.upper, space.overlaps(start)) if experiment.regime == "kernel" else None
    task = Task(space, experiment.network, drawn.train, experiment.algorithm.n_clean, origin)
    n_axes = experiment.problem.n_axes if drawn.turned else None
    observer = Observer(RECORDS[experiment.measure], task, drawn.test, experiment.algorithm, n_axes)
    loop = Loop(task, experiment.algorithm, key)
    ends = (0, *experiment.record_steps)
    gaps = {late - early for early, late in itertools.pairwise(ends)} - {0}
    gap = gaps.pop() if len(gaps) == 1 else None

    def leg(carry: Carry, bounds: tuple[Array, Array]) -> tuple[Carry, Record]:
        start, stop = bounds
        n_steps = stop - start if gap is None else gap
        carry = lax.cond(stop > start, lambda at: loop.run(at, start, n_steps), lambda at: at, carry)
        carry = loop.watch(carry, stop)
        record = observer(carry.params, carry.state, stop, carry.diverged_at, loop.draw(stop))
        return Carry(carry.params, carry.state, record.diverged_at), record

    moments = jnp.array(ends)
    return lax.scan(leg, loop.start(start), (moments[:-1], moments[1:]))[1]


class Carry(eqx.Module):
    """The state of training between two steps."""

    params: Params
    state: Any
    diverged_at: Int[Array, ""]


class Loop(eqx.Module):
    """The steps of a run, one after another.

    The randomness of a block of steps is drawn at once: inside the step it would cost as much as the rest of a
    small step.
    """

    task: Task
    algorithm: Algorithm
    key: Key[Array, ""]

    def start(self, params: Params) -> Carry:
        key = jax.random.fold_in(self.key, jnp.uint32(2**32 - 1))  # no step's
        return Carry(params, self.algorithm.init(self.task, params, key), jnp.array(-1))

    def draw(self, step: Int[Array, ""]) -> Any:
        return self.algorithm.draw_at(self.key, step, self.task.n_samples)

    def advance(self, carry: Carry, step: Int[Array, ""], drawn: Any) -> Carry:
        carry = self.watch(carry, step)
        params, state = self.algorithm.step(self.task, carry.params, carry.state, drawn)
        return Carry(params, state, carry.diverged_at)

    def watch(self, carry: Carry, step: Int[Array, ""]) -> Carry:
        """Note the first step at which a margin or its loss is not finite.

        Looking at the parameters too would copy the state; a record looks at all that it shows.
        """
        margins = self.task.margins(carry.params.upper, self.task.space.overlaps(carry.params))
        losses = self.algorithm.pointwise(margins) if self.algorithm.overflows() else ()
        fresh = (carry.diverged_at < 0) & ~all_finite((margins, losses))
        return Carry(carry.params, carry.state, jnp.where(fresh, step, carry.diverged_at))

    def run(self, carry: Carry, start: Int[Array, ""], n_steps: int | Int[Array, ""]) -> Carry:
        """``n_steps`` steps from ``start``: where the number is known, a loop that reverse mode can follow."""
        known = isinstance(n_steps, int)
        size = max((k for k in range(1, BLOCK + 1) if n_steps % k == 0), default=1) if known else BLOCK

        def block(index: Int[Array, ""], inner: Carry) -> Carry:
            first = start + index.astype(start.dtype) * size
            drawn = jax.vmap(self.draw)(first + jnp.arange(size, dtype=start.dtype))
            length = size if known else jnp.minimum(size, start + n_steps - first)

            def step(k: Int[Array, ""], at: Carry) -> Carry:
                return self.advance(at, first + k, jax.tree.map(lambda block_of: block_of[k], drawn))

            return lax.fori_loop(0, length, step, inner)

        return lax.fori_loop(0, -(-n_steps // size), block, carry)
