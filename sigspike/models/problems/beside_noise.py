"""Data models whose signal stands in a patch beside patches of noise."""

from sigspike.foundation.fields import count, switch
from sigspike.models.problems.planted import Planted


class BesideNoise(Planted):
    """x = (signal, ξ_1, …, ξ_{P−1}), P − 1 = ``n_noise_patches``.

    ``noisy_signal``: the patch of the signal has noise of the same law too, as tokens have.
    """

    n_noise_patches: int = count("noise patches", default=1)
    noisy_signal: bool = switch(False, kw_only=True)

    @property
    def noise_patches(self) -> int:
        return self.n_noise_patches + self.noisy_signal

    @property
    def signal_is_noisy(self) -> bool:
        return self.noisy_signal
