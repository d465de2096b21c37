"""What a training's folder says of its data, for every report of its numbers."""

import json
from pathlib import Path


def remarks_of(folder: Path) -> list[str]:
    """The remarks in settings.json; none where there are none."""
    try:
        settings = json.loads((folder / "settings.json").read_text())
        return [*settings["data"]["remarks"], *settings.get("plans", [])]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
