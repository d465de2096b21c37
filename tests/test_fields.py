"""Described objects: what their arguments become, and what of dataclasses and pytrees holds."""

import dataclasses
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sigspike as ss
from sigspike.foundation.check import POSITIVE, Domain, Refusal, shown
from sigspike.foundation.fields import LARGEST, Checked, number

DATA = ss.SignalNoise(30, 1, 0.5)


def test_values_of_numpy_and_jax_become_those_of_python():
    kept = {
        "orthogonal": ss.SignalNoise(9, 1, 1, orthogonal=np.bool_(False)).orthogonal,
        "patches": ss.SignalNoise(9, 1, 1, n_noise_patches=np.array(2)).n_noise_patches,
        "width": ss.PatchCNN(jnp.asarray(3)).width,
        "power": ss.ReLUPower(np.float32(2.5)).power,
        "init": ss.PatchCNN(3, init=np.str_("uniform")).init,
    }
    assert kept == {"orthogonal": False, "patches": 2, "width": 3, "power": 2.5, "init": "uniform"}
    assert [type(value) for value in kept.values()] == [bool, int, int, float, str]
    assert float(ss.SignalNoise(10**20, 1, 1).dim) == pytest.approx(1e20)


def test_a_scalar_of_the_right_kind_is_kept_as_it_is():
    noise_std = jnp.asarray(0.3, jnp.result_type(float))
    assert ss.SignalNoise(9, 1, noise_std).noise_std is noise_std
    assert dataclasses.replace(DATA, dim=9).noise_std is DATA.noise_std
    assert ss.SignalNoise(9, 1, jnp.asarray(0.3)).noise_std.weak_type is False


def test_objects_are_dataclasses_and_pytrees_as_before():
    by_place = ss.SignalNoise(30, 1, 0.5)
    by_name = ss.SignalNoise(noise_std=0.5, dim=30, signal_strength=1)
    assert by_place == by_name
    assert pickle.loads(pickle.dumps(by_place)) == by_place
    assert jax.tree.unflatten(*jax.tree.flatten(by_place)[::-1]) == by_place
    assert jax.jit(lambda at: ss.put(at, "noise_std", 2 * at.noise_std).noise_std)(by_place) == 1.0


def test_a_count_is_one_of_32_bits():
    assert (
        ss.Experiment(DATA, ss.PatchCNN(3), ss.GradientDescent(0.1), 4, LARGEST).n_steps == LARGEST
    )
    with pytest.raises(Refusal, match=f"`n_steps` must be a whole number .* got {LARGEST + 1}"):
        ss.Experiment(DATA, ss.PatchCNN(3), ss.GradientDescent(0.1), 4, LARGEST + 1)


class Scaled(Checked):
    """A class with an ``__init__`` of its own."""

    size: float = number(POSITIVE, "size")

    def __init__(self, half):
        self.size = 2 * half


def test_a_class_with_an_init_of_its_own_reads_its_arguments_and_is_checked():
    assert float(Scaled(3).size) == 6
    assert float(Scaled(half=3).size) == 6
    with pytest.raises(Refusal, match="`size` must be a number"):
        Scaled(-1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros((3, 100)), "an array of float64 of shape (3, 100)"),
        (jnp.float32(1.3), "1.3"),
        ("a\nb", r"'a\nb'"),
        (10**5000, "a value of type int that cannot be shown"),
        (
            list(range(1000)),
            "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, …",
        ),
    ],
    ids=["array", "scalar", "lines", "huge", "list"],
)
def test_a_value_is_shown_in_a_short_line(value, words):
    assert shown(value) == words


def test_a_domain_never_raises_anything_but_a_refusal():
    class Broken(Domain):
        words = "anything"

        def holds(self, value):
            raise ZeroDivisionError

    with pytest.raises(Refusal, match="`x` must be anything, got 3"):
        Broken().check("x", 3)
