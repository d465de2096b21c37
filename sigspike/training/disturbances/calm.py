"""No disturbance."""

from typing import ClassVar

from sigspike.training.disturbances.disturbance import Disturbance


class Calm(Disturbance):
    """No disturbance."""

    disturbs: ClassVar[str] = "nothing"
