"""What data models share that plant signals in Gaussian noise.

Their options are those of Huang et al. 2025 (arXiv 2510.17526), Han et al. 2025 (arXiv 2505.18909)
and Kou et al. 2023 (arXiv 2303.04145).
"""

from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

from sigspike.foundation.check import NONNEGATIVE, Range
from sigspike.foundation.fields import choice, number, part, switch
from sigspike.models import labels
from sigspike.models.examples import Examples
from sigspike.models.frames import Frame, Vectors
from sigspike.models.problems.leaks import Leak, NoLeak
from sigspike.models.problems.problem import Problem

Labels = Float[Array, " sample"]
Noise = Float[Array, "sample patch coordinate"]


class Signals(NamedTuple):
    """The atoms that the signals are made of, those of one class after another and as many for
    each, and what γ reads of them (see ``Examples``).
    """

    atoms: Float[Array, "atom coordinate"]
    polarity: Float[Array, "atom *feature"]
    combined: bool = False
    signed: bool = True


class Planted(Problem):
    """Samples with a signal, one of a few atoms by their class, and Gaussian noise.

    * ``orthogonal``: ξ ~ N(0, σ_p² (I − Σ_k μ_k μ_kᵀ/‖μ_k‖²)) (Huang et al. 2025), otherwise ξ ~
      N(0, σ_p² I) (Han et al. 2025, Kou et al. 2023). At ‖μ_k‖ = 0 the direction of μ_k is kept, so
      that the noise has d − K dimensions all the same.
    * ``noise_ratio`` r, for noise that depends on the class: that of the last class has r σ_p, and
      that of class k of K has r^{k/(K−1)} σ_p.
    * ``leak``: what noise patches hold of the signals (see ``models.problems.leaks``).
    * ``flip_test_labels`` flips the test labels by the law of the training labels' fixed flips (Kou
      et al. 2023).
    * ``test_noise="training"`` is D_test of Han et al. 2025: a test sample carries the noise of a
      training sample, drawn independently of its label, plus N(0, ``extra_test_std``²) per
      coordinate.

    The order of the patches plays no part where a network sums over them.
    """

    isotropic: ClassVar[bool] = True

    dim: float | Float[Array, ""] = number(Range(low=1, open_low=True, whole=True), "dimension d")
    signal_strength: float | Float[Array, ""] = number(NONNEGATIVE, "signal strength ‖μ‖")
    noise_std: float | Float[Array, ""] = number(NONNEGATIVE, "noise standard deviation σₚ")
    orthogonal: bool = switch(True)
    flip_test_labels: bool = switch(False)
    test_noise: str = choice("fresh", "training", default="fresh")
    extra_test_std: float | Float[Array, ""] = number(
        NONNEGATIVE, "standard deviation of extra test noise", default=0.0
    )
    noise_ratio: float | Float[Array, ""] = number(
        NONNEGATIVE, "noise of the last class over that of the first", default=1.0, kw_only=True
    )
    leak: Leak = part(Leak, NoLeak, kw_only=True)

    def __check_init__(self) -> None:
        Range(low=self.n_axes, open_low=True, whole=True).check("dim", self.dim)

    @abstractmethod
    def signals(self, frame: Frame) -> Signals:
        """The atoms of the signals."""

    @property
    @abstractmethod
    def signal_is_noisy(self) -> bool:
        """Whether the signal stands in a patch with noise of its own, the first, or in one that
        samples share.
        """

    @property
    def patch_dim(self) -> float | Float[Array, ""]:
        return self.dim

    @property
    def n_patches(self) -> int:
        return self.noise_patches + (not self.signal_is_noisy)

    @property
    def fresh_tests(self) -> bool:
        return self.test_noise == "fresh"

    @property
    def snr(self) -> Float[Array, ""]:
        """Signal-to-noise ratio ‖μ‖ / (σₚ √d)."""
        return self.signal_strength / (self.noise_std * jnp.sqrt(self.dim))

    def with_snr(self, snr: float | Float[Array, ""]) -> "Planted":
        """The same noise, with ‖μ‖ = SNR σ_p √d."""
        NONNEGATIVE.check("snr", snr)
        return replace(self, signal_strength=snr * self.noise_std * jnp.sqrt(self.dim))

    def train(
        self, key: Key[Array, ""], frame: Frame, n_samples: int, n_clean: int = 0
    ) -> Examples:
        key_label, key_flip, key_noise = jax.random.split(key, 3)
        drawn, balanced = (
            labels.drawn(key_label, n_samples, self.n_classes),
            labels.balanced(n_clean, self.n_classes),
        )
        truth = jnp.concatenate([drawn, balanced])
        rows = frame.gaussian(key_noise, (n_samples + n_clean) * self.noise_patches)
        label = self.flip(key_flip, truth, n_samples)
        return self._examples(key_label, frame, truth, label, self._noise(key_noise, rows, truth))

    def test(self, key: Key[Array, ""], frame: Frame, n_samples: int, train: Examples) -> Examples:
        key_label, key_flip, key_noise, key_index = jax.random.split(key, 4)
        truth = labels.drawn(key_label, n_samples, self.n_classes)
        label = self.flip(key_flip, truth) if self.flip_test_labels else truth
        rows = frame.fresh(key_noise, n_samples * self.noise_patches)
        if self.test_noise == "fresh":
            noise = self._noise(key_noise, rows, truth)
        else:
            chosen = jax.random.randint(key_index, (n_samples,), 0, train.noise.shape[0])
            noise = train.noise[chosen] + self.extra_test_std * self.unit(key_noise, rows)
        return self._examples(key_label, frame, truth, label, noise)

    def unit(self, key: Key[Array, ""], rows: Vectors) -> Noise:
        """The noise of all own patches at σ_p = 1, from vectors of i.i.d. N(0, 1) coordinates."""
        rows = rows.at[:, : self.n_axes].set(0) if self.orthogonal else rows
        return rows.reshape(-1, self.noise_patches, rows.shape[1])

    def _noise(self, key: Key[Array, ""], rows: Vectors, truth: Labels) -> Noise:
        place = labels.place(truth, self.n_classes) / (self.n_classes - 1)
        std = self.noise_std * jnp.asarray(self.noise_ratio) ** place
        return std[:, None, None] * self.unit(key, rows)

    def _examples(
        self, key: Key[Array, ""], frame: Frame, truth: Labels, label: Labels, noise: Noise
    ) -> Examples:
        """Each sample takes one of the atoms of its class, all alike."""
        signals = self.signals(frame)
        n_atoms = len(signals.atoms)
        each = n_atoms // self.n_classes
        place = labels.place(truth, self.n_classes)
        chosen = jax.random.randint(jax.random.fold_in(key, 1), truth.shape, 0, each) + each * place
        own = jax.nn.one_hot(chosen, n_atoms, dtype=truth.dtype)
        return Examples(
            signals.atoms,
            signals.polarity,
            own[:, None][:, int(self.signal_is_noisy) :],
            noise,
            label,
            truth,
            self.orthogonal,
            combined=signals.combined,
            signed=signals.signed,
            mixed=self._mixed(key, chosen, own),
        )

    def _mixed(
        self, key: Key[Array, ""], chosen: Int[Array, " sample"], own: Float[Array, "sample atom"]
    ) -> Float[Array, "sample patch atom"] | None:
        """What the own patches hold of the atoms: the signal in the first where it is noisy, and
        what leaks into the others.
        """
        n_atoms, n_noisy = own.shape[1], int(self.signal_is_noisy)
        each, n_beside = n_atoms // self.n_classes, self.noise_patches - n_noisy
        ahead = jax.random.randint(jax.random.fold_in(key, 2), chosen.shape, each, n_atoms)
        other = (chosen // each * each + ahead) % n_atoms  # an atom of another class, all alike
        leak = self.leak.mixed(own, jax.nn.one_hot(other, n_atoms, dtype=own.dtype), n_beside)
        if leak is None and not n_noisy:
            return None
        leak = jnp.zeros((len(own), n_beside, n_atoms)) if leak is None else leak
        return jnp.concatenate([own[:, None][:, :n_noisy], leak], axis=1)
