"""What is recorded of a run at one moment, by its definition."""

from collections.abc import Callable

import numpy as np

from by_hand.reweighted import Reweighted, weights
from by_hand.run import Run, margins, of_given

Fields = dict[str, np.ndarray | float]


def record(run: Run, measure: str) -> Fields:
    """Every field of this record."""
    answer = run.answers(run.theta, run.inputs)[0]
    margin, right = margins(answer, run.label), correct(answer, run.label)
    wrong = 1 - correct(run.answers(run.theta, run.tests)[0], np.asarray(run.test.label))
    found: Fields = {
        "step": run.step,
        "train_loss": of_given(run.algorithm.loss, answer, run.label)[0].mean(),
        "step_loss": run.gradients(run.theta, run.ids())[0].mean(),
        "train_accuracy": right.mean(),
        "test_error": wrong.mean(),
        "test_error_se": wrong.std() / len(wrong) ** 0.5,
        "diverged_at": -1,
        "stopped_at": -1,
    }
    gamma, rho = decomposed(run)
    sign = run.net.banks
    own = (sign[:, None] == run.label[None]).reshape(len(sign), 1, run.n, 1)
    bar, underline = np.where(own, rho, 0), np.where(own, 0, rho)
    if measure == "coefficients":
        last = (..., 0) if rho.shape[-1] == 1 else ...
        found |= {"gamma": gamma, "rho_bar": bar[last], "rho_underline": underline[last]}
        loss = of_given(run.algorithm.loss, answer, run.label)[0]
        return found | {"margin": margin, "sample_loss": loss, "flipped": run.flipped.astype(float)}
    found |= summary(run, gamma, bar, underline, margin, right)
    if measure == "attention":
        paid = np.array([run.net.attention(run.theta, sample) for sample in run.inputs])
        found["attention"] = by_kind(paid[:, 0], run.flipped)
        found["attention_elsewhere"] = by_kind(paid[:, 1:].max(1), run.flipped)
    if measure == "groups":
        found["group_error"] = by_standing(run, wrong)
    if measure == "second_layer":
        found["output_weight"] = run.net.layers(run.theta)[1]
    return found | weighed(run) if isinstance(run, Reweighted) and measure == "weights" else found


def by_standing(run: Run, wrong: np.ndarray) -> np.ndarray:
    """The error of the test samples with a feature of their truth, of the other sign, or without
    it, by what their first patches are.
    """
    signal, noise = np.asarray(run.test.signal), np.asarray(run.test.noise)
    polarity = np.asarray(run.test.polarity)
    n_features, places = polarity.shape[1], {1: 0, -1: 1, 0: 2}
    found: dict[tuple[int, int], list[float]] = {}
    for i, sample in enumerate(run.tests):
        seen = np.asarray(sample)[:n_features, : signal.shape[1]]
        if run.test.membership.shape[1] == 0:
            seen = seen[:1] - noise[i, :1]
        for k in range(n_features):
            mu = signal[polarity[:, k] > 0][0]
            sign = np.round(seen @ mu / (mu @ mu)).sum() * float(run.test.truth[i])
            found.setdefault((k, places[int(sign)]), []).append(wrong[i])
    return np.array(
        [[np.mean(found.get((k, s), [np.nan])) for s in range(3)] for k in range(n_features)]
    )


def decomposed(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """γ (sign, neuron) and ρ (sign, neuron, sample, patch) of w − s·w0 − B, by least squares on all
    patches.
    """
    learnt = run.net.layers(run.theta - run.left)[0] - run.share * run.net.layers(run.net.start)[0]
    signal, noise = np.asarray(run.data.signal), np.asarray(run.noises)

    def extend(rows: np.ndarray, constant: np.ndarray) -> np.ndarray:
        bias = learnt.shape[-1] > rows.shape[1]
        return np.column_stack([rows, constant]) if bias else rows

    basis = extend(signal, np.ones(len(signal)))
    if run.data.combined or len(signal) == 2 or np.ndim(run.data.polarity) == 2:
        # The atoms may be dependent: a basis of what they span
        _, size, rows = np.linalg.svd(basis, full_matrices=False)
        basis = rows[size > 1e-9 * size.max()]
    atoms = np.concatenate([basis, extend(noise.reshape(-1, noise.shape[-1]), run.constants)])
    fit = np.linalg.lstsq(atoms.T, learnt.reshape(-1, atoms.shape[1]).T, rcond=None)[0].T
    fit = fit.reshape(*learnt.shape[:2], len(atoms))
    of_noise = fit[..., len(basis) :].reshape(*fit.shape[:2], *noise.shape[:2])
    rho = (of_noise * (noise**2).sum(-1))[:, :, : run.n]
    return gammas(run, fit[..., : len(basis)], basis[:, : noise.shape[-1]]), rho


def gammas(run: Run, fit: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """j ⟨v, μ⟩, v what was learnt of the signals; of several features (j) ⟨v, μ_l⟩; of several
    that share an atom the class's best ⟨v, a⟩; of images j Σ s ‖a‖² c.
    """
    signal = np.asarray(run.data.signal)
    polarity = np.asarray(run.data.polarity)
    if polarity.ndim == 2:
        gamma = fit @ basis @ signal[polarity.argmax(0)].T
        return run.net.banks[:, None, None] * gamma if run.data.signed else gamma
    sign = run.net.banks
    if run.data.combined:
        overlap = fit @ basis @ signal.T
        return np.array([overlap[j][:, polarity == s].max(1) for j, s in enumerate(sign)])
    if len(signal) == 2:
        return sign[:, None] * (fit @ basis @ signal[polarity > 0][0])
    return sign[:, None] * (fit @ (polarity * (signal**2).sum(-1)))


def summary(
    run: Run,
    gamma: np.ndarray,
    bar: np.ndarray,
    underline: np.ndarray,
    margin: np.ndarray,
    right: np.ndarray,
) -> Fields:
    """Maxima and means by class and kind."""
    sign, label = run.net.banks, run.label
    noise, other = np.zeros(run.n), np.zeros(run.n)
    place = [int(s > 0) if run.net.n_classes == 2 else int(s) for s in sign]
    if gamma.ndim == 3 and run.data.signed:
        signal = list(gamma.mean(1).sum(1))
    elif gamma.ndim == 3:  # of a class, γ of its own feature
        signal = [gamma[j, :, k].mean() for j, k in enumerate(place)]
    else:
        signal = list(gamma.mean(1))
    for i, y in enumerate(label):
        noise[i] = sum(bar[j, :, i].sum() for j, s in enumerate(sign) if s == y) / bar.shape[1]
        alone = (sign == y).all()
        other[i] = max(g for g, s in zip(signal, sign, strict=True) if s != y or alone)

    def over(values: np.ndarray, statistic: Callable, agrees: bool) -> np.ndarray:
        found = np.full((len(sign), 2), np.nan)
        for j, s in enumerate(sign):
            for k, kind in enumerate((~run.flipped, run.flipped)):
                chosen = kind & ((label == s) == agrees)
                found[j, k] = statistic(values[j][:, chosen]) if chosen.any() else np.nan
        return found

    return {
        "gamma_max": gamma.max(1),
        "gamma_mean": gamma.mean(1),
        "rho_bar_max": over(bar, np.max, True),
        "rho_bar_mean": over(bar, np.mean, True),
        "rho_underline_max": over(abs(underline), np.max, False),
        "rho_underline_mean": over(underline, np.mean, False),
        "margin_mean": by_kind(margin, run.flipped),
        "accuracy": by_kind(right, run.flipped),
        "outweighed": by_kind(half_sign(apart(noise, other)), run.flipped),
    }


def weighed(run: Reweighted) -> Fields:
    """The weights so far, and the couplings of the next step."""
    (theta, state), ids = run.kicked(), np.arange(run.n)  # whatever the next batch
    losses, _ = run.gradients(theta, ids, mixed=False)
    weight = weights(run.rule, state, ids, losses)
    coupling = run.couplings(theta, state, ids, mixed=False)
    clean = run.answers(run.theta, run.clean_inputs)[0]
    return {
        "weight": weight,
        "coupling": coupling,
        "flipped": run.flipped.astype(float),
        "weight_mean": by_kind(weight, run.flipped),
        "auc_weights": pairs(weight, run.flipped),
        "auc_couplings": pairs(coupling, run.flipped),
        "coupling_norm": np.sqrt(np.mean(coupling**2)),
        "clean_loss": of_given(run.algorithm.loss, clean, run.clean_label)[0].mean(),
    }


def correct(answer: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Whether a sample is given its label; those that tie for the largest F share it."""
    if answer.ndim == 1:
        return half_sign(label * answer)
    pairs = zip(answer, label.astype(int), strict=True)
    return np.array([(F[y] == F.max()) / (F.max() == F).sum() for F, y in pairs])


def half_sign(values: np.ndarray) -> np.ndarray:
    """1, ½ or 0."""
    return (1 + np.sign(values)) / 2


def apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """one − other, 0 where they are equal: a fit has no exact 0."""
    least = max(1e-10 * max(abs(one).max(), abs(other).max()), 1e-16)
    return np.where(abs(one - other) <= least, 0.0, one - other)


def by_kind(values: np.ndarray, flipped: np.ndarray) -> np.ndarray:
    """Means over clean and flipped samples."""
    return np.array([values[kind].mean() if kind.any() else np.nan for kind in (~flipped, flipped)])


def pairs(values: np.ndarray, flipped: np.ndarray) -> float:
    """P(clean > flipped) + ½ P(equal)."""
    found = [half_sign(np.asarray(a - b)) for a in values[~flipped] for b in values[flipped]]
    return float(np.mean(found)) if found else np.nan
