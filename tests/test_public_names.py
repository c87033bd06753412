"""The names people import, and what importing them costs."""

import subprocess
import sys

import pytest

import sutja


def test_every_public_name_is_there():
    for name in sutja.__all__:
        assert getattr(sutja, name) is not None
        assert name in dir(sutja)


def test_other_names_are_not():
    with pytest.raises(AttributeError, match="no attribute 'Raeder'"):
        sutja.Raeder  # noqa: B018


@pytest.mark.parametrize("arguments", [["-c", "import sutja"], ["-m", "sutja", "--help"]])
def test_start_up_imports_few_modules(arguments):
    # Wall time depends on the machine; the number of modules does not. NumPy alone brings 150.
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path), "PATH": ""},
    )
    assert done.stderr.count("import time:") < 220
    assert "numpy" not in done.stderr
