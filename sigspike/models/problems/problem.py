"""What a data model must say of itself."""

from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.foundation.check import BELOW_HALF
from sigspike.foundation.fields import Checked, number
from sigspike.models import labels
from sigspike.models.examples import Examples
from sigspike.models.frames import Frame


class Problem(Checked):
    """A law of labelled samples, written in the vectors of whatever frame it is given.

    ``isotropic``: the law of the noise is Gaussian and rotation invariant off the signal axes, so
    that the span of a run's vectors can stand for R^d. ``flip_rate_positive`` τ₊ = P(ỹ = −1 | y =
    1) and ``flip_rate_negative`` τ₋ = P(ỹ = +1 | y = −1): fixed flips of the training labels (Han
    et al. 2025, arXiv 2505.18909).
    """

    isotropic: ClassVar[bool]

    flip_rate_positive: float | Float[Array, ""] = number(
        BELOW_HALF, "fixed flip rate τ₊", default=0.0, kw_only=True
    )
    flip_rate_negative: float | Float[Array, ""] = number(
        BELOW_HALF, "fixed flip rate τ₋", default=0.0, kw_only=True
    )

    @property
    @abstractmethod
    def n_axes(self) -> int:
        """How many orthogonal directions the signals span (0 for a problem not isotropic)."""

    @property
    @abstractmethod
    def patch_dim(self) -> float | Float[Array, ""]:
        """d, the coordinates of a patch."""

    @property
    @abstractmethod
    def noise_patches(self) -> int:
        """How many patches of a sample are noise."""

    @property
    def flip_rate(self) -> float | Float[Array, ""]:
        """Fixed flip rate τ₊ = τ₋."""
        return self.flip_rate_positive

    def with_flip_rate(self, rate: float | Float[Array, ""]) -> "Problem":
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

    @abstractmethod
    def train(
        self, key: Key[Array, ""], frame: Frame, n_samples: int, n_clean: int = 0
    ) -> Examples:
        """Draw a training set, and then ``n_clean`` samples of true and balanced labels."""

    @abstractmethod
    def test(self, key: Key[Array, ""], frame: Frame, n_samples: int, train: Examples) -> Examples:
        """Draw a test set; ``train`` is at hand for tests that reuse training noise."""

    @property
    def fresh_tests(self) -> bool:
        """Whether the noise of a test sample is independent of everything in training."""
        return True

    def check_sizes(self, n_samples: int, n_clean: int, n_test: int) -> None:
        """Refuse sizes that the problem cannot serve."""
