"""`sutja read --resume`: the same lines as without it, and a ledger that spares the work of a second run."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sutja.cli import main

EXAMPLES = Path(__file__).parents[3] / "examples"


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_lines_are_the_same_and_a_second_run_has_nothing_to_do(tmp_path):
    crops = sorted(EXAMPLES.glob("*.png"))[:3]
    plain, resumed = tmp_path / "plain.jsonl", tmp_path / "resumed.jsonl"
    run("read", "--crop", *crops, "none.png", "--out", plain)
    first = run("read", "--crop", *crops, "none.png", "--out", resumed, "--resume", "--workers", 1)
    assert first.exit_code == 1
    assert "1 failed; 4 processed in this run" in first.stderr
    assert resumed.read_bytes() == plain.read_bytes()
    again = run("read", "--crop", *crops, "none.png", "--out", resumed, "--resume", "--workers", 1)
    assert "1 failed; 1 processed in this run" in again.stderr  # what is not there is looked for again


@pytest.mark.parametrize("options", [[], ["--resume", "--workers", 1]])
def test_a_device_that_is_not_there_is_an_error(tmp_path, options):
    crop = next(iter(sorted(EXAMPLES.glob("*.png"))))
    done = run("read", "--crop", crop, "--device", "cuda", "--out", tmp_path / "r.jsonl", *options)
    assert done.exit_code in (1, 2)
    assert "this onnxruntime has no CUDAExecutionProvider" in done.stderr
    assert "pip install onnxruntime-gpu" in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--workers", 2],
        ["--resume"],
        ["--resume", "--out", "a.txt"],
        ["--resume", "--out", "a.jsonl", "--annotate", "copies"],
    ],
)
@pytest.mark.parametrize("verb", ["read", "detect"])
def test_options_that_do_not_go_together(verb, options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(verb, "a.png", *options)
    assert done.exit_code == 2
    assert "--workers goes with --resume" in done.stderr or "JSON lines or Parquet only" in done.stderr
