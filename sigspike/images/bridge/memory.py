"""What goes from step to step in JAX, as tensors for a checkpoint of PyTorch."""

import jax
import jax.numpy as jnp
import numpy as np
import torch
from jaxtyping import PyTree

from sigspike.foundation.check import Refusal


def as_tensors(carried: PyTree) -> list[torch.Tensor]:
    """Its arrays, copied, on the host."""
    return [torch.from_numpy(np.array(leaf)) for leaf in jax.tree.leaves(carried)]


def restored(carried: PyTree, tensors: list[torch.Tensor]) -> PyTree:
    """``carried`` with the values of these tensors, copied; refused where they are not of its
    shapes.
    """
    leaves, structure = jax.tree.flatten(carried)
    found, wanted = [tuple(tensor.shape) for tensor in tensors], [leaf.shape for leaf in leaves]
    if found != wanted:
        raise Refusal(
            f"`state_dict` must hold arrays of shapes {wanted}, got {found}; "
            "load it where it was made"
        )
    return structure.unflatten(
        [
            jnp.array(tensor.cpu().numpy(), leaf.dtype)
            for tensor, leaf in zip(tensors, leaves, strict=True)
        ]
    )
