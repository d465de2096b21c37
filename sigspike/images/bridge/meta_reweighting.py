"""Meta-reweighting of a PyTorch model: weights that make its step help on clean images."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.func import functional_call

from sigspike.foundation.check import Instance, Refusal
from sigspike.images.bridge.look_ahead import check_optimiser, look_ahead
from sigspike.images.bridge.tensors import as_array, as_float
from sigspike.images.bridge.weights import Weights
from sigspike.images.methods import MetaReweighting as Method

Criterion = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class MetaReweighting(Weights):
    """Weights w_i of a batch after a look at clean images, from c_i = −(B/η) ∂L_val(θ̂)/∂w_i, where
    θ̂ is the model after ``optimiser``'s step along ∇ (1/B) Σ_i w_i ℓ_i(θ), which is not taken: see
    `methods.MetaReweighting`.

    ::

        losses = torch.nn.functional.cross_entropy(model(images), labels, reduction="none")
        weights = meta(losses, clean_images, clean_labels, ids)
        optimiser.zero_grad(); (weights * losses).mean().backward(); optimiser.step()

    ``method`` says the rule: `PersistentWeights` (arXiv 2510.12209), `FreshWeights` (L2RW) or
    `WeightNetwork` (Meta-Weight-Net). The optimiser is ``torch.optim.SGD``, with its momentum,
    Nesterov's or not, damping, weight decay and groups as they are; η is its largest rate. Where
    the method is not ``ahead``, θ̂ is θ, c_i = ⟨∇ℓ_i, ∇L_val⟩ (no momentum in it), and any
    optimiser will do.

    The model is any module of one input; ``losses`` (sample,) are any losses in its graph, `Loss`'s
    among them, and L_val is ``criterion`` of the clean batch, in the model's present mode: in
    training its batch norms take the clean batch's own statistics, and the running ones are left
    alone. All of it is exact and PyTorch's autograd: ∇ Σ u_i ℓ_i is made once with its graph and
    differentiated by u, so that every layer needs a derivative of its backward pass (PyTorch's have
    one). A revision costs that, both passes of the clean batch, and no second forward pass.
    """

    model: torch.nn.Module

    def __init__(
        self,
        method: Method,
        model: torch.nn.Module,
        optimiser: Any = None,
        n_images: int | None = None,
        seed: int = 0,
        criterion: Criterion = torch.nn.functional.cross_entropy,
    ) -> None:
        Instance(Method).check("method", method)
        Instance(torch.nn.Module).check("model", model)
        if method.ahead:
            check_optimiser(optimiser)
        super().__init__(method.rule, n_images, seed)
        self.method, self.criterion, self.optimiser = method, criterion, optimiser
        self.__dict__["model"] = model  # not a submodule: its parameters are not this module's

    def forward(
        self, losses: Any, clean_images: torch.Tensor, clean_labels: torch.Tensor, ids: Any = None
    ) -> Any:
        """w_i (sample,) of these losses; the rule's state is revised where it is its turn."""
        known = self._losses(losses)
        places = self._places(ids, len(known))
        if self.revises:
            with torch.enable_grad():
                found = self.couplings(
                    losses, self._proposed(known, places), clean_images, clean_labels
                )
            self._revise(known, places, as_array(as_float(found)))
        return self._taken(known, places)

    def couplings(
        self,
        losses: torch.Tensor,
        proposed: torch.Tensor,
        clean_images: torch.Tensor,
        clean_labels: torch.Tensor,
    ) -> torch.Tensor:
        """c_i (sample,) of losses in the model's graph, θ̂ made with the weights ``proposed`` of a
        mean.
        """
        if not losses.requires_grad:
            raise Refusal(
                "`losses` must be in the graph of the model's parameters, got none; "
                "do not detach them"
            )
        names, params = zip(
            *(entry for entry in self.model.named_parameters() if entry[1].requires_grad),
            strict=True,
        )
        share = (proposed / len(losses)).to(losses.dtype).requires_grad_()
        found = torch.autograd.grad(losses, params, share, create_graph=True, allow_unused=True)
        names, params, gradients = zip(
            *((n, p, g) for n, p, g in zip(names, params, found, strict=True) if g is not None),
            strict=True,
        )
        if self.method.ahead:
            at, slopes = look_ahead(
                self.optimiser, params, [gradient.detach() for gradient in gradients]
            )
        else:
            at, slopes = params, [1.0] * len(params)
        value = self._clean_slope(names, at, clean_images, clean_labels)
        pushed = [slope * part for slope, part in zip(slopes, value, strict=True)]
        return torch.autograd.grad(gradients, share, pushed)[0]

    def _clean_slope(
        self,
        names: Sequence[str],
        at: Sequence[torch.Tensor],
        images: torch.Tensor,
        labels: torch.Tensor,
    ) -> list[torch.Tensor]:
        """∇L_val at these parameters; buffers are copies, which a batch norm may write to."""
        leaves = [value.detach().requires_grad_() for value in at]
        buffers = {name: buffer.clone() for name, buffer in self.model.named_buffers()}
        logits = functional_call(
            self.model, dict(zip(names, leaves, strict=True)) | buffers, (images,)
        )
        slope = torch.autograd.grad(self.criterion(logits, labels), leaves, allow_unused=True)
        return [
            torch.zeros_like(leaf) if part is None else part
            for leaf, part in zip(leaves, slope, strict=True)
        ]
