"""Attention over the patches of a sample, its tokens."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Key

from sigspike.foundation.check import NONNEGATIVE, POSITIVE, Refusal
from sigspike.foundation.fields import choice, count, number
from sigspike.models.examples import Atoms, Examples
from sigspike.models.frames import Frame
from sigspike.models.networks.network import Network


class AttentionPooling(Network):
    """f = Σ_t s_t ⟨v, x_t⟩ with s = softmax_t(⟨p, x_t⟩ / ``temperature``), over the patches x_t.

    Two banks of one filter: the query p, and the value v. Both are trained from N(0, σ_0² I) (from
    0 at σ_0 = 0), as in Magen et al. 2024 (arXiv 2410.07746); with ``value="frozen"`` v stays at
    ``value_scale`` (e_2 − e_1)/√2, the direction of μ_{+1} − μ_{−1} of ``ManyClasses(n_classes=2)``
    (Sakamoto & Sato 2025, arXiv 2409.17625, with the scale 1/‖μ‖). Of γ and ρ the first entry of
    the axis ``sign`` is the query's and the second the value's; both count as j = +1. ⟨p, yμ⟩ is
    odd in y: on the signals ±μ no query attends to both classes.
    """

    n_signs: ClassVar[int] = 2

    width: int = count("filters a bank", default=1, high=1)
    temperature: float | Float[Array, ""] = number(POSITIVE, "temperature", default=1.0)
    value: str = choice("trained", "frozen", default="trained", kw_only=True)
    value_scale: float | Float[Array, ""] = number(
        NONNEGATIVE, "length of a frozen value", default=1.0, kw_only=True
    )

    @property
    def sides(self) -> Float[Array, " bank"]:
        return jnp.ones(2)

    @property
    def frozen(self) -> bool:
        return self.value == "frozen"

    @property
    def measures(self) -> tuple[str, ...]:
        return ("attention",)

    def upper(self, key: Key[Array, ""]) -> Any:
        return ()

    def first(self, key: Key[Array, ""], frame: Frame) -> Float[Array, "sign neuron coordinate"]:
        filters = super().first(key, frame)
        if self.value == "trained":
            return filters
        one, other = frame.axes(2)
        frozen = self.value_scale * (other - one) / 2**0.5
        return filters.at[1, 0].set(0).at[1, 0, : len(frozen)].set(frozen)

    def attention(self, patches: Atoms, examples: Examples) -> Float[Array, "sample token"]:
        """s_t of every sample."""
        scores = examples.placed(patches)[0, 0]
        return jax.nn.softmax(scores / self.temperature, axis=-1)

    def logits(self, upper: Any, patches: Atoms, examples: Examples) -> Float[Array, " sample"]:
        values = examples.placed(patches)[1, 0]
        values = lax.stop_gradient(values) if self.value == "frozen" else values
        return jnp.sum(self.attention(patches, examples) * values, axis=-1)

    def features(
        self, upper: Any, patches: Atoms, examples: Examples
    ) -> Float[Array, "sample feature"]:
        """Σ_t s_t ⟨v, x_t⟩, all that there is after the pooling."""
        return self.logits(upper, patches, examples)[:, None]

    def check_with(self, n_classes: int, n_patches: int, n_signals: int) -> None:
        if n_classes > 2:
            raise Refusal(
                f"`n_classes` must be 2 for AttentionPooling, which has one logit, "
                f"got {n_classes}; take PatchCNN"
            )
        if n_patches < 2:
            raise Refusal(
                f"`network` must have two patches or more to choose from for AttentionPooling, got "
                f"{n_patches}; take more noise patches"
            )
        if self.value == "frozen" and n_signals != 2:
            raise Refusal(
                f"`value` must be 'trained' where there are not two signals, got 'frozen' with "
                f"{n_signals}; take ManyClasses(n_classes=2, …)"
            )
