"""γ and ρ of a real network: what of its answers a class shares, what is an image's own."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

Logits = Float[np.ndarray, "image class"]
Labels = Int[np.ndarray, " image"]


class Alignment(NamedTuple):
    """What the last layer, as a linear probe of penultimate features, has of signal and of noise,
    in logits.

    The theory's network has patches y μ and ξ_i and filters w = w₀ + γ j μ/‖μ‖² + Σ_i ρ_i
    ξ_i/‖ξ_i‖²: γ = ⟨w, μ⟩ is what it answers to the signal and would answer in any image of the
    class, ρ_i = ⟨w, ξ_i⟩ what it answers to the noise of image i alone (up to w₀, and to overlaps
    of noises). A real image comes in one piece, but *held-out* images tell what is shared: with
    features φ, logits z = W φ + b and held-out class means μ_c, φ_i = μ_y + ε_i (y the true class
    of image i) parts a feature as the patches part an image. With m_k = z_k − mean_{l ≠ k} z_l the
    margin of class k, its row v_k = w_k − mean_{l ≠ k} w_l, and m̄_ck = E[m_k | held-out image of
    class c],

        γ_c = m̄_cc − mean_c' m̄_c'c = ⟨v_c, μ_c − mean_c' μ_c'⟩   the signal of class c
        ρ_i = m_ỹ(z_i) − m̄_yỹ      = ⟨v_ỹ, φ_i − μ_y⟩            the noise of image i towards ỹ

    with ỹ the label of image i, so that the margin of a clean label is γ_y + ρ_i, and that of a
    flipped one −γ/(C − 1) + ρ_i in the mean over pairs of classes (both but for biases): γ + ρ and
    ρ − γ for C = 2, as in Han et al. 2025 (arXiv 2505.18909). Nothing is divided by a length, as
    the theory's γ is ⟨w, μ⟩. What they mean:

    * For the theory's own data and networks, with C = 2 and logits (F₋, F₊), γ is the mean of its
      γ/m summed over filters and ρ_i its ρ̄_i/m summed over those of class ỹ_i, up to w₀ and
      overlaps of noises (of order √(n/d)).
    * An image that was not trained on has E ρ_i = 0, whatever the network: ρ > 0 is memory, or a
      difference between the laws of training and held-out images. A flipped image that is taken for
      one of class ỹ throughout (its feature has the mean μ_ỹ) has ρ = γ C/(C − 1).
    * Constants added to an image's logits, biases and rotations of the features change neither; a
      factor of the logits is one of both. Only their ratio compares networks whose logits differ in
      scale.

    A probe fitted anew would not do: once the features of a flipped image lie among those of class
    ỹ, all other images predict ỹ for it, and its own label has no influence left, just when it is
    memorised best.

    ``gamma`` is NaN for a class without held-out images, ``rho`` where the true class is one.
    ``rho`` and ``flipped`` (ỹ ≠ y) are None where the truth is not known.
    """

    gamma: Float[np.ndarray, " class"]
    rho: Float[np.ndarray, " image"] | None
    flipped: Bool[np.ndarray, " image"] | None

    def means(self) -> dict[str, float]:
        """``gamma`` over classes; where the truth is known, ``rho_clean`` and ``rho_flipped`` over
        such images.
        """
        found = {"gamma": _mean(self.gamma)}
        if self.rho is None or self.flipped is None:
            return found
        return found | {
            "rho_clean": _mean(self.rho[~self.flipped]),
            "rho_flipped": _mean(self.rho[self.flipped]),
        }


def alignment_of(
    logits: Logits,
    labels: Labels,
    truth: Labels | None,
    held_out: Float[np.ndarray, "held class"],
    held_out_labels: Int[np.ndarray, " held"],
) -> Alignment:
    """From logits of training images with noisy ``labels`` and of ``held_out`` ones with true
    labels, both as a network in evaluation gives them for images that are not augmented.
    """
    n_classes = logits.shape[1]
    of_class = (np.arange(n_classes)[:, None] == held_out_labels[None]).astype(float)
    counts = of_class.sum(1, keepdims=True)
    means = np.where(counts > 0, of_class @ _margins(held_out) / np.maximum(counts, 1), np.nan)
    gamma = np.diagonal(means) - means[counts[:, 0] > 0].mean(0)
    if truth is None:
        return Alignment(gamma, None, None)
    own = np.take_along_axis(_margins(logits), labels[:, None], 1)[:, 0]
    return Alignment(gamma, own - means[truth, labels], labels != truth)


def unprobed(truth_is_known: bool) -> dict[str, float]:
    """The columns of `Alignment.means` in an epoch without: NaN."""
    names = ("gamma", "rho_clean", "rho_flipped") if truth_is_known else ("gamma",)
    return dict.fromkeys(names, float("nan"))


def _margins(logits: np.ndarray) -> np.ndarray:
    """m_k = z_k − mean_{l ≠ k} z_l = C/(C − 1) (z_k − z̄)."""
    n_classes = logits.shape[1]
    logits = np.asarray(logits, float)
    return (logits - logits.mean(1, keepdims=True)) * (n_classes / (n_classes - 1))


def _mean(values: np.ndarray) -> float:
    """Over those that are there; NaN where none is."""
    there = values[~np.isnan(values)]
    return float(there.mean()) if there.size else float("nan")
