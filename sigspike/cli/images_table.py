"""``sigspike images table``: tables of papers, published beside measured."""

from pathlib import Path
from typing import Literal

import tyro

from sigspike.cli.curves import drawn
from sigspike.cli.progress import epochs_bar
from sigspike.foundation.check import Refusal
from sigspike.images.tables import TABLES, Scale
from sigspike.images.tables.fill import fill, slug
from sigspike.images.tables.text import departures_of, text_of


def table(
    name: tyro.conf.Positional[Literal[tuple(TABLES)]],  # type: ignore[valid-type]
    data_dir: Path,
    out: Path | None = None,
    rows: tuple[str, ...] = (),
    columns: tuple[str, ...] = (),
    epochs: int = 0,
    width: int = 0,
    images: int = 0,
    batch_size: int = 0,
    compute: Literal["full", "bfloat16"] = "full",
    seed: int = 0,
) -> None:
    """Train rows of a published table and print published, measured and difference; the same call
    goes on where it was stopped. Three are of Tai et al. 2023 (arXiv 2307.04312),
    airplanes-vgg11-flipped is of Han et al. 2025 (arXiv 2505.18909), cifar10-vgg16-label-noise of
    Huang et al. 2025 (arXiv 2510.17526). Cross entropy is trained beside the rows, on the same
    schedule.

    Args:
        name: Which table.
        data_dir: Folder with the python batches of CIFAR-10 or CIFAR-100.
        out: Folder for COLUMN/ROW (see `sigspike images train`) and table.json; runs/NAME by
            default.
        rows: Methods, e.g. CE GCE FBR "label-noise GD"; by default those that were published.
        columns: Noise, e.g. "symmetric 0.4"; by default all.
        epochs: Epochs, 0 for as many as published; the learning rate falls at the same shares of
            them.
        width: Channels of the network's first stage, 0 for as many as published.
        images: Training images, 0 for all.
        batch_size: Images of a batch, 0 for as many as published.
        compute: Whether maps are computed in half precision.
        seed: Draws noise, clean images and training.
    """
    chosen = TABLES[name]()
    picked = chosen.chosen(rows, columns)
    scale = Scale(epochs, width, images, batch_size, compute)
    dataset = chosen.load(data_dir)
    folder = out if out is not None else Path("runs") / name
    if (folder / "checkpoint.npz").exists():
        raise Refusal(
            f"`out` must be a folder for a table, got {str(folder)!r}, which is that of a training"
        )
    cells = fill(chosen, dataset, folder, *picked, scale, seed, epochs_bar)
    folders = [folder / slug(cell.column) / slug(cell.row) for cell in cells if cell.measured]
    for each in folders:
        drawn(each)
    print(f"{chosen.name}: {chosen.about}; test accuracy in %\n\n{text_of(cells)}\n")
    for line in (
        chosen.remark,
        f"not as published: {departures_of(cells)}" if departures_of(cells) else "",
    ):
        if line:
            print(line)
    print(
        f"{folder / 'table.json'}; curves.png of each training beside its log, as in {folders[0]}"
    )
