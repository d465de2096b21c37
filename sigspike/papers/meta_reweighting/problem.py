"""Which digits are told apart, how many of them, and one training on them, timed."""

import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from sigspike.foundation.fields import as_array
from sigspike.papers.meta_reweighting.digits import Digits, batches, draw, load
from sigspike.papers.meta_reweighting.perceptron import drawn
from sigspike.papers.meta_reweighting.training import HIDDEN, LEARNING_RATE, Branches, Method, train

FIELDS = {
    "accuracy": "test accuracy",
    "auc": "AUC of clean above noisy examples",
    "memorised": "noisy examples given their wrong label",
    "weight_clean": "mean weight of clean examples",
    "weight_noisy": "mean weight of noisy examples",
}
CLASSES = {"ten classes": tuple(range(10)), "two classes": (3, 8)}


class Problem(NamedTuple):
    """Digits of some classes, with n training, at most m_v clean and some test examples in every
    draw.
    """

    classes: tuple[int, ...]
    sizes: tuple[int, int, int]
    n_epochs: int
    flip_rates: tuple[float, ...]
    branches: Branches
    data: tuple[np.ndarray, np.ndarray]

    @classmethod
    def of(
        cls,
        name: str,
        folder: Path | None,
        n_samples: int,
        n_epochs: int,
        rates: tuple[float, ...],
        branches: Branches,
    ) -> "Problem":
        """A tenth of n is clean at most; all other digits test, up to 2000. Of scikit-learn's few
        digits of two classes 100 are trained on.
        """
        classes = CLASSES[name]
        data = load(folder, classes)
        n_samples = min(n_samples, len(data[1]) // 180 * 100)
        sizes = (n_samples, n_samples // 10, min(2000, len(data[1]) - n_samples - n_samples // 10))
        return cls(classes, sizes, n_epochs, rates, branches, data)

    @property
    def n_classes(self) -> int:
        """C."""
        return len(self.classes)

    def n_clean(self, fraction: float) -> int:
        """That fraction of n, the same number of every class, one at least."""
        return max(round(fraction * self.sizes[0] / self.n_classes), 1) * self.n_classes

    def facts(self) -> dict[str, Any]:
        """What a figure's JSON says of it."""
        n_samples, n_clean, n_test = self.sizes
        sizes = {
            "n_samples": n_samples,
            "most_clean": n_clean,
            "n_test": n_test,
            "batch_size": self.batch_size,
        }
        training = {"n_epochs": self.n_epochs, "learning_rate": LEARNING_RATE, "hidden": HIDDEN}
        return {"classes": self.classes, "flip_rates": self.flip_rates} | sizes | training

    @property
    def batch_size(self) -> int:
        """Ten batches an epoch at least."""
        return min(100, self.sizes[0] // 10)

    def compile(self) -> None:
        """Compile the program, by running it once."""
        digits, n_samples = self.draw(0), self.sizes[0]
        self.run(digits, 0, Method(), digits.label[n_samples:], np.arange(n_samples))

    def draw(self, seed: int) -> Digits:
        """The examples of a seed."""
        return draw(self.data, self.sizes, self.n_classes, seed)

    def run(
        self,
        drawn_digits: Digits,
        seed: int,
        method: Method,
        clean_label: np.ndarray,
        trained_on: np.ndarray,
    ) -> tuple[dict[str, np.ndarray], float]:
        """What comes out at every flip rate, and the seconds that took (compilation apart, where it
        came before).
        """
        n_samples = self.sizes[0]
        order = jnp.asarray(batches(trained_on, self.n_epochs, n_samples, self.batch_size, seed))
        data = jax.tree.map(
            lambda x: as_array(x) if x.dtype.kind == "f" else jnp.asarray(x), drawn_digits
        )
        start = drawn(data.images.shape[1], HIDDEN, self.n_classes, seed)
        label, numbers = jnp.asarray(clean_label), jax.tree.map(jnp.asarray, method)
        go = partial(train, branches=self.branches, n_classes=self.n_classes)
        began = time.perf_counter()
        outcome = jax.block_until_ready(
            go(start, data, as_array(self.flip_rates), label, order, numbers)
        )
        return {
            name: np.asarray(x) for name, x in outcome._asdict().items()
        }, time.perf_counter() - began

    def labelled(self, runs: Any, dims: tuple[str, ...]) -> xr.Dataset:
        """Nested lists of what ``run`` gave, along ``dims`` and ``flip_rate``."""

        def stacked(field: str, nested: Any) -> np.ndarray:
            return (
                nested[field]
                if isinstance(nested, dict)
                else np.stack([stacked(field, part) for part in nested])
            )

        return xr.Dataset(
            {
                field: (
                    (*dims, "flip_rate"),
                    stacked(field, runs),
                    {"long_name": about, "units": "1"},
                )
                for field, about in FIELDS.items()
            }
        )


def padded(label: Any, kept: Any) -> np.ndarray:
    """Labels of the clean subset, −1 where they are not ``kept``."""
    return np.where(kept, label, -1)
