"""Outputs of a run: JSON lines, Parquet, or a folder of Parquet parts; each appears whole at the end."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from sutja.atomic import open_atomic
from sutja.batch.ledger import Outcome
from sutja.batch.parquet import ParquetText, make_schema, parse_lines
from sutja.errors import SutjaError
from sutja.types import Result

PART = 100_000  # inputs whose results are in a part of a folder
SUFFIX = ".parquet"
_PATTERN = "part-*.parquet"


def check_output(out: Path, kind: type[Result]) -> None:
    """Refuse, before the work, an output that cannot be written.

    Parameters
    ----------
    out : Path
        File or folder of the results.
    kind : type[Result]
        Kind of the results.

    Raises
    ------
    SutjaError
        It is Parquet, and pyarrow is not installed; or a folder that holds other things than parts, which
        would be lost.
    """
    if out.is_dir() or out.suffix.lower() == SUFFIX:
        make_schema(kind)
    parts = set(out.glob(_PATTERN))
    others = [path.name for path in out.iterdir() if path not in parts] if out.is_dir() else []
    if others:
        raise SutjaError(
            f"holds other things than results ({others[0]})", where=str(out), remedy="choose another folder"
        )


def write_outcomes(out: Path, outcomes: Iterable[Outcome], kind: type[Result]) -> None:
    """Write the results of outcomes in their order.

    Parameters
    ----------
    out : Path
        File of JSON lines, file that ends in .parquet, or folder that is there.
    outcomes : Iterable[Outcome]
        The outcomes.
    kind : type[Result]
        Kind of the results.

    Raises
    ------
    OSError, SutjaError
        If they cannot be written; what was there stays.
    """
    if out.is_dir():
        _write_folder(out, iter(outcomes), kind)
    elif out.suffix.lower() == SUFFIX:
        _write_parquet(out, outcomes, kind)
    else:
        with open_atomic(out) as file:
            for outcome in outcomes:
                file.write(outcome.lines.encode("utf-8", "surrogateescape"))


def _write_parquet(out: Path, outcomes: Iterable[Outcome], kind: type[Result]) -> None:
    text = ParquetText(kind)
    with open_atomic(out) as file:
        for outcome in outcomes:
            file.write(text.add(parse_lines(outcome.lines)))
        file.write(text.end())


def _write_folder(out: Path, outcomes: Iterator[Outcome], kind: type[Result]) -> None:
    """Write parts into a folder beside it, which then takes its place."""
    fresh = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".sutja-{out.name[:40]}-", suffix=".partial"))
    try:
        for number, part in enumerate(_iter_parts(outcomes)):
            _write_parquet(fresh / f"part-{number:05d}.parquet", part, kind)
        shutil.copymode(out, fresh)
        shutil.rmtree(out)
        fresh.replace(out)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _iter_parts(outcomes: Iterator[Outcome]) -> Iterator[Iterator[Outcome]]:
    """Yield the outcomes of each part; the first part is there even if there are none."""
    yield islice(outcomes, PART)
    for first in outcomes:
        yield chain([first], islice(outcomes, PART - 1))
