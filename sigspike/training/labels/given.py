"""The given labels."""

from typing import Any

from jaxtyping import Array, Float

from sigspike.models.losses import Loss
from sigspike.training.labels.labels import Labels


class Given(Labels):
    """ℓ(ỹ_i f_i)."""

    def losses(
        self, loss: Loss, margin: Float[Array, " sample"], drawn: Any
    ) -> Float[Array, " sample"]:
        return loss(margin)
