"""Readers for sets of recordings: file, text and speaker. The sound itself is not read here."""

from dataclasses import dataclass
from pathlib import Path

from sutja.data.sets.digits import read_records
from sutja.data.split.fixed import assign_fold, is_test
from sutja.errors import make_unreadable_error

FSDD_TEST = 5  # recordings of each digit by each speaker, from index 0: the official test
FSDD_VALIDATION = 8  # up to here validation, the rest is trained on
_FOLDS = {  # of the speakers that are not in the test part; fold 0 is validation
    "an4": 8,
    "telephone-speech": 5,
    "hyke": 5,
    "speech-commands": 5,
    "iitg": 4,
    "sixteen": 5,
    "four": 4,
    "korean": 5,
}
_NOISE_PARTS = {"train": (0.0, 0.7), "validation": (0.7, 0.8), "test": (0.8, 1.0)}  # of each recording


@dataclass(frozen=True)
class SpokenRecord:
    """One recording.

    Attributes
    ----------
    path : Path
    text : str
        Spoken text: digits, or words in the set's own spelling; "" where it is noise.
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
    return read_records(
        folder / "labels.csv",
        lambda row: SpokenRecord(folder / row["file"], row["digits"], "one"),
        "the columns file and digits",
    )


def read_an4(root: Path) -> list[SpokenRecord]:
    """The 948 answers to census questions: number words, digits said one by one, spelled letters."""
    return read_recordings(root, "an4")


def read_recordings(root: Path, name: str) -> list[SpokenRecord]:
    """Recordings of a set with a table of file, speaker and text, in the order of labels.csv.

    - ``an4``: see `read_an4`.
    - ``hyke``: 139 strings of 8 to 25 digits over the telephone, 2,192 digits, a third with noise behind. Two
      recognisers agreed on each label; a few may be wrong, and no line repeats a digit string. The speakers
      F_… are women, M_… men.
    - ``speech-commands``: 1,085 recordings of one word, of which 190 are a digit; the others are no number.
    - ``iitg``: 520 single digits, Indian English, 13 speakers.
    - ``sixteen``: 509 single digits cut tight, 13 women and men.
    - ``four``: 198 single digits in quiet recordings, 4 speakers.
    - ``korean``: 765 Korean counting words, 하나 to 열, 8 speakers.

    Parameters
    ----------
    root, name : Path, str
        The data root, and one of the sets above.

    Raises
    ------
    DataError
        ``labels.csv`` is missing or damaged, or has no column file, speaker or text.
    """
    folder = root / name
    return read_records(
        folder / "labels.csv",
        lambda row: SpokenRecord(folder / row["file"], row["text"], row["speaker"]),
        "the columns file, speaker and text",
    )


def read_telephone_speech(root: Path) -> list[SpokenRecord]:
    """The 400 turns from telephone calls, none of which says a number; the group is the call."""
    folder = root / "telephone-speech"
    return read_records(
        folder / "labels.csv",
        lambda row: SpokenRecord(folder / row["file"], row["text"], row["file"].rpartition("_")[0]),
        "the columns file and text",
    )


def read_noise(root: Path) -> list[SpokenRecord]:
    """The 6 recordings of background noise."""
    return [SpokenRecord(path, "", "") for path in _recordings(root / "noise")]


def _recordings(folder: Path) -> list[Path]:
    paths = sorted(folder.glob("*.flac"))
    if not paths:
        raise make_unreadable_error(folder, FileNotFoundError())
    return paths


def assign_part(dataset: str, record: SpokenRecord) -> str:
    """Part of a recording, "train", "validation" or "test": the same for ever.

    No speaker and no call is on two sides. Only of ``fsdd``, whose official test is index 0 to 4, all six
    speakers are on every side; leaving one out is done by the speaker.

    Parameters
    ----------
    dataset : str
        Name of a set of speech; of "spoken-strings" every recording is a test.
    record : SpokenRecord
        One of its recordings.

    Raises
    ------
    ValueError
        Another set.
    """
    if dataset == "fsdd":
        index = int(record.path.stem.rpartition("_")[2])
        return "test" if index < FSDD_TEST else "validation" if index < FSDD_VALIDATION else "train"
    if dataset == "spoken-strings":
        return "test"
    if dataset not in _FOLDS:
        raise ValueError(
            f"no parts are known of {dataset!r}; there are: fsdd, spoken-strings, {', '.join(_FOLDS)}"
        )
    if is_test(dataset, record.group):
        return "test"
    return "train" if assign_fold(dataset, record.group, _FOLDS[dataset]) else "validation"


def find_noise_span(part: str, seconds: float) -> tuple[float, float]:
    """The seconds of a recording of noise that belong to a part: each has pieces of all six.

    Raises
    ------
    KeyError
        Another part than train, validation and test.
    """
    begin, end = _NOISE_PARTS[part]
    return begin * seconds, end * seconds
