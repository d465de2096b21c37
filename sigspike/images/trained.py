"""A trained network, taken from nothing but the folder of its run."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int
from scipy.special import softmax

from sigspike.foundation.arguments import descendants
from sigspike.foundation.check import Choice, Refusal
from sigspike.foundation.description import describe
from sigspike.images import state_dict
from sigspike.images.data import Normalization
from sigspike.images.data.image_files import Read, read_images
from sigspike.images.networks import Buffers, ImageNetwork, Params
from sigspike.images.training import checkpoint
from sigspike.images.training.best import Best

BATCH = 256
MODEL = ".models[0]"  # the first network's path in a checkpoint
PARAMS, BUFFERS = f"{MODEL}.weights.network", f"{MODEL}.buffers"


class Predictions(NamedTuple):
    """Of each image the class with the largest probability, by number and by name, and the
    probabilities of all classes; ``calibrated`` where clean images told how sure the network may
    be.
    """

    labels: Int[np.ndarray, " image"]
    names: tuple[str, ...]
    probabilities: Float[np.ndarray, "image class"]
    calibrated: bool


@dataclass(frozen=True, eq=False)
class Trained:
    """A network with its weights after ``epoch``, the names of its classes, and how it wants its
    images: of ``shape`` (row, column, channel), normalised by ``pixels``; ``reading`` is the size
    and the channels that files were brought to in training (0: as they were). Logits are divided by
    ``temperature`` where clean images told it.
    """

    network: ImageNetwork
    params: Params
    buffers: Buffers
    classes: tuple[str, ...]
    pixels: Normalization
    shape: tuple[int, ...]
    reading: tuple[int, int]
    epoch: int
    temperature: float | None

    def predict(self, images: Any) -> Predictions:
        """Of images as bytes (image, row, column, channel), as they were trained on."""
        logits = self.logits(images) / (self.temperature or 1.0)
        labels = logits.argmax(1)
        names = tuple(self.classes[label] for label in labels)
        return Predictions(labels, names, softmax(logits, axis=1), self.temperature is not None)

    def logits(self, images: Any) -> Float[np.ndarray, "image class"]:
        """In evaluation, with running statistics, batch by batch."""
        array = np.asarray(images)
        if array.dtype != np.uint8 or array.ndim != 4 or array.shape[1:] != self.shape:
            raise Refusal(
                f"`images` must be bytes (image, {', '.join(map(str, self.shape))}), as those "
                f"trained on, got {array.dtype} of shape {array.shape}"
            )
        found = [
            np.asarray(_logits(self.network, self.params, self.buffers, self._normalised(part)))
            for part in np.split(array, range(BATCH, len(array), BATCH))
        ]
        return np.concatenate(found)

    def read(self, files: Sequence[Path], skip_bad: bool = False) -> Read:
        """Image files as in training: cut and resized, or of the right size already; grey ones as
        colour where the network sees colour, and never the other way unless it was so in training.
        """
        size, channels = self.reading
        found = read_images("images", files, size, channels or self.shape[-1] // 3 * 3, skip_bad)
        if found.images.shape[1:] != self.shape:
            rows, columns, n_channels = self.shape
            there = found.images.shape
            raise Refusal(
                f"`images` must be of {columns} × {rows} pixels and {n_channels} channels, as those"
                f" trained on, got {there[2]} × {there[1]} and {there[3]} in {found.kept[0].parent}"
            )
        return found

    def state_dict(self) -> dict[str, np.ndarray]:
        """Parameters and buffers by PyTorch's names, in its order and layouts."""
        return state_dict.as_dict(self.params, self.buffers, self.network)

    def about(self) -> dict[str, Any]:
        """What else one must know to use the weights, as plain numbers and words."""
        return {
            "network": describe(self.network),
            "classes": list(self.classes),
            "shape": list(self.shape),
            "normalisation": {"mean": list(self.pixels.mean), "std": list(self.pixels.std)},
            "how": "logits = network((bytes / 255 - mean) / std)",
            "temperature": self.temperature,
            "epoch": self.epoch,
        }

    def _normalised(self, images: np.ndarray) -> jax.Array:
        """(x/255 − mean)/std in the precision that was trained in."""
        dtype = next(iter(self.params.values())).dtype
        mean, std = (jnp.asarray(values, dtype)[None, None, None] for values in self.pixels)
        return (jnp.asarray(images).astype(dtype) / 255 - mean) / std


def load_run(folder: str | Path, weights: str = "best") -> Trained:
    """The network of a training from its folder alone: the weights of the "best" epoch or of the
    "last" one.
    """
    Choice(("best", "last")).check("weights", weights)
    path = Path(folder) / "checkpoint.npz"
    if not path.is_file():
        raise Refusal(
            f"`folder` must be that of a training, with checkpoint.npz, got {str(folder)!r}"
        )
    content = checkpoint.read(path)
    about, data = content.description, content.description["data"]
    network = _network(about["training"]["network"])
    if weights == "last":
        epoch = content.rows[-1]["epoch"]
        arrays = {
            name: content.arrays.get(
                f"{PARAMS}['{name}']", content.arrays.get(f"{BUFFERS}['{name}']")
            )
            for name in network.entries()
        }
        found = {name: value for name, value in arrays.items() if value is not None}
        params, buffers = state_dict.load(found, network)
    else:
        digest = str(content.arrays["array best"])
        epoch, params, buffers, _ = Best.load(Path(folder), content.rows, digest, network)
    return Trained(
        network,
        params,
        buffers,
        tuple(data["classes"]),
        Normalization(tuple(about["pixels"]["mean"]), tuple(about["pixels"]["std"])),
        tuple(data["shape"]),
        (data["reading"][0], data["reading"][1]),
        epoch,
        _temperature(Path(folder), weights, len(content.rows)),
    )


@jax.jit
def _logits(network: ImageNetwork, params: Params, buffers: Buffers, images: jax.Array) -> Any:
    return network(params, buffers, images, train=False).logits


def _network(about: dict[str, Any]) -> ImageNetwork:
    """The network that was described."""
    fields = {name: value for name, value in about.items() if name not in ("type", "code")}
    known: dict[str, Callable[..., ImageNetwork]] = {
        kind.__name__: kind for kind in descendants(ImageNetwork)
    }
    kind = known.get(about["type"])
    if kind is None:
        raise Refusal(
            f"`folder` holds a network {about['type']}, which is not known here; "
            "import the file that defines it"
        )
    found = kind(**fields)
    if json.loads(json.dumps(describe(found))) != about:
        raise Refusal(f"`folder` holds a network {about['type']} that was edited since")
    return found


def _temperature(folder: Path, weights: str, n_done: int) -> float | None:
    """What the run's result says; None where there is none, or one of another epoch."""
    try:
        result = json.loads((folder / "result.json").read_text())
        known = result["temperatures"].get(weights)
        return float(known) if known is not None and result["last"]["epoch"] == n_done else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
