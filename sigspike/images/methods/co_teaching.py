"""Co-teaching: two networks, each trained on the images whose loss is small for the other."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.foundation.check import BELOW_ONE
from sigspike.foundation.fields import count, number
from sigspike.images.methods.batch import Batch
from sigspike.images.methods.method import Losses, Method, Seen, cross_entropy
from sigspike.images.methods.state import Descent, State, Weights
from sigspike.images.networks import Output

ROUNDING = 1e-4  # a share (1 − ε) n of images that is whole stays so


class CoTeaching(Method):
    """θ_a ← θ_a − η T(mean of ∇ℓ_i(θ_a) over S_b), S_b the ⌊(1 − d) n⌋ images of the batch whose
    loss ℓ_i(θ_b) is smallest for the *other* network, d = min(t/T, 1) ε (Han et al. 2018, arXiv
    1804.06872, Algorithm 1).

    ℓ is cross entropy, t the epochs done, T = ``n_gradual`` (theirs: 10) and ε = ``noise_rate``.
    Both see the same batch, whole, in training: what is left out counts for batch norm. One image
    at least is kept. The first network is the one that is reported.
    """

    noise_rate: float | Float[Array, ""] = number(BELOW_ONE, "noise rate ε", default=0.2)
    n_gradual: int = count("epochs until the share ε is dropped", default=10)

    n_models: ClassVar[int] = 2

    def step(self, state: State, batch: Batch, descent: Descent) -> tuple[State, Seen]:
        first, second = state.models
        (losses, pull, output), (other_losses, other_pull, other_output) = (
            self._pass(model, batch, descent) for model in (first, second)
        )
        kept, other_kept = self.kept(losses, batch), self.kept(other_losses, batch)
        models = (
            descent.moved(first, pull(other_kept / other_kept.sum())[0], output.buffers),
            descent.moved(second, other_pull(kept / kept.sum())[0], other_output.buffers),
        )
        report = {"objective": other_kept @ losses / other_kept.sum(), "kept": batch.mean(kept)}
        after = State(models, state.carried, state.step + 1)
        return after, Seen(output.logits, output.buffers, state.carried, report)

    def kept(self, losses: Losses, batch: Batch) -> Losses:
        """1 for the images of small loss that are taught on, else 0; what fills up a batch is never
        among them.
        """
        dropped = jnp.minimum(batch.epoch / self.n_gradual, 1) * self.noise_rate
        size = jnp.maximum(jnp.floor((1 - dropped) * batch.present.sum() + ROUNDING), 1)
        order = jnp.argsort(jnp.where(batch.present > 0, losses, jnp.inf))
        rank = jnp.zeros_like(order).at[order].set(jnp.arange(len(order)))
        return (rank < size).astype(losses.dtype)

    def _pass(self, model: Any, batch: Batch, descent: Descent) -> tuple[Losses, Any, Output]:
        """Losses, the transpose of their Jacobian, and the output."""

        def losses(weights: Weights) -> tuple[Losses, Output]:
            output = descent.network(weights.network, model.buffers, batch.images, train=True)
            return cross_entropy(output.logits, batch.labels), output

        return jax.vjp(losses, model.weights, has_aux=True)
