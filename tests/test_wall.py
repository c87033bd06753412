"""The wall between the halves: who only reads numbers never needs torch, and start-up stays quick."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import steerable_detector
from PIL import Image

from sutja.model_file import write_model

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "sutja"
USE_HALF = (
    "atomic",
    "batch",
    "boxes",
    "charset",
    "cli",
    "confidence",
    "csv_rows",
    "decoding",
    "detection",
    "errors",
    "evaluation",
    "grammar",
    "listening",
    "memory",
    "metrics",
    "model_file",
    "reading",
    "runtime",
    "regular_files",
    "sandbox",
    "serve",
    "signals",
    "storage",
    "structured_text",
    "types",
)
LEARN_HALF = ("baselines", "comparison", "data", "estimators", "nets", "runs", "synthesis", "training")
LEARN_PACKAGES = (
    "torch",
    "sklearn",
    "scipy",
    "matplotlib",
    "pooch",
    "httpx",
    "jaxtyping",
    "beartype",
    "pycocotools",
)
HEAVY = ("cv2", "onnx", "onnxruntime", "rich", "PIL", "soundfile", "soxr", *LEARN_PACKAGES)
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE.parent)}

# Stands before a program: from here on, importing a package of the learn half is an error.
BARRICADE = f"""
import sys
class Barricade:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {LEARN_PACKAGES!r}:
            raise ImportError(f"the wall: {{name}} is not installed here")
sys.meta_path.insert(0, Barricade())
"""


def python(program: str) -> subprocess.CompletedProcess[str]:
    """Run `program` in a Python of its own, which sees this checkout's package."""
    return subprocess.run(
        [sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


def modules_after(program: str) -> set[str]:
    """The top-level and sutja modules that are loaded once `program` has run."""
    done = python(f"{program}\nimport json, sys\nprint('\\n' + json.dumps(sorted(sys.modules)))")
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def command(*arguments: str) -> str:
    """A program that runs `sutja ARGUMENTS` and goes on afterwards."""
    return (
        "from sutja.cli import main\n"
        f"try:\n    main({list(arguments)!r}, prog_name='sutja')\n"
        "except SystemExit as end:\n    assert not end.code, end.code"
    )


def use_half_modules() -> list[str]:
    """Every module of the use half, but the catalogue's verb, which is the door to the learn half."""
    names = []
    for file in sorted(SOURCE.rglob("*.py")):
        parts = file.relative_to(SOURCE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if (name == "sutja" or parts[1] in USE_HALF) and name != "sutja.cli.data":
            names.append(name)
    return names


@pytest.mark.parametrize(
    "program",
    ["import sutja, sutja.cli", command("--help"), command("--version")],
    ids=["import", "help", "version"],
)
def test_start_up_loads_nothing_heavy(program):
    loaded = modules_after(program)
    assert not loaded & set(HEAVY)


def test_no_module_of_the_use_half_loads_the_learn_half():
    modules = use_half_modules()
    assert {f"sutja.{name}" for name in USE_HALF} <= set(modules)
    loaded = modules_after("\n".join(f"import {name}" for name in modules))
    assert not loaded & {*LEARN_PACKAGES, *(f"sutja.{name}" for name in LEARN_HALF)}


def test_read_works_where_the_learn_half_is_not_installed(tmp_path):
    picture = tmp_path / "blank.png"
    draw = f"import PIL.Image\nPIL.Image.new('L', (120, 40), 255).save({str(picture)!r})\n"
    done = python(BARRICADE + draw + command("read", "--crop", str(picture), "--format", "jsonl"))
    assert done.returncode == 0, done.stderr
    line = json.loads(done.stdout.splitlines()[0])
    assert line["source"].endswith("blank.png")
    assert line["error"] is None


def test_detect_works_where_the_learn_half_is_not_installed(tmp_path):
    model, picture = tmp_path / "steerable.onnx", tmp_path / "light.png"
    write_model(model, steerable_detector.make_network(), steerable_detector.make_card())
    Image.fromarray(steerable_detector.picture(40, 40, lights=[(4, 4)])).save(picture)
    done = python(BARRICADE + command("detect", str(picture), "--model", str(model), "--format", "jsonl"))
    assert done.returncode == 0, done.stderr
    assert [found["label"] for found in json.loads(done.stdout)["detections"]] == ["light"]


def test_the_catalogue_can_be_read_where_the_learn_half_is_not_installed():
    done = python(BARRICADE + command("data", "list"))
    assert done.returncode == 0, done.stderr
    assert "mnist" in done.stdout


def test_the_public_names_work_where_the_learn_half_is_not_installed():
    done = python(BARRICADE + "import sutja\nfor name in sutja.__all__:\n    getattr(sutja, name)")
    assert done.returncode == 0, done.stderr


def test_every_room_stands_on_one_side_of_the_wall():
    rooms = {
        path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    } - {"__init__", "__main__"}
    assert rooms == {*USE_HALF, *LEARN_HALF}
