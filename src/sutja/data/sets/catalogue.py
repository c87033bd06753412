"""The catalogue: every data set the project knows, with its home, its terms and its reader.

The table itself is `catalogue.toml` beside this module. Sizes and sha256 of the files are in
`sutja.data.sets.manifest`, the splits in `sutja.data.split.fixed`. Nothing here needs more than the standard
library, so that listing sets is quick.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from sutja.data.sets.manifest import ManifestFile, load_manifest
from sutja.errors import DataError

DATA_VARIABLE = "SUTJA_DATA"
DEFAULT = "digits"  # the set for those who name none: it needs no download


@dataclass(frozen=True)
class Entry:
    """One data set.

    Attributes
    ----------
    name : str
        Also the name of its folder under the data root.
    what : str
        Content of the set in a phrase.
    task : {"transcribe", "classify", "detect", "listen"}
    items : str
        Number of items, by part where there are parts.
    terms : str
        Licence, or the terms that stand in its place.
    open_terms : bool
        True if a model trained on it may be passed on under open terms.
    terms_on_card : bool
        True if the card of a model trained on it must state the terms.
    home : str
        Address of the origin, with the commit where it is a repository.
    reader : str
        Function of `sutja.data.sets.readers` that reads it. One that reads several sets takes the name of
        the set after the data root.
    urls : mapping
        File of the set to the address of that file.
    archives : tuple of str
        Addresses of zip files that hold files of the set under any names: the sha256 identifies them.
    converted : str
        Reason why the files cannot be downloaded from the home as they are; empty where they can.
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
        """True if `sutja data get` can fetch it."""
        return bool(self.urls or self.archives) or not self.files


def _load_entries() -> Mapping[str, Entry]:
    """Read the table; an unknown field or a missing one raises TypeError."""
    table = tomllib.loads(files("sutja.data.sets").joinpath("catalogue.toml").read_text(encoding="utf-8"))
    entries = {}
    for name, fields in table.items():
        archives = tuple(fields.pop("archives", ()))
        entries[name] = Entry(name=name, archives=archives, **fields)
    return MappingProxyType(entries)


ENTRIES = _load_entries()


def find_entry(name: str) -> Entry:
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
