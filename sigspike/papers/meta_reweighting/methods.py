"""The methods compared: what weighs the examples, what is trained on, and how each is drawn."""

from typing import Any, NamedTuple

from sigspike.papers.meta_reweighting import couplings as of
from sigspike.papers.meta_reweighting.training import Branches, Method
from sigspike.plots.style import COLORS

BRANCHES = Branches(
    (of.exact, of.surrogate(), of.best_match), (of.below_log_c, of.mixture, of.fine)
)
RATES = {
    "meta-reweighting": (0.003, 0.01, 0.03),
    "FBR": (0.03, 0.1, 0.3),
    "FBR, best match": (0.03, 0.1, 0.3),
}


class Compared(NamedTuple):
    """A method, what it trains on, whether it looks at the clean subset, and how it is drawn."""

    method: Method
    trains_on: str
    sees_clean: bool
    line: dict[str, Any]


PLAIN = Method()
BLACK, EXACT = COLORS[6], "meta-reweighting"
METHODS = {
    "plain": Compared(PLAIN, "noisy", False, {"color": BLACK}),
    "plain + clean": Compared(PLAIN, "both", True, {"color": BLACK, "linestyle": "--"}),
    "clean only": Compared(PLAIN, "clean", True, {"color": BLACK, "linestyle": ":"}),
    "loss < log C": Compared(Method(selection=1), "noisy", False, {"color": COLORS[2]}),
    "loss mixture": Compared(
        Method(selection=2), "noisy", False, {"color": COLORS[2], "linestyle": "--"}
    ),
    "FINE": Compared(Method(selection=3, epochs=5), "noisy", False, {"color": COLORS[3]}),
    "meta-reweighting": Compared(
        Method(coupling=1, start=0.5), "noisy", True, {"color": COLORS[0]}
    ),
    "FBR": Compared(Method(coupling=2, start=0.5), "noisy", True, {"color": COLORS[1]}),
    "FBR, best match": Compared(
        Method(coupling=3, start=0.5), "noisy", True, {"color": COLORS[1], "linestyle": "--"}
    ),
}
