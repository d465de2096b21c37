"""Runs whose steps see samples of their own."""

from typing import Any

import numpy as np

from by_hand.nets import patches
from by_hand.run import Run


class Online(Run):
    """``fresh``: the samples of every step; ``of_steps``: the randomness of the steps on them."""

    def __init__(self, experiment: Any, drawn: Any, noise: Any, fresh: list[Any], of_steps: Any):
        super().__init__(experiment, drawn, noise)
        self.fresh, self.of_steps, self.bias = fresh, of_steps, experiment.network.bias

    def advance(self) -> None:
        held = self.inputs, self.label, self.n, self.noise
        samples = self.fresh[self.step]
        self.inputs, self.label = patches(samples, self.bias), np.asarray(samples.label, float)
        self.n, self.noise = len(self.label), self.of_steps
        super().advance()
        self.inputs, self.label, self.n, self.noise = held
