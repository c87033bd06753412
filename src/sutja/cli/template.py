"""`sutja template`: templates of forms, made from a scan and checked on others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sutja.cli.execution.errors import FAILED, USAGE, report_errors
from sutja.cli.execution.inputs import expand
from sutja.cli.execution.options import threads_option
from sutja.cli.execution.results import count, opening_model
from sutja.cli.output.collisions import check_outputs
from sutja.cli.output.file import UniqueNames, make_folder
from sutja.cli.output.writer import printable

if TYPE_CHECKING:
    from sutja.reading.templates.form_reader import TemplateFinder
    from sutja.signals.image import Picture


@click.group()
def template() -> None:
    """Make and check templates: files that say where the fields of a form are.

    `sutja read SCANS --template FILE` reads pages of the form into a row each.
    """


@template.command("new")
@click.argument("scan")
@click.option("--out", metavar="FILE", required=True, help="Template to write, JSON.")
@click.option("--name", metavar="TEXT", help="Name of the form.  [default: the file's]")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="Page of SCAN.")
@threads_option
def make_new(**options: Any) -> None:
    """Propose the fields of a form from a scan of it, blank or filled in.

    Boxes and combs are found by their lines, other fields by the numbers in them. Give them names, and add
    rules; `sutja template check` draws what the file says.
    """
    from sutja.reading import Reader
    from sutja.reading.templates.proposal import propose_template

    check_outputs([options["scan"]], [options["out"]])
    out = Path(options["out"])
    with opening_model(options["threads"]):
        reader = Reader(threads=options["threads"])
        name = options["name"] or out.stem
        made = propose_template(options["scan"], name, reader.read, options["page"])
        made.save(out)
    click.echo(f"{out}: {count(len(made.fields), 'field')} proposed; name them, and add rules", err=True)


@template.command()
@click.argument("path", metavar="TEMPLATE")
@click.argument("scans", nargs=-1, metavar="[SCAN...]")
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Folder of the pictures with the fields drawn in.  [default: beside the template]",
)
def check(path: str, scans: tuple[str, ...], out: str | None) -> None:
    """Check a template, and draw its fields over scans of the form, or over its own picture.

    Exit status: 0 if every scan fits, 1 if some do not, 2 for a template that is wrong.
    """
    with report_errors("stopped", USAGE):
        from sutja.reading.templates import Template
        from sutja.reading.templates.form_reader import TemplateFinder

        made = Template.load(path)
        finder = TemplateFinder([made])
    names, failed = expand(scans or (made.picture,), pages=True)
    drawn = out or f"{Path(path).with_suffix('')}-check"
    check_outputs([*names, path, made.picture], folders=[(drawn, ".png")])
    for page in failed:
        click.echo(f"error: {printable(page.error or '')}", err=True)
    folder = make_folder(drawn, "--out")
    misfits = len(failed)
    with report_errors("stopped"):
        files = UniqueNames(".png")
        for name in names:
            misfits += _check_scan(finder, name, folder, files)
    sys.exit(FAILED if misfits else 0)


def _check_scan(finder: TemplateFinder, name: str, folder: Path, files: UniqueNames) -> int:
    """Draw a template over the pages of a scan, and return how many do not fit."""
    from sutja.errors import PictureError
    from sutja.signals.document import iter_pages

    misfits = 0
    for picture in iter_pages(name):
        if isinstance(picture, PictureError):
            click.echo(f"error: {printable(str(picture))}", err=True)
            misfits += 1
        else:
            misfits += not _check_page(finder, picture, folder / files.make(picture.source, picture.page))
    return misfits


def _check_page(finder: TemplateFinder, picture: Picture, path: Path) -> bool:
    from sutja.atomic import open_atomic
    from sutja.cli.output.annotate import draw_fields

    where = printable(picture.source) + (f" [{picture.page}]" if picture.page > 1 else "")
    found = finder.find(picture)
    if found is None or not found.fits:
        fit = found.registration.fit if found is not None else 0.0
        click.echo(f"{where}: does not fit, {fit:.0%} of the print was found")
        return False
    with open_atomic(path) as file:
        draw_fields(picture.pixels, found.outline_fields(picture)).save(file, format="PNG")
    click.echo(f"{where}: fits, {found.registration.fit:.0%} of the print was found; see {path}")
    return True
