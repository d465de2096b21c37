"""Which samples a step sees."""

from abc import abstractmethod
from typing import NamedTuple

from jaxtyping import Array, Float, Int, Key

from sigspike.foundation.fields import Checked


class Batch(NamedTuple):
    """The samples I_t of a step by their numbers, all different, and what each counts for in the
    mean over them.

    ``share`` is 1/|I_t|, and 0 in the places that a smaller last batch leaves over.
    """

    ids: Int[Array, "*step place"]
    share: Float[Array, "*step place"]


class Batches(Checked):
    """The batches I_t of a run. A step on B samples costs O(B): it reads the overlaps of these
    alone.
    """

    @abstractmethod
    def draw(self, key: Key[Array, ""], steps: Int[Array, " step"], n_samples: int) -> Batch | None:
        """The batches of consecutive steps (None: all samples, at every step)."""

    @property
    @abstractmethod
    def size(self) -> int | None:
        """B, the most samples of a batch (None: all)."""

    @property
    def fresh(self) -> int | None:
        """How many samples each step draws from the law of the problem for itself alone (None: it
        sees those of the training set).
        """
        return None
