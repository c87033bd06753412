"""From the catalogue to a folder: fetch what is missing of a set, check it, and only then put it in place."""

import hashlib
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sutja.atomic import write_atomic
from sutja.data.sets.catalogue import Entry
from sutja.data.sets.download import fetch
from sutja.data.sets.manifest import ManifestFile, find_problem, find_problems
from sutja.data.sets.relabel import RELABEL
from sutja.errors import DataError

Progress = Callable[[str, int, int | None], None]  # what, bytes so far, bytes in all if known

_STAGING = ".downloads"  # under the data root: whole and partial downloads that are not checked yet


def obtain(
    entry: Entry,
    root: Path,
    progress: Progress = lambda what, done, total: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Make sure that a set is whole under `root`; fetch what is not.

    Parameters
    ----------
    entry : Entry
    root : Path
        The data root; the set's folder is made in it.
    progress : callable
        Called again and again with a file name, the bytes so far and the bytes in all, or None.
    sleep : callable
        Waits between attempts; takes seconds.

    Returns
    -------
    Path
        The set's folder.

    Raises
    ------
    DataError
        The set cannot be fetched, or what came is not what the catalogue knows. Files that are right stay.
    """
    folder = root / entry.name
    missing = _missing(entry, folder)
    if not missing:
        return folder
    if not entry.obtainable:
        raise DataError(
            f"it cannot be downloaded: {entry.converted}",
            where=f"data set {entry.name}",
            remedy=f"set SUTJA_DATA to a folder that has it; its home is {entry.home}",
        )
    download = _Download(entry, folder, root / _STAGING, progress, sleep)
    for path, url in entry.urls.items():
        if path in missing:
            download.fetch_file(missing[path], url)
    for url in entry.archives:
        if missing := _missing(entry, folder):
            download.fetch_archive(missing, url)
    _remove_if_empty(download.staging)
    if problems := find_problems(entry.name, folder):
        raise _incomplete(entry, problems)
    return folder


def _missing(entry: Entry, folder: Path) -> dict[str, ManifestFile]:
    wrong = find_problems(entry.name, folder)
    return {file.path: file for file in entry.files if file.path in wrong}


@dataclass(frozen=True, slots=True)
class _Download:
    """The download of a set into its folder."""

    entry: Entry
    folder: Path
    staging: Path  # folder of what is not checked yet
    progress: Progress
    sleep: Callable[[float], None]

    def fetch_file(self, file: ManifestFile, url: str) -> None:
        """Fetch one file, check it, and put it in place."""
        entry = self.entry
        staged = self.staging / f"{entry.name}-{file.path.replace('/', '-')}"
        staged.unlink(missing_ok=True)  # left by a run that was killed before it was checked
        self._fetch(url, staged, file.path, file.sha256 if file.kind == "plain" else None)
        problem = find_problem(file, staged)
        if problem:
            staged.unlink()
            raise DataError(
                f"{url} is not the file that the catalogue knows: {problem}",
                where=f"data set {entry.name}",
                remedy="try again; if it stays so, set SUTJA_DATA to a folder that has the set",
            )
        _put(staged, self.folder / file.path)

    def fetch_archive(self, missing: Mapping[str, ManifestFile], url: str) -> None:
        """Fetch a zip file and take from it whatever is missing, known by its sha256."""
        entry, folder = self.entry, self.folder
        staged = self.staging / f"{entry.name}-{url.rpartition('/')[2]}"
        if not zipfile.is_zipfile(staged):  # one from an earlier run will do: its members are checked
            staged.unlink(missing_ok=True)
            self._fetch(url, staged, staged.name)
        try:
            with zipfile.ZipFile(staged) as archive:
                _take_members(archive, missing, folder)
                if entry.name in RELABEL:
                    names = {file.path for file in entry.files}
                    for path, content in RELABEL[entry.name](archive, names).items():
                        _write(folder / path, content)
        except (zipfile.BadZipFile, EOFError, zlib.error, RuntimeError) as error:  # the last: encrypted
            staged.unlink()
            raise DataError(
                f"{url} is damaged ({error})", where=f"data set {entry.name}", remedy="try again"
            ) from error
        staged.unlink()

    def _fetch(self, url: str, staged: Path, name: str, sha256: str | None = None) -> None:
        """Fetch to the staging folder; progress goes by `name`."""
        fetch(
            url,
            staged,
            self.entry.name,
            sha256=sha256,
            on_bytes=lambda done, total: self.progress(name, done, total),
            sleep=self.sleep,
        )


def _take_members(archive: zipfile.ZipFile, missing: Mapping[str, ManifestFile], folder: Path) -> None:
    wanted: dict[tuple[int, str], list[str]] = {}
    for file in missing.values():
        wanted.setdefault((file.size, file.sha256), []).append(file.path)
    sizes = {size for size, _ in wanted}
    for member in archive.infolist():
        # only members of a size that is wanted are unpacked, and under our own names: no bomb, no way out
        if member.is_dir() or member.file_size not in sizes:
            continue
        content = archive.read(member)
        for path in wanted.get((len(content), hashlib.sha256(content).hexdigest()), ()):
            _write(folder / path, content)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, content)


def _put(staged: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    staged.replace(path)


def _remove_if_empty(staging: Path) -> None:
    if staging.is_dir() and not any(staging.iterdir()):
        staging.rmdir()


def _incomplete(entry: Entry, problems: Mapping[str, str]) -> DataError:
    shown = ", ".join(f"{path} ({problem})" for path, problem in list(problems.items())[:3])
    more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
    return DataError(
        f"after the download these files are not right: {shown}{more}",
        where=f"data set {entry.name}",
        remedy=f"look at its home, {entry.home}, or set SUTJA_DATA to a folder that has the set",
    )
