"""What is written down after an epoch: how well clean and flipped labels are fitted."""

import math
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from sigspike.common.selection import auc, gaussian_mixture, precision, recall, selected

Loss = Float[np.ndarray, " image"]
Label = Int[np.ndarray, " image"]


def fitted(loss: Loss, predicted: Label, labels: Label, truth: Label | None) -> dict[str, float]:
    """Numbers of an epoch over the images it saw (a prediction of −1 is none).

    ``train_loss`` and ``train_accuracy`` are taken with the noisy labels. Where the truth is known,
    ``loss_clean``, ``loss_flipped``, ``accuracy_clean`` and ``accuracy_flipped`` are the same over
    images with right and with wrong labels: the last is the fraction that is memorised.
    ``corrected`` is the share of the wrongly labelled images that are given their true class. NaN
    where there is no such image.
    """
    seen = predicted >= 0
    right = predicted == labels
    found = {"train_loss": _mean(loss, seen), "train_accuracy": _mean(right, seen)}
    if truth is None:
        return found
    clean, flipped = seen & (labels == truth), seen & (labels != truth)
    for name, values in (("loss", loss), ("accuracy", right)):
        found |= {f"{name}_clean": _mean(values, clean), f"{name}_flipped": _mean(values, flipped)}
    return found | {"corrected": _mean(predicted == truth, flipped)}


def selection(loss: Loss, labels: Label, truth: Label | None, n_classes: int) -> dict[str, float]:
    """How well small losses tell right labels from wrong ones: precision and recall of what lies
    below log C, and of what a mixture of two Gaussians gives to its lower one with P > ½, and the
    area under the ROC.
    """
    if truth is None:
        return {}
    seen = np.isfinite(loss)
    clean = (labels == truth)[seen]
    rules = {
        "log_c": selected(loss[seen], math.log(n_classes)),
        "mixture": _lower(loss)[seen] > 0.5,
    }
    found = {f"precision_{name}": float(precision(kept, clean)) for name, kept in rules.items()}
    found |= {f"recall_{name}": float(recall(kept, clean)) for name, kept in rules.items()}
    return found | {"auc": float(auc(-loss[seen], clean))}


def suspicion(loss: Loss) -> Loss:
    """P(upper of two Gaussians | loss) of every image: how likely its label is wrong, by its loss
    alone.
    """
    return 1 - _lower(loss)


def _lower(loss: Loss) -> Loss:
    seen = np.isfinite(loss)
    return np.asarray(gaussian_mixture(np.where(seen, loss, 0), larger=False, counted=seen))


def _mean(values: Any, where: Any) -> float:
    return float(values[where].mean()) if where.any() else math.nan
