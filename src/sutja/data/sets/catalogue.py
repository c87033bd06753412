"""The catalogue: every data set the project knows, with its home, its terms and its reader.

`ENTRIES` is the whole table. Sizes and sha256 of the files are in `sutja.data.sets.manifest`, the splits in
`sutja.data.split.fixed`. Nothing here needs more than the standard library, so that listing sets is quick.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from sutja.data.sets.manifest import ManifestFile, load_manifest
from sutja.errors import DataError

DATA_VARIABLE = "SUTJA_DATA"
DEFAULT = "digits"  # what is used where nothing is downloaded

_RAW = "https://raw.githubusercontent.com"
_QMNIST = f"{_RAW}/facebookresearch/qmnist/c5d0468d749822b3dfc4fcb7110a1e94d541b1c1"
_ESL = "https://hastie.su.domains/ElemStatLearn/datasets"


@dataclass(frozen=True)
class Entry:
    """One data set.

    Attributes
    ----------
    name : str
        Also the name of its folder under the data root.
    what, task : str
        What it shows; transcribe, classify, detect or listen.
    items : str
        How many, in words that hold for its parts.
    terms : str
        Its licence or what is said instead.
    open_terms : bool
        Whether a model trained on it may be passed on under open terms.
    terms_on_card : bool
        Whether the terms are to be stated on the card of a model trained on it.
    home, reader : str
        Where it comes from; the function of `sutja.data.sets.readers` that reads it.
    urls : mapping
        File of the set to the address of that file.
    archives : tuple of str
        Addresses of zip files that hold files of the set under any names: the sha256 tells which is which.
    converted : str
        Why the files cannot be had from the home as they are; empty where they can.
    """

    name: str
    what: str
    task: str
    items: str
    terms: str
    open_terms: bool
    home: str
    reader: str
    terms_on_card: bool = False
    urls: Mapping[str, str] = field(default_factory=dict)
    archives: tuple[str, ...] = ()
    converted: str = ""

    @property
    def files(self) -> tuple[ManifestFile, ...]:
        """The files with their sizes and sha256."""
        return load_manifest(self.name)

    @property
    def size(self) -> int:
        """Bytes of all files; of packed ones the content."""
        return sum(file.size for file in self.files)

    @property
    def obtainable(self) -> bool:
        """Whether `sutja data get` can fetch it."""
        return bool(self.urls or self.archives) or not self.files


def _github(repository: str, commit: str) -> tuple[str, ...]:
    return (f"https://github.com/{repository}/archive/{commit}.zip",)


_FLAC = "its recordings were packed as FLAC; the home has them in another format"

_ALL = (
    Entry(
        name="digits",
        what="handwritten digits, 8 by 8, in 17 grey levels",
        task="classify",
        items="1,797",
        terms="CC BY 4.0 (UCI 80)",
        open_terms=True,
        home="comes with scikit-learn (load_digits); nothing is downloaded",
        reader="read_bundled_digits",
    ),
    Entry(
        name="mnist",
        what="handwritten digits, 28 by 28, with the writer of each from QMNIST",
        task="classify",
        items="60,000 + 10,000",
        terms="CC BY-SA 3.0 as commonly stated; writers: BSD (QMNIST)",
        open_terms=True,
        terms_on_card=True,
        home="https://github.com/fgnt/mnist and https://github.com/facebookresearch/qmnist",
        reader="read_mnist",
        urls={
            **{
                name: f"{_RAW}/fgnt/mnist/master/{name}"
                for name in (
                    "train-images-idx3-ubyte.gz",
                    "train-labels-idx1-ubyte.gz",
                    "t10k-images-idx3-ubyte.gz",
                    "t10k-labels-idx1-ubyte.gz",
                )
            },
            **{
                name: f"{_QMNIST}/{name}"
                for name in ("qmnist-train-labels-idx2-int.gz", "qmnist-test-labels-idx2-int.gz")
            },
        },
    ),
    Entry(
        name="usps",
        what="the postal digits of 1989 from US envelopes, deslanted, 16 by 16",
        task="classify",
        items="7,291 + 2,007",
        terms="none stated; for research",
        open_terms=False,
        terms_on_card=True,
        home='"zip code" data of The Elements of Statistical Learning',
        reader="read_usps",
        urls={name: f"{_ESL}/{name}" for name in ("zip.train.gz", "zip.test.gz", "zip.info.txt")},
    ),
    Entry(
        name="orand-car",
        what="courtesy amounts cut from real cheques, with a box a digit",
        task="transcribe",
        items="1,080",
        terms="labels MIT; images for research, non-commercial",
        open_terms=False,
        terms_on_card=True,
        home="https://github.com/Fzkuji/Labeled_ORAND-CAR-A",
        reader="read_orand_car",
        archives=_github("Fzkuji/Labeled_ORAND-CAR-A", "ffb62684"),
    ),
    Entry(
        name="cheques",
        what="whole cheques with the boxes of their fields, most handwritten",
        task="detect",
        items="114, of which 108 with the amount",
        terms="CC BY 4.0",
        open_terms=True,
        home="https://github.com/somnath0796/Legacy-Contracts-Transformer (Checx-6); Roboflow checx",
        reader="read_cheques",
        archives=_github("somnath0796/Legacy-Contracts-Transformer", "5cbf1c7f"),
    ),
    Entry(
        name="sudoku",
        what="phone photos of grids; printed digits, and MNIST digits put in by program",
        task="classify",
        items="160 photos, 12,960 cells",
        terms="CC BY 4.0",
        open_terms=True,
        home="https://github.com/wichtounet/sudoku_dataset",
        reader="read_sudoku",
        archives=_github("wichtounet/sudoku_dataset", "0db6de036b80b4e8e4574abe6e15026331bd5c2c"),
    ),
    Entry(
        name="bccd",
        what="blood cells, a small set for detection of anything",
        task="detect",
        items="292",
        terms="MIT",
        open_terms=True,
        home="https://github.com/Shenggan/BCCD_Dataset",
        reader="read_bccd",
        archives=_github("Shenggan/BCCD_Dataset", "d272fb14"),
    ),
    Entry(
        name="fsdd",
        what="spoken digits, 8 kHz, 6 speakers",
        task="listen",
        items="3,000",
        terms="CC BY-SA 4.0",
        open_terms=True,
        home="https://github.com/Jakobovski/free-spoken-digit-dataset, commit 26eb9aaf",
        reader="read_fsdd",
        converted=_FLAC,
    ),
    Entry(
        name="spoken-strings",
        what="spoken phone, order and zip numbers, 16 kHz, one speaker",
        task="listen",
        items="50",
        terms="Apache-2.0",
        open_terms=True,
        home="https://github.com/adsorce/moshi-finetune, commit 0b31d4b8",
        reader="read_spoken_strings",
        converted=_FLAC,
    ),
    Entry(
        name="exam-digits",
        what="digits from real exam answer boxes, 28 by 28",
        task="classify",
        items="1,341",
        terms="ODbL / DbCL",
        open_terms=True,
        home="https://github.com/SageLabTW/auto-grading (nsysu-digits)",
        reader="read_exam_digits",
        archives=_github("SageLabTW/auto-grading", "6753733"),
    ),
    Entry(
        name="receipts",
        what="German till receipts, scanned at 300 dpi, with the total",
        task="transcribe",
        items="6",
        terms="CC BY 4.0",
        open_terms=True,
        home="https://github.com/softmatic/vision-data",
        reader="read_receipts",
        archives=_github("softmatic/vision-data", "9062feb"),
    ),
    Entry(
        name="weather-tables",
        what="photos of printed tables of numbers, 1898 to 1904",
        task="transcribe",
        items="11 of 31 by 25 cells or so",
        terms="Open Government Licence",
        open_terms=True,
        home="https://github.com/philip-brohan/OCR-weatherrescue",
        reader="read_weather_tables",
        archives=_github("philip-brohan/OCR-weatherrescue", "168a8d5"),
    ),
    Entry(
        name="an4",
        what="people answering census questions: numbers, dates, spelled names; 16 kHz",
        task="listen",
        items="948 of 74 speakers",
        terms="BSD-like; its LICENSE goes along",
        open_terms=True,
        home="https://github.com/adagioNeo/VoiceInterpreter, commit e750b5e",
        reader="read_an4",
        converted=_FLAC,
    ),
    Entry(
        name="telephone-speech",
        what="telephone calls without numbers, 8 kHz",
        task="listen",
        items="400",
        terms="CC BY-SA 4.0",
        open_terms=True,
        home="https://github.com/wake-up-word/wuw-corpus-ii, commit edd16fe",
        reader="read_telephone_speech",
        converted=_FLAC,
    ),
    Entry(
        name="noise",
        what="background noise: dishes, bicycle, tap, miaowing, white and pink",
        task="listen",
        items="6",
        terms="CC BY 4.0 (Speech Commands)",
        open_terms=True,
        home="Speech Commands, folder _background_noise_",
        reader="read_noise",
        converted=_FLAC,
    ),
)
ENTRIES: Mapping[str, Entry] = MappingProxyType({entry.name: entry for entry in _ALL})


def entry_of(name: str) -> Entry:
    """The entry of a set.

    Raises
    ------
    DataError
        No set has that name.
    """
    try:
        return ENTRIES[name]
    except KeyError:
        raise DataError(
            "no data set has this name", where=name, remedy=f"there are: {', '.join(ENTRIES)}"
        ) from None


def data_root() -> Path:
    """The folder that holds a folder per set: `SUTJA_DATA`, else a cache folder of this user.

    Raises
    ------
    DataError
        `SUTJA_DATA` names something that is not a folder, or the [train] extra is missing.
    """
    named = os.environ.get(DATA_VARIABLE)
    if named:
        folder = Path(named).expanduser()
        if folder.exists() and not folder.is_dir():
            raise DataError(f"{DATA_VARIABLE} names it, but it is no folder", where=str(folder))
        return folder
    try:
        import pooch
    except ImportError as error:
        raise DataError(
            "the cache folder for data needs the [train] extra",
            remedy=f"pip install 'sutja[train]', or set {DATA_VARIABLE} to a folder with data",
        ) from error
    return Path(pooch.os_cache("sutja")) / "data"
