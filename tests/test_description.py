"""Descriptions."""

import json
from dataclasses import fields

import pytest
import zoo

import sigspike as ss


def other(kind):
    """A specimen with other options, or with another number where it has no options."""
    plain, turned = zoo.specimen(kind), zoo.turned(kind)
    if not fields(kind) or ss.describe(turned) != ss.describe(plain):
        return turned
    name, value = fields(kind)[0].name, getattr(plain, fields(kind)[0].name)
    return ss.put(plain, name, value + 1 if isinstance(value, int) else value / 2)


BASES = ss.Problem, ss.Network, ss.Algorithm, ss.Activation, *zoo.DIALS.values()


@pytest.mark.parametrize("kind", [kind for base in BASES for kind in zoo.concrete(base)])
def test_descriptions_are_plain_and_tell_settings_apart(kind):
    plain, turned = ss.describe(zoo.specimen(kind)), ss.describe(other(kind))
    assert plain["type"] == kind.__name__
    assert json.loads(json.dumps(plain)) == plain
    assert plain == ss.describe(zoo.specimen(kind))
    assert plain != turned or len(plain) == 1


def test_large_arrays_are_described_by_what_they_hold():
    problem = zoo.specimen(ss.ImagePatches)
    described = ss.describe(problem)["images"]
    assert described["shape"] == [20, 4, 4]
    assert described == ss.describe(ss.put(problem, "noise_std", 1.0))["images"]
    assert (
        described
        != ss.describe(ss.put(problem, "images", problem.images.at[0, 0, 0].add(1e-3)))["images"]
    )
