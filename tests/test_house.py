"""Rules of the repository: the README's Python runs, files stay short and say what they are."""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "sigspike").rglob("*.py"))


def test_the_readme_runs(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.S)
    names: dict = {"__name__": "readme"}
    for block in blocks:
        exec(block, names)
    assert float(names["record"].test_error[-1]) < 0.05
    assert names["grid"].sizes["seed"] == 4
    assert (tmp_path / "diagram.zarr").is_dir()
    assert "seed" not in names["diagram"].sizes
    assert "2000" in capsys.readouterr().out


def test_the_readme_installs_what_its_commands_need():
    readme = (ROOT / "README.md").read_text()
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    assert set(re.findall(r'"\.\[(\w+)\]"', readme)) <= set(extras)
    first = next(line for line in readme.splitlines() if "sigspike reproduce low-snr" in line)
    assert 'pip install ".[digits]"' in first, (
        "its figures on digits need scikit-learn where there is no MNIST"
    )


def test_the_readme_shows_a_piece_of_ones_own_as_it_is():
    source, readme = ((ROOT / name).read_text() for name in ("docs/your_own/loss.py", "README.md"))
    (shown,) = re.findall(
        r"```python\n(import jax.numpy as jnp\n\n\nclass .*?)```", readme, flags=re.S
    )
    body = [line for line in shown.partition("\n\nss.")[0].splitlines() if line.strip()]
    assert all(line in source for line in body)


def test_every_file_opens_with_one_sentence_and_stays_short():
    for path in SOURCES:
        text = path.read_text()
        first = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
        assert first.endswith((".", "?")), (
            f"{path}: help shows its first line, which must be whole: {first!r}"
        )
        assert len(text.splitlines()) <= 300, path


def test_every_public_class_and_function_is_documented():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), (path, node.name)
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), (path, node.name)


def test_the_contract_on_papers_names_every_folder():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    (independent,) = [
        contract["modules"] for contract in contracts if contract["type"] == "independence"
    ]
    folders = [path.parent.name for path in (ROOT / "sigspike" / "papers").glob("*/__init__.py")]
    assert independent == sorted(f"sigspike.papers.{folder}" for folder in folders)


def test_the_readme_draws_the_house_as_it_stands():
    listing = re.search(r"```\nsigspike/\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    shown = re.findall(r"^  (\w+)/ ", listing, re.M)
    folders = [path.parent.name for path in (ROOT / "sigspike").glob("*/__init__.py")]
    assert sorted(shown) == sorted(folders)
    assert len(folders) <= 12
    assert [path.name for path in (ROOT / "sigspike").glob("*.py")] == ["__init__.py"]
