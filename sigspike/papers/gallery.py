"""A folder of figures, told: their claims as JSON, and a page of figures with captions."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sigspike.files.whole import whole
from sigspike.papers.claim import shown


def write_gallery(folder: Path, paper: str, names: Iterable[str]) -> None:
    """``claims.json`` and ``README.md`` of every figure that the folder holds, in the order of
    ``names``.
    """
    files = [folder / f"{name}.json" for name in names]
    figures = [json.loads(file.read_text()) for file in files if file.is_file()]
    claims = [claim for figure in figures for claim in figure["claims"]]
    with whole(folder / "claims.json") as aside:
        aside.write_text(json.dumps(claims, indent=1, ensure_ascii=False) + "\n")
    command = f"`sigspike reproduce {paper}` wrote these figures."
    with whole(folder / "README.md") as aside:
        aside.write_text("\n\n".join([f"# {paper}", command, *map(_section, figures)]) + "\n")


def _section(figure: dict[str, Any]) -> str:
    name, holding = figure["figure"], sum(claim["holds"] for claim in figure["claims"])
    rows = ["| holds | claim | source | expected | measured |", "|---|---|---|---|---|"]
    for claim in figure["claims"]:
        words = (claim[part] for part in ("claim", "source", "expected"))
        cells = ["yes" if claim["holds"] else "**no**", *words, shown(claim)]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    facts = (
        f"{holding} of {len(figure['claims'])} claims hold; "
        f"scale {figure['scale']}, {figure['seconds']:.0f} s."
    )
    return "\n\n".join(
        [f"## {name}", f"![{name}]({name}.png)", figure["caption"], facts, "\n".join(rows)]
    )
