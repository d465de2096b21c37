"""Several classes, each with a signal of its own."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.foundation.check import BELOW_ONE
from sigspike.foundation.fields import count, number, part, switch
from sigspike.models import labels
from sigspike.models.frames import Frame
from sigspike.models.problems.beside_noise import BesideNoise
from sigspike.models.problems.planted import Signals
from sigspike.models.problems.transitions import AnyOther, Transition


class ManyClasses(BesideNoise):
    """x = (μ_y, ξ_1, …, ξ_{P−1}) with y uniform over K = ``n_classes`` classes, and orthogonal μ_k
    of length ‖μ‖ = ``signal_strength``.

    The given label of a training sample is another than y with probability ``flip_rate`` τ, and
    which one is the ``transition``'s to say: any other as likely, unless it says otherwise. Two
    classes are labelled −1 and +1, with μ_{−1} ⟂ μ_{+1} (tokens have that: Sakamoto & Sato 2025,
    arXiv 2409.17625; Magen et al. 2024, arXiv 2410.07746). Noise and tests have the options of
    ``Planted``.
    """

    orthogonal: bool = switch(False)
    n_classes: int = count("classes K", low=2, high=1000, kw_only=True)
    flip_rate: float | Float[Array, ""] = number(
        BELOW_ONE, "fixed flip rate τ", default=0.0, kw_only=True
    )
    transition: Transition = part(Transition, AnyOther, kw_only=True)

    def __check_init__(self) -> None:
        self.transition.check_with(self.flip_rate, self.n_classes)

    @property
    def n_axes(self) -> int:
        return self.n_classes

    def signals(self, frame: Frame) -> Signals:
        """μ_1, …, μ_K, each a feature of its own."""
        features = jnp.eye(self.n_classes)
        return Signals(self.signal_strength * frame.axes(self.n_axes), features, signed=False)

    def flip(
        self, key: Key[Array, ""], truth: Float[Array, " sample"], n_samples: int | None = None
    ) -> Float[Array, " sample"]:
        """ỹ ~ P(· | y): the first class whose cumulated probability is above a uniform number."""
        place = labels.place(truth[:n_samples], self.n_classes)
        cumulated = jnp.cumsum(self.transition.matrix(self.flip_rate, self.n_classes), axis=1)
        drawn = jax.random.uniform(key, place.shape)
        chosen = jnp.sum(drawn[:, None] >= cumulated[place, :-1], axis=1)
        flipped = labels.named(chosen, self.n_classes)
        return jnp.concatenate([flipped, truth[flipped.shape[0] :]])
