"""Label-noise gradient descent."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.algorithms.algorithm import Algorithm
from sigspike.check import BELOW_ONE, NONNEGATIVE, POSITIVE
from sigspike.fields import choice, number


class LabelNoiseGD(Algorithm):
    """w ← w − η ∇ (1/n) Σ_i ℓ(ε_i^t ỹ_i f_i) with multipliers ε_i^t drawn afresh at every step, i.i.d. (paper A).

    * ``noise="flip"``: ε = −1 with probability ``flip_rate`` p, else +1 (paper A, section 2).
    * ``noise="gaussian"``: ε ~ N(``mean``, ``std``²); paper A, appendix E.3, has N(1, 1) and N(0.6, 1).
    * ``noise="uniform"``: ε ~ U[``mean`` − √3 ``std``, ``mean`` + √3 ``std``]; U[−1, 2] is mean 0.5, std √3/2, and
      U[−2, 3] is mean 0.5, std 5/(2√3).

    ``flip_rate`` speaks for flips alone, ``mean`` and ``std`` for the other two.
    """

    flip_rate: float | Float[Array, ""] = number(BELOW_ONE, "flip rate p", default=0.1)
    noise: str = choice("flip", "gaussian", "uniform", default="flip")
    mean: float | Float[Array, ""] = number(POSITIVE, "mean of the multipliers", default=1.0)
    std: float | Float[Array, ""] = number(NONNEGATIVE, "standard deviation of the multipliers", default=1.0)

    def draw(self, key: Key[Array, ""], n_samples: int) -> Float[Array, " sample"]:
        if self.noise == "gaussian":
            return jax.random.normal(key, (n_samples,))
        return jax.random.uniform(key, (n_samples,))

    def multipliers(self, drawn: Float[Array, " sample"]) -> Float[Array, " sample"]:
        """ε_i^t from uniform (for flips and uniform noise) or normal numbers."""
        if self.noise == "flip":
            return jnp.where(drawn < self.flip_rate, -1.0, 1.0)
        if self.noise == "gaussian":
            return self.mean + self.std * drawn
        return self.mean + self.std * 3**0.5 * (2 * drawn - 1)

    def losses(self, margin: Float[Array, " sample"], drawn: Float[Array, " sample"]) -> Float[Array, " sample"]:
        return self.pointwise(self.multipliers(drawn) * margin)
