"""The couplings and selections that the figures on digits compare."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.common.reweighting import (
    Bilevel,
    class_counts,
    class_sums,
    contest,
    kernel_class_sums,
    votes,
)
from sigspike.common.selection import fine_posteriors, gaussian_mixture
from sigspike.papers.meta_reweighting.training import Batch, Coupling, Trained, Weights


def exact(batch: Batch) -> Weights:
    """Of meta-reweighting: the exact one-step hypergradient."""
    bilevel = Bilevel(batch.descent.rule, batch.descent.learning_rate)
    return bilevel.couplings(
        batch.at, jax.grad(batch.clean.loss), batch.params, batch.carried, batch.ids
    )


def surrogate(centre: bool = True, row_shift: bool = True, signed: bool = True) -> Coupling:
    """Of FBR on the penultimate features, in units of their mean square length."""

    def coupling(batch: Batch) -> Weights:
        sums, counts, scale = _of_features(batch, centre)
        return votes(sums, counts, batch.label, row_shift, signed) / scale

    return coupling


def best_match(batch: Batch) -> Weights:
    """Of FBR with each row shifted to half-way between its two best classes."""
    sums, counts, scale = _of_features(batch, True)
    return contest(sums, counts, batch.label) / scale


def of_pixels(batch: Batch) -> Weights:
    """FBR on the images themselves."""
    n_classes = len(batch.params.shift)
    sums = class_sums(batch.images, batch.clean.images, batch.clean.label, n_classes)
    counts = class_counts(batch.clean.label, n_classes)
    return votes(sums, counts, batch.label) / (batch.clean.images**2).sum(1).mean()


def of_tangents(batch: Batch) -> Weights:
    """FBR with the network's tangent kernel at this step."""
    n_classes, images = len(batch.params.shift), batch.clean.images
    clean_kernel = batch.params.tangent_kernel(images, images)
    kernel = batch.params.tangent_kernel(batch.images, images)
    sums = kernel_class_sums(kernel, clean_kernel, batch.clean.label, n_classes)
    return (
        votes(sums, class_counts(batch.clean.label, n_classes), batch.label)
        / jnp.diagonal(clean_kernel).mean()
    )


def _of_features(
    batch: Batch, centre: bool
) -> tuple[Float[Array, "sample class_"], Float[Array, " class_"], Array]:
    n_classes, clean = len(batch.params.shift), batch.params.features(batch.clean.images)
    sums = class_sums(batch.at.extra, clean, batch.clean.label, n_classes, centre)
    return sums, class_counts(batch.clean.label, n_classes), (batch.at.extra**2).sum(1).mean()


def below_log_c(trained: Trained) -> Weights:
    """Losses below log C are kept (Han et al. 2025, arXiv 2505.18909: log 2)."""
    return (trained.losses < jnp.log(trained.n_classes)).astype(trained.losses.dtype)


def mixture(trained: Trained) -> Weights:
    """Losses of the lower of two Gaussians are kept, as in DivideMix."""
    return (gaussian_mixture(trained.losses, larger=False) > 0.5).astype(trained.losses.dtype)


def fine(trained: Trained) -> Weights:
    """Examples along the principal direction of their class are kept."""
    kept = fine_posteriors(trained.features, trained.label, trained.n_classes) > 0.5
    return kept.astype(trained.losses.dtype)
