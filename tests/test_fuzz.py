"""A few hundred random inputs through every door; `tests/fuzz.py` does as many as one likes."""

import json
import subprocess
import sys
from pathlib import Path

import fuzz
import pytest

N = {"constructors": 600, "axes": 40, "files": 25, "commands": 25}


@pytest.mark.parametrize("kind", N)
def test_an_odd_input_works_or_is_one_sentence(kind):
    script = [sys.executable, fuzz.__file__, str(N[kind]), "--kind", kind, "--json"]
    done = subprocess.run(
        script, capture_output=True, text=True, cwd=Path(fuzz.__file__).parent, check=False
    )
    found = json.loads(done.stdout)
    assert found["failures"] == []
    counts = found["counts"][kind]
    assert sum(counts.values()) == N[kind]
    assert counts.get("works", 0) > 0, "inputs so odd that none can pass test nothing"
    assert counts.get("refused", 0) > 0


def test_what_is_neither_a_result_nor_a_refusal_is_a_failure():
    def hang():
        while True:
            pass

    def long():
        raise fuzz.Refusal("`x`" + 400 * " ")

    assert fuzz.verdict(lambda: 1 / 0)[0] == "FAILED"
    assert fuzz.verdict(hang, patience=1)[0] == "FAILED"
    assert fuzz.verdict(long)[0] == "FAILED"
    assert fuzz.verdict(lambda: sys.exit(1))[0] == "FAILED"
    assert fuzz.verdict(lambda: sys.exit(2))[0] == "usage"
    assert fuzz.verdict(lambda: None)[0] == "works"
