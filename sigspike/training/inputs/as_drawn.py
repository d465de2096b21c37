"""The inputs as they were drawn."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Int

from sigspike.training.inputs.inputs import Inputs, Logits, Losses, Places
from sigspike.training.inputs.mix import Mix


class AsDrawn(Inputs):
    """x̃_i = x_i."""

    def alone(self, share: Losses, drawn: Any) -> tuple[Int[Array, "place companion"], Any]:
        return jnp.arange(share.shape[0])[:, None], ()

    def losses(
        self,
        logits: Callable[[Mix | None], Logits],
        told: Callable[[Logits, Places | None], Losses],
        share: Losses,
        drawn: Any,
    ) -> Losses:
        return told(logits(None), None)
