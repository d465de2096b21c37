"""What torch says: as stored, and from the torch that is installed."""

from pathlib import Path

import numpy as np
import pytest


def stored(kind):
    """The answers about ``layers`` or ``networks`` that are stored."""
    with np.load(Path(__file__).parent / f"{kind}.npz") as file:
        return dict(file)


def answers_of(kind):
    """A fixture with torch's answers about ``layers`` or ``networks``."""

    @pytest.fixture(scope="module", params=["stored", "torch"])
    def answers(request):
        if request.param == "torch":
            pytest.importorskip("torch")
            from reference import torch_answers

            return getattr(torch_answers, kind)()
        return stored(kind)

    return answers
