"""FBR: weights from the likeness of an image's features to those of clean images of its label."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sigspike.common.reweighting import (
    PersistentWeights,
    Rule,
    class_counts,
    class_sums,
    contest,
    votes,
)
from sigspike.foundation.fields import choice, part, switch
from sigspike.images.methods.method import Losses
from sigspike.images.methods.moment import Moment
from sigspike.images.methods.reweighted import Reweighted


class FeatureReweighting(Reweighted):
    """c_i = (1/m) Σ_j S_ij (G_ij − s_i) / mean_i ‖φ_i‖², G_ij = ⟨φ_i − μ, φ_j − μ⟩ over the m clean
    images j of the step (the surrogate of arXiv 2510.12209; see `reweighting.features`).

    φ are penultimate features at θ, in training: the batch and the clean batch are each normalised
    by its own statistics. μ is the mean of the clean ones (0 where not ``centre``); s_i is the mean
    over classes of the row's class means (``row_shift``), S_ij = 1 where ỹ_i = y_j and else −1/(C −
    1), or 0 where not ``signed``: these are the "votes". By "contest", the default, c_i is the mean
    of G_ij over the images of class ỹ_i, minus the midpoint of the row's two largest class means,
    and no row shift or sign enters. Of many classes the votes alone let most wrong labels keep
    their weight, since c_i > 0 wherever x_i is nearer to class ỹ_i than to the mean of all. An
    image whose label no clean image of the step has keeps its weight: take a ``clean_batch_size``
    of several for each class.

    A revision costs a forward pass of the clean batch, and no backward pass. The rate β is ours.
    """

    rule: Rule = part(Rule, lambda: PersistentWeights(rate=5.0))
    match: str = choice("contest", "votes", default="contest")
    centre: bool = switch(True)
    row_shift: bool = switch(True)
    signed: bool = switch(True)

    def couplings(self, moment: Moment) -> Losses:
        batch, model, own = moment.batch, moment.model, moment.at.extra
        clean = batch.clean
        assert clean is not None
        features = moment.descent.network(
            model.weights.network, model.buffers, clean.images, train=True
        ).features
        n_classes = own.logits.shape[1]
        return self.of_features(
            own.features, batch.labels, batch.present, features, clean.labels, n_classes
        )

    def of_features(
        self,
        features: Float[Array, "sample feature"],
        labels: Int[Array, " sample"],
        present: Float[Array, " sample"],
        clean_features: Float[Array, "clean feature"],
        clean_labels: Int[Array, " clean"],
        n_classes: int,
    ) -> Losses:
        """c_i from features φ; 0 where an image is not ``present``, or its label not among the
        clean ones.
        """
        sums = class_sums(features, clean_features, clean_labels, n_classes, self.centre)
        counts = class_counts(clean_labels, n_classes)
        if self.match == "contest":
            found = contest(sums, counts, labels)
        else:
            found = votes(sums, counts, labels, self.row_shift, self.signed)
        scale = (present * (features**2).sum(1)).sum() / present.sum()
        return jnp.where((counts[labels] > 0) & (present > 0), found / scale, 0)
