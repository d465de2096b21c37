"""The familiar algorithms."""

from sigspike.training.ascent import Sharpness
from sigspike.training.batches import Shuffled
from sigspike.training.labels import Flips, Smoothing
from sigspike.training.preset import Preset
from sigspike.training.weights import FeatureWeights, HypergradientWeights

GradientDescent = Preset(
    "GradientDescent",
    """Gradient descent, with any dial by name.

    w ← w − η ∇L(w), L = (1/n) Σ_i ℓ(ỹ_i f_i), on all samples where no other dial is set.
    """,
)

LabelNoiseGD = Preset(
    "LabelNoiseGD",
    """Label-noise gradient descent: the labels are flipped afresh at every step.

    w ← w − η ∇ (1/n) Σ_i ℓ(ε_i^t ỹ_i f_i), ε = −1 with probability ``flip_rate`` p
    (Huang et al. 2025, arXiv 2510.17526, section 2). Other laws of ε: ``labels=Multipliers(…)``.
    """,
    labels=Flips,
)

LabelSmoothing = Preset(
    "LabelSmoothing",
    """Gradient descent on smoothed labels.

    w ← w − η ∇ (1/n) Σ_i [(1 − α/2) ℓ(ỹ_i f_i) + (α/2) ℓ(−ỹ_i f_i)], α = ``alpha``.
    """,
    labels=Smoothing,
)

SGD = Preset(
    "SGD",
    """Mini-batch stochastic gradient descent, epoch by epoch.

    w ← w − η ∇ (1/|I_t|) Σ_{i ∈ I_t} ℓ(ỹ_i f_i) on ``Shuffled`` batches of ``batch_size``.
    """,
    batches=Shuffled,
)

SAM = Preset(
    "SAM",
    """Sharpness-aware minimisation.

    w ← w − η ∇L_t(w + τ ∇L_t(w) / ‖∇L_t(w)‖), τ = ``radius`` (Foret et al. 2021, arXiv 2010.01412).
    """,
    ascent=Sharpness,
)

MetaReweighting = Preset(
    "MetaReweighting",
    """Meta-reweighting by the exact one-step hypergradient of a clean subset.

    See ``HypergradientWeights``.
    """,
    weights=HypergradientWeights,
)

FeatureReweighting = Preset(
    "FeatureReweighting",
    """Feature-based reweighting, the lightweight surrogate of meta-reweighting.

    See ``FeatureWeights``.
    """,
    weights=FeatureWeights,
)
