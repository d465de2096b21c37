"""A method's loss as a module of PyTorch."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from jax import random

from sigspike.foundation.check import Choice, Range, Refusal
from sigspike.images.bridge.gradient import Call, LossesOf
from sigspike.images.bridge.memory import as_tensors, restored
from sigspike.images.bridge.needs import At, check_loss, needs
from sigspike.images.bridge.tensors import as_array, as_float, check_numbers, check_whole
from sigspike.images.methods import Facts, Look, Method, State
from sigspike.images.methods.method import Evaluated

REDUCTIONS = ("mean", "sum", "none")
COUNT = Range(low=1, whole=True, plain=True)


class Loss(torch.nn.Module):
    """``loss(logits, labels)`` is the mean of ℓ_i over the batch, as of
    ``torch.nn.CrossEntropyLoss``, ℓ any method of `sigspike.images.methods` that is a loss for each
    image; the gradient of the logits is JAX's.

    Logits (sample, class) and whole labels 0 … C−1 (sample,), on one device: without a copy where
    JAX has that device too, else through the host (CUDA tensors beside a JAX for CPUs).
    ``reduction`` is "mean", "sum" or "none".

    A method that remembers something of every image (ELR's targets, what is pruned or selected)
    needs ``n_images`` and, at every call, ``ids`` 0 … n − 1 (sample,). What it remembers, and the
    count of steps that randomness depends on beside ``seed``, is in ``state_dict()``. After
    ``eval()`` nothing is remembered and no step is counted. Methods that select or estimate between
    epochs do so in `begin_epoch`. ``transition`` (true, noisy) is the T of "true" noise, and
    ``n_steps`` (an epoch) times ``epochs`` is what progress is measured in, if a method asks for
    it.

    Half-precision logits are computed with, and their losses returned, in float32, as under
    autocast; float64 logits are too where JAX has no x64, and their losses returned in float64. The
    gradient has the type of the logits. It can be differentiated once more in reverse, and the loss
    in forward mode.
    """

    def __init__(
        self,
        method: Method,
        n_classes: int,
        n_images: int | None = None,
        seed: int = 0,
        reduction: str = "mean",
        transition: Any = None,
        n_steps: int | None = None,
        epochs: int | None = None,
    ) -> None:
        super().__init__()
        check_loss(method)
        Range(low=2, whole=True, plain=True).check("n_classes", n_classes)
        Range(low=0, whole=True, plain=True).check("seed", seed)
        Choice(REDUCTIONS).check("reduction", reduction)
        for name, value in (("n_images", n_images), ("n_steps", n_steps), ("epochs", epochs)):
            if value is not None:
                COUNT.check(name, value)
        self.method, self.n_classes, self.n_images, self.reduction = (
            method,
            n_classes,
            n_images,
            reduction,
        )
        self.total = n_steps * epochs if n_steps and epochs else None
        rows = np.zeros(n_images or 1, np.int64)
        known = None if transition is None else np.asarray(transition, float)
        # A loss of logits knows no network of sigspike's, and no images.
        facts = Facts(None, rows, n_classes, (), known, n_steps or 1, epochs or 1)  # type: ignore[arg-type]
        self.needs = needs(method, facts)
        self._refuse_what_lacks()
        self.key, start = random.split(random.key(seed))
        self.carried = method.carried(facts, (), start)
        self.step = self.epoch = 0
        self.none = jnp.zeros(0, int)

    def forward(self, logits: Any, labels: Any, ids: Any = None) -> torch.Tensor:
        """ℓ_i of the batch, reduced."""
        check_numbers("logits", logits, (None, self.n_classes), "sample, class")
        check_whole("labels", labels, len(logits), self.n_classes)
        call = Call(
            At(
                self.method,
                self.none,  # labels and ids come as tensors
                self.none,
                self.carried,
                self.key,
                self.step,
                self.epoch,
                min(self.step / self.total, 1.0) if self.total else 0.0,
            )
        )
        rows = self._rows(ids, labels)
        losses: Any = LossesOf.apply(as_float(logits), labels.long(), rows, call)
        if self.training:
            self.carried, self.step = jax.block_until_ready(call.carried), self.step + 1
        losses = losses.to(torch.float64) if logits.dtype == torch.float64 else losses
        return losses if self.reduction == "none" else getattr(losses, self.reduction)()

    def begin_epoch(self, epoch: int, logits: Any = None, labels: Any = None) -> None:
        """What the method does between epochs, before the one of this number, counted from 0.

        Selection, pruning and anchors look at the ``logits`` (image, class) of all training images
        in the order of their ids, not augmented, by the model in evaluation, and at their
        ``labels``; no other method needs them.
        """
        Range(low=0, whole=True, plain=True).check("epoch", epoch)

        def outputs(_: Any) -> Evaluated:
            if self.n_images is None:
                raise Refusal(
                    f"`n_images` must be given for {type(self.method).__name__}, which looks at "
                    f"all images at the beginning of epoch {epoch}, got None"
                )
            if logits is None or labels is None:
                raise Refusal(
                    f"`logits` and `labels` of all {self.n_images} images must be given at the "
                    f"beginning of epoch {epoch} for {type(self.method).__name__}, got None"
                )
            check_numbers("logits", logits, (self.n_images, self.n_classes), "image, class")
            check_whole("labels", labels, self.n_images, self.n_classes)
            return Evaluated(as_array(as_float(logits)), jnp.zeros((self.n_images, 1)))

        given = jnp.zeros(0, int) if labels is None else as_array(labels.long())
        before = State((None,), self.carried, jnp.asarray(self.step))  # type: ignore[arg-type]
        self.carried = self.method.before_epoch(
            before, epoch, Look(given, outputs, None, None)
        ).carried
        self.epoch = epoch

    def get_extra_state(self) -> dict[str, Any]:
        """What `state_dict` holds: ``step``, ``epoch``, and what is ``carried``, as tensors."""
        return {"step": self.step, "epoch": self.epoch, "carried": as_tensors(self.carried)}

    def set_extra_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_extra_state` gave."""
        self.carried = restored(self.carried, state["carried"])
        self.step, self.epoch = state["step"], state["epoch"]

    def _rows(self, ids: Any, labels: torch.Tensor) -> torch.Tensor:
        """Places of the batch among the rows that are carried."""
        if not self.needs.rows or self.n_images is None:
            return torch.zeros_like(labels, dtype=torch.long)
        if ids is None:
            raise Refusal(
                f"`ids` must be given for {type(self.method).__name__}, "
                "which remembers something of each of "
                f"{self.n_images} images, got None; let the data set return each image's place too"
            )
        check_whole("ids", ids, len(labels), self.n_images)
        return ids.long()

    def _refuse_what_lacks(self) -> None:
        name = type(self.method).__name__
        if self.needs.rows and self.needs.writes and self.n_images is None:
            raise Refusal(
                f"`n_images` must be given for {name}, which remembers something of each training "
                "image, got None; give their number, and `ids` at every call"
            )
        if self.needs.progress and self.total is None:
            raise Refusal(
                f"`n_steps` and `epochs` must be given for {name}, which asks for progress, "
                "got None"
            )
