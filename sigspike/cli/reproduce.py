"""``sigspike reproduce``: a paper's figures, their numbers and their claims."""

import json
import time
from pathlib import Path
from typing import Any, Literal

import tyro

from sigspike.check import Refusal, nearest
from sigspike.cli.progress import bar
from sigspike.papers import PAPERS
from sigspike.papers.claim import table
from sigspike.papers.figure import Figure, open_folder


def reproduce(
    paper: tyro.conf.Positional[Literal[tuple(PAPERS)]],  # type: ignore[valid-type]
    out: Path | None = None,
    only: tuple[str, ...] = (),
    scale: Literal["paper", "quick"] = "paper",
    data_dir: Path | None = None,
) -> None:
    """Reproduce a paper: figures, their numbers and their claims.

    Args:
        paper: Which paper.
        out: Folder for NAME.png, .svg, .nc (the numbers), .json (settings, versions, claims) and claims.json;
            figures/PAPER by default.
        only: Names of figures; all of them by default.
        scale: The paper's grid, or a smaller one.
        data_dir: Folder with the four official MNIST files; adds the MNIST figure.
    """
    started = time.perf_counter()
    figures = _chosen(paper, only, scale, data_dir)
    folder = open_folder(out if out is not None else Path("figures") / paper)
    claims: list[dict[str, Any]] = []
    for figure in figures:
        with bar(figure.name) as progress:
            claims += figure.publish(folder, progress)
    partial = folder / ".claims.json"
    partial.write_text(json.dumps(claims, indent=1, ensure_ascii=False) + "\n")
    partial.replace(folder / "claims.json")
    print(table(claims))
    holding = sum(claim["holds"] for claim in claims)
    names = ", ".join(figure.name for figure in figures)
    print(f"{holding} of {len(claims)} claims hold; {names} in {folder}/ after {time.perf_counter() - started:.0f} s")


def _chosen(paper: str, only: tuple[str, ...], scale: str, data_dir: Path | None) -> list[Figure]:
    """The figures asked for, each ready to run: those that need data files are tried before any work is done."""
    known = {figure.name: figure for figure in PAPERS[paper]}
    for name in only:
        if name not in known:
            raise Refusal(
                f"`only` must name figures of {paper} ({', '.join(known)}), got {name!r}{nearest(name, known)}"
            )
        if known[name].needs_data and data_dir is None:
            raise Refusal(f"`data_dir` must name a folder with the MNIST files for {name}, got none")
    if data_dir is not None and not data_dir.is_dir():
        raise Refusal(f"`data_dir` must be a folder, got {str(data_dir)!r}")
    kinds = [
        figure for name, figure in known.items() if name in only or (not only and (data_dir or not figure.needs_data))
    ]
    figures = [figure(scale, data_dir) for figure in kinds]
    for figure in figures:
        figure.settings()
    return figures
