"""The flagship with the step size that Assumption 3.1 asks for: ten million steps."""

from typing import Any, ClassVar

import jax
import xarray as xr

from sigspike.papers.claim import Claim
from sigspike.papers.theory_lab.flagship import N_RECORDS, Flagship, in_steps
from sigspike.papers.theory_lab.regimes import Regime, strict


class Strict(Flagship):
    """a = ησ_p²d/(nm) is 7·10⁻⁶ here, and what label noise adds to γ is of second order in it."""

    name: ClassVar[str] = "flagship-strict"
    slow: ClassVar[str] = "about 15 minutes on two cores at the paper's scale"
    caption: ClassVar[str] = (
        "As the flagship, with every condition of Assumption 3.1 but a bound on σ₀ and the lower "
        "bound on p, one seed. At the printed time of Theorem 3.3 (dotted) label-noise gradient "
        "descent rests at its plateau, and γ with it."
    )

    legend: ClassVar[Any] = "upper left"
    seeds: ClassVar[tuple[int, int]] = (1, 2)

    @property
    def regimes(self) -> dict[str, Regime]:
        with jax.enable_x64(True):
            return strict(N_RECORDS, self.scale == "quick")

    def claims(self, data: xr.Dataset) -> list[Claim]:
        return self._of_regime("strict", in_steps(data.sel(regime="strict")))
