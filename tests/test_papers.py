"""Published figures at the quick scale: the files they write, and the claims that hold."""

import json

import numpy as np
import pytest
import xarray as xr
from conftest import FLOAT32

from sigspike.cli.reproduce import reproduce
from sigspike.papers import PAPERS
from sigspike.papers.claim import Claim
from sigspike.papers.low_snr.dynamics import Dynamics

FIGURES = {figure.name: (paper, figure) for paper, figures in PAPERS.items() for figure in figures}


@pytest.mark.claim
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_written_whole_and_its_claims_hold(name, tmp_path, request, capsys):
    paper, figure = FIGURES[name]
    if not FLOAT32:
        pytest.skip("figures are made in the float32 pass alone, as users make them")
    data_dir = request.getfixturevalue("data_dir") / "mnist" if figure.needs_data else None
    reproduce(paper, tmp_path / "out", (name,), "quick", data_dir)
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == sorted(["claims.json", *(f"{name}.{kind}" for kind in ("png", "svg", "nc", "json"))])
    claims = json.loads((tmp_path / "out" / "claims.json").read_text())
    assert claims
    assert [claim["claim"] for claim in claims if not claim["holds"]] == []
    assert all({"claim", "source", "expected", "measured", "holds"} <= set(claim) for claim in claims)
    shown = capsys.readouterr().out
    assert all(claim["claim"] in shown for claim in claims)
    facts = json.loads((tmp_path / "out" / f"{name}.json").read_text())
    assert facts["claims"] == claims
    assert {"settings", "versions", "commit", "machine", "seconds"} <= set(facts)
    with xr.open_dataset(tmp_path / "out" / f"{name}.nc", engine="h5netcdf") as data:
        assert data.data_vars
        if "test_error" in data:
            assert data["test_error"].attrs["long_name"] == "test error"
        assert all(np.isfinite(data[variable]).any() for variable in data if data[variable].dtype.kind == "f")


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
