"""What a data model must say of itself."""

from abc import abstractmethod
from typing import ClassVar

from jaxtyping import Array, Float, Key

from sigspike.foundation.fields import Checked
from sigspike.models.examples import Examples
from sigspike.models.frames import Frame


class Problem(Checked):
    """A law of labelled samples, written in the vectors of whatever frame it is given.

    ``isotropic``: the law of the noise is Gaussian and rotation invariant off the signal axes, so
    that the span of a run's vectors can stand for R^d. Labels are −1 and +1 where there are two
    classes, and 0, …, K − 1 for K = ``n_classes`` ≥ 3.
    """

    isotropic: ClassVar[bool]
    n_classes: ClassVar[int]

    @property
    @abstractmethod
    def n_axes(self) -> int:
        """How many orthogonal directions the signals span (0 where they are not drawn here)."""

    @property
    @abstractmethod
    def patch_dim(self) -> float | Float[Array, ""]:
        """d, the coordinates of a patch."""

    @property
    @abstractmethod
    def noise_patches(self) -> int:
        """How many patches of a sample are its own, each with a noise atom."""

    @abstractmethod
    def flip(
        self, key: Key[Array, ""], truth: Float[Array, " sample"], n_samples: int | None = None
    ) -> Float[Array, " sample"]:
        """The given labels ỹ; only the first ``n_samples`` (None: all) may differ from y."""

    @abstractmethod
    def train(
        self, key: Key[Array, ""], frame: Frame, n_samples: int, n_clean: int = 0
    ) -> Examples:
        """Draw a training set, and then ``n_clean`` samples of true and balanced labels."""

    @abstractmethod
    def test(self, key: Key[Array, ""], frame: Frame, n_samples: int, train: Examples) -> Examples:
        """Draw a test set; ``train`` is at hand for tests that reuse training noise."""

    @property
    def n_patches(self) -> int:
        """How many patches a sample has: its own ones, and one of signal that samples share."""
        return self.noise_patches + 1

    @property
    def measures(self) -> tuple[str, ...]:
        """The records that this data model has of its own."""
        return ()

    @property
    def fresh_tests(self) -> bool:
        """Whether the noise of a test sample is independent of everything in training."""
        return True

    def check_sizes(self, n_samples: int, n_clean: int, n_test: int) -> None:
        """Refuse sizes that the problem cannot serve."""
