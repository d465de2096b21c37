"""Forward and backward correction of the loss by the transition matrix of the noise."""

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key, PyTree

from sigspike.foundation.check import Range, Refusal
from sigspike.foundation.fields import choice, constant, count
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.method import Facts, Logits, Look, Losses, Method
from sigspike.images.methods.state import Model, State

Matrix = Float[np.ndarray, "true noisy"]


def _as_entries(value: Any) -> Any:
    return tuple(np.asarray(value, float).ravel().tolist())


class LossCorrection(Method):
    """What both share: T_ij = P(ỹ = j | y = i) (Patrini et al. 2017, arXiv 1609.03683).

    ``source`` "true": as counted from the known noise. "anchors": estimated after ``warm_up``
    epochs of cross entropy, T_ij = p_j(x^i), where x^i is the training image at the ``quantile`` of
    p_i (theirs: 0.97 for CIFAR-10, 1 for CIFAR-100; they then train anew, here training goes on).
    "given": ``matrix``, C × C, row by row.
    """

    source: str = choice("true", "anchors", "given", default="true")
    matrix: tuple[float, ...] = eqx.field(converter=_as_entries, static=True, default=())
    warm_up: int = count("epochs before T is estimated", default=10)
    quantile: float = constant(Range(low=0, high=1), "quantile of the anchors", default=0.97)

    def carried(
        self, facts: Facts, models: tuple[Model, ...], key: Key[Array, ""]
    ) -> Float[Array, "true noisy"]:
        """The matrix that `losses` works with; the identity while T is unknown."""
        found = {
            "true": facts.transition,
            "anchors": np.eye(facts.n_classes),
            "given": self._given(facts.n_classes),
        }
        transition = found[self.source]
        if transition is None:
            raise Refusal(
                "`source` must be 'anchors' or 'given' where the true labels are unknown, "
                "got 'true'"
            )
        return jnp.asarray(self.prepared(transition), float)

    def before_epoch(self, state: State, epoch: int, look: Look) -> State:
        if self.source != "anchors" or epoch != self.warm_up:
            return state
        p = np.asarray(jax.nn.softmax(look.outputs(state.models[0]).logits), float)
        return state._replace(
            carried=jnp.asarray(self.prepared(anchored(p, self.quantile)), state.carried.dtype)
        )

    @abstractmethod
    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        """ℓ with what is carried of T."""

    def prepared(self, transition: Matrix) -> Matrix:
        """What is carried of T."""
        return transition

    def _given(self, n_classes: int) -> Matrix | None:
        if self.source != "given":
            return None
        if len(self.matrix) != n_classes**2:
            raise Refusal(
                f"`matrix` must have {n_classes} × {n_classes} entries, got {len(self.matrix)}"
            )
        rows = np.reshape(self.matrix, (n_classes, n_classes))
        if (rows < 0).any() or np.abs(rows.sum(1) - 1).max() > 1e-6:
            raise Refusal(
                "`matrix` must have rows of probabilities that sum to 1, "
                f"got {rows[0].tolist()} first"
            )
        return rows


class Forward(LossCorrection):
    """ℓ = −log (Tᵀ p)_ỹ."""

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        joint = jax.nn.log_softmax(logits) + jnp.log(carried)[:, batch.labels].T
        return -jax.nn.logsumexp(joint, axis=1), carried


class Backward(LossCorrection):
    """ℓ = −Σ_j (T⁻¹)_ỹj log p_j, whose mean over ỹ is the cross entropy with y; T⁻¹ is the
    pseudo-inverse where T has no inverse.
    """

    def prepared(self, transition: Matrix) -> Matrix:
        return np.linalg.pinv(transition)

    def losses(self, logits: Logits, batch: Batch, carried: PyTree) -> tuple[Losses, PyTree]:
        return -(carried[batch.labels] * jax.nn.log_softmax(logits)).sum(1), carried


def anchored(p: Float[np.ndarray, "image class"], quantile: float) -> Matrix:
    """T_ij = p_j(x^i), x^i the image of rank ⌈quantile · n⌉ in p_i."""
    order = np.argsort(p, axis=0, kind="stable")
    rank = max(int(np.ceil(round(quantile * len(p), 6))), 1) - 1
    return p[order[rank]]
