"""Meta-reweighting: weights that make a step help on clean images, by its exact hypergradient."""

import jax
from jaxtyping import Array, Float

from sigspike.common.reweighting import (
    Bilevel,
    PersistentWeights,
    Rule,
)
from sigspike.foundation.fields import part, switch
from sigspike.images.methods.method import Losses, cross_entropy
from sigspike.images.methods.moment import Moment
from sigspike.images.methods.reweighted import Reweighted, rows
from sigspike.images.methods.state import Weights


class MetaReweighting(Reweighted):
    """c_i = ⟨∇ℓ_i(θ), Tᵀ ∇L_val(θ̂)⟩ = −(B/η) ∂L_val(θ̂)/∂w_i, θ̂ = θ − η T((1/B) Σ_i w_i ∇ℓ_i(θ)):
    see `Bilevel`.

    L_val is the mean cross entropy of the clean batch at θ̂, or at θ itself where not ``ahead``.
    Batch norm takes the clean batch's own statistics there, as the training batch has its own; no
    running statistic sees clean images.

    By its ``rule`` it is meta-reweighting with persistent weights (arXiv 2510.12209), w_i ←
    clip(w_i + β c_i); L2RW with ``FreshWeights`` (Ren et al. 2018, who take L_val at θ: c at w = 0
    without momentum or decay); or Meta-Weight-Net with ``WeightNetwork`` (Shu et al. 2019, whose θ̂
    is one of plain descent; its rate is their meta rate times η/B).

    A revision adds to the forward and backward pass of a step another backward pass (none where not
    ``ahead``), a tangent pass, and both passes of the clean batch; ``rule.every`` makes revisions
    rarer. The rate β is ours.
    """

    rule: Rule = part(Rule, lambda: PersistentWeights(rate=20.0))
    ahead: bool = switch(True)

    def couplings(self, moment: Moment) -> Losses:
        model, clean, outer = moment.model, moment.batch.clean, moment.outer
        assert clean is not None

        def loss(weights: Weights) -> Float[Array, ""]:
            output = moment.descent.network(
                weights.network, model.buffers, clean.images, train=True
            )
            return cross_entropy(output.logits, clean.labels).mean()

        bilevel = Bilevel(self.rule, outer.learning_rate, outer.transform, self.ahead)
        return bilevel.couplings(
            moment.at, jax.grad(loss), model.weights, moment.carried, rows(moment.batch)
        )
