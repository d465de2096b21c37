"""A training under way: epochs, what is measured after each, and what stands on disk."""

import json
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np

from sigspike.foundation.check import Refusal
from sigspike.foundation.provenance import provenance
from sigspike.images.methods import Evaluated, Look, Model
from sigspike.images.noise import NoisyLabels
from sigspike.images.training import evaluation
from sigspike.images.training.alignment import alignment_of, unprobed
from sigspike.images.training.best import Best
from sigspike.images.training.calibration import temperature_of
from sigspike.images.training.checkpoint import Checkpoint, load, save
from sigspike.images.training.epoch import Watched, run_epoch
from sigspike.images.training.log import Log, Row
from sigspike.images.training.plan import lengthened
from sigspike.images.training.result import Result, best_of
from sigspike.images.training.setup import Part, Setup
from sigspike.images.training.suspects import Opinion, Suspects
from sigspike.images.training.watch import fitted, selection


class Run:
    """Its state, the rows of its log, and how large each image's loss has been in sum."""

    def __init__(
        self, setup: Setup, folder: Path | None, keep_losses: bool, probe_every: int
    ) -> None:
        self.setup, self.folder, self.keep_losses, self.probe_every = (
            setup,
            folder,
            keep_losses,
            probe_every,
        )
        self.state = setup.begin()
        self.rows: list[Row] = []
        self.total, self.times = np.zeros(len(setup.ids)), np.zeros(len(setup.ids), int)
        self.log: Log | None = None
        self.plans: list[list[int]] = []
        self.best: Best | None = None

    @property
    def n_done(self) -> int:
        return len(self.rows)

    def begin(self, noisy: NoisyLabels, lengthen: bool) -> None:
        """Take up what the folder's checkpoint has, and put down what is about to be done: what
        somebody may have changed there is not believed.
        """
        if self.folder is None:
            return
        if (self.folder / "checkpoint.npz").exists():
            self.state, self.rows, arrays, self.plans = load(
                self.folder / "checkpoint.npz", self.state, self.setup.description, lengthen
            )
            self.total, self.times = arrays["total"], arrays["times"]
            digest, network = str(arrays["best"]), self.setup.training.network
            self.best = Best.load(self.folder, self.rows, digest, network)
            self._check_losses()
            if self._probes:  # an earlier call may have probed no epoch
                self.rows = [
                    row | {k: v for k, v in self._unprobed.items() if k not in row}
                    for row in self.rows
                ]
        noisy.save(self.folder / "noise.npz")
        content = self._described | {"provenance": provenance()}
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (self.folder / "settings.json").write_text(text + "\n")
        self.log = Log(self.folder, self.rows)

    def epoch(self) -> Row:
        """One more epoch, and its row."""
        started, setup, number = time.perf_counter(), self.setup, self.n_done
        training = setup.training
        state = training.method.before_epoch(self.state, number, self._look())
        self.state, watched, report = run_epoch(
            training.program, state, setup.data, number, setup.epoch_key(number)
        )
        tests, own = [self._outputs(model, setup.test).logits for model in self.state.models], None
        if training.watch == "evaluated" or self._probed(number + 1):
            own = self._outputs(self.state.models[0], setup.data.train).logits
        if own is not None and training.watch == "evaluated":
            watched = evaluation.watched(own, setup.data.train.labels)
        step = self.state.step
        rate = training.rate(step - 1, setup.facts.n_steps)
        host = jax.device_get(
            (watched, report, self._scores(tests), {"step": step, "learning_rate": rate})
        )
        row = (
            {"epoch": number + 1}
            | _plain(host[3])
            | _plain(host[1])
            | self._measured(host[0])
            | _plain(host[2])
        )
        if self._probes:
            row |= self._aligned(own, tests[0]) if self._probed(number + 1) else self._unprobed
        row["seconds"] = time.perf_counter() - started
        self.rows.append(row)
        if self.folder is not None and best_of(self.rows) is row:
            self.best = Best.of(row["epoch"], self.state.models[0])
        if self.log is not None:
            self.log.add(row)
        return row

    def save(self) -> None:
        """The weights of the best epoch, and the checkpoint."""
        assert self.folder is not None
        assert self.best is not None
        self.best = self.best.saved(self.folder, self.setup.training.network)
        digest = np.array(self.best.digest)
        arrays = {"total": self.total, "times": self.times, "best": digest}
        save(
            self.folder / "checkpoint.npz",
            Checkpoint(self.state, self.rows, arrays, self.plans),
            self.setup.description,
        )
        self.best.tidy(self.folder)

    def finish(self) -> Result:
        """The result so far, also in the folder."""
        setup = self.setup
        mean = np.where(self.times > 0, self.total / np.maximum(self.times, 1), np.nan)
        suspects = Suspects.of(setup.ids, mean, setup.facts.n_classes)
        result = Result(self._described, self.rows, self.state, suspects, self._temperatures())
        if self.folder is not None:
            result.save(self.folder / "result.json", provenance())
            opinion = self._opinion(result.temperatures)
            suspects.save(
                self.folder / "suspects.csv", setup.labels, setup.truth, setup.files, opinion
            )
        return result

    def _measured(self, watched: Watched) -> dict[str, Any]:
        setup = self.setup
        loss, predicted = np.asarray(watched.loss, float), np.asarray(watched.predicted, int)
        seen = predicted >= 0
        self.total, self.times = self.total + np.where(seen, loss, 0), self.times + seen
        if self.keep_losses and self.folder is not None:
            (self.folder / "losses").mkdir(exist_ok=True)
            np.save(self.folder / "losses" / f"{self.n_done + 1:04d}.npy", loss.astype(np.float32))
        found = fitted(loss, predicted, setup.labels, setup.truth)
        return found | selection(loss, setup.labels, setup.truth, setup.facts.n_classes)

    def _scores(self, tests: list[Any]) -> dict[str, Any]:
        """Loss and accuracy on the test images, of every model; accuracy on the validation's."""
        found = {}
        for number, logits in enumerate(tests):
            loss, accuracy = evaluation.score(logits, self.setup.test.labels)
            last = f"_{number + 1}" if number else ""
            found |= {f"test_loss{last}": loss, f"test_accuracy{last}": accuracy}
        if self.setup.validation is not None:
            logits = self._outputs(self.state.models[0], self.setup.validation).logits
            found["validation_accuracy"] = evaluation.score(
                logits, self.setup.validation.labels
            ).accuracy
        return found

    @property
    def _described(self) -> dict[str, Any]:
        """The description, with what it means that the plan was made longer."""
        said = [
            lengthened(self.setup.training, planned, done, self.setup.facts.n_steps)
            for planned, done in self.plans
        ]
        return self.setup.description | ({"plans": said} if said else {})

    def _check_losses(self) -> None:
        """Refuse losses of epochs that were done without writing them."""
        if not self.keep_losses or self.folder is None:
            return
        missing = [
            row["epoch"]
            for row in self.rows
            if not (self.folder / "losses" / f"{row['epoch']:04d}.npy").exists()
        ]
        if missing:
            raise Refusal(
                f"`keep_losses` must be set from the first epoch on, got a run of {self.n_done} "
                f"epochs done without those of epoch {missing[0]}; name another folder"
            )

    def _temperatures(self) -> dict[str, float]:
        """What logits are divided by for calibrated probabilities, by clean images that nothing was
        fitted to; none without such.
        """
        held = self.setup.validation
        if held is None or self.folder is None:
            return {}
        models = {"last": self.state.models[0]}
        models |= {} if self.best is None else {"best": self.best.put_into(models["last"])}
        return {
            name: temperature_of(self._outputs(model, held).logits, held.labels)
            for name, model in models.items()
        }

    def _opinion(self, temperatures: dict[str, float]) -> Opinion:
        """What the network of the best epoch says of every training image."""
        last = self.state.models[0]
        model, name = (last, "last") if self.best is None else (self.best.put_into(last), "best")
        logits = self._outputs(model, self.setup.data.train).logits
        return Opinion.of(logits, self.setup.labels, temperatures.get(name, 1.0))

    @property
    def _probes(self) -> bool:
        """Whether rows have columns of γ and ρ; they all do where one has."""
        return self.probe_every > 0 or any("gamma" in row for row in self.rows)

    @property
    def _unprobed(self) -> dict[str, float]:
        return unprobed(self.setup.truth is not None)

    def _probed(self, epoch: int) -> bool:
        return self.probe_every > 0 and (
            epoch % self.probe_every == 0 or epoch == self.setup.training.epochs
        )

    def _aligned(self, own: Any, test: Any) -> dict[str, float]:
        logits, held_out, held_out_labels = jax.device_get((own, test, self.setup.test.labels))
        return alignment_of(
            logits, self.setup.labels, self.setup.truth, held_out, held_out_labels
        ).means()

    def _outputs(self, model: Model, part: Part) -> Evaluated:
        return evaluation.outputs(self.setup.training.program, model, self.setup.data, part.images)

    def _look(self) -> Look:
        data = self.setup.data
        clean = data.clean
        if clean is None:
            return Look(
                data.train.labels, lambda model: self._outputs(model, data.train), None, None
            )
        return Look(
            data.train.labels,
            lambda model: self._outputs(model, data.train),
            clean.labels,
            lambda model: self._outputs(model, clean),
        )


def _plain(numbers: dict[str, Any]) -> dict[str, Any]:
    return {name: np.asarray(value).item() for name, value in numbers.items()}
