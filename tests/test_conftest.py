"""The rule that nothing is left out unseen, tried on small test suites of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--continue-on-collection-errors")

SUITE = """
import pytest

def test_plain(): pass

def test_real(data_root): assert data_root.is_dir()
"""


@pytest.fixture
def checkout(tmp_path):
    """A checkout with the real conftest and a test suite of its own."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = data: real data\naddopts = --strict-markers\n")
    return folder


def run(checkout, suite, **environment):
    """The exit code and output of pytest on `suite`."""
    (checkout / "test_suite.py").write_text(suite)
    clean = {k: v for k, v in os.environ.items() if k not in {"CI", "SUTJA_DATA", "PYTEST_ADDOPTS"}}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "--continue-on-collection-errors",
            str(checkout),
        ],
        env={**clean, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_without_data_its_tests_are_left_out_and_named(checkout):
    code, output = run(checkout, SUITE)
    assert code == 0
    assert "1 passed, 1 deselected" in output
    assert "left out: 1 tests of the real data" in output


def test_data_beside_the_checkout_is_used(checkout):
    (checkout.parent / "shared" / "data").mkdir(parents=True)
    code, output = run(checkout, SUITE, CI="true")
    assert code == 0
    assert "2 passed" in output
    assert "left out" not in output


def test_data_by_name_is_used(checkout, tmp_path):
    code, output = run(checkout, SUITE, SUTJA_DATA=str(tmp_path))
    assert code == 0
    assert "2 passed" in output


def test_a_wrong_name_stops_the_run(checkout, tmp_path):
    code, output = run(checkout, SUITE, SUTJA_DATA=str(tmp_path / "nowhere"))
    assert code != 0
    assert "no folder" in output


def test_a_skip_fails_in_ci_only(checkout):
    suites = {
        "skip": "import pytest\ndef test_it(): pytest.skip('why not')\n",
        "import_or_skip": "import pytest\ndef test_it(): pytest.importorskip('no_such_package')\n",
        "whole_file": "import pytest\npytest.importorskip('no_such_package')\ndef test_it(): pass\n",
        "skip_if": "import pytest\n@pytest.mark.skipif(True, reason='why not')\ndef test_it(): pass\n",
    }
    for name, suite in suites.items():
        (checkout / f"test_{name}.py").write_text(suite)
    code, output = run(checkout, SUITE, CI="true")
    assert code != 0
    assert all(re.search(rf"(FAILED|ERROR) test_{name}\.py", output) for name in suites), output
    assert output.count("CI does not allow") >= len(suites)
    code, output = run(checkout, SUITE)
    assert code == 0
    assert "4 skipped" in output


def test_an_expected_failure_is_no_skip(checkout):
    code, output = run(checkout, "import pytest\n@pytest.mark.xfail\ndef test_it(): assert 0\n", CI="true")
    assert code == 0
    assert "1 xfailed" in output
