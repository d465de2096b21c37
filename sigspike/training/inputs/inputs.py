"""What a step sees of the inputs."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from jaxtyping import Array, Float, Int, Key

from sigspike.foundation.fields import Checked
from sigspike.training.inputs.mix import Mix

Places = Int[Array, " place"]
Losses = Float[Array, " place"]
Logits = Float[Array, "place *class_"]


class Inputs(Checked):
    """The losses of a batch on inputs that are linear combinations of its own."""

    def draw(self, key: Key[Array, ""], size: int) -> Any:
        """The randomness of one step on a batch with ``size`` places."""
        return ()

    def alone(self, share: Losses, drawn: Any) -> tuple[Int[Array, "place companion"], Any]:
        """The places of the samples that each example is made of, its own first, and the randomness
        with which they alone make it, example by example.
        """
        raise NotImplementedError

    @abstractmethod
    def losses(
        self,
        logits: Callable[[Mix | None], Logits],
        told: Callable[[Logits, Places | None], Losses],
        share: Losses,
        drawn: Any,
    ) -> Losses:
        """ℓ_i of the batch: ``logits(mix)`` are f of its samples, mixed or as they are, and
        ``told(f, places)`` the losses on the labels of the samples at these places (None: each on
        its own). ``share`` is 0 in a place that no sample fills.
        """
