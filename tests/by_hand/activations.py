"""Activations by their formulas, with their slopes."""

from typing import Any

import numpy as np


def activated(activation: Any, z: Any) -> tuple[np.ndarray, np.ndarray]:
    """σ(z) and σ'(z)."""
    return SIGMA[type(activation).__name__](activation, np.asarray(z, float))


def _relu_power(at: Any, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    q, size = float(at.power), np.where(z > 0, z, 1)
    return np.where(z > 0, size**q, 0), np.where(z > 0, q * size ** (q - 1), 0)


def _leaky(at: Any, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.maximum(z, float(at.slope) * z), np.where(z > 0, 1, float(at.slope))


def _smoothed_relu(at: Any, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    q, corner = float(at.power), float(at.corner)
    share = np.clip(z / corner, 0, 1)
    value = np.where(z > corner, z - (1 - 1 / q) * corner, corner * share**q / q)
    return value, np.where(z > 0, share ** (q - 1), 0)


def _signed_power(at: Any, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    q = float(at.power)
    return np.sign(z) * abs(z) ** q, q * abs(z) ** (q - 1)


def _softplus(at: Any, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    sharpness = float(at.sharpness)
    half = np.tanh(sharpness * z / 2)
    return np.logaddexp(0, sharpness * z) / sharpness, (1 + half) / 2


SIGMA = {
    "Identity": lambda at, z: (z, np.ones_like(z)),
    "Leaky": _leaky,
    "ReLUPower": _relu_power,
    "SignedPower": _signed_power,
    "SmoothedReLU": _smoothed_relu,
    "Softplus": _softplus,
    "Tanh": lambda at, z: (np.tanh(z), 1 - np.tanh(z) ** 2),
}
