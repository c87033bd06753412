"""The types in the page's scripts, which JSDoc tells and TypeScript checks."""

import subprocess
from pathlib import Path

import pytest

import sutja

SCRIPTS = Path(sutja.__file__).parent / "serve" / "static" / "js"


@pytest.mark.tsc
def test_types_of_the_scripts():
    done = subprocess.run(
        ["tsc", "--project", str(SCRIPTS / "jsconfig.json")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
