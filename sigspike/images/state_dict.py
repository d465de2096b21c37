"""PyTorch's state_dicts, read and written unchanged: .npz, safetensors, a module, a mapping."""

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sigspike.files.arrays import read_npz
from sigspike.files.whole import whole
from sigspike.foundation.check import Refusal, nearest
from sigspike.images.networks import Buffers, ImageNetwork, Params

# The last: an object with state_dict(), a torch.nn.Module
Source = str | Path | Mapping[str, Any] | Any
FLOATS = ("float32", "float64")


def load(source: Source, network: ImageNetwork) -> tuple[Params, Buffers]:
    """Parameters and buffers of ``network`` from a file (.npz, .safetensors), a torch module or a
    mapping of arrays.

    The values are copied bit by bit, and what is missing, too much or of another shape is refused.
    PyTorch's int64 counts of batches become JAX's integers, and come back as int64 from
    ``as_dict``. A .pt or .pth file is a pickle, and a pickle is code: open it with
    ``torch.load(path, weights_only=True)`` and give what that returns.
    """
    entries = network.entries()
    # twice the network in float64, and room for other names
    most = 16 * sum(math.prod(entry.shape) for entry in entries.values()) + (1 << 20)
    found = _entries(source, most)
    _refuse_other_names(list(found), list(entries))
    values = {}
    for name, entry in entries.items():
        value = _array(name, found[name])
        if value.shape != entry.shape:
            raise Refusal(
                f"`source` entry {name!r} must have shape {entry.shape}, got {value.shape}"
            )
        values[name] = _counted(name, value) if entry.law.kind == "count" else _number(name, value)
    params = {name: values[name] for name, entry in entries.items() if not entry.buffer}
    return params, {name: values[name] for name, entry in entries.items() if entry.buffer}


def as_dict(params: Params, buffers: Buffers, network: ImageNetwork) -> dict[str, np.ndarray]:
    """The state_dict in PyTorch's order (a compiled function gives its dictionaries back sorted)
    and types, in arrays of its own: ``module.load_state_dict({k: torch.from_numpy(v) for k, v in
    as_dict(…).items()})``.
    """
    found, entries = {**params, **buffers}, network.entries()
    _refuse_other_names(list(found), list(entries))
    kinds = {
        name: np.int64 if entry.law.kind == "count" else None for name, entry in entries.items()
    }
    return {name: np.array(found[name], kinds[name]) for name in entries}


def save(target: str | Path, params: Params, buffers: Buffers, network: ImageNetwork) -> None:
    """``as_dict`` as a file ending in .npz or .safetensors, which stands under its name only when
    it is whole.
    """
    path, content = Path(target), as_dict(params, buffers, network)
    if _suffix("target", path) == ".npz":
        file = io.BytesIO()
        np.savez(file, **content)  # type: ignore[arg-type]
        data = file.getvalue()
    else:
        data = _safetensors("target", path).save(content)
    with whole(path) as aside:
        aside.write_bytes(data)


def _entries(source: Source, most: int) -> Mapping[str, Any]:
    if isinstance(source, Mapping):
        return source
    if not isinstance(source, (str, Path)):
        return source.state_dict()
    path = Path(source)
    suffix = _suffix("source", path)
    if not path.is_file():
        raise Refusal(f"`source` must be a file, got {str(path)!r}, which does not exist")
    file = None if suffix == ".npz" else _safetensors("source", path)
    try:
        return read_npz(path, most) if file is None else file.load_file(path)
    except Exception as error:  # a broken file can fail in any way
        raise Refusal(
            f"`source` {path} cannot be read as {suffix} ({error}); save it again"
        ) from error


def _suffix(name: str, path: Path) -> str:
    if path.suffix in (".npz", ".safetensors"):
        return path.suffix
    code = path.suffix in (".pt", ".pth", ".pkl", ".bin", ".ckpt")
    remedy = (
        "; a pickle is code: give what torch.load(path, weights_only=True) returns" if code else ""
    )
    raise Refusal(f"`{name}` must end in .npz or .safetensors, got {str(path)!r}{remedy}")


def _safetensors(name: str, path: Path) -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise Refusal(
            f"`{name}` {path} needs safetensors, which is not installed; pip install safetensors"
        ) from None
    return safetensors.numpy


def _refuse_other_names(found: list[str], known: list[str]) -> None:
    missing, extra = (
        [name for name in a if name not in set(b)] for a, b in ((known, found), (found, known))
    )
    if missing:
        other = f", and holds {extra[0]!r}, which the network does not have" if extra else ""
        raise Refusal(
            f"`source` lacks {missing[0]!r}{_more(missing)}{other}; "
            "describe the network that was saved"
        )
    if extra:
        remedy = nearest(extra[0], known) or "; leave it out"
        raise Refusal(
            f"`source` holds {extra[0]!r}{_more(extra)}, which the network does not have{remedy}"
        )


def _more(names: list[str]) -> str:
    return f" and {len(names) - 1} more" if len(names) > 1 else ""


def _array(name: str, value: Any) -> np.ndarray:
    """A NumPy array, also of a torch tensor on any device."""
    try:
        return np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    except TypeError as error:  # bfloat16, which NumPy does not have
        raise Refusal(
            f"`source` entry {name!r} must be float32 or float64, got {value.dtype}; convert it"
        ) from error


def _number(name: str, value: np.ndarray) -> jax.Array:
    """A JAX array of its own: on a CPU it could else share a live module's memory."""
    if value.dtype.name not in FLOATS:
        raise Refusal(
            f"`source` entry {name!r} must be float32 or float64, got {value.dtype}; convert it"
        )
    if value.dtype.name == "float64" and not jax.config.read("jax_enable_x64"):
        raise Refusal(
            f"`source` entry {name!r} is float64, which JAX cuts; set jax_enable_x64 or convert it"
        )
    return jnp.array(value, copy=True)


def _counted(name: str, value: np.ndarray) -> jax.Array:
    most = jnp.iinfo(jnp.result_type(int)).max
    if value.dtype.kind not in "iu" or not 0 <= value <= most:
        raise Refusal(
            f"`source` entry {name!r} must be a whole number in [0, {most}], "
            f"got {value.dtype} {value}"
        )
    return jnp.array(int(value))
