"""Short paths in files and on command lines."""

import json

import pytest
import xarray as xr
from command_line import SIGNAL

from sigspike.cli.main import main
from sigspike.foundation.check import Refusal


def spec(folder, axes):
    """A file that asks for axes over a small experiment."""
    problem = {"type": "SignalNoise", "dim": 30, "signal_strength": 2.0, "noise_std": 0.5}
    sizes = {"n_samples": 6, "n_steps": 4, "n_test": 8, "record_every": 2}
    file = folder / "grid.json"
    file.write_text(json.dumps({"experiment": {"problem": problem} | sizes, "axes": axes}))
    return file


def swept(folder, *words):
    """What ``sigspike sweep`` writes."""
    main(["sweep", *map(str, words), "--out", str(folder / "grid.nc")])
    return xr.load_dataset(folder / "grid.nc", engine="h5netcdf")


@pytest.fixture(scope="module")
def by_file(tmp_path_factory):
    """A sweep by a file of full paths."""
    folder = tmp_path_factory.mktemp("full")
    return swept(
        folder, "--file", spec(folder, {"network.width": [2, 3], "problem.snr": [0.1, 0.2]})
    )


def same(found, expected):
    """Whether two results are the same, apart from when they were computed."""
    facts = [json.loads(data.attrs.pop("sigspike")) for data in (found.copy(), expected.copy())]
    for own in facts:
        del own["sessions"]
    xr.testing.assert_equal(found, expected)
    return facts[0] == facts[1]


def test_a_file_takes_short_paths(tmp_path, by_file):
    spaced = {"start": 2, "stop": 3, "num": 2}
    assert same(
        swept(tmp_path, "--file", spec(tmp_path, {"width": spaced, "snr": [0.1, 0.2]})), by_file
    )


def test_a_file_takes_short_paths_of_parts_and_in_links(tmp_path):
    axes = {
        "schedule": {"a": {"type": "Cosine", "n_steps": 9}},
        "x": {"fields": {"width": [2], "n_samples": [6]}},
    }
    found = swept(tmp_path, "--file", spec(tmp_path, axes))
    told = json.loads(found.attrs["sigspike"])["axes"]
    assert [list(own) for own in told.values()] == [
        ["algorithm.schedule"],
        ["network.width", "n_samples"],
    ]


def test_a_command_line_takes_short_paths(tmp_path, by_file):
    words = ["--file", spec(tmp_path, {}), "--axis", "width", 2, 3, "--axis", "snr", 0.1, 0.2]
    assert same(swept(tmp_path, *words), by_file)


def test_a_command_line_reads_the_words_of_a_short_path_as_its_field_has_them(tmp_path):
    found = swept(
        tmp_path,
        "--file",
        spec(tmp_path, {}),
        "--axis",
        "bias",
        "True",
        "False",
        "--axis",
        "power",
        2,
    )
    assert found["bias"].values.tolist() == [True, False]


def test_a_toml_file_takes_short_paths_as_bare_keys(tmp_path, capsys):
    file = tmp_path / "grid.toml"
    file.write_text("[experiment]\nn_samples = 6\n[axes]\nsnr = [0.1, 0.2]\nwidth = [2, 3, 4]\n")
    main(["sweep", "--file", str(file), "--dry-run", *SIGNAL])
    assert "6 cells" in capsys.readouterr().out


def test_a_command_line_refuses_a_name_of_several_fields():
    flips = [
        "algorithm:label-noise-gd",
        "--algorithm.learning-rate",
        "1",
        "--algorithm.flip-rate",
        "0.1",
    ]
    line = ["sweep", "--dry-run", "--axis", "flip-rate", "0.1", "0.2", *SIGNAL, *flips]
    with pytest.raises(Refusal, match=r"problem\.flip_rate and of algorithm\.labels\.flip_rate"):
        main(line)
