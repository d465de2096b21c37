"""``sigspike reproduce``: which figures run, what is said of the others, what the folder holds."""

import json

import matplotlib.figure
import numpy as np
import pytest
import xarray as xr

from sigspike.cli import reproduce as command
from sigspike.cli.reproduce import reproduce
from sigspike.papers.claim import Claim
from sigspike.papers.figure import Figure


class Plain(Figure):
    """A figure of nothing."""

    name = "plain"
    caption = "Nothing."

    def settings(self):
        return {}

    def compute(self, progress):
        progress(1, 1)
        return xr.Dataset({"value": ("seed", np.ones(3))})

    def draw(self, data):
        return matplotlib.figure.Figure()

    def claims(self, data):
        return [Claim(f"{self.name}, {self.scale}", "ours", 1.0, 0, low=0)]


class Slow(Plain):
    """One that keeps what it has computed."""

    name = "slow"
    slow = "about a week"

    def compute(self, progress):
        assert self.store is not None
        self.store.mkdir(exist_ok=True)
        return super().compute(progress)


class Fed(Plain):
    """One that needs files."""

    name = "fed"
    needs = "CIFAR-10"


@pytest.fixture(autouse=True)
def _paper(monkeypatch):
    monkeypatch.setitem(command.PAPERS, "low-snr", (Plain, Slow, Fed))


def claimed(folder):
    return [claim["claim"] for claim in json.loads((folder / "claims.json").read_text())]


def test_slow_figures_and_those_without_data_are_left_out_and_named(tmp_path, capsys):
    reproduce("low-snr", tmp_path)
    shown = capsys.readouterr().out
    assert (
        "left out: slow (about a week: --only slow, or --all); fed (needs CIFAR-10 in --data-dir)"
        in shown
    )
    assert sorted(path.name for path in tmp_path.glob("*.json")) == ["claims.json", "plain.json"]


def test_all_runs_the_slow_ones(tmp_path, capsys):
    reproduce("low-snr", tmp_path, all=True)
    assert "left out: fed (needs CIFAR-10 in --data-dir)" in capsys.readouterr().out
    assert claimed(tmp_path) == ["plain, paper", "slow, paper"]
    assert not list(tmp_path.glob(".*")), "what a slow figure has computed goes once it is written"


def test_data_at_hand_are_used(tmp_path, capsys):
    data_dir = tmp_path / "data"
    (data_dir / "cifar-10-batches-py").mkdir(parents=True)
    (data_dir / "cifar-10-batches-py" / "data_batch_1").write_bytes(b"")
    reproduce("low-snr", tmp_path / "out", data_dir=data_dir)
    assert claimed(tmp_path / "out") == ["plain, paper", "fed, paper"]
    assert "left out: slow" in capsys.readouterr().out


def test_claims_gather_those_of_every_figure_in_the_folder(tmp_path, capsys):
    reproduce("low-snr", tmp_path, only=("slow",))
    reproduce("low-snr", tmp_path, only=("plain",), scale="quick")
    assert claimed(tmp_path) == ["plain, quick", "slow, paper"]
    assert "1 of 1 claims hold; plain in" in capsys.readouterr().out


def test_a_slow_figure_that_fails_keeps_what_it_computed(tmp_path, monkeypatch):
    monkeypatch.setattr(Slow, "draw", lambda self, data: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        reproduce("low-snr", tmp_path, only=("slow",))
    assert [path.name for path in tmp_path.iterdir()] == [".slow-paper.zarr"]


def test_the_folder_shows_its_figures_with_their_claims(tmp_path):
    reproduce("low-snr", tmp_path, ("plain",))
    page = (tmp_path / "README.md").read_text()
    assert "![plain](plain.png)\n\nNothing.\n\n1 of 1 claims hold; scale paper" in page
    assert "| yes | plain, paper | ours | ≥ 0 | 1 |" in page
    assert "slow" not in page
