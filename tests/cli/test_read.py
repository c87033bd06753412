"""`sutja read` as a person runs it: what is printed, where, and with which exit status."""

import csv
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import answering
import pytest
from click.testing import CliRunner
from PIL import Image
from steerable import add_bar, draw, make_card, make_network

import sutja
from sutja.cli import main
from sutja.cli.output.file import Output
from sutja.model_file import RiskCounts, write_model


@pytest.fixture
def crops(tmp_path, monkeypatch):
    """A folder with four crops and a text file that claims to be one, and the working directory beside it."""
    folder = tmp_path / "crops"
    folder.mkdir()
    unsure = draw("4", width=24)
    for character in "17":
        add_bar(unsure, 1, character, 1.0, columns=2)
    pictures = {"a.png": draw("1.234.50"), "b.tif": draw("007"), "c.webp": draw("□□"), "d.bmp": unsure}
    for name, pixels in pictures.items():
        options = {"lossless": True} if name.endswith("webp") else {}
        Image.fromarray(pixels).save(folder / name, **options)
    (folder / "e.png").write_text("no picture")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def run(model_path):
    """Run `sutja read --crop` with the steerable model."""
    return lambda *arguments: CliRunner().invoke(
        main, ["read", "--crop", "--model", str(model_path), *map(str, arguments)]
    )


def names_in(folder):
    """The names in a folder, sorted."""
    return sorted(entry.name for entry in Path(folder).iterdir())


def command(model_path, *arguments):
    """The command line of a `sutja read --crop` in a process of its own, and its environment."""
    source = str(Path(sutja.__file__).parents[1])
    line = [sys.executable, "-m", "sutja", "read", "--crop", "--model", str(model_path), *map(str, arguments)]
    return line, {**os.environ, "PYTHONPATH": source}


def test_the_table_is_the_golden_one(run, crops):
    done = run("crops/a.png", "crops/b.tif", "crops/c.webp", "crops/d.bmp", "crops/e.png")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["picture", "number", "value", "confidence"]
    assert [re.sub(r"0\.99\d", "0.99", line).split() for line in lines[1:4]] == [
        ["crops/a.png", "1.234.50", "0.99", "accepted"],
        ["crops/b.tif", "007", "007", "0.99", "accepted"],
        ["crops/c.webp", "no", "number"],
    ]
    name, text, value, confidence, verdict = lines[4].split()
    assert name == "crops/d.bmp"
    assert text == value
    assert text in ("41", "47")
    assert 0.3 < float(confidence) < 0.7
    assert verdict == "check"
    assert lines[5].startswith("crops/e.png       not read: is text, not a picture; pass a PNG")
    assert done.stderr.splitlines() == [
        "error: crops/e.png: is text, not a picture; pass a PNG, JPEG, TIFF, WebP or BMP file",
        "5 pictures: 3 with a number, 2 of these accepted; 1 not read",
    ]


def test_all_read_is_exit_0(run, crops):
    assert run("crops/a.png", "crops/*.tif").exit_code == 0


def test_json_lines_are_the_pages(run, crops):
    done = run("crops", "--format", "jsonl")
    assert done.exit_code == 1
    pages = [json.loads(line) for line in done.stdout.splitlines()]
    assert [page["source"] for page in pages] == [
        f"crops/{name}" for name in ("a.png", "b.tif", "c.webp", "d.bmp", "e.png")
    ]
    assert pages[0]["numbers"][0]["text"] == "1.234.50"
    assert pages[0]["numbers"][0]["value"] is None  # one mark for two things
    assert pages[2] == {
        "source": "crops/c.webp",
        "page": 1,
        "width": 20,
        "height": 32,
        "numbers": [],
        "error": None,
        "turned": 0,
        "mirrored": False,
        "notes": [],
    }
    assert pages[4]["error"] in done.stderr


def test_csv_has_a_row_for_every_picture(run, crops):
    rows = list(csv.DictReader(run("crops", "--format", "csv").stdout.splitlines()))
    assert [row["digits"] for row in rows[:3]] == ["123450", "007", ""]
    assert [row["accepted"] for row in rows] == ["true", "true", "", "false", ""]


def test_a_file_appears_whole_and_says_its_format(run, crops):
    done = run("crops", "--out", "numbers.csv")
    assert done.exit_code == 1
    assert done.stdout == ""
    out = Path("numbers.csv")
    assert out.read_text() == run("crops", "--format", "csv").stdout
    assert out.stat().st_mode == Path("crops/e.png").stat().st_mode  # what any new file gets
    assert names_in(".") == ["crops", "numbers.csv"]


def test_a_table_in_a_file_has_no_colours(run, crops):
    run("crops/a.png", "--out", "numbers.txt")
    text = Path("numbers.txt").read_text()
    assert "accepted" in text
    assert "\x1b" not in text


def test_a_missing_file_does_not_stop_the_others(run, crops):
    done = run("none.png", "crops/a.png")
    assert done.exit_code == 1
    assert "error: none.png: there is no such file; check the path" in done.stderr
    assert "1.234.50" in done.stdout


def test_a_folder_without_pictures_is_named(run, crops, tmp_path):
    (tmp_path / "bare").mkdir()
    done = run("bare")
    assert done.exit_code == 1
    assert "error: bare: the folder holds no pictures" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ([], "Missing argument 'PATH...'"),
        (["a.png", "--format", "xml"], "'xml' is not one of"),
        (["a.png", "--threads", "0"], "--threads"),
        (["a.png", "--max-error", "1"], "--max-error"),
        (["a.png", "--max-error", "0.01"], "no validation counts"),
        (["a.png", "--out", "no/such/folder.csv"], "choose another place for --out"),
        (["a.png", "--annotate", "crops/e.png"], "--annotate"),
        (["a.png", "--annotate", "crops/e.png/deeper"], "--annotate"),
    ],
)
def test_wrong_usage_is_exit_2(run, crops, arguments, match):
    done = run(*arguments)
    assert done.exit_code == 2
    assert match in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(("model", "match"), [("none.onnx", "no such file"), ("crops/e.png", "not an ONNX")])
def test_a_model_that_does_not_load_is_exit_2(crops, model, match):
    done = CliRunner().invoke(main, ["read", "--crop", "crops/a.png", "--model", model])
    assert done.exit_code == 2
    assert match in done.stderr
    assert "Traceback" not in done.output


def test_the_largest_error_is_explained(crops, tmp_path):
    path = tmp_path / "counted.onnx"
    counts = RiskCounts(1000, ((0.3, 950, 9), (0.1, 1000, 40)))
    write_model(path, make_network(), make_card(thresholds=counts))
    read = ["read", "--crop", "crops/d.bmp", "--model", str(path)]
    assert "check" in CliRunner().invoke(main, read).stdout
    done = CliRunner().invoke(main, [*read, "--max-error", "0.01"])
    assert "accepted" in done.stdout
    assert "of 1000 validation cases 950 were accepted and 9 of those were wrong (0.95 %)" in done.stderr
    done = CliRunner().invoke(main, [*read, "--max-error", "0.001"])
    assert done.exit_code == 2
    assert (
        "no threshold kept 0.1 % on the 1000 validation cases; the least they can show is 0.947 %"
        in done.stderr
    )


def test_annotated_copies(run, crops, tmp_path):
    (tmp_path / "more").mkdir()
    Image.fromarray(draw("5")).save("more/A.png")
    pages = [Image.fromarray(draw(text)) for text in "12"]
    pages[0].save("more/t.tif", save_all=True, append_images=pages[1:])
    done = run("crops", "more", "--annotate", "drawn")
    assert done.exit_code == 1
    assert names_in("drawn") == ["A-2.png", "a.png", "b.png", "c.png", "d.png", "t-page2.png", "t.png"]
    with Image.open("drawn/a.png") as image:
        assert image.height > 120
        assert len(image.getcolors(100_000)) > 4  # boxes and text in colour


def test_a_stopped_run_leaves_the_old_file(tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text("old")
    output = Output(str(path))
    output.__enter__()
    output.write("new")
    output.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["numbers.csv"]


def test_a_device_is_written_to_as_it_is(run, crops):
    assert run("crops/a.png", "--out", os.devnull).exit_code == 0
    assert not Path(os.devnull).is_file()


def test_a_link_stays_a_link(run, crops):
    Path("link.csv").symlink_to("real.csv")
    run("crops/a.png", "--out", "link.csv")
    assert Path("link.csv").is_symlink()
    assert Path("real.csv").read_text().startswith("source,")


def test_a_reader_that_goes_away_is_no_error(model_path, crops):
    for i in range(400):
        Image.fromarray(draw("12345")).save(crops / f"x{i:03}.png")
    (crops / "e.png").unlink()
    line, environment = command(model_path, crops, "--format", "jsonl")
    process = subprocess.Popen(
        line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert json.loads(process.stdout.readline())["page"] == 1
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) != 0


def test_ctrl_c_leaves_nothing_half_written(model_path, crops):
    program = (
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from sutja.cli import main\n"
        f"main(['read', '--crop', '--model', {str(model_path)!r}, '--out', 'out.csv']"
        f" + [{str(crops / 'a.png')!r}] * 60_000)"  # enough to be busy for a while
    )
    line, environment = [sys.executable, "-c", program], command(model_path)[1]
    process = subprocess.Popen(line, env=environment, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while names_in(".") == ["crops"] and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "pictures; out.csv was not written" in errors
    assert "Traceback" not in errors
    assert names_in(".") == ["crops"]


def on_terminal(line, environment):
    """Everything a process shows on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(line, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True):
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
    os.close(ours)
    return shown.decode()


def test_a_long_run_shows_its_progress_on_a_terminal(model_path, crops):
    program = (
        "from sutja.cli import main\nfrom sutja.cli.execution import progress\nprogress.PATIENCE = 0.0\n"
        f"main(['read', '--crop', '--model', {str(model_path)!r}] + [{str(crops / 'a.png')!r}] * 3000)"
    )
    line, environment = [sys.executable, "-c", program], command(model_path)[1]
    shown = on_terminal(line, {**environment, "TERM": "xterm", "COLUMNS": "100"})
    assert "reading" in shown
    assert "/3000" in shown
    assert "/s" in shown
    assert shown.count("1.234.50") == 3000
    assert "3,000 pictures: 3,000 with a number, 3,000 of these accepted" in shown
    assert "Traceback" not in shown


def test_a_short_run_shows_no_bar(model_path, crops):
    line, environment = command(model_path, crops / "a.png")
    shown = on_terminal(line, {**environment, "TERM": "xterm"})
    assert "reading" not in shown
    assert "\x1b[32maccepted" in shown  # but colours


def test_a_classifier_reads_single_characters(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_model("c.onnx", answering.make_network(), answering.make_card(threshold=0.9))
    Image.fromarray(answering.draw("7")).save("sure.png")
    Image.fromarray(answering.draw("1", 0.8, A=0.78)).save("unsure.png")
    done = CliRunner().invoke(main, ["read", "--model", "c.onnx", "sure.png"])
    assert done.exit_code == 2
    assert "a model of single characters reads crops: add --crop" in done.stderr
    done = CliRunner().invoke(
        main,
        [
            "read",
            "--crop",
            "--model",
            "c.onnx",
            "--format",
            "jsonl",
            "--annotate",
            "drawn",
            "sure.png",
            "unsure.png",
        ],
    )
    assert done.exit_code == 0, done.stderr
    sure, unsure = (json.loads(line)["numbers"][0] for line in done.stdout.splitlines())
    assert (sure["text"], sure["value"], sure["accepted"], sure["box"]) == ("7", "7", True, [0, 0, 2, 5])
    assert (unsure["text"], unsure["accepted"], unsure["alternatives"][0]["text"]) == ("1", False, "A")
    assert names_in("drawn") == ["sure.png", "unsure.png"]


def test_a_second_reader_that_is_named(run, crops, model_path):
    result = run("--second-reader", model_path, crops / "a.png")
    assert result.exit_code == 0, result.stderr
    assert "was not measured beside this model: it can only make answers less sure" in result.stderr
    missing = run("--second-reader", "mine.onnx", crops / "a.png")
    assert missing.exit_code == 2
    assert "model mine.onnx: there is no such file" in missing.stderr
