"""A training under way: epochs, what is measured after each, and what stands on disk."""

import json
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np

from sigspike.foundation.provenance import provenance
from sigspike.images.methods import Evaluated, Look, Model
from sigspike.images.noise import NoisyLabels
from sigspike.images.training import evaluation
from sigspike.images.training.alignment import alignment_of, unprobed
from sigspike.images.training.checkpoint import Checkpoint, load, save
from sigspike.images.training.epoch import Watched, run_epoch
from sigspike.images.training.log import Log, Row
from sigspike.images.training.result import Result, Suspects
from sigspike.images.training.setup import Part, Setup
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

    @property
    def n_done(self) -> int:
        return len(self.rows)

    def begin(self, noisy: NoisyLabels) -> None:
        """Take up what is in the folder, or put down there what is about to be done."""
        if self.folder is None:
            return
        if (self.folder / "checkpoint.npz").exists():
            self.state, self.rows, arrays = load(
                self.folder / "checkpoint.npz", self.state, self.setup.description
            )
            self.total, self.times = arrays["total"], arrays["times"]
            if self._probes:  # an earlier call may have probed no epoch
                self.rows = [
                    row | {k: v for k, v in self._unprobed.items() if k not in row}
                    for row in self.rows
                ]
        else:
            noisy.save(self.folder / "noise.npz")
            text = json.dumps(
                self.setup.description | {"provenance": provenance()}, indent=1, ensure_ascii=False
            )
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
        if self.log is not None:
            self.log.add(row)
        return row

    def save(self) -> None:
        """The checkpoint."""
        assert self.folder is not None
        arrays = {"total": self.total, "times": self.times}
        save(
            self.folder / "checkpoint.npz",
            Checkpoint(self.state, self.rows, arrays),
            self.setup.description,
        )

    def finish(self) -> Result:
        """The result so far, also in the folder."""
        setup = self.setup
        mean = np.where(self.times > 0, self.total / np.maximum(self.times, 1), np.nan)
        suspects = Suspects.of(setup.ids, mean, setup.facts.n_classes)
        result = Result(setup.description, self.rows, self.state, suspects)
        if self.folder is not None:
            result.save(self.folder / "result.json", provenance())
            suspects.save(self.folder / "suspects.csv", setup.labels, setup.truth, setup.files)
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
