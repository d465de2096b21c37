"""The test of a published figure at the quick scale: the files it writes, and the claims that hold.

Each paper has a file of its own, so that workers share them.
"""

import json

import numpy as np
import pytest
import xarray as xr
from conftest import FLOAT32

from sigspike.cli.reproduce import reproduce
from sigspike.papers import PAPERS

alone = pytest.mark.skipif(
    not FLOAT32, reason="figures are made in the float32 pass alone, as users make them"
)


def figures_of(paper):
    """A test over every figure of a paper."""

    @alone
    @pytest.mark.claim
    @pytest.mark.parametrize("figure", PAPERS[paper], ids=lambda figure: figure.name)
    def test(figure, tmp_path, request, capsys):
        data_dir = request.getfixturevalue("data_dir") if figure.needs else None
        check(paper, figure.name, tmp_path / "out", data_dir, capsys)

    return test


def check(paper, name, folder, data_dir, capsys):
    """Make a figure at the quick scale; what it writes, and its claims; its facts."""
    reproduce(paper, folder, (name,), scale="quick", data_dir=data_dir)
    written = sorted(path.name for path in folder.iterdir())
    assert written == sorted(
        ["README.md", "claims.json", *(f"{name}.{kind}" for kind in ("png", "svg", "nc", "json"))]
    )
    claims = json.loads((folder / "claims.json").read_text())
    assert claims
    assert [claim["claim"] for claim in claims if not claim["holds"]] == []
    assert all(
        {"claim", "source", "expected", "measured", "holds"} <= set(claim) for claim in claims
    )
    page, shown = (folder / "README.md").read_text(), capsys.readouterr().out
    assert all(claim["source"].replace("|", "\\|") in page for claim in claims)
    assert all(claim["claim"] in shown for claim in claims)
    facts = json.loads((folder / f"{name}.json").read_text())
    assert facts["claims"] == claims
    assert {"settings", "versions", "commit", "machine", "seconds"} <= set(facts)
    with xr.open_dataset(folder / f"{name}.nc", engine="h5netcdf") as data:
        assert data.data_vars
        if "test_error" in data:
            assert data["test_error"].attrs["long_name"] == "test error"
        assert all(
            np.isfinite(data[variable]).any()
            for variable in data
            if data[variable].dtype.kind == "f"
        )
    return facts
