"""A network of your own: what every patch is answered, from the pre-activations of its filters.

    sigspike run --with docs/your_own/network.py network:residual-cnn \
        --network.width 10 network.activation:relu-power --network.activation.power 2
"""

import sigspike as ss
from sigspike.models.networks import silent


class ResidualCNN(ss.ActivatedNetwork):
    """f = F₊₁ − F₋₁ with F_j = (1/m) Σ_r Σ_p (z + σ(z)), z = ⟨w_{j,r}, x^(p)⟩: a linear path beside
    σ.
    """

    n_signs = 2
    pads = True  # room for more filters changes nothing: at z = 0 they answer what `fire` gives

    def upper(self, key):
        return ()

    @silent
    def hidden(self, upper, overlaps):
        return overlaps + self.fire(overlaps)
