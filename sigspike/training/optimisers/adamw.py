"""Adam with decoupled weight decay, in weight space alone."""

import optax
from jaxtyping import Array, Float

from sigspike.training.optimisers.adam import Adam


class AdamW(Adam):
    """w ← w − η (m̂ / (√v̂ + ε) + λ w): the decay does not pass through the averages (Loshchilov &
    Hutter 2019, arXiv 1711.05101), as ``torch.optim.AdamW``.
    """

    def decayed(self, weight_decay: float | Float[Array, ""]) -> optax.GradientTransformation:
        return optax.chain(self.transformation(), optax.add_decayed_weights(weight_decay))
