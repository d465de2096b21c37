"""Tensors of PyTorch as arrays of JAX and back, through DLPack."""

from typing import Any

import jax
import jax.numpy as jnp
import torch
from jaxtyping import Array

from sigspike.foundation.check import Refusal


def as_array(tensor: torch.Tensor) -> Array:
    """The tensor as a JAX array: of the same memory where it is contiguous (and on a CPU aligned to
    JAX's liking) and JAX has its device, else a copy, through the host where JAX has no such
    device. Without jax_enable_x64, 64 bits become 32.

    Whoever calls it is done with the array before the tensor can change: see `as_tensor`.
    """
    own = tensor.detach().contiguous()
    return jax.dlpack.from_dlpack(own if _shared(own.device) else own.cpu())


def as_tensor(array: Array, like: torch.Tensor) -> torch.Tensor:
    """The array, when it is computed, as a tensor on the device of ``like``, of the same memory
    where that can be.

    JAX takes its arrays for immutable, so only one that nobody else holds, fresh from a compiled
    program, comes here.
    """
    # PyTorch may be one for CPUs
    if like.device.type == "cpu" and array.devices().pop().platform != "cpu":
        array = jax.device_put(array, jax.local_devices(backend="cpu")[0])
    return torch.from_dlpack(jax.block_until_ready(array)).to(like.device)


def as_float(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor in the precision in which it is computed with: float64 with jax_enable_x64, else
    float32.
    """
    double = tensor.dtype == torch.float64 and jnp.result_type(float) == jnp.float64
    return tensor.to(torch.float64 if double else torch.float32)


def check_numbers(name: str, value: Any, shape: tuple[int | None, ...], axes: str) -> None:
    """Refuse what is no floating tensor of this shape (None: any length of that axis)."""
    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        found = value.dtype if isinstance(value, torch.Tensor) else type(value).__name__
        raise Refusal(f"`{name}` must be a floating-point tensor ({axes}), got {found}")
    fits = len(value.shape) == len(shape) and all(
        n in (None, m) for n, m in zip(shape, value.shape, strict=True)
    )
    if not fits or not len(value):
        wanted = ", ".join("any" if n is None else str(n) for n in shape)
        raise Refusal(f"`{name}` must have shape ({axes}) = ({wanted}), got {tuple(value.shape)}")


def check_whole(name: str, value: Any, size: int, below: int) -> None:
    """Refuse what is no tensor of ``size`` whole numbers 0 … ``below`` − 1."""
    if (
        not isinstance(value, torch.Tensor)
        or value.is_floating_point()
        or value.dtype in (torch.bool, torch.cfloat)
    ):
        found = value.dtype if isinstance(value, torch.Tensor) else type(value).__name__
        raise Refusal(f"`{name}` must be a tensor of whole numbers, got {found}")
    if value.shape != (size,):
        raise Refusal(
            f"`{name}` must hold one number for each of {size} samples, "
            f"got shape {tuple(value.shape)}"
        )
    if size and not 0 <= (low := int(value.min())) <= (high := int(value.max())) < below:
        raise Refusal(f"`{name}` must lie from 0 to {below - 1}, got {low if low < 0 else high}")


def _shared(device: torch.device) -> bool:
    """Whether JAX computes on this device too."""
    if device.type == "cpu":
        return True
    try:
        return device.type == "cuda" and (device.index or 0) < len(jax.local_devices(backend="gpu"))
    except RuntimeError:  # JAX for CPUs
        return False
