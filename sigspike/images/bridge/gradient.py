"""Losses of JAX in PyTorch's graph: reverse mode, reverse of reverse, and forward mode."""

from dataclasses import dataclass
from typing import Any

import jax
import torch
from jaxtyping import Array, Float, PyTree
from torch.autograd.function import once_differentiable

from sigspike.images.bridge.needs import At
from sigspike.images.bridge.tensors import as_array, as_tensor

Logits = Float[Array, "sample class"]
Losses = Float[Array, " sample"]


@jax.jit
def _losses(logits: Logits, at: At) -> tuple[Losses, PyTree]:
    return at.losses(logits)


@jax.jit
def _pulled(logits: Logits, slopes: Losses, at: At) -> Logits:
    """Jᵀ s, J the Jacobian of the losses."""
    return jax.vjp(lambda z: at.losses(z)[0], logits)[1](slopes)[0]


@jax.jit
def _pushed(logits: Logits, direction: Logits, at: At) -> Losses:
    """J d."""
    return jax.jvp(lambda z: at.losses(z)[0], (logits,), (direction,))[1]


@jax.jit
def _pulled_again(
    logits: Logits, slopes: Losses, direction: Logits, at: At
) -> tuple[Logits, Losses]:
    """The gradient of ⟨Jᵀ s, d⟩ by the logits and by s; the latter is J d."""
    return jax.vjp(lambda z, s: _pulled(z, s, at), logits, slopes)[1](direction)


@dataclass
class Call:
    """One call of a loss: what it depends on beside tensors, and then what is carried on."""

    at: At
    carried: PyTree = None


class LossesOf(torch.autograd.Function):
    """(logits, labels, ids, call) ↦ ℓ_i; in ``torch.func`` only what comes in here can be read."""

    @staticmethod
    def forward(
        logits: torch.Tensor, labels: torch.Tensor, ids: torch.Tensor, call: Call
    ) -> torch.Tensor:
        call.at = call.at._replace(labels=as_array(labels), ids=as_array(ids))
        losses, call.carried = _losses(as_array(logits), call.at)
        return as_tensor(losses, logits)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], _: torch.Tensor) -> None:
        ctx.at = inputs[3].at
        ctx.save_for_backward(inputs[0])
        ctx.save_for_forward(inputs[0])

    @staticmethod
    def backward(ctx: Any, slopes: torch.Tensor) -> tuple[Any, None, None, None]:
        return GradientOf.apply(*ctx.saved_tensors, slopes, ctx.at), None, None, None

    @staticmethod
    def jvp(ctx: Any, direction: torch.Tensor, *_: None) -> torch.Tensor:
        return PushedOf.apply(*ctx.saved_tensors, direction, ctx.at)  # type: ignore[return-value]


class GradientOf(torch.autograd.Function):
    """(logits, s, at) ↦ Jᵀ s, which can be differentiated once."""

    @staticmethod
    def forward(logits: torch.Tensor, slopes: torch.Tensor, at: At) -> torch.Tensor:
        return as_tensor(_pulled(as_array(logits), as_array(slopes), at), logits)

    @staticmethod
    def setup_context(
        ctx: Any, inputs: tuple[torch.Tensor, torch.Tensor, At], _: torch.Tensor
    ) -> None:
        *tensors, ctx.at = inputs
        ctx.save_for_backward(*tensors)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, direction: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        logits, slopes = ctx.saved_tensors
        found = _pulled_again(as_array(logits), as_array(slopes), as_array(direction), ctx.at)
        return as_tensor(found[0], logits), as_tensor(found[1], logits), None


class PushedOf(torch.autograd.Function):
    """(logits, d, at) ↦ J d, which is not differentiated."""

    @staticmethod
    def forward(logits: torch.Tensor, direction: torch.Tensor, at: At) -> torch.Tensor:
        return as_tensor(_pushed(as_array(logits), as_array(direction), at), logits)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], _: torch.Tensor) -> None:
        """Nothing is kept."""
