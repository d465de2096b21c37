"""No disturbance."""

from typing import ClassVar

from sigspike.algorithms.disturbances.disturbance import Disturbance


class Calm(Disturbance):
    """No disturbance."""

    disturbs: ClassVar[str] = "nothing"
