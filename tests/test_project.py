"""The project's own files agree with one another."""

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import sutja

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
SAYS_NOTHING = {"utils", "util", "common", "helpers", "helper", "core", "misc"}
MODEL_LIMIT = 7_000_000  # bytes, the promise of the README


def python_files(*folders):
    """Every Python file under the named folders of the checkout."""
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def constraints():
    """The pinned version of each package that constraints.txt names."""
    pins = {}
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        line = line.partition("#")[0].strip()
        if line:
            name, _, version = line.partition("==")
            pins[canonicalize_name(name)] = Version(version)
    return pins


def closure(extras):
    """Every package installed because sutja with `extras` asks for it, directly or through another."""
    wanted = [*PROJECT["dependencies"], *(text for extra in extras for text in EXTRAS[extra])]
    queue, found = [Requirement(text) for text in wanted], set()
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in found:
            continue
        found.add(key)
        for text in metadata.requires(name) or []:
            needed = Requirement(text)
            contexts = [{"extra": extra} for extra in ("", *requirement.extras)]
            if not needed.marker or any(needed.marker.evaluate(context) for context in contexts):
                queue.append(needed)
    return {name for name, _ in found}


def test_version_is_one():
    assert Version(sutja.__version__)
    assert "version" in PROJECT["dynamic"]  # read from the package when it is built
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert re.search(rf"^## \[{re.escape(sutja.__version__)}\]", changelog, re.MULTILINE)
    citation = (ROOT / "CITATION.cff").read_text()
    assert re.search(rf"^version: {re.escape(sutja.__version__)}$", citation, re.MULTILINE)


@pytest.mark.parametrize("group", ["base", *EXTRAS])
def test_what_ci_tests_is_pinned_within_the_range(group):
    pins = constraints()
    for text in PROJECT["dependencies"] if group == "base" else EXTRAS[group]:
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        assert name in pins, f"constraints.txt does not pin {name}"
        assert requirement.specifier.contains(pins[name]), f"{pins[name]} is outside {requirement}"


def test_nothing_that_ci_tests_floats():
    # A CUDA build of torch brings packages of its own, which CI never installs.
    # The second listener's packages are installed by a step of their own.
    tested = [extra for extra in EXTRAS if extra != "whisper"]
    needed = {n for n in closure(tested) if not n.startswith(("nvidia-", "cuda-", "triton"))}
    assert needed <= set(constraints())


def test_torch_and_scikit_learn_stay_out_of_the_base():
    base = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"]}
    assert base == {
        "click",
        "jinja2",
        "numpy",
        "onnx",
        "onnxruntime",
        "opencv-python-headless",
        "pillow",
        "pypdfium2",
        "rapidocr",
        "rich",
        "soundfile",
        "soxr",
        "xlsxwriter",
    }


def test_bundled_models_are_small():
    models = list((ROOT / "src" / "sutja" / "weights").glob("*.onnx"))
    assert models
    for model in models:
        assert model.stat().st_size <= MODEL_LIMIT, model


def test_names_say_something():
    for file in python_files("src", "tests", "recipes", "benchmarks"):
        assert not {*file.relative_to(ROOT).with_suffix("").parts} & SAYS_NOTHING, file


def test_nothing_is_left_to_do():
    for file in python_files("src", "tests", "recipes", "benchmarks"):
        assert not re.search(r"#\s*(TODO|FIXME|XXX)\b", file.read_text()), file


@pytest.mark.parametrize("file", ["Makefile", ".pre-commit-config.yaml"])
def test_types_of_scripts_are_checked_too(file):
    text = (ROOT / file).read_text()
    assert all(f".venv/bin/mypy {folder}/*.py" in text for folder in ("recipes", "benchmarks"))


def test_hooks_are_well_formed():
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-config", ROOT / ".pre-commit-config.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
