"""A folder of images, one sub-folder for each class."""

from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np

from sigspike.foundation.check import Range, Refusal
from sigspike.foundation.fields import choice, constant, count
from sigspike.images.data.dataset import Dataset
from sigspike.images.data.image_files import files_below, read_images
from sigspike.images.data.source import Source
from sigspike.images.data.subset import share_of_each
from sigspike.images.place import hidden_switch, optional_place, place

NAMED = 5  # of the files that are left out


class ImageFolder(Source):
    """DATA_DIR/CLASS/…/*.png (or jpg, …), or the same below DATA_DIR/train and DATA_DIR/test (or
    val).

    Classes are numbered in the order of their names, images in torchvision's order. ``labels`` says
    whether the folder's labels may be taken as the truth; usually nobody knows. ``test_dir`` and
    ``clean_dir`` are folders of the same classes whose labels are true: for testing, and for clean
    subsets and validation; DATA_DIR/test is taken for such a one. Without any folder for testing, a
    share ``test_share`` of each class, drawn with ``seed``, is tested, with labels as good or bad
    as the others; a class always keeps an image for training.

    ``size`` 0 takes the images as they are, all of one size; otherwise each is cut to a square in
    its middle and resized (bilinear) to that side. ``channels`` 3 reads grey images as colour, 1
    colour images as grey, 0 is 1 where all training images are grey and 3 otherwise. ``skip_bad``
    leaves out, and names, files that cannot be read.
    """

    name: ClassVar[str] = "folder"

    data_dir: Path = place("the folder with a sub-folder of images for each class")
    size: int = count("pixels of a side (0: as the images are)", default=0, low=0)
    channels: int = choice(0, 1, 3, default=0)
    labels: str = choice("unknown", "true", default="unknown")
    test_share: float = constant(
        Range(low=0, high=1, open_low=True, open_high=True), "share for testing", default=0.2
    )
    seed: int = count("seed of what is tested", default=0, low=0)
    skip_bad: bool = hidden_switch()
    test_dir: Path | None = optional_place("the folder with true labels that is for testing")
    clean_dir: Path | None = optional_place("the folder with true labels that is a clean subset")

    def load(self) -> Dataset:
        train_dir, test_dir, said = self._parts()
        train = self._read("data_dir", train_dir)
        tested = None if test_dir is None else self._read(said, test_dir, train)
        clean = None if self.clean_dir is None else self._read("clean_dir", self.clean_dir, train)
        remarks = [remark for part in (train, tested, clean) if part for remark in part.remarks]
        images, labels, names = train.images, train.labels, train.names
        if tested is None:
            test = share_of_each(labels, self.test_share, self.seed).subset
            test = test[np.bincount(labels)[labels[test]] > 1]  # a lone image is for training
            kept = np.setdiff1d(np.arange(len(labels)), test)
            tests = (images[test], labels[test])
            images, labels = images[kept], labels[kept]
            names = tuple(names[place] for place in kept)
            remarks += self._of_the_share(train.classes, tests[1])
        else:
            tests = (tested.images, tested.labels)
        return Dataset(
            self.name,
            images,
            labels,
            *tests,
            train.classes,
            None if clean is None else clean.images,
            None if clean is None else clean.labels,
            true_labels=self.labels == "true",
            true_test_labels=self.labels == "true" or tested is not None,
            files=names,
            reading=(self.size, self.channels),
            remarks=tuple(remarks),
        )

    def _parts(self) -> tuple[Path, Path | None, str]:
        """The folders for training and for testing (None: a share), and the argument that named the
        second.
        """
        for name in ("data_dir", "test_dir", "clean_dir"):
            folder = getattr(self, name)
            if folder is not None and not folder.is_dir():
                raise Refusal(f"`{name}` must be a folder with images, got {str(folder)!r}")
        if self.test_dir is not None:
            return self.data_dir, self.test_dir, "test_dir"
        train = self.data_dir / "train"
        if train.is_dir():
            for name in ("test", "val"):
                if (self.data_dir / name).is_dir():
                    return train, self.data_dir / name, "data_dir"
        return self.data_dir, None, "data_dir"

    def _read(self, name: str, folder: Path, like: "_Part | None" = None) -> "_Part":
        """Images, labels and files of all classes; those of ``like``, where it is given."""
        found = sorted(
            path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
        )
        if len(found) < 2:
            raise Refusal(
                f"`{name}` must hold a folder for each of two or more classes, "
                f"got {len(found)} in {folder}"
            )
        classes = tuple(path.name for path in found)
        if like is not None and classes != like.classes:
            odd = sorted(set(classes) ^ set(like.classes))[0]
            raise Refusal(
                f"`{name}` must have the same classes in {like.folder.name} and {folder.name}, "
                f"got {odd!r} in one"
            )
        inside = [files_below(below) for below in found]
        channels = self.channels if like is None else like.images.shape[-1]
        files = [file for each in inside for file in each.images]
        numbers = np.repeat(np.arange(len(found)), [len(each.images) for each in inside])
        self._check_none_empty(name, found, numbers)
        read = read_images(name, files, self.size, channels, self.skip_bad)
        label_of = dict(zip(files, numbers.tolist(), strict=True))
        labels = np.array([label_of[file] for file in read.kept], np.int64)
        self._check_none_empty(name, found, labels)
        others = [file for each in inside for file in each.others]
        hidden = [path.name for path in folder.glob(".*") if files_below(path).images]
        remarks = [
            _left_out(folder, "files that are no images by their names", list(map(str, others))),
            _left_out(folder, "files that cannot be read", read.skipped),
            _left_out(folder, "folders whose names begin with a dot", sorted(hidden)),
        ]
        names = tuple(file.relative_to(folder).as_posix() for file in read.kept)
        return _Part(folder, read.images, labels, classes, names, [r for r in remarks if r])

    def _check_none_empty(self, name: str, found: list[Path], labels: np.ndarray) -> None:
        for number in np.flatnonzero(np.bincount(labels, minlength=len(found)) == 0):
            raise Refusal(
                f"`{name}` must hold images of every class, got no sample in {found[number]}; "
                "remove the folder"
            )

    def _of_the_share(self, classes: tuple[str, ...], tested: np.ndarray) -> list[str]:
        """What a test set from the same folder means."""
        remarks = []
        if self.labels != "true":
            remarks.append(
                "test labels are of unknown truth: they are a share of the same folder, so that a "
                "wrong label counts as the right answer; --test-dir gives a folder with true ones"
            )
        for number in np.flatnonzero(np.bincount(tested, minlength=len(classes)) == 0):
            remarks.append(f"class {classes[number]!r} has one image, which is not tested")
        return remarks


class _Part(NamedTuple):
    """What one folder holds, and what must be said of it."""

    folder: Path
    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    names: tuple[str, ...]
    remarks: list[str]


def _left_out(folder: Path, what: str, names: list[str]) -> str:
    """A sentence on what is left out; empty where there are none."""
    if not names:
        return ""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"left out of {folder}: {len(names)} {what}: {', '.join(names[:NAMED])}{more}"
