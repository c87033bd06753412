"""Files in tar shards that are not held in memory, and one walk over the samples that they belong to.

As WebDataset has it, the files of a shard with one name up to the first dot are a sample: 000123.png, and
what it shows in 000123.cls, 000123.txt or 000123.json.

References
----------
Aizman, Maltby & Breuel, High Performance I/O For Large Scale Deep Learning, 2019 (WebDataset).
"""

from __future__ import annotations

import re
import tarfile
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from sutja.data.labelled.csv_tables import GROUP_NAMES
from sutja.data.labelled.picture_stack import describe_faults
from sutja.data.sets.digits import Part
from sutja.errors import DataError, PictureError, SoundError, SutjaError
from sutja.storage.shards import SUFFIX, Member, list_members, name_member, read_members
from sutja.structured_text import parse_json

Log = Callable[[str], None]
Item = TypeVar("Item")

LABEL_SUFFIXES = (".cls", ".json", ".txt")  # the first that a sample has tells what it shows
_MOST_LABEL = 100_000  # bytes
_AT_A_TIME = 256  # samples that are read in one go
_FAULTS = 20  # that are named
_LINE_EVERY = 10.0  # seconds, of progress
_A_SAMPLE = "a sample is a picture or a recording, a.png, and what it shows in a.cls, a.txt or a.json"


@dataclass(frozen=True, slots=True)
class ShardedFiles:
    """Files in tar shards, read whenever they are asked for.

    Attributes
    ----------
    shards : tuple[str, ...]
        Paths of the shards.
    shard : NDArray[int32]
        (n,) Place of each file's shard among `shards`.
    offset, size : NDArray[int64]
        (n,) First byte of each file in its shard, and number of its bytes.
    """

    shards: tuple[str, ...]
    shard: NDArray[np.int32]
    offset: NDArray[np.int64]
    size: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.shard)

    def subset(self, places: NDArray[np.integer]) -> Self:
        """Make the files at some places; none is read."""
        columns = {one.name: getattr(self, one.name) for one in fields(self)}
        return replace(
            self, **{name: of[places] for name, of in columns.items() if isinstance(of, np.ndarray)}
        )

    def describe(self, place: int) -> str:
        """Describe a file in a message: by its name, of which the first 100 characters stand before it."""
        shard = self.shards[self.shard[place]]
        start = int(self.offset[place]) - tarfile.BLOCKSIZE
        try:
            (header,) = read_members(shard, [(start, tarfile.BLOCKSIZE)])
            name = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape").name
        except (OSError, SutjaError, tarfile.TarError):
            name = f"byte {start}"
        return name_member(name, Path(shard).name)

    def read(
        self, places: NDArray[np.intp], decode: Callable[[bytes, int], Item]
    ) -> Iterator[tuple[int, Item]]:
        """Read and decode files in the order in which they lie on the disk.

        Parameters
        ----------
        places : NDArray[intp]
            (m,) Places of the files.
        decode : Callable[[bytes, int], Item]
            Decodes the content of the file at a place.

        Returns
        -------
        Iterator[tuple[int, Item]]
            Each item with its row in `places`.

        Raises
        ------
        DataError
            A file cannot be read any more.
        """
        rows = np.lexsort((self.offset[places], self.shard[places]))
        ends = np.flatnonzero(np.diff(self.shard[places[rows]])) + 1
        for some in np.split(rows, ends) if len(rows) else ():
            chosen = places[some]
            pairs = zip(self.offset[chosen].tolist(), self.size[chosen].tolist(), strict=True)
            contents = read_members(self.shards[self.shard[chosen[0]]], pairs)
            for row, place in zip(some.tolist(), chosen.tolist(), strict=True):
                try:
                    item = decode(next(contents), place)
                except (OSError, SutjaError) as error:
                    raise DataError(
                        f"cannot be read any more ({error})",
                        where=self.describe(place),
                        remedy="leave shards as they are while they are trained on",
                    ) from error
                yield row, item


class Sample(NamedTuple):
    """A sample of a shard: its file, and what is said of it.

    Attributes
    ----------
    shard : int
        Place of its shard among the shards.
    member : Member
        Its file.
    label : Member | None
        The file beside it that says what it shows; None where there is none.
    said : bytes
        Content of that file.
    content : bytes
        Content of its own file.
    name : str
        Its name in messages.
    """

    shard: int
    member: Member
    label: Member | None
    said: bytes
    content: bytes
    name: str

    def parse_label(self, names: Sequence[str], noun: str) -> tuple[Any, str]:
        """Parse what the sample shows, and its group; "" for no group.

        Parameters
        ----------
        names : Sequence[str]
            Keys that it may have in JSON.
        noun : str
            What it is called in messages.

        Raises
        ------
        PictureError
            Nothing is said of it, or what cannot be understood.
        """
        if self.label is None:
            raise PictureError(f"has no {noun}: none of {', '.join(LABEL_SUFFIXES)} is beside it")
        try:
            if not self.label.name.lower().endswith(".json"):
                return self.said.decode().strip(), ""
            values = parse_json(self.said)
            if not isinstance(values, dict):
                raise ValueError("it is no object")
        except ValueError as error:
            raise PictureError(f"has a {noun} that cannot be read ({error})") from error
        value, group = (
            next((values[name] for name in some if name in values), None) for some in (names, GROUP_NAMES)
        )
        if value is None:
            raise PictureError(f"has no {noun}: none of its keys is {', '.join(names)}")
        return value, "" if group is None else str(group).strip()


@dataclass(slots=True)
class Places:
    """Places of files, and their groups, which grow while the shards are walked through.

    Attributes
    ----------
    groups : dict[str, int]
        Number of each group.
    faults : list[str]
        Reasons why samples were left out, of the first of them.
    n_faults : int
        Samples that were left out.
    """

    groups: dict[str, int] = field(default_factory=lambda: {"": 0})
    faults: list[str] = field(default_factory=list)
    n_faults: int = 0
    _places: array[int] = field(default_factory=lambda: array("q"))  # shard, offset and size of each
    _groups: array[int] = field(default_factory=lambda: array("q"))

    def __len__(self) -> int:
        return len(self._groups)

    def walk(
        self,
        shards: Sequence[str],
        endings: tuple[str, ...],
        take: Callable[[Sample], str],
        noun: str,
        where: str,
        log: Log | None = None,
    ) -> None:
        """Read every sample of some shards once.

        Parameters
        ----------
        shards : Sequence[str]
            Paths of tar files that are not compressed.
        endings : tuple[str, ...]
            Endings of the files that samples are about, like ".png".
        take : Callable[[Sample], str]
            Takes a sample, and returns its group; raises `PictureError` or `SoundError` where it is to be
            left out.
        noun : str
            Name of the files in the plural, for messages.
        where : str
            Name of the data in messages.
        log : Log | None
            Takes a line of progress every ten seconds.

        Raises
        ------
        DataError
            A shard cannot be listed, or no sample can be read.
        """
        progress = Progress("index", noun, log)
        ends = np.cumsum(
            [0, *(path.stat().st_size if (path := Path(one)).is_file() else 0 for one in shards)]
        )
        for number, shard in enumerate(shards):
            listing = list_members(shard)
            if listing.error is not None:
                raise DataError(listing.error, where=shard)
            samples = iter(_gather(listing.members, endings))
            while some := list(islice(samples, _AT_A_TIME)):
                for sample in _read_samples(number, shard, some):
                    self._add(sample, take)
                share = (int(ends[number]) + some[-1][1].offset) / max(1, int(ends[-1]))
                progress.tell(len(self), share)
        if not len(self):
            raise DataError(
                "none of the samples in its shards can be read",
                where=where,
                remedy=f"the first: {self.faults[0]}" if self.faults else _A_SAMPLE,
            )

    def _add(self, sample: Sample, take: Callable[[Sample], str]) -> None:
        try:
            group = take(sample)
        except (PictureError, SoundError) as error:
            self.n_faults += 1
            if self.n_faults <= _FAULTS:
                self.faults.append(str(error) if sample.name in str(error) else f"{sample.name}: {error}")
            return
        self._places.extend((sample.shard, sample.member.offset, sample.member.size))
        self._groups.append(self.groups.setdefault(group, len(self.groups)))

    def to_columns(self) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
        """Return the columns of `ShardedFiles`."""
        places = np.frombuffer(self._places, np.int64).reshape(-1, 3)
        return places[:, 0].astype(np.int32), places[:, 1].copy(), places[:, 2].copy()

    def list_groups(self) -> NDArray[np.str_] | None:
        """List the group of each file; None where none is named."""
        return decode_names(self.groups, self._groups) if len(self.groups) > 1 else None

    def describe_faults(self, noun: str) -> tuple[str, ...]:
        """Describe the samples that were left out, a line each; `noun` names their files in the plural."""
        return describe_faults(self.faults, self.n_faults, noun)


class Progress:
    """Lines on how far a walk has come, at what rate, and the time left.

    Parameters
    ----------
    what, noun : str
        What is made, and the name of the files in the plural.
    log : Log | None
        Takes the lines.
    """

    def __init__(self, what: str, noun: str, log: Log | None) -> None:
        self._what, self._noun, self._log = what, noun, log
        self._started = self._logged_at = time.monotonic()

    def tell(self, n: int, share: float) -> None:
        """Log a line where one is due: n files are read, and a share of all bytes or files, 0 to 1."""
        now = time.monotonic()
        if self._log is None or now - self._logged_at < _LINE_EVERY:
            return
        self._logged_at, seconds = now, max(now - self._started, 1e-9)
        share = max(1e-9, min(1.0, share))
        self._log(
            f"{self._what}: {n:,} {self._noun}, {100 * share:.0f} % of the shards; {n / seconds:,.0f}/s, "
            f"{seconds / share - seconds:,.0f} s left"
        )


def find_shards(data: str | Path) -> dict[Part, tuple[str, ...]]:
    """Find the shards that data stand for: one, those in a folder, or those that a pattern matches.

    Parameters
    ----------
    data : str | Path
        Path of a shard or a folder, or a pattern such as ``shards/*.tar``.

    Returns
    -------
    dict[Part, tuple[str, ...]]
        Those to train on, and those to test on where the words "train" and "test" in the names of shards or
        of their folders tell; else all under "train". Empty where there are no shards.
    """
    path = Path(data).expanduser()
    if path.is_dir():
        found = sorted(one for folder in ("", "train/", "test/") for one in path.glob(f"{folder}*{SUFFIX}"))
    elif path.suffix == SUFFIX:
        found = [path] if path.is_file() else sorted(path.parent.glob(path.name))
    else:
        return {}
    words = [_split_words(one.relative_to(path) if path.is_dir() else Path(one.name)) for one in found]
    tested = [bool(one & {"test", "tests", "testing"}) for one in words]
    trained = [bool(one & {"train", "training"}) for one in words]
    if any(tested) and any(trained) and all(a != b for a, b in zip(tested, trained, strict=True)):
        parts: dict[Part, list[bool]] = {"train": trained, "test": tested}
        return {
            part: tuple(str(one) for one, is_in in zip(found, mask, strict=True) if is_in)
            for part, mask in parts.items()
        }
    return {"train": tuple(map(str, found))} if found else {}


def _split_words(path: Path) -> set[str]:
    return set(re.split(r"[^a-z]+", str(path).lower()))


def decode_names(names: dict[str, int], codes: array[int]) -> NDArray[np.str_]:
    """Make the column of names that codes stand for, as `names` numbers them."""
    return np.array(list(names))[np.frombuffer(codes, np.int64)]


def _gather(members: Sequence[Member], endings: tuple[str, ...]) -> Iterator[tuple[Member | None, Member]]:
    """Yield the file of what is said, where there is one, and that of the content, of each sample."""
    samples: dict[str, dict[str, Member]] = {}
    for member in members:
        folder, slash, name = member.name.rpartition("/")
        key, _, ending = name.partition(".")
        if key:
            samples.setdefault(folder + slash + key, {})[f".{ending.lower()}"] = member
    for files in samples.values():
        contents = [member for ending, member in files.items() if ending.endswith(endings)]
        if contents:
            label = next((files[ending] for ending in LABEL_SUFFIXES if ending in files), None)
            yield label, contents[0]


def _read_samples(number: int, shard: str, pairs: Sequence[tuple[Member | None, Member]]) -> Iterator[Sample]:
    """Read some samples of a shard."""
    labels, members = [one for one, _ in pairs], [one for _, one in pairs]
    places = [(one.offset, min(one.size, _MOST_LABEL)) if one else (0, 0) for one in labels]
    said = list(read_members(shard, places))
    contents = read_members(shard, [(one.offset, one.size) for one in members])
    for label, text, member, content in zip(labels, said, members, contents, strict=True):
        yield Sample(number, member, label, text, content, name_member(member.name, Path(shard).name))
