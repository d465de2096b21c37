"""What a training's folder says of its data, for every report of its numbers."""

import json
from pathlib import Path


def remarks_of(folder: Path) -> list[str]:
    """The remarks in settings.json; none where there are none."""
    try:
        return list(json.loads((folder / "settings.json").read_text())["data"]["remarks"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
