"""Paper D, "Robust feature learning against noisy labels", and papers A to C on real images, as small as digits."""

from sigspike.papers.figure import Figure
from sigspike.papers.noisy_images.memorisation import Memorisation
from sigspike.papers.noisy_images.methods import Methods

FIGURES: tuple[type[Figure], ...] = (Memorisation, Methods)
