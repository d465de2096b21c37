"""FBR of a PyTorch model: weights from features alone."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import torch
from jaxtyping import Array, Float, Int

from sigspike.foundation.check import Instance, Range, Refusal
from sigspike.images.bridge.tensors import as_array, as_float, check_numbers, check_whole
from sigspike.images.bridge.weights import Weights
from sigspike.images.methods import FeatureReweighting as Method


class FeatureReweighting(Weights):
    """Weights w_i of a batch from the likeness of its features to those of clean images: see
    `methods.FeatureReweighting`, whose settings and rule ``method`` has.

    ::

        weights = fbr(features, labels, clean_features, clean_labels, ids)
        losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
        optimiser.zero_grad(); (weights * losses).mean().backward(); optimiser.step()

    Features (sample, feature) are what the model's last layer gets, of both batches at the same
    parameters; they may be in any graph, and no gradient passes. Meta-Weight-Net's rule needs
    ``losses`` (sample,) too.
    """

    def __init__(
        self, method: Method, n_classes: int, n_images: int | None = None, seed: int = 0
    ) -> None:
        Instance(Method).check("method", method)
        Range(low=2, whole=True, plain=True).check("n_classes", n_classes)
        super().__init__(method.rule, n_images, seed)
        self.method, self.n_classes = method, n_classes

    def forward(
        self,
        features: Any,
        labels: Any,
        clean_features: Any,
        clean_labels: Any,
        ids: Any = None,
        losses: Any = None,
    ) -> torch.Tensor:
        """w_i (sample,) of this batch; the rule's state is revised where it is its turn."""
        check_numbers("features", features, (None, None), "sample, feature")
        check_numbers("clean_features", clean_features, (None, features.shape[1]), "clean, feature")
        check_whole("labels", labels, len(features), self.n_classes)
        check_whole("clean_labels", clean_labels, len(clean_features), self.n_classes)
        if losses is None and not self.rows:
            raise Refusal(
                f"`losses` must be given for {type(self.rule).__name__}, whose weights they make, "
                "got None"
            )
        known = self._losses(features.new_zeros(len(features)) if losses is None else losses)
        places = self._places(ids, len(known))
        if self.revises:
            arrays = as_array(as_float(features)), as_array(as_float(clean_features))
            found = _couplings(
                self.method,
                self.n_classes,
                *arrays,
                as_array(labels.long()),
                as_array(clean_labels.long()),
            )
            self._revise(known, places, found)
        return self._taken(known, places)


@partial(jax.jit, static_argnums=1)
def _couplings(
    method: Method,
    n_classes: int,
    features: Float[Array, "sample feature"],
    clean_features: Float[Array, "clean feature"],
    labels: Int[Array, " sample"],
    clean_labels: Int[Array, " clean"],
) -> Float[Array, " sample"]:
    """The method's own c_i."""
    return method.of_features(
        features, labels, jnp.ones(len(features)), clean_features, clean_labels, n_classes
    )
