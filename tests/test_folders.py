"""Data sets are found inside the user's folder or in itself."""

import pytest

from sigspike.files.folders import PLACES, find


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_data_set_lies_in_a_folder_of_its_own_or_by_itself(tmp_path, name, suffix):
    usual, first = PLACES[name]
    assert find(tmp_path, name) is None
    (tmp_path / f"{first}{suffix}").write_bytes(b"")
    assert find(tmp_path, name) == tmp_path
    for inside in reversed(usual):
        (tmp_path / inside).mkdir(parents=True)
        assert find(tmp_path, name) != tmp_path / inside
        (tmp_path / inside / first).write_bytes(b"")
        assert find(tmp_path, name) == tmp_path / inside


def test_a_folder_called_like_the_first_file_is_no_data_set(tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"")
    assert find(tmp_path, "CIFAR-100") is None
