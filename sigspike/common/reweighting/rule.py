"""What a rule of reweighting must say of itself: its state, its weights, how both are revised."""

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar, TypeVar

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int, Key, PyTree

from sigspike.foundation.fields import Checked, count

Ids = Int[Array, " sample"]
Losses = Float[Array, " sample"]
Size = TypeVar("Size", int, Array)
State = Float[Array, " all"]  # a weight for each of all training examples


class Rule(Checked):
    """Weights w_i of training examples, steered by the couplings c_i = ⟨∇ℓ_i(θ), Tᵀ ∇L_val(θ̂)⟩ to
    a clean subset.

    θ̂ = θ − η T(Σ_i w_i ∇ℓ_i(θ)) is one step ahead, T the transformation of the optimiser, and
    ∂L_val(θ̂)/∂w_i = −η c_i: an example whose step helps the clean subset has c_i > 0. ``ids`` say
    which of all examples a batch holds. The weights are revised at every ``every``-th step,
    beginning with the first.
    """

    every: int = count("steps between two revisions of the weights", default=1, kw_only=True)

    sum_to_one: ClassVar[bool] = (
        False  # whether Σ_i w_i = 1 over a batch: Σ_i w_i ∇ℓ_i is then a mean already
    )

    def divisor(self, size: Size) -> Size | int:
        """What makes a mean of Σ_i w_i ∇ℓ_i over ``size`` examples: ``size``, or 1 where Σ_i w_i =
        1.
        """
        return 1 if self.sum_to_one else size

    @abstractmethod
    def init(self, key: Key[Array, ""], n_samples: int) -> PyTree:
        """The state before training."""

    @abstractmethod
    def proposed(self, state: PyTree, ids: Ids, losses: Losses) -> Losses:
        """The weights with which the look-ahead is made."""

    @abstractmethod
    def revised(self, state: PyTree, ids: Ids, losses: Losses, couplings: Losses) -> PyTree:
        """The state after one look at the clean subset."""

    def looked(
        self,
        state: PyTree,
        ids: Ids,
        losses: Losses,
        couplings: Callable[[], Losses],
        step: Int[Array, ""],
        looks: bool | None = None,
    ) -> tuple[PyTree, Losses]:
        """The state after this step's look, if it has one, and the couplings (NaN if not);
        ``couplings()`` is called in every ``every``-th step alone.

        ``looks`` says beforehand whether this is one, for a loop that knows: it leaves no branch in
        the program, and inside a branch XLA's CPU code for convolutions is several times slower.
        """

        def look(_: None) -> tuple[PyTree, Losses]:
            seen = couplings()
            return self.revised(state, ids, losses, seen), seen

        def rest(_: None) -> tuple[PyTree, Losses]:
            return state, jnp.full_like(losses, jnp.nan)

        if looks is None and self.every > 1:
            return lax.cond(step % self.every == 0, look, rest, None)
        return rest(None) if looks is False else look(None)

    def weights(self, state: PyTree, ids: Ids, losses: Losses) -> Losses:
        """The weights with which a step is taken."""
        return self.proposed(state, ids, losses)
