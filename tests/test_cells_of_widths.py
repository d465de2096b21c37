"""Widths of one grid are those widths alone: in numbers, in draws, and for a user's own network."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from conftest import FLOAT32
from grid_oracle import held

import sigspike as ss

pytestmark = pytest.mark.skipif(FLOAT32, reason="cells are compared to float64 rounding")

BASE = zoo.experiment(n_steps=6, record_every=3)


class Leaky(ss.PatchCNN):
    """σ(z) = z or z/10."""

    def hidden(self, upper, overlaps):
        return jnp.where(overlaps > 0, overlaps, 0.1 * overlaps)


class Tanh(ss.PatchCNN):
    """σ(z) = tanh z, whose filters leave 0."""

    def hidden(self, upper, overlaps):
        return jnp.tanh(overlaps)


class Softplus(ss.ThreeLayerCNN):
    """Two layers without a zero."""

    def hidden(self, upper, overlaps):
        first = jax.nn.softplus(overlaps[0])
        return jnp.einsum("jrk,k...->jr...", upper, first) + ss.ReLUPower(1)(first)[None]


NETWORKS = [ss.LinearModel, Leaky, Tanh, Softplus]


@pytest.mark.parametrize("kind", NETWORKS, ids=lambda kind: kind.__name__)
def test_a_width_beside_larger_ones_is_the_width_itself(kind):
    network = kind(width=3, init_std=0.1, bias=kind is not Leaky)
    data = held(
        replace(BASE, network=network, algorithm=ss.GradientDescent(1.0)), {"network.width": [1, 4]}
    )
    assert not np.allclose(data["train_loss"].isel(width=0), data["train_loss"].isel(width=1))


@pytest.mark.parametrize("measure", ["coefficients", "summary"])
def test_widths_beside_activations_are_each_itself(measure):
    network = zoo.specimen(ss.PatchCNN, init_std=0.3, bias=True)
    activations = {"softplus": ss.Softplus(), "leaky": ss.Leaky(0.2), "square": ss.ReLUPower(2)}
    base = replace(BASE, network=network, measure=measure)
    held(base, {"network.activation": activations, "network.width": [1, 3]})
    leaky = ss.put(base, "network.activation", ss.Leaky(0.2))
    held(leaky, {"network.activation.slope": [0.0, 0.1, 1.0], "network.width": [3, 1]})


@pytest.mark.parametrize("kind", [ss.LinearModel, Tanh], ids=lambda kind: kind.__name__)
def test_a_width_of_a_whole_network_is_the_width_itself(kind):
    networks = {
        "narrow": kind(width=1),
        "wide": kind(width=3, init_std=0.1),
        "relu": ss.PatchCNN(2),
    }
    held(BASE, {"network": networks, "network.width": [1, 4]})
    others = {"a": kind(width=1, init_std=0.1), "b": kind(width=1, bias=True)}
    linked = ss.Linked({"network.width": [3, 1], "network": others})
    held(replace(BASE, measure="summary"), {"along": linked})


@pytest.mark.parametrize("regime", ["feature", "kernel"])
@pytest.mark.parametrize("init", ["uniform", "gaussian"])
def test_draws_do_not_change_with_the_company(init, regime):
    network = zoo.specimen(ss.PatchCNN, init=init, init_std=0.3, bias=True)
    setting = replace(BASE, network=network, regime=regime)
    axes = {"network.width": [1, 4, 2], "problem.dim": [20, 30]}
    company = held(setting, axes)
    for width in (1, 2):
        own = ss.sweep(setting, {"network.width": [width], "problem.dim": [30]}, n_seeds=2, seed=3)
        for name in ("train_loss", "test_error", "margin", "flipped"):
            start = company[name].sel(width=width, dim=30, time=0)
            np.testing.assert_allclose(
                start, own[name].isel(width=0, dim=0, time=0), rtol=1e-9, atol=1e-12
            )
