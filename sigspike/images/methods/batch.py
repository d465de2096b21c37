"""What a step is given: images with their noisy labels, further views, and clean images if any."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key, Num

from sigspike.images.ops import Maps


class Clean(NamedTuple):
    """Images whose labels are true."""

    images: Maps
    labels: Int[Array, " clean"]


class Batch(NamedTuple):
    """Training images at one step, augmented and normalised.

    ``ids`` are their places among the training images, ``labels`` the noisy ones. ``present`` is 1,
    or 0 where an image only fills up the last batch: that one counts in no mean, and nothing about
    it is to be remembered. ``views`` are further augmentations of the same images, one for each in
    the method's ``views``; ``clean`` is a batch of the clean subset, None without one. ``key`` is
    this step's own. ``epoch`` counts from 0, and ``progress`` is the share of all steps that has
    been taken, in [0, 1).
    """

    ids: Int[Array, " sample"]
    images: Maps
    labels: Int[Array, " sample"]
    present: Float[Array, " sample"]
    views: tuple[Maps, ...]
    clean: Clean | None
    key: Key[Array, ""]
    epoch: Int[Array, ""]
    progress: Float[Array, ""]

    def mean(self, values: Float[Array, " sample"]) -> Float[Array, ""]:
        """Σ_i present_i v_i / Σ_i present_i."""
        return (self.present * values).sum() / self.present.sum()

    def written(
        self, whole: Num[Array, "all ..."], rows: Num[Array, "sample ..."]
    ) -> Num[Array, "all ..."]:
        """``whole``, which has a row for every training image, with these rows for the images of
        the batch.
        """
        places = jnp.where(self.present > 0, self.ids, len(whole))
        return whole.at[places].set(rows.astype(whole.dtype), mode="drop")
