"""What data models share that plant one of a few signal patches beside Gaussian noise.

Their options are those of Huang et al. 2025 (arXiv 2510.17526), Han et al. 2025 (arXiv 2505.18909)
and Kou et al. 2023 (arXiv 2303.04145).
"""

import itertools
from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key

from sigspike.foundation.check import NONNEGATIVE, Range
from sigspike.foundation.fields import choice, count, number, switch
from sigspike.models import labels
from sigspike.models.examples import Examples
from sigspike.models.frames import Frame, Vectors
from sigspike.models.problems.problem import Problem


class PlantedSignals(Problem):
    """x = (Σ_k s_k μ_k, ξ_1, …, ξ_{P−1}) with signs s ∈ {±1}^K, orthogonal signals μ_k and Gaussian
    noise patches.

    The label is a function of the signs, y = ``rule``(s), and s is uniform on {±1}^K, where y = ±1
    is a fair coin.

    * ``orthogonal``: ξ ~ N(0, σ_p² (I − Σ_k μ_k μ_kᵀ/‖μ_k‖²)) (Huang et al. 2025), otherwise ξ ~
      N(0, σ_p² I) (Han et al. 2025, Kou et al. 2023). At ‖μ_k‖ = 0 the direction of μ_k is kept, so
      that the noise has d − K dimensions all the same.
    * ``flip_test_labels`` flips the test labels by the law of the training labels' fixed flips (Kou
      et al. 2023).
    * ``test_noise="training"`` is D_test of Han et al. 2025: a test sample carries the noise of a
      training sample, drawn independently of its label, plus N(0, ``extra_test_std``²) per
      coordinate.

    The order of the patches plays no part: the network sums over them.
    """

    isotropic: ClassVar[bool] = True

    dim: float | Float[Array, ""] = number(Range(low=1, open_low=True, whole=True), "dimension d")
    signal_strength: float | Float[Array, ""] = number(NONNEGATIVE, "signal strength ‖μ‖")
    noise_std: float | Float[Array, ""] = number(NONNEGATIVE, "noise standard deviation σₚ")
    orthogonal: bool = switch(True)
    n_noise_patches: int = count("noise patches", default=1)
    flip_test_labels: bool = switch(False)
    test_noise: str = choice("fresh", "training", default="fresh")
    extra_test_std: float | Float[Array, ""] = number(
        NONNEGATIVE, "standard deviation of extra test noise", default=0.0
    )

    def __check_init__(self) -> None:
        Range(low=self.n_axes, open_low=True, whole=True).check("dim", self.dim)

    @abstractmethod
    def rule(self, signs: Float[np.ndarray, "atom signal"]) -> Float[np.ndarray, " atom"]:
        """y = ±1 from the signs s of the signals; balanced over {±1}^K."""

    def strengths(self) -> Float[Array, " signal"]:
        """‖μ_k‖: all are ``signal_strength``, unless a data model says otherwise."""
        return jnp.full(self.n_axes, self.signal_strength)

    @property
    def patch_dim(self) -> float | Float[Array, ""]:
        return self.dim

    @property
    def noise_patches(self) -> int:
        return self.n_noise_patches

    @property
    def fresh_tests(self) -> bool:
        return self.test_noise == "fresh"

    @property
    def snr(self) -> Float[Array, ""]:
        """Signal-to-noise ratio ‖μ‖ / (σₚ √d)."""
        return self.signal_strength / (self.noise_std * jnp.sqrt(self.dim))

    def with_snr(self, snr: float | Float[Array, ""]) -> "PlantedSignals":
        """The same noise, with ‖μ‖ = SNR σ_p √d."""
        NONNEGATIVE.check("snr", snr)
        return replace(self, signal_strength=snr * self.noise_std * jnp.sqrt(self.dim))

    def train(
        self, key: Key[Array, ""], frame: Frame, n_samples: int, n_clean: int = 0
    ) -> Examples:
        key_label, key_flip, key_noise = jax.random.split(key, 3)
        truth = jnp.concatenate([labels.rademacher(key_label, n_samples), labels.balanced(n_clean)])
        unit = self._patches(
            frame.gaussian(key_noise, (n_samples + n_clean) * self.n_noise_patches)
        )
        label = self.flip(key_flip, truth, n_samples)
        return self._examples(key_label, frame, truth, label, self.noise_std * unit)

    def test(self, key: Key[Array, ""], frame: Frame, n_samples: int, train: Examples) -> Examples:
        key_label, key_flip, key_noise, key_index = jax.random.split(key, 4)
        truth = labels.rademacher(key_label, n_samples)
        label = self.flip(key_flip, truth) if self.flip_test_labels else truth
        unit = self._patches(frame.fresh(key_noise, n_samples * self.n_noise_patches))
        if self.test_noise == "fresh":
            return self._examples(key_label, frame, truth, label, self.noise_std * unit)
        reused = train.noise[jax.random.randint(key_index, (n_samples,), 0, train.noise.shape[0])]
        return self._examples(key_label, frame, truth, label, reused + self.extra_test_std * unit)

    def _patches(self, rows: Vectors) -> Float[Array, "sample patch coordinate"]:
        rows = rows.at[:, : self.n_axes].set(0) if self.orthogonal else rows
        return rows.reshape(-1, self.n_noise_patches, rows.shape[1])

    def _examples(
        self,
        key: Key[Array, ""],
        frame: Frame,
        truth: Float[Array, " sample"],
        label: Float[Array, " sample"],
        noise: Float[Array, "sample patch coordinate"],
    ) -> Examples:
        """The atoms Σ_k s_k μ_k, those of y = −1 first; each sample takes one of its label's, all
        alike.
        """
        signs = np.array(list(itertools.product((-1.0, 1.0), repeat=self.n_axes)))
        signs = signs[np.argsort(self.rule(signs), kind="stable")]
        signal = jnp.einsum("ak,k,kd->ad", signs, self.strengths(), frame.axes(self.n_axes))
        half = len(signs) // 2
        chosen = jax.random.randint(jax.random.fold_in(key, 1), truth.shape, 0, half) + jnp.where(
            truth > 0, half, 0
        )
        membership = jax.nn.one_hot(chosen, len(signs), dtype=truth.dtype)
        polarity = jnp.asarray(self.rule(signs), truth.dtype)
        return Examples(
            signal,
            polarity,
            membership,
            noise,
            label,
            truth,
            self.orthogonal,
            combined=self.n_axes > 1,
        )
