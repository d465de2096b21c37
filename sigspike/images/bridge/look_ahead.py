"""A step of PyTorch's SGD that is not taken: where it leads, and how the gradient moves that."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from sigspike.foundation.check import Refusal

Tensors = Sequence[torch.Tensor]


class Ahead(NamedTuple):
    """θ̂, leaf by leaf, and of every leaf −(1/η) ∂θ̂/∂g, a number; η is the largest rate of the
    optimiser's groups.
    """

    params: Tensors
    slopes: Sequence[float]


def look_ahead(optimiser: torch.optim.SGD, params: Tensors, gradients: Tensors) -> Ahead:
    """θ̂ = θ − η_l b̂, as ``optimiser.step()`` would do: d = g + λ θ, b = μ b + (1 − τ) d (at first
    b = d), and b̂ = b, or d + μ b by Nesterov; without momentum b̂ = d.

    Rates η_l, weight decay λ, momentum μ and damping τ are those of each parameter's group as they
    are now; what is in no group stays.
    """
    group_of = {id(param): group for group in optimiser.param_groups for param in group["params"]}
    largest = max(float(group["lr"]) for group in optimiser.param_groups)
    found = [
        _moved(
            param,
            gradient,
            group_of.get(id(param)),
            optimiser.state.get(param, {}).get("momentum_buffer"),
        )
        for param, gradient in zip(params, gradients, strict=True)
    ]
    return Ahead(
        [param for param, _ in found], [slope / largest if largest else slope for _, slope in found]
    )


def check_optimiser(optimiser: Any) -> None:
    """Refuse an optimiser whose step is not affine in the gradient."""
    if not isinstance(optimiser, torch.optim.SGD) or any(
        group["maximize"] for group in optimiser.param_groups
    ):
        kind = type(optimiser).__name__
        got = f"{kind} with maximize=True" if isinstance(optimiser, torch.optim.SGD) else kind
        raise Refusal(
            "`optimiser` must be torch.optim.SGD that minimises, to look one step ahead, got "
            f"{got}; methods.MetaReweighting(ahead=False) needs none"
        )


def _moved(
    param: torch.Tensor,
    gradient: torch.Tensor,
    group: dict[str, Any] | None,
    buffer: torch.Tensor | None,
) -> tuple[torch.Tensor, float]:
    """θ̂ of one leaf, and −∂θ̂/∂g (where all rates are 0, the same without the rate)."""
    if group is None:
        return param.detach(), 0.0
    rate, momentum = float(group["lr"]), group["momentum"]
    direction, slope = gradient + group["weight_decay"] * param.detach(), 1.0
    if momentum:
        fresh = 1.0 if buffer is None else 1 - group["dampening"]
        moved = direction if buffer is None else momentum * buffer + fresh * direction
        nesterov = group["nesterov"]
        direction, slope = (
            (direction + momentum * moved, 1 + momentum * fresh) if nesterov else (moved, fresh)
        )
    return param.detach() - rate * direction, rate * slope
