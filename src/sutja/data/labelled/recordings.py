"""A person's own recordings with what is said in them: a table, or a folder with a table in it."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from pathlib import Path

from sutja.data.labelled.csv_tables import PATH_NAMES, TABLE_SUFFIXES, read_table
from sutja.data.labelled.sharded_files import LABEL_SUFFIXES, find_shards
from sutja.data.labelled.tables import TEXT_NAMES, Texts, load_texts
from sutja.data.sets.digits import Part
from sutja.errors import DataError
from sutja.grammar.number_words import UNITS, ZEROS, label_words, spell_digits
from sutja.signals.sound_headers import SOUND_SUFFIXES
from sutja.storage.shards import list_members

CHARACTERS = string.ascii_letters + string.digits + " '-,.?!;:()/"  # of a text
TABLE_NAMES = ("labels.csv", "labels.tsv", "metadata.csv")  # looked for in a folder
_TOKEN = re.compile(r"[a-z']+|\d")


def find_table(data: Path) -> Path:
    """The table itself, or the one in a folder.

    Raises
    ------
    DataError
        A folder without a table.
    """
    if not data.is_dir():
        return data
    if not (found := list_tables(data)):
        raise DataError(
            "the folder has no table that says what is in its files",
            where=str(data),
            remedy="put a labels.csv in it, with the columns path and text",
        )
    return found[0]


def list_tables(folder: Path) -> list[Path]:
    """List the tables of a folder, those with the usual names first."""
    named = [folder / name for name in TABLE_NAMES if (folder / name).is_file()]
    return named + sorted(path for path in folder.iterdir() if path.suffix.lower() in TABLE_SUFFIXES)


def are_text_shards(data: str | Path) -> bool:
    """Return True if data are tar shards, and no folder with a table as well."""
    path = Path(data).expanduser()
    return bool(find_shards(path)) and not (path.is_dir() and list_tables(path))


def are_recordings(data: Path) -> bool:
    """Return True if a table, or the one in a folder, or shards hold recordings rather than pictures.

    Raises
    ------
    DataError
        As `sutja.data.labelled.csv_tables.read_table` says.
    """
    if are_text_shards(data):
        listed = list_members(find_shards(data)["train"][0]).members
        return _are_sounds([one.name for one in listed if not one.name.lower().endswith(LABEL_SUFFIXES)])
    path = find_table(data)
    if not path.is_file():
        return False  # whoever reads it says so
    return _are_sounds(read_table(path, TEXT_NAMES).column(PATH_NAMES) or [])


def _are_sounds(names: Sequence[str]) -> bool:
    """Return True if most of these are names of recordings."""
    return sum(name.strip().lower().endswith(SOUND_SUFFIXES) for name in names) * 2 > len(names)


def load_spoken_texts(data: Path, part: Part) -> Texts:
    """Recordings and what is said in them; no recording is read.

    A text is what is said, in words ("four one oh", "yes it is twenty two") or in digits, said one by one.

    Raises
    ------
    DataError
        As `sutja.data.labelled.tables.load_texts` says.
    """
    return load_texts(find_table(data), part, CHARACTERS)


def list_pronunciations(text: str) -> list[tuple[int, ...]]:
    """List the classes of a text; of one in digits, those of every pronunciation digit by digit.

    >>> list_pronunciations("four oh"), len(list_pronunciations("4005"))
    ([(5, 11)], 4)
    """
    plain = text.lower().replace("-", " ")
    words = _TOKEN.findall(plain)
    if not words or not all(word.isdigit() for word in words):
        return [tuple(label_words([UNITS[int(w)] if w.isdigit() else w for w in words]))]
    ways = [
        spell_digits("".join(words), zero, repeats).split()
        for zero in (UNITS[0], ZEROS[0])
        for repeats in (False, True)
    ]
    return list(dict.fromkeys(tuple(label_words(way)) for way in ways))
