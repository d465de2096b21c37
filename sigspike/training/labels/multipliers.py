"""Labels times random numbers, drawn afresh at every step."""

from typing import ClassVar

import jax
from jaxtyping import Array, Float, Key

from sigspike.foundation.check import NONNEGATIVE, POSITIVE
from sigspike.foundation.fields import choice, number
from sigspike.models.losses import Loss
from sigspike.training.labels.labels import Label, Labels, Logits


class Multipliers(Labels):
    """ℓ(ε_i^t ỹ_i f_i) with ε_i^t i.i.d. over samples and steps, of mean ``mean`` and standard
    deviation ``std``.

    * ``law="gaussian"``: ε ~ N(mean, std²). Huang et al. 2025 (arXiv 2510.17526), appendix E.3, has
      N(1, 1) and N(0.6, 1).
    * ``law="uniform"``: ε ~ U[mean − √3 std, mean + √3 std]; their U[−1, 2] is mean 0.5, std √3/2,
      and U[−2, 3] is mean 0.5, std 5/(2√3).
    """

    several_classes: ClassVar[bool] = False

    mean: float | Float[Array, ""] = number(POSITIVE, "mean of the multipliers", default=1.0)
    std: float | Float[Array, ""] = number(
        NONNEGATIVE, "standard deviation of the multipliers", default=1.0
    )
    law: str = choice("gaussian", "uniform", default="gaussian")

    def draw(self, key: Key[Array, ""], n_samples: int) -> Float[Array, " sample"]:
        """Numbers of mean 0 and variance 1."""
        if self.law == "gaussian":
            return jax.random.normal(key, (n_samples,))
        return 3**0.5 * (2 * jax.random.uniform(key, (n_samples,)) - 1)

    def losses(self, loss: Loss, logits: Logits, label: Label, drawn: Label) -> Label:
        return loss((self.mean + self.std * drawn) * (label * logits))
