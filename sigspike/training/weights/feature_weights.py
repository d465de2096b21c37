"""Weights moved by the likeness of features, the lightweight surrogate of the hypergradient."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from sigspike.common.reweighting import Linearised, class_counts, class_sums, votes
from sigspike.common.reweighting.features import ClassSums
from sigspike.foundation.fields import choice, switch
from sigspike.models import labels
from sigspike.training.weights.moment import Moment
from sigspike.training.weights.steered import Steered


class FeatureWeights(Steered):
    """ω_i ← clip_[0,1](ω_i + (β/n_v) Σ_j S_ij ⟨φ_i − μ_v, φ_j − μ_v⟩), S_ij = ỹ_i y_j (see
    ``reweighting.features``).

    Before every step the training examples are compared with the clean ones by their features φ; no
    hypergradient. ``features="penultimate"``: what the last layer sees, h_{j,r} = Σ_p σ(⟨w_{j,r},
    x^(p)⟩). ``features="ntk"``: φ_i = ∇f_i, whose inner products are the empirical NTK of the
    moment; it costs one forward and one backward product a class. In the kernel regime both are the
    linearised network's. ``centre`` takes away μ_v, the mean of the clean features; not ``signed``:
    S_ij is 1 or 0.
    """

    features: str = choice("penultimate", "ntk", default="penultimate", kw_only=True)
    centre: bool = switch(True, kw_only=True)
    signed: bool = switch(True, kw_only=True)

    def couplings(
        self, moment: Moment, linear: Linearised, state: PyTree
    ) -> Float[Array, " place"]:
        task = moment.task
        assert task.clean is not None, "drawn, since `n_clean` > 0"
        n_classes = task.network.n_classes
        own, clean = (
            labels.place(examples.label, n_classes)
            for examples in (task.train[moment.rows], task.clean)
        )
        counts = class_counts(clean, n_classes)
        if self.features == "ntk":
            sums = self._tangent_sums(moment, jax.nn.one_hot(clean, n_classes), counts)
        else:
            seen, seen_clean = (self._seen(moment, rows) for rows in (moment.rows, task.cleaning))
            sums = class_sums(seen, seen_clean, clean, n_classes, self.centre)
        return votes(sums, counts, own, signed=self.signed)

    def _seen(self, moment: Moment, rows: Any) -> Float[Array, "row feature"]:
        task, params = moment.task, moment.params
        return task.features(params.upper, task.space.overlaps(params, rows), rows)

    def _tangent_sums(
        self, moment: Moment, member: Float[Array, "clean class_"], counts: Float[Array, " class_"]
    ) -> ClassSums:
        """H_ik = ⟨∇f_i − μ, Σ_{j in class k} (∇f_j − μ)⟩, μ the mean of the clean ∇f_j (0 where not
        ``centre``).
        """
        n_classes = moment.task.network.n_classes
        if n_classes == 2:
            return self._sums_of(moment, member, counts, slice(None))
        # Σ_c ⟨∇F_{c,i}, ∇F_{c,j}⟩
        parts = [self._sums_of(moment, member, counts, c) for c in range(n_classes)]
        return jnp.stack(parts).sum(0)

    def _sums_of(
        self,
        moment: Moment,
        member: Float[Array, "clean class_"],
        counts: Float[Array, " class_"],
        logit: int | slice,
    ) -> ClassSums:
        """The part of one logit."""
        task = moment.task
        own, clean = (
            task.space.linearised(
                lambda upper, z, rows=rows: task.logits(upper, z, rows)[..., logit],
                moment.params,
                rows,
            )
            for rows in (moment.rows, task.cleaning)
        )
        around = member - counts[None] / member.shape[0] if self.centre else member
        directions = jax.vmap(clean.backward, 1)(around)
        sums, among = (jax.vmap(side.forward, 0, 1)(directions) for side in (own, clean))
        return sums - among.mean(0)[None] if self.centre else sums
