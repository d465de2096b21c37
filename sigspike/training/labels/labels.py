"""What a step is told of the labels."""

from abc import abstractmethod
from typing import Any, ClassVar

from jaxtyping import Array, Float, Key

from sigspike.foundation.fields import Checked
from sigspike.models.losses import Loss

Label = Float[Array, " sample"]
Logits = Float[Array, "sample *class_"]


class Labels(Checked):
    """The losses of a step, from the logits of its samples and their given labels.

    ``several_classes``: whether it has a meaning for K ≥ 3 classes.

    What is drawn is drawn for all n samples, and seen by those of the step's batch. It must be free
    of this dial's numbers, so that a sweep over them shares it.
    """

    several_classes: ClassVar[bool] = True

    def draw(self, key: Key[Array, ""], n_samples: int) -> Any:
        """The randomness of one step: arrays with an entry for each sample."""
        return ()

    @abstractmethod
    def losses(self, loss: Loss, logits: Logits, label: Label, drawn: Any) -> Label:
        """ℓ_i as the step is told it; ``drawn`` is of these samples."""
