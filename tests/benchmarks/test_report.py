"""Measured figures get into the pages by `make results`, and a page that differs is found."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "benchmarks" / "report"
PAGE = """Before.

<!-- results:headlines -->
<!-- /results -->

Between 1% and 2%.

<!-- results:forms -->
<!-- /results -->
"""


@pytest.fixture
def figures(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("figures")


@pytest.fixture
def checkout(tmp_path):
    """A checkout with one page."""
    shutil.copytree(FOLDER, tmp_path / "benchmarks" / "report")
    (tmp_path / "benchmarks" / "results").symlink_to(ROOT / "benchmarks" / "results")
    (tmp_path / "src").symlink_to(ROOT / "src")
    (tmp_path / "docs").mkdir()
    for name in ("README.md", "README.ko.md"):
        (tmp_path / name).write_text("No figures.\n")
    (tmp_path / "docs" / "page.md").write_text(PAGE)
    return tmp_path


def report(checkout, *options):
    return subprocess.run(
        [sys.executable, checkout / "benchmarks" / "report", *options],
        capture_output=True,
        text=True,
        check=False,
    )


def test_stale_pages_are_found_and_written(checkout):
    page = checkout / "docs" / "page.md"
    stale = report(checkout, "--check")
    assert stale.returncode == 1
    assert "docs/page.md: stale; run make results" in stale.stdout
    assert page.read_text() == PAGE
    assert report(checkout).returncode == 0
    written = page.read_text()
    assert "| task | test set | n |" in written
    assert "\n\nBetween 1% and 2%.\n\n" in written
    assert report(checkout, "--check").returncode == 0
    assert report(checkout).stdout == ""  # a second time changes nothing


def test_figure_typed_by_hand_is_found(checkout):
    report(checkout)
    page = checkout / "docs" / "page.md"
    text = page.read_text()
    page.write_text(text.replace("| 209 |", "| 210 |", 1))
    assert text != page.read_text()
    assert report(checkout, "--check").returncode == 1


def test_unknown_table_is_an_error(checkout):
    (checkout / "docs" / "page.md").write_text("<!-- results:nothing -->\n<!-- /results -->\n")
    done = report(checkout)
    assert done.returncode
    assert "nothing" in done.stderr


def test_shares_have_their_interval(figures):
    share = {"k": 185, "n": 209, "rate": 185 / 209, "low": 0.83397, "high": 0.92502}
    assert figures.write_share(share) == "88.5% (83.4–92.5)"
    assert figures.write_share(share, interval=False) == "88.5%"
    assert figures.write_count({"k": 34, "n": 9897}) == "34 of 9,897"


def test_nothing_of_nothing_is_a_dash(figures):
    share = {"k": 0, "n": 0, "rate": None, "low": None, "high": None}
    assert figures.write_share(share) == figures.write_count(share) == "–"
