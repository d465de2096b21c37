"""A space: where the first layer lives, and the verbs in which every algorithm is written."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key, PyTree

from sigspike.common.reweighting import Linearised
from sigspike.models.examples import Atoms, Examples, Rows
from sigspike.training.spaces.diffusion import Diffusion
from sigspike.training.spaces.reach import Reach

ALL = slice(None)
Signal = Float[Array, "atom width"]
Noise = Float[Array, "sample patch width"]
Push = Float[Array, "sign neuron coordinate"]  # noise of a gradient, in the frame
Upper: TypeAlias = PyTree  # the parameters above the first layer, as its network has them


class Params(eqx.Module):
    """Everything that is trained: the first layer in the coordinates of its space, and the layers
    above it.

    A direction (a gradient, a momentum) has the same form.
    """

    first: PyTree
    upper: Upper


class Space(eqx.Module):
    """The first layer w_{j,r} = s·w0_{j,r} + (what was learnt) + (the noise of its gradients, if
    any), read through its overlaps with the training atoms.

    The verbs: ``overlaps``, ``gradient``, ``linearised``, ``inner``, ``move``. An objective (or
    losses) is a function ``(upper, overlaps) -> scalar`` (or one number for each example) of the
    samples in ``rows``. A space is built from all samples that a run looks at and the initial
    filters, in one frame; a filter with one coordinate more than the examples has a bias. ``reach``
    says where noise goes, where gradients have any; it is then a part of every direction too.
    """

    signal: Float[Array, "atom coordinate"]
    noise: Float[Array, "sample patch coordinate"]
    initial: Float[Array, "sign neuron coordinate"]
    reach: Reach | None

    def __init__(
        self,
        examples: Examples,
        initial: Float[Array, "sign neuron coordinate"],
        reach: Reach | None = None,
    ):
        self.reach = reach
        self.signal, self.noise = extended(examples, initial.shape[-1])
        self.initial = initial

    @abstractmethod
    def start(self, upper: Upper) -> Params:
        """The parameters at initialisation."""

    @abstractmethod
    def overlaps(self, params: Params, rows: Rows = ALL) -> Atoms:
        """⟨w_{j,r}, a⟩ for every signal atom and the noise atoms of these samples: the
        pre-activations.
        """

    def gradient(
        self,
        objective: Callable[[Upper, Atoms], Float[Array, ""]],
        params: Params,
        rows: Rows = ALL,
    ) -> Params:
        """The direction of steepest ascent of an objective."""
        upper, cotangent = jax.grad(objective, argnums=(0, 1))(
            params.upper, self.overlaps(params, rows)
        )
        return self.pulled(upper, cotangent, rows)

    def linearised(
        self,
        losses: Callable[[Upper, Atoms], Float[Array, " sample"]],
        params: Params,
        rows: Rows = ALL,
    ) -> Linearised:
        """The losses ℓ_i, ⟨∇ℓ_i, direction⟩ for all examples i, and Σ_i w_i ∇ℓ_i for weights w."""
        where = params.upper, self.overlaps(params, rows)
        values, slopes = jax.linearize(losses, *where)
        transpose = jax.linear_transpose(slopes, *where)

        def forward(direction: Params) -> Float[Array, " sample"]:
            return slopes(direction.upper, self.overlaps(direction, rows))

        def backward(weights: Float[Array, " sample"]) -> Params:
            upper, cotangent = transpose(weights)
            return self.pulled(upper, cotangent, rows)

        return Linearised(values, forward, backward)

    @abstractmethod
    def pulled(self, upper: Upper, cotangent: Atoms, rows: Rows = ALL) -> Params:
        """The direction of steepest ascent, from the cotangents of the layers above the first and
        of the overlaps.
        """

    def length(self, upper: Upper, cotangent: Atoms, rows: Rows) -> Float[Array, ""]:
        """The length of what is ``pulled`` from few samples, from the inner products of their
        atoms.
        """
        flat = lambda part: part.reshape(*part.shape[:2], -1)  # noqa: E731
        noise = self.noise[rows].reshape(-1, self.noise.shape[-1])
        signal, own = cotangent.signal, flat(cotangent.noise)
        square = jnp.vdot(signal @ (self.signal @ self.signal.T), signal)
        square += 2 * jnp.vdot(signal @ (self.signal @ noise.T), own)
        square += jnp.vdot(own @ (noise @ noise.T), own)
        square += jax.tree.reduce(
            jnp.add, jax.tree.map(lambda layer: jnp.sum(layer**2), upper), 0.0
        )
        return jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1)), 0)

    def disturbed(
        self, direction: Params, std: float | Float[Array, ""], key: Key[Array, ""], upper: Upper
    ) -> Params:
        """A direction, with N(0, ``std``² I) added; ``upper`` are the N(0, 1) numbers of the layers
        above the first.
        """
        assert self.reach is not None, "known, since gradients are noisy"
        push = std * self.reach.normal(key)
        above = jax.tree.map(lambda own, noise: own + std * noise, direction.upper, upper)
        return Params(self.pushed(direction.first, push, std), above)

    @abstractmethod
    def pushed(
        self,
        first: Any,
        push: Float[Array, "sign neuron coordinate"],
        std: float | Float[Array, ""],
    ) -> Any:
        """The first layer's part of a direction, with noise added: in the frame, and of this size
        beyond it.
        """

    def gathered(self, state: Any) -> Any:
        """The state after a step, with no more to be drawn beyond the frame than need be."""
        return state if self.reach is None else self.reach.gathered(state)

    def drawn(self, state: Any, key: Key[Array, ""]) -> Any:
        """The state with the noise beyond the frame drawn, for somebody who looks there."""
        return state if self.reach is None else self.reach.drawn(state, key)

    def still(self) -> Diffusion | None:
        """No noise (None where there never is any)."""
        return None if self.reach is None else self.reach.nothing()

    @abstractmethod
    def inner(self, one: Params, other: Params) -> Float[Array, ""]:
        """⟨one, other⟩ as vectors of weights."""

    def move(self, params: Params, step: float | Float[Array, ""], direction: Params) -> Params:
        """params + step · direction."""
        return jax.tree.map(lambda value, change: value + step * change, params, direction)

    @abstractmethod
    def filters(self, params: Params) -> Float[Array, "sign neuron coordinate"]:
        """The filters as vectors in the frame of the examples."""

    @abstractmethod
    def learnt(self, params: Params) -> Atoms:
        """The coefficients c of the atoms in w = s·w0 + Σ_a c_a a."""


def extended(examples: Examples, width: int) -> tuple[Signal, Noise]:
    """The signal and noise atoms, with a constant coordinate for a bias where filters of this
    ``width`` have one: such that it is 1 in every patch, also in one that combines atoms.
    """
    signal, noise = examples.signal, examples.noise
    if width == signal.shape[-1]:
        return signal, noise
    share = 1 if examples.mixed is None else 1 - examples.mixed.sum(-1, keepdims=True)
    one, own = jnp.ones((len(signal), 1)), jnp.ones((*noise.shape[:2], 1)) * share
    return jnp.concatenate([signal, one], axis=-1), jnp.concatenate([noise, own], axis=-1)


def read(
    filters: Float[Array, "sign neuron width"],
    signal: Float[Array, "atom width"],
    noise: Float[Array, "sample patch width"],
) -> Atoms:
    """⟨w, a⟩ of explicit filters with explicit atoms."""
    return Atoms(
        jnp.einsum("jrd,ad->jra", filters, signal), jnp.einsum("jrd,ipd->jrip", filters, noise)
    )


def inner_upper(one: Params, other: Params) -> Float[Array, ""]:
    """The part of an inner product that the layers above the first contribute."""
    products = jax.tree.map(jnp.vdot, one.upper, other.upper)
    return jax.tree.reduce(jnp.add, products, jnp.zeros(()))
