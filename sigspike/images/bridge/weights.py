"""Weights of training images, kept by a rule of reweighting, as tensors."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import torch
from jax import random
from jaxtyping import Array, Float, Int, PyTree

from sigspike.common.reweighting import FreshWeights, Rule
from sigspike.foundation.check import Range, Refusal
from sigspike.images.bridge.memory import as_tensors, restored
from sigspike.images.bridge.tensors import as_array, as_float, as_tensor, check_numbers, check_whole

Ids = Int[Array, " sample"]
Losses = Float[Array, " sample"]


@jax.jit
def _proposed(rule: Rule, state: PyTree, ids: Ids, losses: Losses) -> Losses:
    return rule.proposed(state, ids, losses).astype(losses.dtype)


@jax.jit
def _revised(rule: Rule, state: PyTree, ids: Ids, losses: Losses, couplings: Losses) -> PyTree:
    return rule.revised(state, ids, losses, couplings)


@partial(jax.jit, static_argnums=4)
def _weights(rule: Rule, state: PyTree, ids: Ids, losses: Losses, scale: int) -> Losses:
    return scale * rule.weights(state, ids, losses).astype(losses.dtype)


class Weights(torch.nn.Module):
    """The state of a `rule`, and what both bridges of reweighting share.

    The weights that they return are those of a mean: ``(weights * losses).mean().backward()``; of a
    rule whose weights sum to 1 over the batch (`FreshWeights`) they are B w_i, of mean 1. They
    carry no gradient. A rule that keeps a weight for each image needs ``n_images``, and ``ids`` 0 …
    n − 1 (sample,) at every call; L2RW's, made afresh at every step, and Meta-Weight-Net's are of
    any batch. Every call is a step of ``rule.every``. ``state_dict()`` has the rule's state and the
    count of steps.
    """

    def __init__(self, rule: Rule, n_images: int | None = None, seed: int = 0) -> None:
        super().__init__()
        Range(low=0, whole=True, plain=True).check("seed", seed)
        if n_images is not None:
            Range(low=1, whole=True, plain=True).check("n_images", n_images)
        self.rule, self.n_images, self.key, self.step = rule, n_images, random.key(seed), 0
        two, three = (
            jax.tree.leaves(jax.eval_shape(lambda n=n: rule.init(self.key, n))) for n in (2, 3)
        )
        self.rows = two != three
        self.afresh = n_images is None and isinstance(rule, FreshWeights) and rule.every == 1
        if self.rows and n_images is None and not self.afresh:
            raise Refusal(
                f"`n_images` must be given for {type(rule).__name__}, which keeps a weight for "
                "each training image, got None; give their number, and `ids` at every call"
            )
        self.state = rule.init(self.key, n_images or 1)

    @property
    def revises(self) -> bool:
        """Whether the next call revises the weights."""
        return self.step % self.rule.every == 0

    def get_extra_state(self) -> dict[str, Any]:
        """What `state_dict` holds: the ``step``, and the rule's state as tensors."""
        return {"step": self.step, "state": as_tensors(() if self.afresh else self.state)}

    def set_extra_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_extra_state` gave."""
        self.state, self.step = (
            restored(() if self.afresh else self.state, state["state"]),
            state["step"],
        )

    def _places(self, ids: Any, size: int) -> Ids:
        """Rows of the batch in the rule's state, begun anew where the weights are afresh."""
        if self.afresh:
            self.state = self.rule.init(self.key, size)
            return jnp.arange(size)
        if not self.rows:
            return jnp.zeros(size, int)
        assert self.n_images is not None
        if ids is None:
            raise Refusal(
                f"`ids` must be given for {type(self.rule).__name__}, "
                "which keeps a weight for each of "
                f"{self.n_images} images, got None; let the data set return each image's place too"
            )
        check_whole("ids", ids, size, self.n_images)
        return as_array(ids.long())

    def _losses(self, losses: Any) -> torch.Tensor:
        """ℓ_i without their graph."""
        check_numbers("losses", losses, (None,), "sample")
        return as_float(losses.detach())

    def _proposed(self, losses: torch.Tensor, places: Ids) -> torch.Tensor:
        """The w_i with which the look-ahead is made, of a mean."""
        found = _proposed(self.rule, self.state, places, as_array(losses))
        return as_tensor(found, losses) * self._scale(len(losses))

    def _revise(self, losses: torch.Tensor, places: Ids, couplings: Losses) -> None:
        self.state = _revised(self.rule, self.state, places, as_array(losses), couplings)

    def _taken(self, losses: torch.Tensor, places: Ids) -> torch.Tensor:
        """The w_i of this step."""
        self.step += 1
        found = _weights(self.rule, self.state, places, as_array(losses), self._scale(len(losses)))
        return as_tensor(found, losses)

    def _scale(self, size: int) -> int:
        return size // self.rule.divisor(size)
