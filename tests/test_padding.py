"""A network with room to spare is the network itself: for every network, option and activation, also a user's."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from jax import random

import sigspike as ss

WIDTH, ROOM = 2, 5


class RoomyLeaky(ss.PatchCNN):
    """A user's activation whose derivative does not vanish at 0."""

    pads = True

    def hidden(self, upper, overlaps):
        return jnp.where(overlaps > 0, overlaps, 0.2 * overlaps)


class RoomySoftplus(ss.PatchCNN):
    """One that does not vanish itself."""

    pads = True

    def hidden(self, upper, overlaps):
        return jax.nn.softplus(overlaps)


class RoomlessTanh(ss.PatchCNN):
    """A user's network that promises nothing: it has no room, and each width is a program of its own."""

    def hidden(self, upper, overlaps):
        return jnp.tanh(overlaps)


PADDED = [kind for kind in zoo.concrete(ss.Network) if kind.can_pad()]
NETWORKS = [network for kind in PADDED for network in zoo.variants(kind)] + [RoomyLeaky(WIDTH), RoomySoftplus(WIDTH)]


def compare(network, bound=1e-9, **settings):
    setting = zoo.experiment(network=ss.put(network, "width", WIDTH), n_steps=20, record_every=10, **settings)
    alone = ss.named_axes(ss.simulate(setting, random.key(1)))
    roomy = ss.put(setting, "network", setting.network.padded(ROOM))
    padded = ss.named_axes(ss.simulate(roomy, random.key(1)))
    for name, values in alone.items():
        found = padded[name]
        if "neuron" in found.dims:
            assert np.isnan(found.isel(neuron=slice(WIDTH, None))).all(), name
            found = found.isel(neuron=slice(WIDTH))
        np.testing.assert_allclose(found, values, rtol=bound, atol=bound, err_msg=name)


def test_every_network_of_ours_has_room():
    assert set(PADDED) == set(zoo.concrete(ss.Network))


@pytest.mark.law
@pytest.mark.parametrize("network", NETWORKS, ids=zoo.label)
def test_padded_is_exact(network, tolerance):
    compare(network, tolerance)


@pytest.mark.parametrize("kind", [*PADDED, RoomyLeaky, RoomySoftplus])
@pytest.mark.parametrize("init", ["gaussian", "uniform"])
def test_padded_is_exact_in_the_kernel_regime(kind, init):
    compare(zoo.specimen(kind, init=init, init_std=0.3), regime="kernel", measure="summary")


@pytest.mark.parametrize("kind", [*PADDED, RoomyLeaky, RoomySoftplus])
def test_padded_is_exact_where_features_are_read(kind):
    algorithm = zoo.specimen(ss.FeatureReweighting)
    compare(zoo.specimen(kind, init_std=0.3), algorithm=algorithm, measure="weights")


def test_a_user_s_network_has_room_only_where_it_says_so():
    assert RoomyLeaky.can_pad()
    assert not RoomlessTanh.can_pad()
    assert not type("BelowWithout", (RoomyLeaky,), {"hidden": RoomlessTanh.hidden}).can_pad()
    assert type("Below", (RoomyLeaky,), {}).can_pad()
    setting = zoo.experiment(network=RoomlessTanh(2, init_std=0.3), n_steps=20, record_every=20)
    data = ss.sweep(setting, {"network.width": [2, 4]})
    alone = ss.named_axes(ss.simulate(setting, random.fold_in(random.key(0), 0)))
    np.testing.assert_allclose(data["margin"].sel(width=2).isel(seed=0), alone["margin"], rtol=1e-10)
