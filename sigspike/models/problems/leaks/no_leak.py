"""Noise patches of noise alone."""

from sigspike.models.problems.leaks.leak import Held, Leak


class NoLeak(Leak):
    """x^(p) = ξ_p."""

    def mixed(self, own: Held, other: Held, n_patches: int) -> None:
        return None
