"""Robust feature learning: self-bootstrapping, restored images, and clusters of features.

Tai et al. 2023 (arXiv 2307.04312).
"""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key, PyTree

from sigspike.foundation.check import NONNEGATIVE
from sigspike.foundation.fields import number, part, switch
from sigspike.images.augmentation import Augmentation
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.decoder import decoded, decoder_entries
from sigspike.images.methods.method import Facts, Method, Seen, cross_entropy
from sigspike.images.methods.state import Model, Weights
from sigspike.images.networks import Buffers, ImageNetwork, Output
from sigspike.images.networks.entries import draw, linear_entries
from sigspike.images.ops import Maps, linear

LogShares = Float[Array, "sample cluster"]
RANDOM = Augmentation(0, False, 2, 9)  # RandAugment with N = 2, M = 9; the paper gives no values


class RobustFeatures(Method):
    """RFL (Tai et al. 2023, eq. 14): L = L_boot + L_rec + L_cluster, each to be switched off.

    * ``bootstrap``: −α log p_ỹ − (1 − α) log p_z, z = argmax p, where α falls linearly from 1 to 0
      over all steps (eq. 13; α = 1 throughout where it is off: cross entropy).
    * ``restoration``: the mean square of D(φ(T(x))) − x over normalised pixels (eq. 4, where it is
      a sum, which the 3 072 of them would let swamp the rest). x is the image as it is, T
      ``restored_from``, φ the network's last maps, before they are pooled.
    * ``clusters``: R − λ (H(c) − H(c|x)) with q = softmax of a linear head of C clusters: R =
      −mean_i Σ_k q_k(x_i) log q_k(T(x_i)), H(c) the entropy of mean_i q(x_i), H(c|x) the mean
      entropy of q(x_i) (eq. 7 to 11; there −KL to the uniform law, which is H(c) − log C). Here x
      is the image of the batch, augmented as ever.

    Decoder and head are trained by the same optimiser. In training batch norm normalises images and
    T(x) each by their own statistics; running ones see the former alone. α, λ = 1 and the decoder
    are ours, the paper gives none.
    """

    planned: ClassVar[bool] = True

    bootstrap: bool = switch(True)
    restoration: bool = switch(True)
    clusters: bool = switch(True)
    strength: float | Float[Array, ""] = number(
        NONNEGATIVE, "strength λ of the clusters", default=1.0
    )
    restored_from: Augmentation = part(Augmentation, lambda: RANDOM)

    @property
    def views(self) -> tuple[Augmentation, ...]:
        """T(x), and x as it is."""
        return (
            (self.restored_from, Augmentation(0, False))
            if self.restoration or self.clusters
            else ()
        )

    def extra(self, facts: Facts, key: Key[Array, ""]) -> PyTree:
        """Parameters of the decoder and of the cluster head, where there are any."""
        decoder_key, head_key = jax.random.split(key)
        found, output = {}, _shapes(facts)
        if self.restoration:
            found["decoder"] = draw(
                decoder_entries(output.maps.shape[1:], facts.image_shape), decoder_key
            )
        if self.clusters:
            found["head"] = draw(
                linear_entries("fc", output.features.shape[1], facts.n_classes), head_key
            )
        return found

    def objective(
        self,
        weights: Weights,
        buffers: Buffers,
        batch: Batch,
        carried: PyTree,
        network: ImageNetwork,
    ) -> tuple[Float[Array, ""], Seen]:
        output = network(weights.network, buffers, batch.images, train=True)
        losses = cross_entropy(output.logits, batch.labels)
        if self.bootstrap:
            own = cross_entropy(output.logits, output.logits.argmax(1))
            losses = (1 - batch.progress) * losses + batch.progress * own
        terms = {"bootstrap": batch.mean(losses)}
        if self.restoration or self.clusters:
            changed, plain = batch.views
            other = network(weights.network, buffers, changed, train=True)
            if self.restoration:
                restored = decoded(weights.extra["decoder"], other.maps, plain.shape[1:])
                terms["restoration"] = batch.mean(((restored - plain) ** 2).mean((1, 2, 3)))
            if self.clusters:
                log_q, log_q_changed = (
                    _shares(weights.extra["head"], at.features) for at in (output, other)
                )
                terms["clusters"] = self.grouped(log_q, log_q_changed, batch)
        total = sum(terms.values(), jnp.zeros(()))
        return total, Seen(output.logits, output.buffers, carried, terms)

    def restored(self, model: Model, images: Maps, network: ImageNetwork) -> Maps:
        """D(φ(x)) of normalised images, the network in evaluation."""
        maps = network(model.weights.network, model.buffers, images, train=False).maps
        return decoded(model.weights.extra["decoder"], maps, images.shape[1:])

    def grouped(self, log_q: LogShares, log_q_changed: LogShares, batch: Batch) -> Float[Array, ""]:
        """L_cluster."""
        q = jnp.exp(log_q)
        consistency = -batch.mean((q * log_q_changed).sum(1))
        within = -batch.mean((q * log_q).sum(1))
        of_mean = jax.nn.logsumexp(log_q, axis=0, b=(batch.present / batch.present.sum())[:, None])
        between = -(jnp.exp(of_mean) * of_mean).sum()
        return consistency - self.strength * (between - within)


def _shares(head: dict[str, Any], features: Float[Array, "sample feature"]) -> LogShares:
    return jax.nn.log_softmax(linear(features, head["fc.weight"], head["fc.bias"]))


def _shapes(facts: Facts) -> Any:
    """The network's output for two images, without its values."""

    def output(key: Key[Array, ""]) -> Output:
        params, buffers = facts.network.init(key)
        return facts.network(params, buffers, jnp.zeros((2, *facts.image_shape)), train=False)

    return jax.eval_shape(output, jax.random.key(0))
