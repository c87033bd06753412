"""The command line as a person meets it: formats by ending, pipes, colours, widths, and what is said."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from PIL import Image
from steerable import add_bar, draw
from web import Resource, Web

import sutja
from sutja.cli import main
from sutja.cli.execution import progress
from sutja.cli.output.writer import find_columns, fit_line
from sutja.types import Page

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def crops(tmp_path, monkeypatch):
    """Two crops, of which the second is unsure, in the working directory."""
    unsure = draw("4", width=24)
    for character in "17":
        add_bar(unsure, 1, character, 1.0, columns=2)
    for name, pixels in {"a.png": draw("007"), "b.png": unsure}.items():
        Image.fromarray(pixels).save(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(model_path):
    """Run `sutja read --crop` with the steerable model."""

    def call(*arguments, **options):
        line = ["read", "--crop", "--model", str(model_path), *map(str, arguments)]
        return CliRunner().invoke(main, line, **options)

    return call


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("out.csv", "source,page,text"),
        ("out.tsv", "source\tpage\ttext"),
        ("out.json", "[\n{"),
        ("out.jsonl", '{"source"'),
        ("out.hocr", "<?xml"),
        ("out.xml", "<?xml"),
        ("out.txt", "picture"),
        ("out.xlsx", "PK"),
    ],
)
def test_the_ending_of_the_output_says_its_format(run, crops, name, begins):
    done = run("a.png", "b.png", "-o", name) if name != "out.xml" else run("a.png", "-o", name)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    assert Path(name).read_bytes().startswith(begins.encode())


@pytest.mark.parametrize(
    ("out", "options"), [("out.docx", ()), ("out.csv", ("--format", "jsonl")), ("-", ("--format", "xlsx"))]
)
def test_an_ending_that_says_something_else_is_an_error(run, crops, out, options):
    done = run("a.png", "-o", out, *options)
    assert done.exit_code == 2
    assert not Path("out.docx").exists()
    assert not Path("out.csv").exists()
    assert "format" in done.stderr


def test_json_is_one_list(run, crops):
    assert run("a.png", "b.png", "-o", "out.json").exit_code == 0
    pages = json.loads(Path("out.json").read_text())
    assert [Page.from_dict(page).source for page in pages] == ["a.png", "b.png"]


def test_a_spreadsheet_has_confidences_and_marks_what_is_to_be_checked(run, crops):
    assert run("a.png", "b.png", "-o", "out.xlsx").exit_code == 0
    with ZipFile("out.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        texts = archive.read("xl/sharedStrings.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    assert "confidence" in texts
    assert ">007<" in texts  # text keeps its zeros
    assert "FFFFE3A8" in styles  # amber
    first, second = sheet.split("<row ")[2:4]
    cells = [row.split("<c ")[3] for row in (first, second)]
    assert "s=" not in cells[0]
    assert "s=" in cells[1]


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "jsonl", "xlsx", "txt"])
def test_listening_and_detecting_have_the_same_endings(tmp_path, ending):
    for verb, source in (("listen", ""), ("detect", "postcode.png")):
        out = tmp_path / f"{verb}.{ending}"
        source = (
            next(iter(sorted((EXAMPLES / "sounds").iterdir()))) if verb == "listen" else EXAMPLES / source
        )
        done = CliRunner().invoke(main, [verb, str(source), "-o", str(out)])
        assert done.exit_code == 0, done.stderr
        assert out.stat().st_size > 0


def test_quiet_says_results_and_errors_only(run, crops):
    loud = run("a.png", "none.png")
    quiet = run("a.png", "none.png", "-q")
    assert quiet.stdout == loud.stdout
    assert "2 pictures" in loud.stderr
    assert "2 pictures" not in quiet.stderr
    assert "there is no such file" in quiet.stderr
    assert quiet.exit_code == loud.exit_code == 1


def test_verbose_says_what_is_opened(model_path, crops):
    line = [sys.executable, "-m", "sutja", "read", "--crop", "-v", "--model", str(model_path), "a.png"]
    environment = {**os.environ, "PYTHONPATH": str(Path(sutja.__file__).parents[1])}
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)
    assert "opened with CPUExecutionProvider" in done.stderr
    assert "opened" not in done.stdout


def test_colours_are_forced_and_forbidden(run, crops, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert "\x1b[" not in run("a.png").stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[32maccepted" in run("a.png").stdout
    run("a.png", "-o", "out.txt")
    assert "\x1b[" not in Path("out.txt").read_text()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("a.png").stdout


def test_a_dash_is_the_standard_input_and_output(run, crops):
    done = run("-", "-o", "-", "--format", "jsonl", "--annotate", "drawn", input=Path("a.png").read_bytes())
    assert done.exit_code == 0, done.stderr
    row = json.loads(done.stdout)
    assert (row["source"], row["numbers"][0]["digits"]) == ("-", "007")
    assert [path.name for path in Path("drawn").iterdir()] == ["-.png"]
    empty = run("-", input=b"")
    assert empty.exit_code == 1
    assert "-: is empty" in empty.stderr


def test_addresses_are_read_and_their_faults_told(run, crops):
    web = Web()
    try:
        web.resources["/a.png"] = Resource(Path("a.png").read_bytes())
        done = run(web.url("/a.png"), web.url("/none.png?x=[1]"), "--format", "jsonl")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.exit_code == 1
        assert rows[0]["source"] == web.url("/a.png")
        assert rows[0]["numbers"][0]["digits"] == "007"
        assert "the server answered 404" in rows[1]["error"]
        done = run("-", "-o", "out.jsonl", "--resume")
        assert done.exit_code == 2
        assert "keeps a ledger of files" in done.stderr
    finally:
        web.close()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_in_the_help_and_prints_a_script(shell):
    assert "--completion" in CliRunner().invoke(main, ["--help"]).stdout
    done = CliRunner().invoke(main, ["--completion", shell])
    assert done.exit_code == 0
    assert "_SUTJA_COMPLETE" in done.stdout


def test_tables_fit_the_terminal(run, crops, monkeypatch):
    long = "a-very-long-name-that-goes-on-and-on-and-on-and-on.png"
    Path("a.png").rename(long)
    monkeypatch.setenv("COLUMNS", "80")
    assert find_columns() == 80
    shown = run(long, "b.png").stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "accepted" in shown
    monkeypatch.delenv("COLUMNS")
    assert max(map(len, run(long).stdout.splitlines())) > 80


def test_a_cut_line_keeps_its_colours():
    assert fit_line("\x1b[1mbold\x1b[0m and plain\n", 8) == "\x1b[1mbold\x1b[0m an…\n"
    assert fit_line("short\n", 5) == "short\n"


def test_the_count_of_the_bar_is_that_of_the_inputs(monkeypatch):
    class Terminal:
        def isatty(self):
            return True

        def fileno(self):
            return os.open(os.devnull, os.O_RDONLY)

    class Bar:
        task_ids = (0,)

        def update(self, task, completed):
            counts.append(completed)

        def stop(self):
            counts.append("stopped")

    counts = []
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    monkeypatch.setattr(progress, "_make_bar", lambda total, label: Bar())
    monkeypatch.setattr(progress.sys, "stderr", Terminal())
    monkeypatch.setattr(progress.sys, "stdout", Terminal())
    pages = [Page("a.pdf", 1, 1, 1), Page("a.pdf", 2, 1, 1), Page("b.png", 1, 1, 1), Page("c.png", 1, 1, 1)]
    assert list(progress.show_progress(pages, 3)) == pages
    assert counts == [1, 1, 2, 3, "stopped"]
    counts.clear()
    reading, writing = os.pipe()

    class Pipe(Terminal):
        def fileno(self):
            return writing

    monkeypatch.setattr(progress.sys, "stdout", Pipe())
    assert (
        list(progress.show_progress(pages, 3)) == pages
    )  # rows that go through a pipe may end on the terminal
    assert counts == []
    os.close(reading)
    os.close(writing)


def test_mistakes_are_listed_with_their_pictures(run, crops):
    Path("truth.csv").write_text("file,text\na.png,007\nb.png,<b>9</b>\n")
    done = run("--truth", "truth.csv", "--mistakes", "mistakes.html")
    assert done.exit_code == 0, done.stderr
    assert "1 mistake: mistakes.html" in done.stderr
    page = Path("mistakes.html").read_text()
    assert page.count("<img") == 1
    assert "data:image/png;base64," in page
    assert "&lt;b&gt;9&lt;/b&gt;" in page
    assert "b.png" in page
    assert "1 of 2 numbers" in page
    Path("truth.csv").write_text("file,text\na.png,007\n")
    assert run("--truth", "truth.csv", "--mistakes", "mistakes.html").exit_code == 0
    assert "Every labelled number is read right." in Path("mistakes.html").read_text()


def test_mistakes_go_with_labels(run, crops):
    done = run("a.png", "--mistakes", "mistakes.html")
    assert done.exit_code == 2
    assert "--mistakes goes with --truth" in done.stderr
    Path("truth.csv").write_text("file,text\na.png,007\n")
    done = run("--truth", "truth.csv", "--mistakes", "a.png")
    assert done.exit_code == 2
    assert "is also an input" in done.stderr
