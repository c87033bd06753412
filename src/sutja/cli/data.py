"""`sutja data`: what data sets there are, and how to get them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sutja.cli.execution.errors import FAILED, report_errors
from sutja.errors import SutjaError

if TYPE_CHECKING:
    from sutja.data.sets.catalogue import Entry
    from sutja.data.sets.obtain import Progress

_STOPPED = "stopped; what has arrived is kept, the same command goes on from there"
FORMAT = click.option(
    "--format", "format_name", type=click.Choice(("table", "json")), default="table", show_default=True
)


@click.group()
def data() -> None:
    """List, describe, fetch and check the data sets that models learn from.

    The sets lie in the folder that SUTJA_DATA names, else in a cache folder.
    """


@data.command("list")
@FORMAT
def list_sets(format_name: str) -> None:
    """List the data sets, their size and terms, and whether they are here."""
    from sutja.data.sets.catalogue import ENTRIES

    rows = [_summary(entry) for entry in ENTRIES.values()]
    if format_name == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    lines = []
    for row in rows:
        size, terms = _bytes(row["size"]), _terms(row)
        lines.append([row["name"], row["task"], row["items"], size, row["here"], terms])
    _print_table(["name", "task", "items", "size", "here", "terms"], lines)
    click.echo("`sutja data info NAME` tells more, `sutja data get NAME` fetches a set", err=True)


@data.command()
@click.argument("name")
@FORMAT
def info(name: str, format_name: str) -> None:
    """Describe one data set: what, whose, on what terms, how it is split."""
    with report_errors(_STOPPED):
        from sutja.data.sets.catalogue import find_entry
        from sutja.data.split.fixed import RULES

        entry = find_entry(name)
        rule = RULES.get(name)
        facts = _summary(entry) | {
            "home": entry.home,
            "terms_on_card": entry.terms_on_card,
            "reader": f"sutja.data.sets.readers.{entry.reader}",
            "split_by": rule.key if rule else None,
            "official_test": rule.official_test if rule else None,
            "note": rule.note if rule else None,
            "cannot_be_fetched": entry.converted or None,
            "files": len(entry.files),
        }
    if format_name == "json":
        files = [{"path": f.path, "size": f.size, "sha256": f.sha256, "kind": f.kind} for f in entry.files]
        click.echo(json.dumps(facts | {"files": files}, ensure_ascii=False, indent=2))
        return
    facts["size"] = _bytes(entry.size)
    width = max(len(key) for key in facts)
    for key, value in facts.items():
        if value is not None and value != "":
            shown = ("yes" if value else "no") if isinstance(value, bool) else value
            click.echo(f"{key.replace('_', ' '):<{width}}  {shown}")


@data.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--to", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Fetch into DIR.")
def get(names: tuple[str, ...], to: Path | None) -> None:
    """Fetch data sets. What is there already stays; what broke off is taken up again."""
    with report_errors(_STOPPED):
        from sutja.data.sets.catalogue import data_root, find_entry
        from sutja.data.sets.obtain import obtain

        entries = [find_entry(name) for name in names]
        root = to or data_root()
        with _bars() as progress:
            for entry in entries:
                if not entry.files:
                    click.echo(f"{entry.name}: {entry.home}", err=True)
                    continue
                folder = obtain(entry, root, progress)
                click.echo(folder)
                absent = [f.path for f in entry.files if f.kind == "extra" and not (folder / f.path).exists()]
                if absent:
                    click.echo(f"{entry.name}: without {', '.join(absent)}, not at its home", err=True)
                if entry.terms_on_card or not entry.open_terms:
                    click.echo(f"{entry.name}: its terms are: {entry.terms}", err=True)
    if to is not None:
        click.echo(f"set SUTJA_DATA={to} to use it", err=True)


@data.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def verify(names: tuple[str, ...]) -> None:
    """Compare every file of data sets with the catalogue, byte by byte."""
    failed = False
    with report_errors(_STOPPED):
        from sutja.data.sets.catalogue import data_root, find_entry
        from sutja.data.sets.manifest import find_problems

        for entry in [find_entry(name) for name in names]:
            if not entry.files:
                click.echo(f"{entry.name}: {entry.home}")
                continue
            problems = find_problems(entry.name, data_root() / entry.name)
            for path, problem in problems.items():
                click.echo(f"{entry.name}/{path}: {problem}")
            if not problems:
                click.echo(f"{entry.name}: all files are right")
            failed |= bool(problems)
    sys.exit(FAILED if failed else 0)


def _summary(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "what": entry.what,
        "task": entry.task,
        "items": entry.items,
        "size": entry.size,
        "terms": entry.terms,
        "open_terms": entry.open_terms,
        "here": _here(entry),
    }


def _here(entry: Entry) -> str:
    """Say if the set is here: by the names and sizes of its files, which is quick, not by their content."""
    from sutja.data.sets.catalogue import data_root

    if not entry.files:
        return "built in"
    try:
        folder = data_root() / entry.name
    except SutjaError:
        return "no"
    needed = [file for file in entry.files if file.kind != "extra"]
    here = sum(
        (path := folder / file.path).is_file() and (file.kind != "plain" or path.stat().st_size == file.size)
        for file in needed
    )
    if here == len(needed):
        return "yes"
    if here:
        return f"{here:,} of {len(needed):,}"
    return "no" if entry.obtainable else "no, by hand"


def _terms(row: dict[str, Any]) -> str:
    return str(row["terms"]) if row["open_terms"] else f"{row['terms']} (not open)"


def _bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size else "-"


def _print_table(header: list[str], rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@contextmanager
def _bars() -> Iterator[Progress]:
    """Bars with rate and time left on the standard error; nothing where it is no terminal."""
    if not _watched():
        yield lambda what, done, total: None
        return
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("{task.description}", markup=False),
        rich.BarColumn(),
        rich.DownloadColumn(),
        rich.TransferSpeedColumn(),
        rich.TimeRemainingColumn(),
    )
    tasks: dict[str, rich.TaskID] = {}
    with rich.Progress(*columns, console=Console(stderr=True), transient=True) as bars:

        def show(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show


def _watched() -> bool:
    return sys.stderr.isatty()
