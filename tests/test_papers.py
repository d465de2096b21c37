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

FIGURES = {f"{paper} {figure.name}": (paper, figure) for paper, figures in PAPERS.items() for figure in figures}
ALONE = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in FIGURES]


@pytest.mark.claim
@pytest.mark.parametrize("name", ALONE)
def test_a_figure_is_written_whole_and_its_claims_hold(name, tmp_path, request, capsys):
    if not FLOAT32:
        pytest.skip("figures are made in the float32 pass alone, as users make them")
    paper, figure = FIGURES[name]
    data_dir = request.getfixturevalue("data_dir") if figure.needs else None
    check(paper, figure.name, tmp_path / "out", data_dir, capsys)


@pytest.mark.claim
def test_digits_are_those_of_mnist_where_it_is_at_hand(tmp_path, request, capsys):
    if not FLOAT32:
        pytest.skip("figures are made in the float32 pass alone, as users make them")
    facts = check("low-snr", "mnist", tmp_path / "out", request.getfixturevalue("data_dir"), capsys)
    assert facts["caption"].startswith("MNIST")
    assert facts["settings"]["experiment"]["problem"]["images"]["shape"] == [12665, 28, 28]


def check(paper, name, folder, data_dir, capsys):
    """Make a figure at the quick scale; what it writes, and its claims; its facts."""
    reproduce(paper, folder, (name,), scale="quick", data_dir=data_dir)
    written = sorted(path.name for path in folder.iterdir())
    assert written == sorted(["claims.json", *(f"{name}.{kind}" for kind in ("png", "svg", "nc", "json"))])
    claims = json.loads((folder / "claims.json").read_text())
    assert claims
    assert [claim["claim"] for claim in claims if not claim["holds"]] == []
    assert all({"claim", "source", "expected", "measured", "holds"} <= set(claim) for claim in claims)
    shown = capsys.readouterr().out
    assert all(claim["claim"] in shown for claim in claims)
    facts = json.loads((folder / f"{name}.json").read_text())
    assert facts["claims"] == claims
    assert {"settings", "versions", "commit", "machine", "seconds"} <= set(facts)
    with xr.open_dataset(folder / f"{name}.nc", engine="h5netcdf") as data:
        assert data.data_vars
        if "test_error" in data:
            assert data["test_error"].attrs["long_name"] == "test error"
        assert all(np.isfinite(data[variable]).any() for variable in data if data[variable].dtype.kind == "f")
    return facts


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
