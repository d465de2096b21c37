"""A transition matrix of the user's."""

from pathlib import Path
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float

from sigspike.foundation.check import Refusal, shown
from sigspike.foundation.fields import array
from sigspike.models.problems.given_samples import as_path
from sigspike.models.problems.transitions.transition import Transition


class TransitionMatrix(Transition):
    """P(ỹ = l | y = k) = ``rows``[k, l]; ``flip_rate`` is then 0."""

    from_files: ClassVar[tuple[str, ...]] = ("transition_file",)

    rows: Float[Array, "truth given"] = array()

    def __check_init__(self) -> None:
        if self.rows.ndim != 2 or self.rows.shape[0] != self.rows.shape[1]:
            raise Refusal(
                f"`rows` must be a square matrix, a row a class, got shape {self.rows.shape}"
            )
        if isinstance(self.rows, Tracer):
            return
        for number, row in enumerate(np.asarray(self.rows, float)):
            if not ((row >= 0).all() and abs(row.sum() - 1) < 1e-5):
                raise Refusal(
                    f"`rows` must be laws of probability, numbers from 0 that add up to 1, got row "
                    f"{number} = {shown(row.tolist())}"
                )

    @classmethod
    def transition_file(cls, path: str | Path) -> "TransitionMatrix":
        """The matrix of a text file: a row a line, numbers apart by blanks or commas."""
        path = as_path("path", path)
        try:
            lines = path.read_text(encoding="utf-8").replace(",", " ").splitlines()
            rows = np.array(
                [[float(word) for word in line.split()] for line in lines if line.split()]
            )
        except (OSError, ValueError) as error:  # no file, no text, no numbers, or rows unlike
            got = f"{shown(str(path))} ({shown(error)})"
            raise Refusal(f"`path` must be a text file of a square matrix, got {got}") from error
        return cls(jnp.asarray(rows))

    def matrix(self, rate: float | Float[Array, ""], n_classes: int) -> Float[Array, "truth given"]:
        return self.rows

    def check_with(self, rate: float | Float[Array, ""], n_classes: int) -> None:
        if self.rows.shape[0] != n_classes:
            raise Refusal(
                f"`transition` must have {n_classes} rows, one a class, got {self.rows.shape[0]}"
            )
        if not isinstance(rate, Tracer) and float(rate) != 0:
            raise Refusal(
                f"`flip_rate` must be 0 beside a transition matrix, which says it all, got "
                f"{float(rate):g}"
            )
