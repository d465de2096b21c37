"""All samples."""

from jaxtyping import Array, Int, Key

from sigspike.training.batches.batches import Batches


class Full(Batches):
    """I_t = {1, …, n}: full-batch steps."""

    def draw(self, key: Key[Array, ""], steps: Int[Array, " step"], n_samples: int) -> None:
        return None

    @property
    def size(self) -> None:
        return None
