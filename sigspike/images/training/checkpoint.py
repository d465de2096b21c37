"""A training on disk, whole or not at all: everything from which it goes on bit for bit."""

import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from sigspike.files.store import differences
from sigspike.files.whole import whole
from sigspike.foundation.check import Refusal
from sigspike.images.methods import State
from sigspike.images.training.log import Row

ABOUT = "about"


class Checkpoint(NamedTuple):
    """The state after some epochs, the rows of the log until then, and further arrays by name."""

    state: State
    rows: list[Row]
    arrays: dict[str, np.ndarray]


def save(path: Path, checkpoint: Checkpoint, description: dict[str, Any]) -> None:
    """An npz file without a pickle, each array under its path in the state; it stands under its
    name when the disk has all of it, and the one before stays until then.
    """
    about = json.dumps({"description": description, "rows": checkpoint.rows})
    content = {f"array {name}": value for name, value in checkpoint.arrays.items()}
    content |= {name: np.asarray(_plain(leaf)) for name, leaf in _named(checkpoint.state)}
    try:
        with whole(path) as aside, aside.open("wb") as stream:
            np.savez(stream, **content, **{ABOUT: np.array(about)})  # type: ignore[arg-type]
    except OSError as error:
        raise Refusal(
            f"`out` cannot be written, got {str(path)!r} ({error}); the last checkpoint stays"
        ) from error


def load(path: Path, like: State, description: dict[str, Any]) -> Checkpoint:
    """What `save` wrote for a training of this description, whose state is built as ``like``;
    another's is refused.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            content = dict(file)
        about = json.loads(str(content.pop(ABOUT)))
    except Exception as error:  # a broken file can fail in any way
        raise Refusal(
            f"`out` checkpoint {path} cannot be read ({error}); remove it to begin anew"
        ) from error
    found = differences(about["description"], json.loads(json.dumps(description)))
    if found:
        raise Refusal(
            f"`out` {str(path.parent)!r} holds another run ({found[0]}); name another folder"
        )
    arrays = {
        name.removeprefix("array "): value
        for name, value in content.items()
        if name.startswith("array ")
    }
    leaves = [_leaf(path, content.get(name), leaf, name) for name, leaf in _named(like)]
    return Checkpoint(jax.tree.unflatten(jax.tree.structure(like), leaves), about["rows"], arrays)


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
