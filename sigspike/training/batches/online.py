"""Samples that no step has seen before."""

from jaxtyping import Array, Int, Key

from sigspike.foundation.fields import count
from sigspike.training.batches.batches import Batches


class Online(Batches):
    """I_t is B = ``batch_size`` new samples, which every step draws from the law of the problem:
    one pass over data without end, in weight space.

    No step sees the n training samples: ρ, margins and losses on record are theirs, as of samples
    that are held out.
    """

    batch_size: int = count("samples a batch B")

    @property
    def size(self) -> None:
        return None

    @property
    def fresh(self) -> int:
        return self.batch_size

    def draw(self, key: Key[Array, ""], steps: Int[Array, " step"], n_samples: int) -> None:
        return None
