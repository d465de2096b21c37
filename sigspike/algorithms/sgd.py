"""Mini-batch stochastic gradient descent."""

from sigspike.algorithms.mini_batch import MiniBatch
from sigspike.fields import count


class SGD(MiniBatch):
    """w ← w − η ∇ (1/|I_t|) Σ_{i ∈ I_t} ℓ(ỹ_i f_i) on batches I_t of ``batch_size`` samples (see ``MiniBatch``).

    At ``batch_size`` ≥ n this is gradient descent.
    """

    batch_size: int = count("samples a batch B")
