"""Every bad input is refused in one sentence that names the argument and the value."""

import json
import subprocess
import sys
from pathlib import Path

import bad_inputs
import pytest


@pytest.fixture(scope="module")
def answers():
    """What every bad input ends in, in one process without jaxtyping's hook."""
    script = [sys.executable, "-W", "error", str(Path(bad_inputs.__file__))]
    return json.loads(subprocess.run(script, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize(
    ("name", "argument", "value"),
    [pytest.param(*case[:3], id=case[0]) for case in bad_inputs.CASES],
)
def test_bad_input_is_refused_in_one_sentence(answers, name, argument, value):
    kind, message = answers[name]["kind"], answers[name]["message"]
    assert kind == "Refusal", message
    assert f"`{argument}`" in message
    assert value in message
    assert "\n" not in message
    assert 10 < len(message) < 400
