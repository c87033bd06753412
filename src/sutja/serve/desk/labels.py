"""Labels of the desk: `labels.csv` and crops, as training, calibration and measuring take them."""

from __future__ import annotations

import csv
import io
import os
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from sutja.atomic import open_atomic, write_atomic
from sutja.serve.desk.pictures import Pixels, encode
from sutja.serve.desk.queue import Doubt

NAME, CROPS = "labels.csv", "crops"
COLUMNS = ("path", "text", "file", "page", "x0", "y0", "x1", "y1")


class LabelFolder:
    """A table of labels that grows by a row for each answer, and a crop for each row.

    Parameters
    ----------
    folder : Path
        Folder of the table.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / NAME
        (folder / CROPS).mkdir(parents=True, exist_ok=True)

    def name_crop(self, doubt: Doubt) -> str:
        """Name the crop of a number, relative to the folder."""
        return f"{CROPS}/{Path(doubt.source).stem[:60]}-{doubt.page}-{doubt.place}-{doubt.index}.png"

    def append(self, doubt: Doubt, text: str, file: Path, crop: Pixels | None) -> None:
        """Add a row, and save its crop where the picture could be read."""
        if crop is not None:
            write_atomic(self._folder / self.name_crop(doubt), encode(crop))
        with self.path.open("a", encoding="utf-8", newline="") as table:
            table.write(format_rows([self.make_row(doubt, text, file)]))
            table.flush()
            os.fsync(table.fileno())

    def rewrite(self, rows: Iterable[Sequence[object]]) -> None:
        """Write the whole table anew."""
        with open_atomic(self.path) as file:
            file.write(format_rows([COLUMNS]).encode())
            for row in rows:
                file.write(format_rows([row]).encode())

    def make_row(self, doubt: Doubt, text: str, file: Path) -> list[object]:
        """Make the row of a number; a file within the folder is named from there, so that both can move."""
        path, folder = file.resolve(), self._folder.resolve()
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
        return [self.name_crop(doubt), text, name, doubt.page, *doubt.number["box"]]

    def write_zip(self) -> Path:
        """Write the table, its crops, and the files that it names from its folder as one archive.

        Who takes the file removes it.
        """
        with tempfile.NamedTemporaryFile(prefix="sutja-", suffix=".zip", delete=False) as file:
            path = Path(file.name)
        table = self.path.read_bytes()
        rows = csv.DictReader(io.StringIO(table.decode(), newline=""))
        names = sorted({row[column] for row in rows for column in ("path", "file")})
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(NAME, table)
            for name in names:
                if not Path(name).is_absolute() and (self._folder / name).is_file():
                    archive.write(self._folder / name, name)
        return path


def format_rows(rows: Iterable[Sequence[object]]) -> str:
    """Format rows of CSV as they are: labels are for programs, and a changed text would be a wrong label."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
