"""What figures and claims are; the figures themselves are made in test_paper_*.py."""

import numpy as np
import pytest
import xarray as xr

from figures import alone, check
from sigspike.papers.claim import Claim
from sigspike.papers.low_snr.dynamics import Dynamics


@alone
@pytest.mark.claim
def test_digits_are_those_of_mnist_where_it_is_at_hand(tmp_path, request, capsys):
    facts = check("low-snr", "mnist", tmp_path / "out", request.getfixturevalue("data_dir"), capsys)
    assert facts["caption"].startswith("MNIST")
    assert facts["settings"]["experiment"]["problem"]["images"]["shape"] == [12665, 28, 28]


def test_nothing_is_left_of_a_figure_that_fails(tmp_path, monkeypatch):
    def fail(self, data):
        raise RuntimeError("no ink")

    numbers = xr.Dataset({"test_error": ("seed", np.zeros(3))})
    monkeypatch.setattr(Dynamics, "compute", lambda self, progress: numbers)
    monkeypatch.setattr(Dynamics, "claims", lambda self, data: [])
    monkeypatch.setattr(Dynamics, "draw", fail)
    with pytest.raises(RuntimeError, match="no ink"):
        Dynamics("quick").publish(tmp_path, lambda done, total: None)
    assert list(tmp_path.iterdir()) == []


def test_a_claim_knows_its_mean_error_and_range():
    claim = Claim.of_seeds("c", "s", [1.0, 2.0, 3.0], low=1.5, high=2.5)
    assert claim.measured == 2
    assert claim.standard_error == pytest.approx(1 / np.sqrt(3))
    assert claim.holds
    assert claim.expected == "1.5 … 2.5"
    assert not Claim("c", "s", np.nan, 0, low=0).holds, "a diverged run shows nothing"
    assert not Claim("c", "s", 1.4, 0, low=1.5).holds
    assert Claim("c", "s", np.nan, 0).as_dict()["measured"] is None
