"""What a store says it holds, and whether that is what is asked for."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sigspike.files.store.arrays import METADATA, NAME
from sigspike.files.store.ledger import Ledger
from sigspike.foundation.check import Refusal

Description = Mapping[str, Any]


def described(path: Path) -> dict[str, Any] | None:
    """The description a store was begun with, from its ledger or else from its attributes (None:
    there is none).
    """
    begun = Ledger.of(path).begun
    if begun is not None:
        return begun["begun"]
    try:
        description = json.loads(json.loads((path / METADATA).read_bytes())["attributes"][NAME])
    except (OSError, ValueError, TypeError, LookupError):
        # Missing, cut off, or valid JSON of another kind
        return None
    return description if isinstance(description, dict) else None


def check_same(path: Path, old: Description, new: Description) -> None:
    """Refuse a store that holds another sweep, or one whose numbers were made by other rules."""
    if old.get("rules") != new.get("rules"):
        was = (
            f"rules {old['rules']}"
            if "rules" in old
            else "an earlier sigspike, whose rules had no number"
        )
        raise Refusal(
            f"`store` {str(path)!r} was written by {was}, now they are {new.get('rules')} and the "
            "same settings may give other numbers; name another store"
        )
    changes = differences(old, json.loads(json.dumps(new)))
    if changes:
        shown = "; ".join(changes[:6]) + ("; …" if len(changes) > 6 else "")
        raise Refusal(f"`store` {str(path)!r} holds another sweep ({shown}); name another store")


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """Where two descriptions differ, as "path: old, new"."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [*old, *(key for key in new if key not in old)]
        by_key = [
            differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
            for key in keys
        ]
        return [line for lines in by_key for line in lines]
    return [] if old == new else [f"{path}: {_short(old)} in the store, {_short(new)} now"]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
