"""``sigspike reproduce``: a paper's figures, their numbers and their claims."""

import time
from pathlib import Path
from typing import Any, Literal

import tyro

from sigspike.cli.progress import bar
from sigspike.files.folders import PLACES, find
from sigspike.foundation.check import Refusal, nearest
from sigspike.papers import PAPERS
from sigspike.papers.claim import table
from sigspike.papers.figure import Figure, open_folder
from sigspike.papers.gallery import write_gallery

DRAWN = ("MNIST", "CIFAR-10")  # the data sets that figures can be drawn from


def reproduce(
    paper: tyro.conf.Positional[Literal[tuple(PAPERS)]],  # type: ignore[valid-type]
    out: Path | None = None,
    only: tuple[str, ...] = (),
    all: bool = False,
    scale: Literal["paper", "quick"] = "paper",
    data_dir: Path | None = None,
) -> None:
    """Reproduce a paper: figures, their numbers and their claims.

    Args:
        paper: Which paper.
        out: Folder for NAME.png, .svg, .nc (the numbers), .json (settings, versions, claims) and
            claims.json (those of every figure in the folder); figures/PAPER by default.
        only: Names of figures; by default all but the slow ones, and those whose data are not at
            hand.
        all: The slow figures too. One that is stopped goes on at the next call.
        scale: The paper's grid, or a smaller one.
        data_dir: Folder with real data: the four official MNIST files, by themselves or in mnist/,
            and CIFAR-10's python batches in cifar-10-batches-py/ (or by themselves). Without MNIST,
            scikit-learn's digits stand in.
    """
    started = time.perf_counter()
    figures = _chosen(paper, only, all, scale, data_dir)
    folder = open_folder(out if out is not None else Path("figures") / paper)
    claims: list[dict[str, Any]] = []
    for figure in figures:
        with bar(figure.name) as progress:
            claims += figure.publish(folder, progress)
        write_gallery(folder, paper, (known.name for known in PAPERS[paper]))
    print(table(claims))
    holding = sum(claim["holds"] for claim in claims)
    names = ", ".join(figure.name for figure in figures)
    print(
        f"{holding} of {len(claims)} claims hold; "
        f"{names} in {folder}/ after {time.perf_counter() - started:.0f} s"
    )


def _chosen(
    paper: str, only: tuple[str, ...], slow: bool, scale: str, data_dir: Path | None
) -> list[Figure]:
    """The figures asked for, each ready to run: those that need data files are tried before any
    work is done. Says which are left out, and why.
    """
    known = {figure.name: figure for figure in PAPERS[paper]}
    for name in only:
        if name not in known:
            raise Refusal(
                f"`only` must name figures of {paper} ({', '.join(known)}), "
                f"got {name!r}{nearest(name, known)}"
            )
    _check_data(data_dir)
    figures, left_out = [], []
    for name, kind in known.items():
        figure = kind(scale, data_dir)
        lacking = bool(kind.needs) and figure.find(kind.needs) is None
        if name in only and lacking:
            got = "none" if data_dir is None else repr(str(data_dir))
            raise Refusal(f"`data_dir` must name a folder with {kind.needs} for {name}, got {got}")
        if name in only or not (only or lacking or (kind.slow and not slow)):
            figures.append(figure)
        elif not only:
            why = (
                f"needs {kind.needs} in --data-dir"
                if lacking
                else f"{kind.slow}: --only {name}, or --all"
            )
            left_out.append(f"{name} ({why})")
    for figure in figures:
        figure.settings()
    if left_out:
        print(f"left out: {'; '.join(left_out)}")
    return figures


def _check_data(data_dir: Path | None) -> None:
    if data_dir is None:
        return
    if not data_dir.is_dir():
        raise Refusal(f"`data_dir` must be a folder, got {str(data_dir)!r}")
    if not any(find(data_dir, name) for name in DRAWN):
        places = " or ".join(f"{name} in {PLACES[name][0][0]}/" for name in DRAWN)
        raise Refusal(
            f"`data_dir` must hold {places} (or their files by themselves), got {str(data_dir)!r}"
        )
