"""Trainings of one network by many methods, on the same digits with the same wrong labels."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import jax
import numpy as np
import xarray as xr

from sigspike.common.selection import auc
from sigspike.foundation.description import describe
from sigspike.images.augmentation import Augmentation
from sigspike.images.data import Digits
from sigspike.images.methods import Method, RobustFeatures
from sigspike.images.networks import ResNet
from sigspike.images.noise import NoisyLabels, Symmetric
from sigspike.images.tables import ROWS, Setting
from sigspike.images.training import SGD, Milestones, Result, Training, train
from sigspike.papers.figure import Progress, Settings

N_CLASSES, NOISE_RATE, CLEAN = 10, 0.4, 200
KEPT = ("test_accuracy", "accuracy", "corrected", "auc")
RULES = ("log_c", "mixture")  # of small-loss selection
PLAIN = Augmentation(0, False)


@dataclass(frozen=True)
class Trainings:
    """ResNet-10 of an eighth of the usual width on scikit-learn's digits of ``size`` pixels, 40 %
    symmetric noise.

    No augmentation; SGD with rate .05, times .1 at half and three quarters of the ``epochs``,
    momentum .9, decay 5e-4, batches of 64. 200 clean images are set aside for every method, those
    that do not use them too, so that all train on the same others. A seed draws noise, clean images
    and training.
    """

    size: int
    epochs: int

    def method(self, row: str) -> Method:
        """A method by its name in tables; RFL's T is RandAugment alone, as there."""
        method = ROWS[row](Setting(N_CLASSES, NOISE_RATE, self.epochs))
        return (
            replace(method, restored_from=Augmentation(0, False, 2, 9))
            if isinstance(method, RobustFeatures)
            else method
        )

    def training(self, row: str, seed: int) -> Training:
        """The training of a row."""
        return Training(
            ResNet(N_CLASSES, depth=10, width=8, in_channels=1),
            self.method(row),
            SGD(learning_rate=0.05, weight_decay=5e-4),
            Milestones((self.epochs // 2, self.epochs * 3 // 4)),
            PLAIN,
            epochs=self.epochs,
            batch_size=64,
            eval_batch_size=360,
            clean_size=CLEAN,
            seed=seed,
            split_seed=seed,
        )

    def settings(self, rows: Sequence[str], n_seeds: int) -> Settings:
        """As plain dictionaries."""
        methods = {row: describe(self.method(row)) for row in rows}
        training = {
            name: value
            for name, value in describe(self.training(rows[0], 0)).items()
            if name != "method"
        }
        facts = {"training": training, "methods": methods, "noise": describe(Symmetric(NOISE_RATE))}
        return facts | {"data": describe(Digits(self.size, channels=1)), "n_seeds": n_seeds}

    def run(
        self, rows: Sequence[str], n_seeds: int, progress: Progress, store: Path | None
    ) -> xr.Dataset:
        """Curves of every method along ``algorithm`` (``method`` is a word of xarray's own) and
        ``seed``; two methods at a time, and their folders in ``store``, if there is one.
        ``weight_auc`` where a method gives weights.
        """
        dataset, lock, done = Digits(self.size, channels=1).load(), Lock(), [0]

        def seeds_of(row: str) -> xr.Dataset:
            curves: list[xr.Dataset] = []
            for seed in range(n_seeds):
                noisy = Symmetric(NOISE_RATE)(dataset.labels, N_CLASSES, seed)
                folder = None if store is None else store / f"{list(ROWS).index(row)}-{seed}"
                curves.append(
                    _curves(train(self.training(row, seed), dataset, noisy, folder), noisy)
                )
                with lock:
                    done[0] += 1
                    progress(done[0], len(rows) * n_seeds)
            return xr.concat(curves, "seed", join="exact")

        with ThreadPoolExecutor(2) as pool:  # one compiles while the other trains
            parts = list(pool.map(seeds_of, rows))
        data = xr.concat(parts, "algorithm", join="exact")
        data = data if data["weight_auc"].notnull().any() else data.drop_vars("weight_auc")
        return data.assign_coords(algorithm=np.array(rows, dtype=object), seed=np.arange(n_seeds))


def _curves(result: Result, noisy: NoisyLabels) -> xr.Dataset:
    """What is kept of a training; of one that gives weights to its images, their AUC at the end
    (else NaN).
    """
    curves = result.curves()
    kept = curves[
        [*KEPT, *(f"{kind}_{rule}" for kind in ("precision", "recall") for rule in RULES)]
    ]
    wrong = np.asarray(noisy.flipped)[result.suspects.ids]
    weights = result.state.carried
    known = isinstance(weights, jax.Array) and weights.shape == (len(wrong) + 1,)
    return kept.assign(weight_auc=float(auc(np.asarray(weights)[:-1], ~wrong)) if known else np.nan)
