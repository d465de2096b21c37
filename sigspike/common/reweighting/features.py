"""Feature-based reweighting: couplings from the likeness of features to a clean subset.

G_ij = ⟨φ_i − μ_v, φ_j − μ_v⟩ compares training example i with clean example j, μ_v the mean of the
clean features, and c_i = (1/m_v) Σ_j S_ij (G_ij − s_i) with S_ij = 1 where the labels agree and
−1/(C − 1) where not, and s_i the shift of row i. A rule (``PersistentWeights``) then revises the
weights with c as with any couplings. All of it is linear in the class sums H_ik = Σ_{j in class k}
G_ij, which cost O((n C + m_v) d), or O(n m_v) from kernels.

The surrogate of arXiv 2510.12209, whose ingredients are mean-centring, row shifting and
label-signed modulation; this form of them is ours. They are three cures of one ailment, a part of G
that all classes share: where all classes have as many clean examples, the signs alone remove any
shift of a row, and Σ_k H_ik = 0 by centring alone, so that then c with signs is C/(C − 1) times c
without, and no row is shifted. Then c_i > 0 already where x_i is nearer to class ỹ_i than to the
mean of all, which many a wrong label is; ``contest`` asks that it match no other class better.
"""

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int

ClassSums = Float[Array, "sample class_"]
CleanLabel = Int[Array, " clean"]


def class_counts(clean_label: CleanLabel, n_classes: int) -> Float[Array, " class_"]:
    """How many clean examples each class has. One labelled −1 is left out, here and below: so are
    subsets padded.
    """
    return jax.nn.one_hot(clean_label, n_classes, dtype=jnp.result_type(float)).sum(0)


def class_sums(
    features: Float[Array, "sample feature"],
    clean_features: Float[Array, "clean feature"],
    clean_label: CleanLabel,
    n_classes: int,
    centre: bool = True,
) -> ClassSums:
    """H_ik = Σ_{j in class k} ⟨φ_i − μ_v, φ_j − μ_v⟩ (μ_v = 0 where not ``centre``)."""
    member = jax.nn.one_hot(clean_label, n_classes, dtype=clean_features.dtype)
    if centre:
        share = member.sum(1) / member.sum()
        mean = share @ clean_features
        features, clean_features = features - mean[None], clean_features - mean[None]
    return features @ (member.T @ clean_features).T


def kernel_class_sums(
    kernel: Float[Array, "sample clean"],
    clean_kernel: Float[Array, "clean clean"],
    clean_label: CleanLabel,
    n_classes: int,
    centre: bool = True,
) -> ClassSums:
    """The same from K(x_i, x_j) of training with clean examples, and of clean ones with one
    another.

    Centred, G_ij = K_ij − Σ_l p_l K_il − Σ_l p_l K_lj + Σ_lk p_l p_k K_lk with p_l = 1/m_v.
    """
    member = jax.nn.one_hot(clean_label, n_classes, dtype=kernel.dtype)
    sums = kernel @ member
    if not centre:
        return sums
    counts = member.sum(0)
    share = member.sum(1) / counts.sum()
    of_mean = share @ clean_kernel
    return (
        sums
        - jnp.outer(kernel @ share, counts)
        - (of_mean @ member - (of_mean @ share) * counts)[None]
    )


def votes(
    sums: ClassSums,
    counts: Float[Array, " class_"],
    label: Int[Array, " sample"],
    row_shift: bool = True,
    signed: bool = True,
) -> Float[Array, " sample"]:
    """c_i = (1/m_v) Σ_j S_ij (G_ij − s_i) from the class sums of G.

    s_i is the mean over classes of row i's class means (none for two classes, nor without
    ``row_shift``); S_ij is 1 where the labels agree, else −1/(C − 1), or 0 where not ``signed``.
    """
    n_classes = len(counts)
    if row_shift and n_classes > 2:
        means = sums / jnp.maximum(counts, 1)[None]  # a class without clean examples has no mean
        shift = means.sum(1) / (counts > 0).sum()
        sums = sums - jnp.outer(shift, counts)
    agreeing = jnp.take_along_axis(sums, label[:, None], 1)[:, 0]
    others = (sums.sum(1) - agreeing) / (n_classes - 1) if signed else 0
    return (agreeing - others) / counts.sum()


def contest(
    sums: ClassSums, counts: Float[Array, " class_"], label: Int[Array, " sample"]
) -> Float[Array, " sample"]:
    """c_i = h_{i,ỹ_i} − s_i with the class means h_ik = H_ik / m_k, and s_i half-way between the
    two largest of row i.

    The row is shifted so that its best-matching class alone stays positive: a row shift of ours. Of
    two classes it is (h_own − h_other)/2, the signed votes where both have as many clean examples.
    """
    means = sums / jnp.maximum(counts, 1)[None]
    shift = lax.top_k(means, 2)[0].mean(1)
    return jnp.take_along_axis(means, label[:, None], 1)[:, 0] - shift
