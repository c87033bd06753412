"""Modules, names and files that pages, docstrings and comments mention exist."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HISTORY = {"log.md", "command-line.md"}  # what was, and what is generated
PAGES = [
    *ROOT.glob("*.md"),
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page.name not in HISTORY),
]
SCRIPTS = [
    path for folder in ("src", "recipes", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))
]
MENTIONING = [path.relative_to(ROOT).as_posix() for path in (*PAGES, *SCRIPTS)]
FOLDERS = [ROOT, ROOT / "src" / "sutja", ROOT / "benchmarks", ROOT / "recipes"]
FILE_NAMES = {path.name for folder in ("src", "tests", "docs") for path in (ROOT / folder).rglob("*.py")}
BEFORE = {"sutja.Classified"}  # renamed; the changelog names them
NOT_PYTHON = {"sutja.card"}  # a key of a model file's metadata
DOTTED = re.compile(r"(?<![\w/.@-])sutja(?:\.[A-Za-z_]\w*)+")
PYTHON_FILE = re.compile(r"(?<![\w<{])[\w./-]*\w\.py\b")


def exists(name):
    """Tell if a dotted name leads to a module, or to a name in one."""
    parts = name.split(".")
    for split in range(len(parts), 0, -1):
        try:
            thing = import_module(".".join(parts[:split]))
        except ModuleNotFoundError:
            continue
        for part in parts[split:]:
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


def find_missing(path):
    """List what the text of a page or script mentions and is not there."""
    text = path.read_text(encoding="utf-8")
    names = {
        name
        for name in DOTTED.findall(text)
        if not name.lower().endswith((".json", ".png", ".onnx", ".py")) and name not in BEFORE | NOT_PYTHON
    }
    files = set(PYTHON_FILE.findall(text))
    return sorted(name for name in names if not exists(name)) + sorted(
        file
        for file in files
        if not any((folder / file).exists() for folder in (*FOLDERS, path.parent)) and file not in FILE_NAMES
    )


@pytest.mark.parametrize("mentioning", MENTIONING)
def test_everything_mentioned_exists(mentioning):
    assert find_missing(ROOT / mentioning) == []


def test_missing_names_and_files_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("`sutja.Raeder`, `sutja.reading.Reader`, `runs/classfy.py`, `runs/classify.py`", "utf-8")
    assert find_missing(page) == ["sutja.Raeder", "runs/classfy.py"]
    assert not any(exists(name) for name in BEFORE)
