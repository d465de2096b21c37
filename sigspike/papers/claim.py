"""What a figure must show, and whether it does."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from sigspike.foundation.strict_json import finite


@dataclass(frozen=True)
class Claim:
    """One statement of a paper, measured.

    ``low`` and ``high`` bound the expected value; it holds if the measured mean lies between them.
    ``standard_error`` is over seeds (0 for a count).
    """

    claim: str
    source: str
    measured: float
    standard_error: float
    low: float = -np.inf
    high: float = np.inf

    @classmethod
    def of_seeds(
        cls, claim: str, source: str, values: Any, low: float = -np.inf, high: float = np.inf
    ) -> "Claim":
        """A claim about the mean over seeds."""
        values = np.asarray(values, float).ravel()
        error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
        return cls(claim, source, float(values.mean()), float(error), low, high)

    @property
    def holds(self) -> bool:
        """Whether the measured value is in the expected range (never for NaN: a diverged run shows
        nothing).
        """
        return bool(self.low <= self.measured <= self.high)

    @property
    def expected(self) -> str:
        """The range in words."""
        if np.isinf(self.low):
            return f"≤ {self.high:.4g}"
        return f"≥ {self.low:.4g}" if np.isinf(self.high) else f"{self.low:.4g} … {self.high:.4g}"

    def as_dict(self) -> dict[str, Any]:
        """The entry of ``claims.json``."""
        return {
            "claim": self.claim,
            "source": self.source,
            "expected": self.expected,
            "measured": finite(self.measured),
            "holds": self.holds,
            "standard_error": finite(self.standard_error),
        }


def none_diverged(data: xr.Dataset) -> Claim:
    """No training of a sweep diverged."""
    return Claim(
        "fraction of runs that diverged",
        "ours",
        float((data["diverged_at"] >= 0).mean()),
        0,
        high=0,
    )


def table(claims: list[dict[str, Any]]) -> str:
    """The claims as lines of text: holds or not, the claim, what was expected and measured."""
    lines = []
    for entry in claims:
        mark = "holds" if entry["holds"] else "FAILS"
        text = f"{entry['claim']} [{entry['source']}]"
        lines.append(
            f"  {mark}  {text}\n         expected {entry['expected']}, measured {shown(entry)}"
        )
    return "\n".join(lines)


def shown(entry: dict[str, Any]) -> str:
    """The measured value of an entry, with its standard error."""
    value, error = entry["measured"], entry["standard_error"]
    return "not finite" if value is None else f"{value:.4g}" + (f" ± {error:.2g}" if error else "")
