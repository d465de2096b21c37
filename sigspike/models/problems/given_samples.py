"""Samples that are at hand: a run draws its own from them without replacement."""

from pathlib import Path
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Int, Key

from sigspike.foundation.check import Refusal, shown
from sigspike.models import labels
from sigspike.models.problems.two_classes import TwoClasses


class GivenSamples(TwoClasses):
    """A problem whose samples are arrays of the user's, each with one patch of noise and no axis of
    its own.
    """

    isotropic: ClassVar[bool] = False

    @property
    def n_axes(self) -> int:
        return 0

    @property
    def noise_patches(self) -> int:
        return 1


def as_path(name: str, value: Any) -> Path:
    """The path of a file or folder of the user's; `~` is their home."""
    try:
        path = Path(value).expanduser()
        path.exists()
    except (TypeError, ValueError, OSError, RuntimeError) as error:
        # No path, or none of this system
        raise Refusal(f"`{name}` must be a path, got {shown(value)}") from error
    return path


def drawn(
    key: Key[Array, ""], truth: Float[Array, " given"], n_samples: int, n_clean: int
) -> Int[Array, " sample_and_clean"]:
    """Which of the given samples are the training set, and after it the balanced clean subset."""
    order = jax.random.permutation(key, truth.shape[0])
    order = order[labels.clean_first(truth[order], n_clean)]
    return jnp.concatenate([order[n_clean : n_clean + n_samples], order[:n_clean]])


def check_truth(name: str, truth: Any, n_given: int, things: str) -> None:
    """Refuse labels that are not one for each of the given samples, or not ±1."""
    shape = getattr(truth, "shape", None)
    if shape != (n_given,):
        raise Refusal(
            f"`{name}` must hold one label for each of {n_given} {things}, got shape {shape}"
        )
    if not isinstance(truth, Tracer) and not np.isin(np.asarray(truth), (-1, 1)).all():
        raise Refusal(f"`{name}` must be -1 or +1, got {np.unique(np.asarray(truth))[:5].tolist()}")


def check_clean(n_samples: int, n_clean: int, truth: Array, things: str) -> None:
    """Refuse a clean subset that given samples cannot furnish beside the training set."""
    if n_samples + n_clean > truth.shape[0]:
        asked = f"{n_samples} + {n_clean}"
        raise Refusal(
            f"`n_samples` + `n_clean` must be at most {truth.shape[0]}, the {things} at hand, "
            f"got {asked}"
        )
    if isinstance(truth, Tracer):
        return
    sides = np.asarray(truth)  # in NumPy: inside a trace even the product of plain arrays is traced
    if min((sides > 0).sum(), (sides < 0).sum()) < (n_clean + 1) // 2:
        raise Refusal(
            f"`n_clean` must leave {things} of both classes, got {n_clean}; "
            "the rarer class has too few"
        )
