"""What a step is told of the labels."""

from abc import abstractmethod
from typing import Any

from jaxtyping import Array, Float, Key

from sigspike.foundation.fields import Checked
from sigspike.models.losses import Loss


class Labels(Checked):
    """The losses of a step, from the margins z_i = ỹ_i f_i on the given labels.

    What is drawn is drawn for all n samples, and seen by those of the step's batch. It must be free
    of this dial's numbers, so that a sweep over them shares it.
    """

    def draw(self, key: Key[Array, ""], n_samples: int) -> Any:
        """The randomness of one step: arrays with an entry for each sample."""
        return ()

    @abstractmethod
    def losses(
        self, loss: Loss, margin: Float[Array, " sample"], drawn: Any
    ) -> Float[Array, " sample"]:
        """ℓ_i as the step is told it; ``drawn`` is of these samples."""
