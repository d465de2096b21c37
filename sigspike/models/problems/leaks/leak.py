"""What noise patches hold of the signals."""

from abc import abstractmethod

from jaxtyping import Array, Float

from sigspike.foundation.fields import Checked

Held = Float[Array, "sample atom"]
Mixed = Float[Array, "sample patch atom"]


class Leak(Checked):
    """The combination of signal atoms in every noise patch."""

    @abstractmethod
    def mixed(self, own: Held, other: Held, n_patches: int) -> Mixed | None:
        """What each of the ``n_patches`` noise patches holds of the atoms; None: nothing.

        ``own`` and ``other`` are 1 at the atom of a sample's signal, and at one of another class.
        """
