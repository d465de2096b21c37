"""Samples known by a kernel matrix alone: the kernel regime with a kernel of the user's."""

from pathlib import Path
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Int, Key

from sigspike.common.reweighting.subset import check_kernel
from sigspike.files.arrays import read_npz
from sigspike.foundation.check import Refusal, shown
from sigspike.foundation.fields import array, count
from sigspike.models.examples import Examples
from sigspike.models.frames import Frame, root
from sigspike.models.problems.given_samples import (
    GivenSamples,
    as_path,
    check_clean,
    check_truth,
    drawn,
)

LARGEST = 1 << 31  # bytes that a compressed file may inflate to: 16 000 samples


class KernelData(GivenSamples):
    """N samples with K_ik = ``kernel``, symmetric and positive semi-definite, and labels y_i = ±1
    (``truth``).

    The rows of a root L of K = L Lᵀ stand for the samples, each one patch, so that a
    ``LinearModel`` with one filter is the kernel machine of the matrix K, at a cost of O(n²) a
    step. A run draws training set and clean subset from the samples without replacement, the test
    set from the last ``n_held_out`` of them.
    """

    from_files: ClassVar[tuple[str, ...]] = ("kernel_file",)

    kernel: Float[Array, "given given"] = array()
    truth: Float[Array, " given"] = array()
    n_held_out: int = count("samples for testing, the last ones")

    def __check_init__(self) -> None:
        if not isinstance(self.kernel, Tracer):
            check_kernel(self.kernel)
            check_positive(self.kernel)
        check_truth("truth", self.truth, self.kernel.shape[0], "samples")

    @classmethod
    def kernel_file(cls, path: str | Path, n_held_out: int, flip_rate: float = 0.0) -> "KernelData":
        """A kernel and its labels from an .npz file with arrays ``kernel`` (N, N) and ``truth``
        (N,).
        """
        path = as_path("path", path)
        try:
            file: dict[str, Any] = dict(read_npz(path, LARGEST))
            kernel, truth = file["kernel"], file["truth"]
        except Exception as error:  # a broken archive can fail in any way
            got = f"{shown(str(path))} ({shown(error)})"
            raise Refusal(
                f"`path` must be an .npz file with arrays kernel and truth, got {got}"
            ) from error
        flips = {"flip_rate_positive": flip_rate, "flip_rate_negative": flip_rate}
        return cls(kernel=kernel, truth=truth, n_held_out=n_held_out, **flips)

    @property
    def patch_dim(self) -> int:
        return self.kernel.shape[0]

    @property
    def n_patches(self) -> int:
        return 1

    def check_sizes(self, n_samples: int, n_clean: int, n_test: int) -> None:
        if self.n_held_out >= self.kernel.shape[0]:
            raise Refusal(
                f"`n_held_out` must be below {self.kernel.shape[0]}, the samples, "
                f"got {self.n_held_out}"
            )
        if n_test > self.n_held_out:
            raise Refusal(
                f"`n_test` must be at most `n_held_out` = {self.n_held_out}, got {n_test}"
            )
        check_clean(n_samples, n_clean, self.truth[: -self.n_held_out], "samples")

    def train(
        self, key: Key[Array, ""], frame: Frame, n_samples: int, n_clean: int = 0
    ) -> Examples:
        key_choice, key_flip = jax.random.split(key)
        chosen = drawn(key_choice, self.truth[: -self.n_held_out], n_samples, n_clean)
        return self._examples(chosen, self.flip(key_flip, self.truth[chosen], n_samples))

    def test(self, key: Key[Array, ""], frame: Frame, n_samples: int, train: Examples) -> Examples:
        chosen = jax.random.choice(key, self.n_held_out, (n_samples,), replace=False)
        chosen = chosen + self.kernel.shape[0] - self.n_held_out
        return self._examples(chosen, self.truth[chosen])

    def _examples(self, chosen: Int[Array, " sample"], label: Float[Array, " sample"]) -> Examples:
        rows, n_samples = root(self.kernel)[chosen], chosen.shape[0]
        nothing = jnp.zeros((0, rows.shape[1])), jnp.zeros(0), jnp.zeros((n_samples, 0, 0))
        return Examples(*nothing, rows[:, None], label, self.truth[chosen], orthogonal=True)


def check_positive(kernel: Float[Array, "given given"]) -> None:
    """Refuse a kernel with an eigenvalue below −10⁻⁵ of the largest, which is the kernel of no
    features.
    """
    if not kernel.size:
        raise Refusal(f"`kernel` must be a matrix of at least one sample, got shape {kernel.shape}")
    least, largest = np.linalg.eigvalsh(np.asarray(kernel, float))[[0, -1]]
    if least < -1e-5 * largest:
        raise Refusal(
            f"`kernel` must be positive semi-definite, got an eigenvalue {least:.3g}; "
            "add it to the diagonal"
        )
