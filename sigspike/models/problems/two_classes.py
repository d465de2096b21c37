"""Problems with two classes, −1 and +1."""

from dataclasses import replace
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.foundation.check import BELOW_HALF
from sigspike.foundation.fields import number
from sigspike.models import labels
from sigspike.models.problems.problem import Problem


class TwoClasses(Problem):
    """Labels y = ±1, and fixed flips of the training labels.

    ``flip_rate_positive`` τ₊ = P(ỹ = −1 | y = 1) and ``flip_rate_negative`` τ₋ = P(ỹ = +1 | y = −1)
    (Han et al. 2025, arXiv 2505.18909).
    """

    n_classes: ClassVar[int] = 2

    flip_rate_positive: float | Float[Array, ""] = number(
        BELOW_HALF, "fixed flip rate τ₊", default=0.0, kw_only=True
    )
    flip_rate_negative: float | Float[Array, ""] = number(
        BELOW_HALF, "fixed flip rate τ₋", default=0.0, kw_only=True
    )

    @property
    def flip_rate(self) -> float | Float[Array, ""]:
        """Fixed flip rate τ₊ = τ₋."""
        return self.flip_rate_positive

    def with_flip_rate(self, rate: float | Float[Array, ""]) -> "TwoClasses":
        """τ₊ = τ₋ = ``rate``."""
        BELOW_HALF.check("flip_rate", rate)
        return replace(self, flip_rate_positive=rate, flip_rate_negative=rate)

    def flip(
        self, key: Key[Array, ""], truth: Float[Array, " sample"], n_samples: int | None = None
    ) -> Float[Array, " sample"]:
        """The labels, of which the first ``n_samples`` (None: all) may be flipped."""
        flipped = labels.flip(
            key, truth[:n_samples], self.flip_rate_positive, self.flip_rate_negative
        )
        return jnp.concatenate([flipped, truth[flipped.shape[0] :]])
