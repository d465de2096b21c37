"""JSON as its standard has it, which knows no NaN and no infinity."""

import math
from typing import Any


def finite(value: Any) -> Any:
    """None for a float that is not finite, in dictionaries and lists too: JSON has no NaN."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
