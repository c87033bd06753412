"""The notebooks in examples/ run from top to bottom and show what they say."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "examples" / "notebooks"


def run(name):
    """Run a notebook as a person does, from its own folder; its outputs by kind."""
    notebook = nbformat.read(FOLDER / name, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)  # what is kept is what people run
    NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(FOLDER)}}).execute()
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def test_reading():
    outputs = run("read.ipynb")
    pages = [output["data"]["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    assert "data:image/png;base64," in pages[0]
    assert "204917" in pages[0]
    assert "<table" in pages[1]  # the DataFrame
    assert "one hundred and twenty" in pages[-1]
    assert "['Station'" not in str(outputs)
    assert "7,839" in str(outputs)


def test_comparing():
    outputs = run("compare.ipynb")
    pages = [output["data"]["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    assert "learning curves" in pages[0]
    assert "k-nn" in pages[0]
    assert any("Prediction(" in str(output.get("data", "")) for output in outputs)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.name)
def test_every_notebook_is_run_here(path):
    assert f'run("{path.name}")' in Path(__file__).read_text()
