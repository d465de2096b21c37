"""Folders of images as somebody may have them: bars in a class's own column, on noise."""

from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("cat", "dog", "owl")


def bars(
    folder: Path,
    per_class: int | tuple[int, ...],
    classes: tuple[str, ...] = CLASSES,
    seed: int = 0,
    side: int = 16,
    mode: str = "RGB",
    wrong: int = 0,
) -> dict[str, str]:
    """Write CLASS/TRUE_NUMBER.png, of which the first ``wrong`` of each class lie in the folder of
    the next; returns the true class of each file's path in the folder.
    """
    generator = np.random.default_rng(seed)
    counts = (per_class,) * len(classes) if isinstance(per_class, int) else per_class
    truth = {}
    for number, (name, count) in enumerate(zip(classes, counts, strict=True)):
        for place in range(count):
            pixels = generator.integers(0, 80, (side, side, 3))
            width = side // len(classes)
            pixels[:, number * width : (number + 1) * width] += 150
            given = classes[(number + 1) % len(classes)] if place < wrong else name
            file = folder / given / f"{name}_{place:03d}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels.astype(np.uint8)).convert(mode).save(file)
            truth[f"{given}/{file.name}"] = name
    return truth
