import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sutja.data.sets import readers
from sutja.data.sets.catalogue import DEFAULT, ENTRIES, data_root, find_entry
from sutja.data.split.fixed import RULES
from sutja.errors import DataError

FOLDERS = {  # set: number of files
    "mnist": 6,
    "usps": 3,
    "orand-car": 1083,
    "cheques": 231,
    "sudoku": 321,
    "bccd": 586,
    "fsdd": 3000,
    "spoken-strings": 52,
    "exam-digits": 1342,
    "receipts": 6,
    "weather-tables": 22,
    "an4": 950,
    "telephone-speech": 402,
    "noise": 6,
    "registers": 2118,
    "registers-pages": 11,
    "births": 203,
    "parish-rows": 1554,
    "parish-dates": 1370,
    "volunteers": 703,
    "volunteers-lines": 250,
    "volunteers-pages": 11,
    "no-numbers": 124,
    "results-id": 19,
    "results-id2": 6,
    "receipts-my": 86,
    "meter-digits": 1045,
    "lcd-digits": 133,
    "pen-digits": 1,
    "hyke": 140,
    "speech-commands": 1087,
    "iitg": 521,
    "sixteen": 510,
    "four": 199,
    "korean": 767,
}
NOT_OPEN = {"parish-rows", "parish-dates", "meter-digits", "hyke", "iitg", "sixteen", "four"}  # nor stated
STATED = {
    "registers",
    "registers-pages",
    "births",
    "volunteers",
    "volunteers-lines",
    "volunteers-pages",
    "no-numbers",
    "receipts-my",
    "pen-digits",
}


def test_every_set_is_there_with_all_its_files():
    assert {name: len(entry.files) for name, entry in ENTRIES.items()} == FOLDERS | {"digits": 0}


def test_the_sets_in_the_folder_are_those_of_the_catalogue(data_root):
    assert {path.name for path in data_root.iterdir() if path.is_dir()} - {".downloads"} == set(FOLDERS)


def test_the_counts_are_those_of_the_data_readme(data_root):
    text = (data_root / "README.md").read_text(encoding="utf-8")
    for row in re.findall(r"^\| `([a-z0-9-]+)/` \|[^|]*\| ([^|]*) \|", text, flags=re.MULTILINE):
        name, items = row
        said = re.findall(r"[\d,]+", items)[0]
        assert said in ENTRIES[name].items, name


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.name)
def test_an_entry_is_whole(entry):
    assert all((entry.what, entry.items, entry.terms, entry.home))
    assert entry.task in {"classify", "transcribe", "detect", "listen"}
    assert callable(getattr(readers, entry.reader))
    assert bool(entry.converted) != entry.obtainable
    assert set(entry.urls) <= {file.path for file in entry.files}
    assert all(url.startswith("https://") for url in (*entry.urls.values(), *entry.archives))
    assert entry.name in RULES or entry.name == "noise"


def test_every_file_of_a_set_with_addresses_has_one():
    for entry in ENTRIES.values():
        if entry.urls:
            assert set(entry.urls) == {file.path for file in entry.files}


def test_terms_that_are_not_open():
    closed = NOT_OPEN | {"usps", "orand-car"}
    assert {name for name, entry in ENTRIES.items() if not entry.open_terms} == closed | {"results-id"}
    assert {name for name, entry in ENTRIES.items() if entry.terms_on_card} == closed | STATED | {"mnist"}


def test_the_terms_on_cards_are_those_that_the_data_readme_marks(data_root):
    text = (data_root / "README.md").read_text(encoding="utf-8")
    for folders, terms in re.findall(
        r"^\| (`[a-z0-9-]+/`[^|]*) \|.*\| ([^|]*) \| [^|]* \|$", text, flags=re.MULTILINE
    ):
        for name in re.findall(r"`([a-z0-9-]+)/`", folders):
            assert ENTRIES[name].terms_on_card == ("[x]" in terms), name
            if "none stated" in terms:
                assert not ENTRIES[name].open_terms, name


def test_the_default_needs_no_download():
    assert ENTRIES[DEFAULT].files == ()
    assert ENTRIES[DEFAULT].size == 0
    assert len(readers.read_bundled_digits()) == 1797


def test_an_unknown_name_is_told_the_known_ones():
    with pytest.raises(DataError, match=r"^minst: no data set has this name; there are: digits, mnist, usps"):
        find_entry("minst")


def test_the_variable_names_the_root(monkeypatch, tmp_path):
    monkeypatch.setenv("SUTJA_DATA", str(tmp_path / "not yet"))
    assert data_root() == tmp_path / "not yet"
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SUTJA_DATA", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"file: SUTJA_DATA names it, but it is no folder"):
        data_root()


def test_without_the_variable_it_is_a_cache_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("SUTJA_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data_root().parts[-2:] == ("sutja", "data")


def test_without_the_extra_the_way_out_is_named(monkeypatch):
    monkeypatch.delenv("SUTJA_DATA", raising=False)
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(DataError, match=r"pip install 'sutja\[train\]', or set SUTJA_DATA"):
        data_root()


def test_looking_into_the_catalogue_loads_nothing_heavy():
    heavy = ["numpy", "cv2", "PIL", "sklearn", "torch", "pooch", "httpx"]
    modules = "sutja.data.sets.catalogue, sutja.data.split.fixed, sutja.cli.data"
    code = f"import sys, {modules}; print([name for name in {heavy} if name in sys.modules])"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
