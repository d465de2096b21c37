"""Feature-based reweighting, the lightweight surrogate of meta-reweighting."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.algorithms.algorithm import Task
from sigspike.algorithms.reweighted import Reweighted
from sigspike.fields import choice, switch
from sigspike.reweighting import Carried, Linearised, class_counts, class_sums, votes
from sigspike.reweighting.features import ClassSums
from sigspike.spaces import Params


class FeatureReweighting(Reweighted):
    """ω_i ← clip_[0,1](ω_i + (β/n_v) Σ_j S_ij ⟨φ_i − μ_v, φ_j − μ_v⟩), S_ij = ỹ_i y_j (paper C; see ``features``).

    Before every step the training examples are compared with the clean ones by their features φ; no hypergradient.
    ``features="penultimate"``: what the last layer sees, h_{j,r} = Σ_p σ(⟨w_{j,r}, x^(p)⟩). ``features="ntk"``: φ_i =
    ∇f_i, whose inner products are the empirical NTK of the moment; it costs one forward and one backward product a
    class. In the kernel regime both are the linearised network's. ``centre`` takes away μ_v, the mean of the clean
    features; not ``signed``: S_ij is 1 or 0. The rows of two classes are not shifted.
    """

    features: str = choice("penultimate", "ntk", default="penultimate", kw_only=True)
    centre: bool = switch(True, kw_only=True)
    signed: bool = switch(True, kw_only=True)

    def couplings(self, task: Task, at: Linearised, params: Params, carried: Carried) -> Float[Array, " sample"]:
        label = (task.examples.label > 0).astype(int)
        own, clean = label[: task.n_samples], label[task.n_samples :]
        counts = class_counts(clean, 2)
        if self.features == "ntk":
            sums = self._tangent_sums(task, params, jax.nn.one_hot(clean, 2), counts)
        else:
            seen = task.features(params.upper, task.space.overlaps(params))
            sums = class_sums(seen[: task.n_samples], seen[task.n_samples :], clean, 2, self.centre)
        return votes(sums, counts, own, row_shift=False, signed=self.signed)

    def _tangent_sums(
        self, task: Task, params: Params, member: Float[Array, "clean class_"], counts: Float[Array, " class_"]
    ) -> ClassSums:
        """H_ik = ⟨∇f_i − μ, Σ_{j in class k} (∇f_j − μ)⟩, μ the mean of the clean ∇f_j (0 where not ``centre``)."""
        at = task.space.linearised(task.logits, params)
        around = member - counts[None] / member.shape[0] if self.centre else member
        whole = jnp.concatenate([jnp.zeros((task.n_samples, 2)), around])
        sums = jax.vmap(lambda weights: at.forward(at.backward(weights)), 1, 1)(whole)
        own, clean = sums[: task.n_samples], sums[task.n_samples :]
        return own - clean.mean(0)[None] if self.centre else own
