"""Readers for sets of recordings: who said what in which file. The sound itself is not read here."""

from dataclasses import dataclass
from pathlib import Path

from sutja.data.digit_sets import read_csv
from sutja.data.faults import unreadable


@dataclass(frozen=True)
class SpokenRecord:
    """One recording.

    Attributes
    ----------
    path : Path
    text : str
        What is said: digits, or words in the set's own spelling; "" where it is noise.
    group : str
        The speaker, or the call where no more is known; "" where it is noise. The key of the split.
    """

    path: Path
    text: str
    group: str


def read_fsdd(root: Path) -> list[SpokenRecord]:
    """The 3,000 spoken digits; file names are digit_speaker_index."""
    paths = _recordings(root / "fsdd")
    return [SpokenRecord(path, *path.stem.split("_")[:2]) for path in paths]


def read_spoken_strings(root: Path) -> list[SpokenRecord]:
    """The 50 strings of digits of one speaker; made from the reading script, not checked by ear."""
    folder = root / "spoken-strings"
    return [SpokenRecord(folder / r["file"], r["digits"], "one") for r in read_csv(folder / "labels.csv")]


def read_an4(root: Path) -> list[SpokenRecord]:
    """The 948 answers to census questions: number words, digits said one by one, spelled letters."""
    folder = root / "an4"
    return [
        SpokenRecord(folder / r["file"], r["text"], r["speaker"]) for r in read_csv(folder / "labels.csv")
    ]


def read_telephone_speech(root: Path) -> list[SpokenRecord]:
    """The 400 turns from telephone calls, none of which says a number; the group is the call."""
    folder = root / "telephone-speech"
    rows = read_csv(folder / "labels.csv")
    return [SpokenRecord(folder / r["file"], r["text"], r["file"].rpartition("_")[0]) for r in rows]


def read_noise(root: Path) -> list[SpokenRecord]:
    """The 6 recordings of background noise."""
    return [SpokenRecord(path, "", "") for path in _recordings(root / "noise")]


def _recordings(folder: Path) -> list[Path]:
    paths = sorted(folder.glob("*.flac"))
    if not paths:
        raise unreadable(folder, FileNotFoundError())
    return paths
