"""A training on disk, whole or not at all: everything from which it goes on bit for bit."""

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from sigspike.files.arrays import read_npz
from sigspike.files.store import differences
from sigspike.files.whole import whole
from sigspike.foundation.check import Refusal
from sigspike.images.methods import State
from sigspike.images.training.log import Row

ABOUT = "about"
FORMAT = 2  # raise it when another version could not read, or would misread, a checkpoint


class Checkpoint(NamedTuple):
    """The state after some epochs, the rows of the log until then, further arrays by name, and the
    shorter ``plans`` it was begun with, each as (epochs planned, epochs done).
    """

    state: State
    rows: list[Row]
    arrays: dict[str, np.ndarray]
    plans: list[list[int]]


class Content(NamedTuple):
    """What stands in a checkpoint's file, whatever training it is of."""

    description: dict[str, Any]
    rows: list[Row]
    plans: list[list[int]]
    arrays: dict[str, np.ndarray]


def save(path: Path, checkpoint: Checkpoint, description: dict[str, Any]) -> None:
    """An npz file without a pickle, each array under its path in the state, with a digest of all of
    it; it stands under its name when the disk has all of it, and the one before stays until then.
    """
    content = {f"array {name}": value for name, value in checkpoint.arrays.items()}
    content |= {name: np.asarray(_plain(leaf)) for name, leaf in _named(checkpoint.state)}
    about = {
        "format": FORMAT,
        "description": description,
        "rows": checkpoint.rows,
        "plans": checkpoint.plans,
    }
    text = json.dumps(about | {"digest": _digest(about, content)})
    try:
        with whole(path) as aside, aside.open("wb") as stream:
            np.savez(stream, **content, **{ABOUT: np.array(text)})  # type: ignore[arg-type]
    except OSError as error:
        raise Refusal(
            f"`out` cannot be written, got {str(path)!r} ({error}); the last checkpoint stays"
        ) from error


def read(path: Path) -> Content:
    """What `save` wrote; refused where a bit of it is another, or another version wrote it."""
    try:
        arrays = read_npz(path)
        about = json.loads(str(arrays.pop(ABOUT)))
        written, known = about.get("format"), about.pop("digest", None)
        if written == FORMAT and known != _digest(about, arrays):
            raise ValueError("it is not as it was written")
        found = Content(about["description"], about["rows"], about.get("plans", []), arrays)
    except Exception as error:  # a broken file can fail in any way
        raise Refusal(
            f"`out` checkpoint {path} cannot be read ({error}); remove it to begin anew"
        ) from error
    if written != FORMAT:
        raise Refusal(
            f"`out` checkpoint {path} is of another version of sigspike (format {written}, "
            f"{FORMAT} here); remove it to begin anew"
        )
    return found


def load(path: Path, like: State, description: dict[str, Any], lengthen: bool) -> Checkpoint:
    """What `save` wrote for a training of this description, whose state is built as ``like``;
    another's is refused.

    Labels and images are compared by their hashes, wherever they lie. Where ``lengthen``, a plan
    may be longer than that of the checkpoint, which is then among the ``plans``.
    """
    content = read(path)
    new = json.loads(json.dumps(description))
    planned, epochs = content.description["training"]["epochs"], new["training"]["epochs"]
    is_longer, done = lengthen and epochs > planned, len(content.rows)
    if _identity(content.description, is_longer) != _identity(new, is_longer):
        found = differences(content.description, new)[0]
        raise Refusal(
            f"`out` {str(path.parent)!r} holds another run ({found}); name another folder"
        )
    arrays = {
        name.removeprefix("array "): value
        for name, value in content.arrays.items()
        if name.startswith("array ")
    }
    leaves = [_leaf(path, content.arrays.get(name), leaf, name) for name, leaf in _named(like)]
    state = jax.tree.unflatten(jax.tree.structure(like), leaves)
    plans = [*content.plans, [planned, done]] if is_longer else content.plans
    return Checkpoint(state, content.rows, arrays, plans)


def _identity(description: dict[str, Any], any_plan: bool) -> Any:
    """What decides whether two descriptions are of one run."""
    training = dict(description["training"])
    training |= {"epochs": None} if any_plan else {}
    data, labels = description["data"], description["noise"]
    return training, data["sha256"], data["classes"], labels["sha256"], description["precision"]


def _digest(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> str:
    """sha256 of the words and of the arrays' checksums."""
    digest = hashlib.sha256(json.dumps(about).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        crc = zlib.crc32(array.reshape(-1).view(np.uint8).data)
        digest.update(f"{name} {array.dtype} {array.shape} {crc}".encode())
    return digest.hexdigest()


def _named(state: State) -> list[tuple[str, jax.Array]]:
    return [
        (jax.tree_util.keystr(path), leaf)
        for path, leaf in jax.tree_util.tree_leaves_with_path(state)
    ]


def _is_key(leaf: jax.Array) -> bool:
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _plain(leaf: jax.Array) -> jax.Array:
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf


def _leaf(path: Path, value: np.ndarray | None, like: jax.Array, name: str) -> jax.Array:
    """An array of JAX's own memory: it will be donated."""
    wanted = _plain(like)
    if value is None or value.shape != wanted.shape or value.dtype != wanted.dtype:
        raise Refusal(
            f"`out` checkpoint {path} has no {name} of {wanted.dtype} {wanted.shape}; "
            "remove it to begin anew"
        )
    own = jnp.array(value, copy=True)
    return jax.random.wrap_key_data(own) if _is_key(like) else own
