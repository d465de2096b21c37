"""What is written down of a run at one moment."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from sigspike.common.selection import auc
from sigspike.models import labels
from sigspike.models.examples import Examples
from sigspike.models.networks import Network
from sigspike.training.spaces import Decomposition
from sigspike.training.weights import Look

FLIPPED = "whether the label is flipped, ỹ ≠ y (1) or not (0)"


def noted(long_name: str) -> Any:
    """A recorded field, with its label in datasets and figures (all are pure numbers)."""
    return eqx.field(metadata={"attrs": {"long_name": long_name, "units": "1"}})


class View(NamedTuple):
    """What a record is made from: γ and ρ, losses and margins of the training examples and whether
    they are given their label, the network, the test examples and the share of each that is
    answered wrongly, what a reweighting algorithm sees, with its clean loss, and what the network
    has of its own: the attention it pays, and its layers above the first.
    """

    decomposition: Decomposition
    loss: Float[Array, " sample"]
    margin: Float[Array, " sample"]
    correct: Float[Array, " sample"]
    examples: Examples
    network: Network
    test: Examples
    wrong: Float[Array, " sample"]
    look: Look | None = None
    clean_loss: Float[Array, ""] | None = None
    attention: Float[Array, "sample token"] | None = None
    upper: Any = ()

    @property
    def exists(self) -> Bool[Array, " neuron"]:
        """Which neurons exist."""
        return self.network.exists

    @property
    def flipped(self) -> Bool[Array, " sample"]:
        """ỹ ≠ y."""
        return self.examples.label != self.examples.truth

    @property
    def flips(self) -> Float[Array, " sample"]:
        """The same as a number, 1 where flipped."""
        return jnp.where(self.flipped, 1.0, 0.0)

    @property
    def kind(self) -> Bool[Array, "kind sample"]:
        """Which samples are clean, which are flipped."""
        return jnp.stack([~self.flipped, self.flipped])

    def by_kind(self, values: Float[Array, " sample"]) -> Float[Array, " kind"]:
        """The mean over the samples of each kind."""
        return jnp.mean(jnp.broadcast_to(values[None], self.kind.shape), axis=1, where=self.kind)


class Record(eqx.Module):
    """The part that every record has. A prediction f = 0 counts as half an error; from
    ``diverged_at`` on, every number is NaN.
    """

    step: Int[Array, ""] = noted("gradient steps taken")
    train_loss: Float[Array, ""] = noted("training loss on the given labels")
    step_loss: Float[Array, ""] = noted("training loss on the labels of this step")
    train_accuracy: Float[Array, ""] = noted("training accuracy")
    test_error: Float[Array, ""] = noted("test error")
    test_error_se: Float[Array, ""] = noted("standard error of the test error over its samples")
    diverged_at: Int[Array, ""] = noted(
        "first step with a number that is not finite (-1: none so far)"
    )
    stopped_at: Int[Array, ""] = noted("step from which the run stands still (-1: not so far)")

    @classmethod
    def take(cls, shared: "Record", view: View) -> "Record":
        """The shared part and this record's own, about the neurons that exist."""
        return cls(
            **{name: getattr(shared, name) for name in Record.__dataclass_fields__}, **cls.own(view)
        )

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        """What this record adds."""
        return {}

    def without_numbers_after_divergence(self) -> "Record":
        """NaN in place of every number, if the run has diverged: what comes after says nothing,
        finite or not.
        """
        diverged = self.diverged_at >= 0
        is_number = lambda leaf: jnp.issubdtype(leaf.dtype, jnp.floating)  # noqa: E731
        return jax.tree.map(
            lambda leaf: jnp.where(diverged, jnp.nan, leaf) if is_number(leaf) else leaf, self
        )


class CoefficientRecord(Record):
    """Every coefficient γ, ρ̄, ρ̲, the margin ỹ_i f_i and the loss of every sample, and which bear a
    flipped label.
    """

    gamma: Float[Array, "sign neuron *feature"] = noted("γ")
    rho_bar: Float[Array, "sign neuron sample *patch"] = noted("ρ̄")
    rho_underline: Float[Array, "sign neuron sample *patch"] = noted("ρ̲")
    margin: Float[Array, " sample"] = noted("margin ỹf")
    loss: Float[Array, " sample"] = noted("loss of a sample on its given label")
    flipped: Float[Array, " sample"] = noted(FLIPPED)

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        coefficients = jax.tree.map(
            lambda values: jnp.where(_along(view.exists, values), values, jnp.nan),
            view.decomposition,
        )
        return vars(coefficients) | {
            "margin": view.margin,
            "loss": view.loss,
            "flipped": view.flips,
        }


class SummaryRecord(Record):
    """Maxima and means per class j, split by ``kind`` of sample: clean (ỹ = y) and flipped (NaN
    where there is none).

    ``outweighed``: the fraction with (1/m) Σ_r ρ̄_{ỹ,r,i} > (1/m) Σ_r γ_{−ỹ,r}, whose noise is read
    as ỹ_i even beside the signal of the other class.
    """

    gamma_max: Float[Array, "sign *feature"] = noted("max γ")
    gamma_mean: Float[Array, "sign *feature"] = noted("mean γ")
    rho_bar_max: Float[Array, "sign kind"] = noted("max ρ̄")
    rho_bar_mean: Float[Array, "sign kind"] = noted("mean ρ̄ over the samples with ỹ = j")
    rho_underline_max: Float[Array, "sign kind"] = noted("max |ρ̲|")
    rho_underline_mean: Float[Array, "sign kind"] = noted("mean ρ̲ over the samples with ỹ = −j")
    margin_mean: Float[Array, " kind"] = noted("mean margin ỹf")
    accuracy: Float[Array, " kind"] = noted("training accuracy by kind of sample")
    outweighed: Float[Array, " kind"] = noted(
        "fraction of samples whose ρ̄ exceeds the γ of the other class"
    )

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        decomposition, exists, label = view.decomposition, view.exists, view.examples.label
        own = view.network.sides[:, None] == label[None]
        bar, underline = (side[:, None] & view.kind[None] for side in (own, ~own))
        gamma = decomposition.gamma
        signal = jnp.mean(gamma, axis=1, where=_along(exists, gamma))
        noise = jnp.mean(decomposition.rho_bar, axis=1, where=_along(exists, decomposition.rho_bar))
        noise = jnp.sum(noise.reshape(*noise.shape[:2], -1), axis=(0, 2))
        ahead = noise - _beside(signal, own, view)
        outweighed = labels.correct(ahead, jnp.ones_like(ahead))
        return {
            "gamma_max": jnp.max(gamma, axis=1, where=_along(exists, gamma), initial=-jnp.inf),
            "gamma_mean": signal,
            "rho_bar_max": _by_kind(decomposition.rho_bar, bar, exists, jnp.max),
            "rho_bar_mean": _by_kind(decomposition.rho_bar, bar, exists, jnp.mean),
            "rho_underline_max": _by_kind(
                abs(decomposition.rho_underline), underline, exists, jnp.max
            ),
            "rho_underline_mean": _by_kind(
                decomposition.rho_underline, underline, exists, jnp.mean
            ),
            "margin_mean": view.by_kind(view.margin),
            "accuracy": view.by_kind(view.correct),
            "outweighed": view.by_kind(outweighed),
        }


class WeightRecord(SummaryRecord):
    """The summary, with the weights ω_i of a reweighting algorithm and the couplings c_i of its
    next step.

    An increment of a weight is β c_i before it is clipped. ``auc_weights`` is P(ω of a clean
    example > ω of a flipped one) + ½ P(equal), and ``auc_couplings`` the same of c: ½ tells
    nothing. ``coupling_norm`` is √(Σ_i c_i² / n).
    """

    weight: Float[Array, " sample"] = noted("weight ω of an example")
    coupling: Float[Array, " sample"] = noted("coupling c with the clean subset")
    flipped: Float[Array, " sample"] = noted(FLIPPED)
    weight_mean: Float[Array, " kind"] = noted("mean weight")
    auc_weights: Float[Array, ""] = noted("AUC of the weights, clean against flipped")
    auc_couplings: Float[Array, ""] = noted("AUC of the couplings, clean against flipped")
    coupling_norm: Float[Array, ""] = noted("coupling norm, root mean square of c")
    clean_loss: Float[Array, ""] = noted("loss of the clean subset")

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        assert view.look is not None, "the experiment refuses algorithms without weights"
        weight, coupling = view.look
        return super().own(view) | {
            "weight": weight,
            "coupling": coupling,
            "flipped": view.flips,
            "weight_mean": view.by_kind(weight),
            "auc_weights": auc(weight, ~view.flipped),
            "auc_couplings": auc(coupling, ~view.flipped),
            "coupling_norm": jnp.sqrt(jnp.mean(coupling**2)),
            "clean_loss": view.clean_loss,
        }


class AttentionRecord(SummaryRecord):
    """The summary, with the attention s_1 of the first token, which is the signal's, by kind of
    sample, and the largest s_t among the others.
    """

    attention: Float[Array, " kind"] = noted("attention on the signal's token")
    attention_elsewhere: Float[Array, " kind"] = noted("largest attention on another token")

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        found = view.attention
        assert found is not None, "the experiment refuses networks without attention"
        return super().own(view) | {
            "attention": view.by_kind(found[:, 0]),
            "attention_elsewhere": view.by_kind(found[:, 1:].max(1)),
        }


class SecondLayerRecord(SummaryRecord):
    """The summary, with a second layer a that is trained."""

    output_weight: Float[Array, "sign neuron"] = noted("weight a of the second layer")

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        exists = _along(view.exists, view.upper)
        return super().own(view) | {"output_weight": jnp.where(exists, view.upper, jnp.nan)}


class GroupRecord(SummaryRecord):
    """The summary, with the test error by how a feature of a test sample stands to its true label:
    it agrees, is against it, or is absent (NaN where no test sample is so).

    The minority groups of a spurious feature are the samples that it is against (Deng et al. 2023,
    arXiv 2306.04949); common and rare features are told apart where they are absent.
    """

    group_error: Float[Array, "feature standing"] = noted("test error by standing of a feature")

    @classmethod
    def own(cls, view: View) -> dict[str, Array]:
        shown = view.test.truth[:, None] * view.test.shown
        groups = jnp.stack([shown > 0, shown < 0, shown == 0], axis=2)
        wrong = jnp.broadcast_to(view.wrong[:, None, None], groups.shape)
        return super().own(view) | {"group_error": jnp.mean(wrong, axis=0, where=groups)}


RECORDS: dict[str, type[Record]] = {
    "coefficients": CoefficientRecord,
    "summary": SummaryRecord,
    "weights": WeightRecord,
    "attention": AttentionRecord,
    "second_layer": SecondLayerRecord,
    "groups": GroupRecord,
}


def _beside(
    signal: Float[Array, "sign *feature"], own: Bool[Array, "sign sample"], view: View
) -> Float[Array, " sample"]:
    """The largest mean γ among the other classes of each sample: of a class, that of its own
    feature, or of all where their signs tell the class; its own where no bank is another's.
    """
    if signal.ndim > 1 and view.examples.signed:
        signal = signal.sum(1)
    elif signal.ndim > 1:
        place = labels.place(view.network.sides, view.network.n_classes)
        signal = jnp.take_along_axis(signal, place[:, None], axis=1)[:, 0]
    others = ~own | own.all(0)[None]
    return jnp.max(jnp.broadcast_to(signal[:, None], own.shape), 0, where=others, initial=-jnp.inf)


def _along(exists: Bool[Array, " neuron"], values: Array) -> Bool[Array, "1 neuron *ones"]:
    return exists.reshape(1, -1, *[1] * (values.ndim - 2))


def _by_kind(
    values: Float[Array, "sign neuron sample *patch"], chosen: Array, exists: Array, statistic: Any
) -> Float[Array, "sign kind"]:
    """A statistic over neurons and chosen samples, for each class and kind."""
    flat = values.reshape(*values.shape[:3], -1)[:, None]
    where = jnp.broadcast_to(
        chosen[:, :, None, :, None] & exists[None, None, :, None, None],
        (flat.shape[0], 2, *flat.shape[2:]),
    )
    extra = {"initial": -jnp.inf} if statistic is jnp.max else {}
    result = statistic(jnp.broadcast_to(flat, where.shape), axis=(2, 3, 4), where=where, **extra)
    return jnp.where(chosen.any(-1), result, jnp.nan)
