"""The axes of a figure's sweep, as its settings tell them."""

from typing import Any

import sigspike as ss


def described(axes: dict[str, Any]) -> dict[str, Any]:
    """The axes as plain numbers."""
    return {
        name: {path: list(column) for path, column in values.fields.items()}
        if isinstance(values, ss.Linked)
        else values
        for name, values in axes.items()
    }
