"""Handwritten 0 against 1: MNIST's where its files are, else scikit-learn's.

Huang et al. 2025, appendix E.2 (arXiv 2510.17526).
"""

from pathlib import Path

import sigspike as ss


def zero_or_one(folder: Path | None) -> ss.ImagePatches:
    """MNIST where there is a folder, with pixels / 80; scikit-learn's digits otherwise, with pixels
    / 120.

    The latter are enlarged and blocky, a stronger signal: at 120 they are about as hard as MNIST at
    80.
    """
    if folder is None:
        return ss.ImagePatches.digits(classes=(0, 1), noise_std=5.0, normalization=120.0)
    return ss.ImagePatches.mnist(folder, classes=(0, 1), noise_std=5.0, normalization=80.0)


def in_words(folder: Path | None) -> str:
    """Which digits these are."""
    return (
        "MNIST 0 against 1"
        if folder is not None
        else "Scikit-learn's digits 0 against 1, enlarged to 28 × 28"
    )


def most_tested(folder: Path | None) -> int:
    """200 test digits, as in the paper; 150 of scikit-learn's 159."""
    return 200 if folder is not None else 150
