"""The weights of the best epoch so far, kept beside the checkpoint, which has the last ones."""

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
    """Parameters and buffers after ``epoch``, on the host."""

    epoch: int
    params: Params
    buffers: Buffers

    @classmethod
    def of(cls, epoch: int, model: Model) -> "Best":
        """A copy: the model's own arrays are used up by the next step."""
        params, buffers = jax.tree.map(
            lambda leaf: jnp.array(np.array(leaf)), (model.weights.network, model.buffers)
        )
        return cls(epoch, params, buffers)

    @classmethod
    def load(cls, folder: Path, rows: list[Row], network: ImageNetwork) -> "Best | None":
        """That of the best of these rows; None where its file is gone."""
        if not rows:
            return None
        epoch = best_of(rows)["epoch"]
        path = place(folder, epoch)
        return cls(epoch, *state_dict.load(path, network)) if path.exists() else None

    def save(self, folder: Path, network: ImageNetwork) -> None:
        """A state_dict, as PyTorch reads it, called best-EPOCH.npz."""
        path = place(folder, self.epoch)
        try:
            state_dict.save(path, self.params, self.buffers, network)
        except OSError as error:
            raise Refusal(f"`out` cannot be written, got {str(path)!r} ({error})") from error

    def tidy(self, folder: Path) -> None:
        """Remove those of other epochs; the checkpoint that needed them is gone."""
        for path in folder.glob(PATTERN):
            if path != place(folder, self.epoch):
                path.unlink()

    def put_into(self, model: Model) -> Model:
        """The same network with these weights."""
        return Model(Weights(self.params, model.weights.extra), self.buffers, model.optimiser)


def place(folder: Path, epoch: int) -> Path:
    """Where the weights of an epoch stand."""
    return folder / f"best-{epoch:04d}.npz"
