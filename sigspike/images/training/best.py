"""The weights of the best epoch so far, kept beside the checkpoint, which has the last ones."""

import hashlib
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from sigspike.foundation.check import Refusal
from sigspike.images import state_dict
from sigspike.images.methods import Model, Weights
from sigspike.images.networks import Buffers, ImageNetwork, Params
from sigspike.images.training.log import Row
from sigspike.images.training.result import best_of

PATTERN = "best-*.npz"


class Best(NamedTuple):
    """Parameters and buffers after ``epoch``, and the sha256 of their file (empty: not written)."""

    epoch: int
    params: Params
    buffers: Buffers
    digest: str = ""

    @classmethod
    def of(cls, epoch: int, model: Model) -> "Best":
        """A copy: the model's own arrays are used up by the next step."""
        params, buffers = jax.tree.map(
            lambda leaf: jnp.array(np.array(leaf)), (model.weights.network, model.buffers)
        )
        return cls(epoch, params, buffers)

    @classmethod
    def load(cls, folder: Path, rows: list[Row], digest: str, network: ImageNetwork) -> "Best":
        """That of the best of these rows, from the file with this digest."""
        epoch = best_of(rows)["epoch"]
        path = place(folder, epoch)
        if not path.is_file() or _digest(path) != digest:
            found = "another" if path.is_file() else "none"
            raise Refusal(
                f"`folder` must hold the weights of its best epoch as they were written, got "
                f"{found} in {path}; the last ones are in the checkpoint"
            )
        return cls(epoch, *state_dict.load(path, network), digest)

    def saved(self, folder: Path, network: ImageNetwork) -> "Best":
        """The same, written as a state_dict, as PyTorch reads it, called best-EPOCH.npz."""
        if self.digest:
            return self
        path = place(folder, self.epoch)
        try:
            state_dict.save(path, self.params, self.buffers, network)
        except OSError as error:
            raise Refusal(f"`out` cannot be written, got {str(path)!r} ({error})") from error
        return self._replace(digest=_digest(path))

    def tidy(self, folder: Path) -> None:
        """Remove those of other epochs; the checkpoint that needed them is gone."""
        for path in folder.glob(PATTERN):
            if path != place(folder, self.epoch):
                path.unlink()

    def put_into(self, model: Model) -> Model:
        """The same network with these weights."""
        return Model(Weights(self.params, model.weights.extra), self.buffers, model.optimiser)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def place(folder: Path, epoch: int) -> Path:
    """Where the weights of an epoch stand."""
    return folder / f"best-{epoch:04d}.npz"
