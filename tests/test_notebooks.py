"""Notebooks: they run from top to bottom, use public names alone, and hold their outputs."""

import ast
import os
from pathlib import Path

import nbformat
import pytest
from conftest import EVEN, with_flags
from nbclient import NotebookClient

import sigspike as ss

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]


def read(path):
    return nbformat.read(path, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    subjects = (
        "one_run",
        "theorem_conditions",
        "phase_diagrams",
        "two_stages",
        "meta_reweighting",
        "noisy_images",
    )
    assert {f"{number:02d}_{subject}" for number, subject in enumerate(subjects, 1)} <= set(NAMES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_runs_from_top_to_bottom(path, tmp_path):
    resources = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(read(path), timeout=300, kernel_name="python3", resources=resources)
    ran = client.execute(env=os.environ | {"XLA_FLAGS": with_flags(EVEN)})
    assert all(cell.execution_count for cell in code(ran) if cell.source.strip())
    assert len(code(ran)) >= 4


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_holds_its_outputs(path):
    outputs = [output for cell in code(read(path)) for output in cell.outputs]
    assert all(output.output_type != "error" for output in outputs)
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_uses_public_names_alone(path):
    source = "\n".join(cell.source for cell in code(read(path)))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("sigspike")
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")
            if isinstance(node.value, ast.Name) and node.value.id == "ss":
                assert hasattr(ss, node.attr)
