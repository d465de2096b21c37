"""A finished store with single bits flipped: each is noticed, and mended by the same call.

python tests/flip_bits.py 100 # as many bits as asked for, a quarter each in data, labels, metadata
and ledger
"""

import random
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import zoo

import sigspike as ss
from sigspike.files.store.ledger import LEDGER

EXPERIMENT = zoo.experiment(algorithm=zoo.specimen(ss.LabelNoiseGD), n_steps=20, record_every=10)
AXES = {"network.width": [2, 3], "problem.snr": [0.1, 0.2, 0.3], "n_samples": [6, 4]}
LABELS = ("snr", "width", "n_samples", "seed", "time", "sign", "n_snr2")


def run(store):
    """The sweep itself."""
    return ss.sweep(EXPERIMENT, AXES, 2, store=store)


def kinds(store: Path) -> dict[str, list[Path]]:
    """Every file of a store with something in it, by what it holds."""
    found: dict[str, list[Path]] = {"data": [], "labels": [], "metadata": [], "ledger": []}
    for file in sorted(path for path in store.rglob("*") if path.is_file() and path.stat().st_size):
        inside = file.relative_to(store)
        if inside.name == "zarr.json":
            found["metadata"].append(file)
        elif str(inside) == LEDGER:
            found["ledger"].append(file)
        else:
            found["labels" if inside.parts[0] in LABELS else "data"].append(file)
    return found


def flip(file: Path, source: random.Random) -> str:
    """Flip one bit of a file; returns which."""
    content = bytearray(file.read_bytes())
    bit = source.randrange(8 * len(content))
    content[bit // 8] ^= 1 << bit % 8
    file.write_bytes(content)
    return f"bit {bit} of {file}"


def assert_same(data, whole) -> None:
    """Numbers and labels alike, bit for bit."""
    for name in whole.variables:
        np.testing.assert_array_equal(data[name], whole[name], err_msg=name)


def noticed_by_load(store: Path, whole) -> bool:
    """Whether a store is refused or warned of; what is not refused must be right where it is a
    number.
    """
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            data = ss.load(store)
        except ss.Refusal as refusal:
            return "is damaged" in str(refusal) or "no checksums" in str(refusal)
    for name in data.coords:
        np.testing.assert_array_equal(data[name], whole[name])
    return any("do not count" in str(warning.message) for warning in heard)


def check(folder: Path, n_flips: int, seed: int) -> dict[str, int]:
    """Flip, load, call again, compare; returns how many of each kind were noticed, which must be
    all.
    """
    source, store = random.Random(seed), folder / "flipped.zarr"
    run(store)
    whole = ss.load(store).load()
    counts: dict[str, int] = {}
    for k in range(n_flips):
        files = kinds(store)
        kind = list(files)[k % len(files)]
        what = flip(source.choice(files[kind]), source)
        assert noticed_by_load(store, whole), f"load believed {what}"
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            again = run(store)
        assert any("anew" in str(w.message) or "count no more" in str(w.message) for w in heard), (
            f"unsaid: {what}"
        )
        assert_same(again, whole)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert_same(ss.load(store), whole)
        counts[kind] = counts.get(kind, 0) + 1
    return counts


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        print(
            check(Path(temporary), int(sys.argv[1]), seed=0),
            "flipped bits, every one noticed and mended",
        )
