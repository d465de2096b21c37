"""The theory on trial: predicted times, exponents and bounds of papers A and B against exact training."""

from sigspike.papers.figure import Figure

FIGURES: tuple[type[Figure], ...] = ()
