"""An activation of your own: any function of the pre-activation z, applied number by number.

    sigspike run --with docs/your_own/activation.py network:patch-cnn \
        --network.width 10 network.activation:swish --network.activation.sharpness 2
"""

import jax

import sigspike as ss
from sigspike.foundation.check import POSITIVE
from sigspike.foundation.fields import number


class Swish(ss.Activation):
    """σ(z) = z / (1 + e^{−sz}), s = ``sharpness``."""

    sharpness: float = number(POSITIVE, "sharpness of the corner", default=1.0)

    def __call__(self, z):
        return z * jax.nn.sigmoid(self.sharpness * z)
