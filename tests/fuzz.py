"""Random wrong and odd inputs through every door: each works, or is refused in one sentence.

    python tests/fuzz.py 20000              # of all kinds
    python tests/fuzz.py 500 --kind axes --seed 3

Constructors (of every described class, found from the code), axes (read and planned, nothing is
trained), TOML and JSON files and command lines (planned only). A `Refusal` must be one line of less
than 400 characters, a usage error of the command line exit code 2, and nothing may take longer than
``PATIENCE`` seconds. Prints how many of each kind worked and were refused, and each kind of failure
with an example; the exit code is 1 if there was one.
"""

import argparse
import contextlib
import io
import json
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fuzz_doors
import numpy as np

from sigspike.foundation.check import Refusal

PATIENCE = 20
SHARES = {"constructors": 0.7, "axes": 0.06, "files": 0.12, "commands": 0.12}


class Hang(BaseException):
    """It took too long."""


def _ring(*_: Any) -> None:
    raise Hang


def verdict(action: Callable[[], Any], patience: int = PATIENCE) -> tuple[str, str]:
    """What an input ends in: "works", "refused", "usage", or "FAILED" with what and where."""
    signal.signal(signal.SIGALRM, _ring)
    signal.alarm(patience)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()) as shown:
            warnings.simplefilter("error")
            with contextlib.redirect_stdout(io.StringIO()):
                action()
        return "works", ""
    except Refusal as refusal:
        return _sentence(str(refusal))
    except SystemExit as stop:
        if stop.code in (None, 0):
            return "works", ""
        return (
            ("usage", "")
            if stop.code == 2
            else ("FAILED", f"exit code {stop.code}: {shown.getvalue()[:200]}")
        )
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        frames = [
            f for f in traceback.extract_tb(error.__traceback__) if "/sigspike/" in f.filename
        ]
        last = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "outside"
        return "FAILED", f"{type(error).__name__} at {last}: {_short(error)}"
    finally:
        signal.alarm(0)


def _sentence(text: str) -> tuple[str, str]:
    if "\n" in text or len(text) >= 400 or "`" not in text:
        return (
            "FAILED",
            f"no sentence of its own: {text[:60]!r}… ({100 * (len(text) // 100)} characters)",
        )
    return "refused", ""


def _short(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())[:160]
    except Exception:
        return "…"


def fuzz(
    n: int, seed: int, kinds: list[str]
) -> tuple[dict[str, Counter], dict[tuple[str, str], list[str]]]:
    """Counts by kind, and the inputs of every kind of failure."""
    total = sum(SHARES[kind] for kind in kinds)
    counts: dict[str, Counter] = {}
    failures: dict[tuple[str, str], list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in kinds:
            counts[kind] = Counter()
            for k in range(round(n * SHARES[kind] / total)):
                rng = np.random.default_rng([seed, list(SHARES).index(kind), k])
                words, action = fuzz_doors.DOORS[kind](rng, Path(folder))
                answer, what = verdict(action)
                counts[kind][answer] += 1
                if answer == "FAILED":
                    failures.setdefault((kind, what), []).append(f"[{k}] {words}")
    return counts, failures


def main() -> None:
    """Fuzz, and say what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("n", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=list(SHARES), action="append")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    started = time.perf_counter()
    counts, failures = fuzz(options.n, options.seed, options.kind or list(SHARES))
    if options.json:
        print(
            json.dumps(
                {
                    "counts": counts,
                    "failures": [[*key, *cases[:3]] for key, cases in failures.items()],
                }
            )
        )
    else:
        for kind, count in counts.items():
            print(
                f"{kind:14}",
                ", ".join(f"{number} {answer}" for answer, number in count.most_common()),
            )
        for (kind, what), cases in sorted(failures.items(), key=lambda item: -len(item[1])):
            print(f"\n{kind}: {what}\n  {len(cases)} times, as in {cases[0][:400]}")
        print(f"\nafter {time.perf_counter() - started:.0f} s")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
