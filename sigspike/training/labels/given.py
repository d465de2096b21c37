"""The given labels."""

from typing import Any

from sigspike.models.losses import Loss
from sigspike.training.labels.labels import Label, Labels, Logits


class Given(Labels):
    """ℓ(ỹ_i f_i)."""

    def losses(self, loss: Loss, logits: Logits, label: Label, drawn: Any) -> Label:
        return loss.of(logits, label)
