"""Several features that tell the label: weak and strong, common and rare, core and spurious."""

from dataclasses import replace

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from sigspike.foundation.check import Range, Refusal
from sigspike.foundation.fields import choice, part, switch
from sigspike.models.examples import Examples
from sigspike.models.frames import Frame
from sigspike.models.problems.beside_noise import BesideNoise
from sigspike.models.problems.feature import Feature, NoFeature, Slot
from sigspike.models.problems.planted import Labels, Noise, Signals
from sigspike.models.problems.two_classes import TwoClasses


class Features(TwoClasses, BesideNoise):
    """x = (s_1 μ_1, …, s_L μ_L, ξ_1, …, ξ_{P−L}) with L features (see ``Feature``), each in a patch
    of its own, which is 0 where the feature is not there; y = ±1.

    * ``one_patch``: the features that are there add up in one patch, Σ_l s_l μ_l.
    * ``noisy_signal``: that patch has noise too (with ``one_patch`` alone).
    * ``test_law``: ``"same"``; ``"without_first"``, test samples without the first feature; or
      ``"independent"``, where the signs of all features but the first say nothing of the label.

    γ has an axis ``feature``. Strong and weak: Lu et al. 2024 (arXiv 2310.17074); core and
    spurious: Deng et al. 2023 (arXiv 2306.04949); common and rare: Oh & Yun 2024 (arXiv
    2410.23672). Noise, flips and tests have the options of ``Planted``, whose leaks are those of
    the first feature.
    """

    first: Slot = part(Slot, Feature, kw_only=True)
    second: Slot = part(Slot, Feature, kw_only=True)
    third: Slot = part(Slot, NoFeature, kw_only=True)
    fourth: Slot = part(Slot, NoFeature, kw_only=True)
    one_patch: bool = switch(False, kw_only=True)
    test_law: str = choice("same", "without_first", "independent", default="same", kw_only=True)

    def __check_init__(self) -> None:
        Range(low=1, whole=True).check("features", self.n_axes)
        if self.noisy_signal and not self.one_patch:
            raise Refusal(
                "`noisy_signal` must be False where every feature has a patch of its own, "
                "got True; take one_patch=True"
            )

    @property
    def features(self) -> list[Feature]:
        """Those that there are."""
        slots = self.first, self.second, self.third, self.fourth
        return [slot for slot in slots if isinstance(slot, Feature)]

    @property
    def n_axes(self) -> int:
        return len(self.features)

    @property
    def measures(self) -> tuple[str, ...]:
        return ("groups",)

    @property
    def noise_patches(self) -> int:
        return self.n_noise_patches + self.one_patch

    @property
    def n_patches(self) -> int:
        return self.noise_patches + (0 if self.one_patch else self.n_axes)

    def signals(self, frame: Frame) -> Signals:
        """−μ_1, μ_1, …, −μ_L, μ_L, and 0 in place of a feature that is not there."""
        strength = self.signal_strength * jnp.stack(
            [jnp.asarray(f.strength) for f in self.features]
        )
        features = strength[:, None] * frame.axes(self.n_axes)
        signs = jnp.kron(jnp.eye(self.n_axes), jnp.array([[-1.0], [1.0]]))
        polarity = jnp.concatenate([signs, jnp.zeros((1, self.n_axes))])
        return Signals(polarity @ features, polarity)

    def test(self, key: Key[Array, ""], frame: Frame, n_samples: int, train: Examples) -> Examples:
        return BesideNoise.test(self._tested(), key, frame, n_samples, train)

    def _tested(self) -> "Features":
        """The data model of the test samples."""
        if self.test_law == "same":
            return self
        names = [name for name in ("first", "second", "third", "fourth") if self._holds(name)]
        if self.test_law == "without_first":
            return replace(self, **{names[0]: replace(getattr(self, names[0]), presence=0.0)})
        half = {name: replace(getattr(self, name), agreement=0.5) for name in names[1:]}
        return replace(self, **half)

    def _holds(self, name: str) -> bool:
        return isinstance(getattr(self, name), Feature)

    def _examples(
        self, key: Key[Array, ""], frame: Frame, truth: Labels, label: Labels, noise: Noise
    ) -> Examples:
        signals = self.signals(frame)
        held = self._held(jax.random.fold_in(key, 1), truth)
        mixed = self._combined(held)
        if self.one_patch:
            noise = noise if self.noisy_signal else noise.at[:, 0].set(0)
            held = held[:, :0]
        return Examples(
            signals.atoms,
            signals.polarity,
            held,
            noise,
            label,
            truth,
            self.orthogonal,
            mixed=mixed,
        )

    @property
    def _opposite(self) -> list[int]:
        """The atom of the other sign."""
        pairs = [place for k in range(self.n_axes) for place in (2 * k + 1, 2 * k)]
        return [*pairs, 2 * self.n_axes]

    def _held(self, key: Key[Array, ""], truth: Labels) -> Float[Array, "sample feature atom"]:
        """Which atom stands for each feature."""
        keys = jax.random.split(key, (self.n_axes, 2))
        rows = []
        for number, feature in enumerate(self.features):
            agrees = jax.random.uniform(keys[number, 0], truth.shape) < feature.agreement
            there = jax.random.uniform(keys[number, 1], truth.shape) < feature.presence
            place = 2 * number + ((truth > 0) == agrees)
            rows.append(jnp.where(there, place, 2 * self.n_axes))
        return jax.nn.one_hot(jnp.stack(rows, axis=1), 2 * self.n_axes + 1, dtype=truth.dtype)

    def _combined(
        self, held: Float[Array, "sample feature atom"]
    ) -> Float[Array, "sample patch atom"] | None:
        """What own patches hold: all features in one, and what leaks into the others."""
        own = held[:, 0]
        leak = self.leak.mixed(own, own[:, self._opposite], self.n_noise_patches)
        if leak is None and not self.one_patch:
            return None
        nothing = jnp.zeros((len(held), self.n_noise_patches, held.shape[2]))
        leak = nothing if leak is None else leak
        return jnp.concatenate([held.sum(1, keepdims=True), leak], 1) if self.one_patch else leak
