"""What a loss must say of itself."""

from abc import abstractmethod

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from sigspike.foundation.fields import Checked


class Loss(Checked):
    """ℓ(z), a convex function of the margin z = ỹ f of an example of two classes.

    A loss that has a form for K ≥ 3 classes too says so by ``among``.
    """

    @abstractmethod
    def __call__(self, margin: Float[Array, "*any"]) -> Float[Array, "*any"]:
        """ℓ(z) of every margin."""

    def among(
        self, logits: Float[Array, "sample class_"], label: Float[Array, " sample"]
    ) -> Float[Array, " sample"]:
        """ℓ of the K ≥ 3 logits of every sample, whose labels are 0, …, K − 1."""
        raise NotImplementedError

    def of(
        self, logits: Float[Array, "sample *class_"], label: Float[Array, " sample"]
    ) -> Float[Array, " sample"]:
        """ℓ of every sample, of two classes or of several."""
        return self(label * logits) if logits.ndim == 1 else self.among(logits, label)

    @classmethod
    def takes_several_classes(cls) -> bool:
        """Whether there is a form for K ≥ 3 classes."""
        return cls.among is not Loss.among

    def overflows(self) -> bool:
        """Whether ℓ can be infinite where z is not: the squared loss can, the logistic one cannot.

        A convex ℓ is largest at an end of the axis. What cannot be told while a program is traced
        is taken to overflow.
        """
        most = float(jnp.finfo(jnp.result_type(float)).max)
        with jax.ensure_compile_time_eval():
            ends = self(jnp.array([-most, most]))
        return isinstance(ends, Tracer) or not bool(np.isfinite(np.asarray(ends)).all())
