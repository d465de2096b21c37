"""Which numbers of an experiment its noise depends on: other cells share one Gram matrix."""

from collections.abc import Mapping
from typing import Any

import equinox as eqx
import jax
import numpy as np
from jax.extend.core import Literal

from sigspike.foundation.paths import put_all
from sigspike.simulation.experiment import Experiment
from sigspike.simulation.simulation import draw


def noise_knows(
    experiment: Experiment, room: int | None, axes: Mapping[str, Mapping[str, np.ndarray]]
) -> set[str]:
    """The names of the axes whose numbers reach the training noise, read from the traced program.

    An operation with an argument that depends on a number depends on it: this may call an axis
    knowing that is not, never the other way round.
    """
    paths = [(name, path) for name, numbers in axes.items() for path in numbers]
    arrays, static = eqx.partition(experiment, eqx.is_array)

    def noise(numbers: list[Any]) -> Any:
        whole = put_all(
            eqx.combine(arrays, static),
            dict(zip((path for _, path in paths), numbers, strict=True)),
        )
        return draw(whole, jax.random.key(0), room).train.noise

    start = [float(axes[name][path][0]) for name, path in paths]
    jaxpr = jax.make_jaxpr(noise)(start).jaxpr
    return {
        name
        for (name, _), variable in zip(paths, jaxpr.invars, strict=True)
        if _reaches(jaxpr, variable)
    }


def _reaches(jaxpr: Any, variable: Any) -> bool:
    known = {variable}
    for equation in jaxpr.eqns:
        if any(value in known for value in equation.invars if not isinstance(value, Literal)):
            known |= set(equation.outvars)
    return any(value in known for value in jaxpr.outvars if not isinstance(value, Literal))
