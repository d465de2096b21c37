"""A network with room to spare is the network itself: for every network, option and activation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import zoo
from jax import random

import sigspike as ss

WIDTH, ROOM = 2, 5


class Entropy(ss.Activation):
    """A user's activation that promises nothing: z log|z|, which has no derivative at 0."""

    def __call__(self, z):
        return z * jnp.log(jnp.abs(z))


class RoomyLeaky(ss.PatchCNN):
    """A user's own neurons, whose derivative does not vanish at 0."""

    pads = True

    def hidden(self, upper, overlaps):
        return jnp.where(overlaps > 0, overlaps, 0.2 * overlaps)


class RoomySoftplus(ss.PatchCNN):
    """Neurons that do not vanish themselves."""

    pads = True

    def hidden(self, upper, overlaps):
        return jax.nn.softplus(overlaps)


class RoomlessTanh(ss.PatchCNN):
    """A user's network that promises nothing: it has no room, and each width is a program of its
    own.
    """

    def hidden(self, upper, overlaps):
        return jnp.tanh(overlaps)


def activated(kind, make):
    """A network with every activation of ours, and with a user's."""
    found = zoo.activated(kind, make)
    return (
        [*found, ss.put(found[0], "activation", Entropy())]
        if issubclass(kind, ss.ActivatedNetwork)
        else found
    )


PADDED = [kind for kind in zoo.concrete(ss.Network) if kind.can_pad()]
OWN = [RoomyLeaky(WIDTH), RoomySoftplus(WIDTH)]
PLAIN, TURNED = (
    [one for kind in PADDED for one in activated(kind, make)] for make in (zoo.specimen, zoo.turned)
)
# Every activation with one network in the kernel regime, and with the other where features are
# read.
KERNEL, READ = (
    [*(one for k, one in enumerate(PLAIN) if (k + k // 8) % 2 == turn), *OWN] for turn in (0, 1)
)
NETWORKS = [network for kind in PADDED for network in zoo.variants(kind)] + TURNED + OWN


def compare(network, bound=1e-9, **settings):
    setting = zoo.experiment(
        network=ss.put(network, "width", WIDTH), n_steps=20, record_every=10, **settings
    )
    alone = ss.named_axes(ss.simulate(setting, random.key(1)))
    roomy = ss.put(setting, "network", setting.network.padded(ROOM))
    padded = ss.named_axes(ss.simulate(roomy, random.key(1)))
    assert (alone["diverged_at"] < 0).all()
    for name, values in alone.items():
        found = padded[name]
        if "neuron" in found.dims:
            assert np.isnan(found.isel(neuron=slice(WIDTH, None))).all(), name
            found = found.isel(neuron=slice(WIDTH))
        np.testing.assert_allclose(found, values, rtol=bound, atol=bound, err_msg=name)


@pytest.mark.law
@pytest.mark.parametrize("kind", PADDED)
def test_padded_is_exact_for_several_classes(kind, tolerance):
    network = zoo.specimen(kind, init_std=0.2)
    compare(network, tolerance, problem=zoo.specimen(ss.ManyClasses, flip_rate=0.2))


def test_every_network_of_ours_has_room():
    assert set(PADDED) == set(zoo.concrete(ss.PatchwiseNetwork))


@pytest.mark.law
@pytest.mark.parametrize("network", NETWORKS, ids=zoo.label)
def test_padded_is_exact(network, tolerance):
    compare(network, tolerance)


@pytest.mark.parametrize("index", range(len(KERNEL)), ids=lambda k: zoo.label(KERNEL[k]))
def test_padded_is_exact_in_the_kernel_regime(index):
    network = ss.put(KERNEL[index], "init", ("gaussian", "uniform")[index % 2])
    compare(ss.put(network, "init_std", 0.3), regime="kernel", measure="summary")


@pytest.mark.parametrize("network", READ, ids=zoo.label)
def test_padded_is_exact_where_features_are_read(network):
    algorithm = zoo.specimen(ss.FeatureReweighting)
    compare(ss.put(network, "init_std", 0.3), algorithm=algorithm, measure="weights")


@pytest.mark.parametrize("network", PLAIN, ids=zoo.label)
def test_room_costs_a_mask_only_where_neurons_at_zero_are_heard(network):
    roomy, z = network.padded(ROOM), jnp.ones((network.n_signs, ROOM, 2))
    upper = roomy.upper(random.key(0))
    here, there = (str(jax.make_jaxpr(made.hidden)(upper, z)) for made in (roomy, network))
    fires = isinstance(network, ss.ActivatedNetwork)
    assert (here == there) == (not fires or network.activation.silent)
    assert (roomy.masked(z) is z) == fires


def test_a_user_s_network_has_room_only_where_it_says_so():
    assert RoomyLeaky.can_pad()
    assert not RoomlessTanh.can_pad()
    assert not type("BelowWithout", (RoomyLeaky,), {"hidden": RoomlessTanh.hidden}).can_pad()
    assert not type("OwnFire", (ss.PatchCNN,), {"fire": lambda self, z: z}).can_pad()
    assert type("Below", (RoomyLeaky,), {}).can_pad()
    setting = zoo.experiment(network=RoomlessTanh(2, init_std=0.3), n_steps=20, record_every=20)
    data = ss.sweep(setting, {"network.width": [2, 4]})
    alone = ss.named_axes(ss.simulate(setting, random.fold_in(random.key(0), 0)))
    np.testing.assert_allclose(
        data["margin"].sel(width=2).isel(seed=0), alone["margin"], rtol=1e-10
    )
