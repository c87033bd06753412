import gzip
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sutja.cli import main
from sutja.data.sets import catalogue, manifest
from sutja.data.sets.catalogue import ENTRIES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sutja(monkeypatch, tmp_path):
    """Run `sutja data ...` with an empty data root."""
    monkeypatch.setenv("SUTJA_DATA", str(tmp_path / "root"))

    def run(*arguments, code=0):
        result = CliRunner().invoke(main, ["data", *map(str, arguments)])
        assert result.exit_code == code, result.output
        return result

    return run


def put(folder, name):
    """A set whose files have the right names and sizes, but not the right content."""
    for file in ENTRIES[name].files:
        path = folder / name / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(file.size))


def test_list_is_a_table_of_all_sets(sutja, tmp_path):
    put(tmp_path / "root", "usps")
    (tmp_path / "root" / "usps" / "zip.info.txt").unlink()
    put(tmp_path / "root", "receipts")
    lines = sutja("list").stdout.splitlines()
    assert lines[0].split() == ["name", "task", "items", "size", "here", "terms"]
    assert [line.split()[0] for line in lines[1:]] == list(ENTRIES)
    by_name = {line.split()[0]: line for line in lines}
    assert " built in " in by_name["digits"]
    assert " no " in by_name["mnist"]
    assert " 2 of 3 " in by_name["usps"]
    assert "(not open)" in by_name["usps"]
    assert " yes " in by_name["receipts"]
    assert " no, by hand " in by_name["an4"]


def test_list_as_json(sutja):
    rows = json.loads(sutja("list", "--format", "json").stdout)
    assert [row["name"] for row in rows] == list(ENTRIES)
    assert rows[2]["open_terms"] is False
    assert rows[1]["size"] == ENTRIES["mnist"].size


def test_info(sutja):
    text = sutja("info", "orand-car").stdout
    assert "labels MIT; images for research, non-commercial" in text
    assert "https://github.com/Fzkuji/Labeled_ORAND-CAR-A" in text
    assert "sutja.data.sets.readers.read_orand_car" in text
    assert "file name without its ending" in text
    facts = json.loads(sutja("info", "mnist", "--format", "json").stdout)
    assert len(facts["files"]) == 6
    assert facts["official_test"] is True
    assert "packed as FLAC" in sutja("info", "noise").stdout


@pytest.mark.parametrize("verb", ["info", "get", "verify"])
def test_an_unknown_set(sutja, verb):
    assert "error: minst: no data set has this name; there are: digits" in sutja(verb, "minst", code=1).stderr


def test_get_needs_a_name(sutja):
    assert "Missing argument 'NAME...'" in sutja("get", code=2).stderr


def test_get_of_the_built_in_set(sutja):
    result = sutja("get", "digits")
    assert "comes with scikit-learn" in result.stderr
    assert result.stdout == ""


def test_get_of_a_set_that_is_to_be_had_by_hand(sutja):
    assert "cannot be downloaded: its recordings were packed as FLAC" in sutja("get", "an4", code=1).stderr


@pytest.fixture
def letters(monkeypatch, tmp_path):
    """A set of one file in the catalogue; what fetches it only writes it."""
    file = manifest.ManifestFile("a.gz", 3, hashlib.sha256(b"abc").hexdigest(), "packed")
    extra = manifest.ManifestFile("notes.csv", 3, hashlib.sha256(b"abc").hexdigest(), "extra")
    entry = catalogue.Entry(
        name="letters",
        what="",
        task="classify",
        items="1",
        terms="none stated",
        open_terms=False,
        home="",
        reader="",
        urls={"a.gz": "https://example.org/a"},
    )
    monkeypatch.setattr(catalogue, "ENTRIES", {"letters": entry})
    for module in (catalogue, manifest):
        monkeypatch.setattr(module, "load_manifest", lambda name: (file, extra))
    fetched = []

    def fetch(url, out, name, **options):
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(gzip.compress(b"abc"))
        options["on_bytes"](3, None)
        fetched.append(out)

    monkeypatch.setattr("sutja.data.sets.obtain.fetch", fetch)
    return fetched


def test_get_fetches_once_and_says_where_and_on_what_terms(sutja, letters, tmp_path):
    result = sutja("get", "letters")
    assert result.stdout.strip() == str(tmp_path / "root" / "letters")
    assert "letters: its terms are: none stated" in result.stderr
    assert "letters: without notes.csv, not at its home" in result.stderr
    sutja("get", "letters")
    assert len(letters) == 1
    assert "letters: all files are right" in sutja("verify", "letters").stdout


def test_get_to_a_folder(sutja, letters, tmp_path):
    result = sutja("get", "letters", "--to", tmp_path / "there")
    assert (tmp_path / "there" / "letters" / "a.gz").is_file()
    assert f"set SUTJA_DATA={tmp_path / 'there'} to use it" in result.stderr


def test_get_shows_bars_to_somebody_who_watches(sutja, letters, monkeypatch):
    monkeypatch.setattr("sutja.cli.data._watched", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes the standard error for a terminal
    assert "a.gz" in sutja("get", "letters").stderr


def test_stopping_says_how_to_go_on(sutja, letters, monkeypatch):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("sutja.data.sets.obtain.fetch", stop)
    assert "the same command goes on from there" in sutja("get", "letters", code=130).stderr


def test_a_folder_that_cannot_be_written(sutja, letters, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "letters").write_text("a file")
    assert "error: " in sutja("get", "letters", "--to", tmp_path / "there", code=1).stderr


def test_verify_names_what_is_wrong(sutja, tmp_path):
    put(tmp_path / "root", "usps")
    put(tmp_path / "root", "receipts")
    (tmp_path / "root" / "usps" / "zip.info.txt").unlink()
    lines = sutja("verify", "usps", "digits", "receipts", code=1).stdout.splitlines()
    assert "usps/zip.info.txt: missing" in lines
    assert any(line.startswith("usps/zip.train.gz: cannot be read (") for line in lines)
    assert "digits: comes with scikit-learn (load_digits); nothing is downloaded" in lines
    assert sum(line.endswith("its content is not that of the catalogue") for line in lines) == 6


def test_without_the_extra_the_catalogue_is_shown_and_get_says_what_to_install(tmp_path):
    program = (
        "import sys; sys.modules.update(pooch=None, httpx=None, sklearn=None, torch=None); "
        "from sutja.cli import main; main()"
    )

    def run(*arguments, variable):
        environment = {key: value for key, value in os.environ.items() if key != "SUTJA_DATA"}
        environment |= {"PYTHONPATH": str(ROOT / "src")} | ({"SUTJA_DATA": variable} if variable else {})
        return subprocess.run(
            [sys.executable, "-c", program, "data", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("list", variable=None).returncode == 0
    for variable in (None, str(tmp_path)):
        done = run("get", "mnist", variable=variable)
        assert done.returncode == 1
        assert "pip install 'sutja[train]'" in done.stderr
        assert "Traceback" not in done.stderr


def test_real_sets_are_here_and_right(data_root, monkeypatch):
    monkeypatch.setenv("SUTJA_DATA", str(data_root))
    rows = json.loads(CliRunner().invoke(main, ["data", "list", "--format", "json"]).stdout)
    assert {row["here"] for row in rows} == {"yes", "built in"}
    result = CliRunner().invoke(main, ["data", "verify", "receipts", "weather-tables"])
    assert result.exit_code == 0, result.output
