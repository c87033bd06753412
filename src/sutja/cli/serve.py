"""`sutja serve`: the page and the HTTP API."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sutja.cli.execution.errors import USAGE, fail, report_errors
from sutja.cli.execution.options import threads_option
from sutja.errors import SutjaError

if TYPE_CHECKING:
    from sutja.serve.settings import Settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8484, show_default=True, help="Port.")
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="FILE|RUN",
    help="Another model file or run folder that requests may name; may be given several times.",
)
@click.option(
    "--open",
    "only_open",
    is_flag=True,
    help="Offer no bundled model but those that have learnt from data under open terms alone.",
)
@click.option(
    "--second-listener",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False),
    help="Folder of a faster-whisper model, asked where the listener is not sure.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Number of processes."
)
@threads_option
@click.option(
    "--check",
    metavar="FILE",
    help="Open the desk with the numbers of a JSON lines file that were not accepted.",
)
@click.option(
    "--pictures",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="With --check: folder of the files that the results name; by default the current one.",
)
@click.option(
    "--out",
    metavar="DIR",
    help="With --check: folder of labels.csv, crops and answers; by default FILE with the ending .checked.",
)
@click.option(
    "--study",
    "studies",
    multiple=True,
    metavar="RUN",
    help="Show a comparison, by the folder that sutja compare wrote; may be given several times.",
)
@click.option(
    "--export", metavar="DIR", help="Write the part of the page that needs no server into DIR, and exit."
)
@click.option(
    "--token-file",
    metavar="FILE",
    help="Answer only to bearers of a token in FILE, one a line; or of the one in SUTJA_TOKEN.",
)
@click.option(
    "--max-bytes", type=click.IntRange(1_000), default=50_000_000, show_default=True, help="Of a request."
)
@click.option(
    "--max-pixels", type=click.IntRange(1_000), default=50_000_000, show_default=True, help="Of a picture."
)
@click.option("--max-pages", type=click.IntRange(1), default=200, show_default=True, help="Of a document.")
@click.option(
    "--max-seconds", type=click.IntRange(1), default=3600, show_default=True, help="Of a recording."
)
@click.option(
    "--queue",
    type=click.IntRange(1),
    default=512,
    show_default=True,
    help="Files that may wait, in each process; beyond them requests are answered 429.",
)
def serve(host: str, port: int, workers: int, models: tuple[str, ...], **options: Any) -> None:
    """Open a page that shows networks at work, and an HTTP API to read, listen, detect and classify.

    The page is at the address that is printed; the API is described at /openapi.json.
    """
    try:
        import uvicorn

        from sutja.serve import settings as serving
    except ModuleNotFoundError as error:
        if (error.name or "sutja").partition(".")[0] == "sutja":
            raise
        fail(f"this needs {error.name}, which is not installed: pip install 'sutja[serve]'", USAGE)
    if options["check"] and workers > 1:
        raise click.UsageError("the desk keeps its answers in one process: --check goes with --workers 1")
    with report_errors("stopped", USAGE):
        tokens = read_tokens(options["token_file"])
        serving.check_host(host, tokens)
        settings = serving.Settings(
            models=tuple(find_model_file(model) for model in models),
            threads=options["threads"],
            limits=serving.Limits(
                bytes=options["max_bytes"],
                pixels=options["max_pixels"],
                pages=options["max_pages"],
                seconds=options["max_seconds"],
                queue=options["queue"],
            ),
            tokens=tokens,
            local=serving.is_local(host),
            check=options["check"],
            pictures=options["pictures"],
            out=options["out"],
            workers=workers,
            studies=find_studies(options["studies"]),
            only_open=options["only_open"],
            second_listener=find_second_listener(options["second_listener"]),
        )
        if options["export"]:
            export(Path(options["export"]), settings)
            return
        check_results(settings)
    os.environ.update(settings.to_environment())
    if workers > 1:  # their figures are added up
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="sutja-figures-"))
    click.echo(f"http://{host}:{port}/  (stop with Ctrl-C)", err=True)
    uvicorn.run(
        "sutja.serve.app:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=60,
    )


def export(folder: Path, settings: Settings) -> None:
    """Write the page that needs no server.

    Raises
    ------
    SutjaError
        If the folder cannot be written.
    """
    from sutja.serve.export import export_page

    names, left_out = export_page(folder, settings)
    click.echo(f"{folder / 'index.html'}: draw and watch {', '.join(names)}", err=True)
    if left_out:
        click.echo(
            f"left out, as they want drawings centred in their own way: {', '.join(left_out)}", err=True
        )


def read_tokens(path: str | None) -> tuple[str, ...]:
    """Read the tokens of a file, one a line, or the one in the environment.

    Raises
    ------
    SutjaError
        If the file holds none, so that nobody thinks that the server is closed when it is open.
    """
    if path is None:
        return tuple(filter(None, [os.environ.get("SUTJA_TOKEN", "").strip()]))
    tokens = tuple(filter(None, map(str.strip, Path(path).read_text(encoding="utf-8").splitlines())))
    if not tokens:
        raise SutjaError("holds no token", where=path, remedy="write one into it, or leave --token-file out")
    return tokens


def find_model_file(name: str) -> str:
    """Find the model file of a run folder, or of a path; check that it can be opened.

    Raises
    ------
    SutjaError
        If there is no model file, or it is broken.
    """
    from sutja.model_file import read_model

    path = Path(name)
    file = path / "model.onnx" if path.is_dir() else path
    read_model(file)
    return str(file.resolve())


def find_second_listener(folder: str | None) -> str | None:
    """Find the folder of a second listener; check that it can be opened.

    Raises
    ------
    SutjaError
        If it holds no model of faster-whisper, or this is not installed.
    """
    from sutja.listening.second_listener import WhisperListener

    if folder is None:
        return None
    WhisperListener(folder)
    return str(Path(folder).resolve())


def find_studies(names: tuple[str, ...]) -> tuple[str, ...]:
    """Find the folders of comparisons; check that they can be shown.

    Raises
    ------
    SutjaError
        If one is no finished comparison.
    """
    from sutja.serve.page.studies import read_study

    for name in names:
        read_study(Path(name))
    return tuple(str(Path(name).resolve()) for name in names)


def check_results(settings: Settings) -> None:
    """Open the desk once, so that what is wrong with the results is said before the server starts.

    Raises
    ------
    SutjaError
        If the results cannot be checked.
    """
    from sutja.serve.app import open_desk

    desk = open_desk(settings)
    if desk is not None:
        counts = desk.count()
        click.echo(
            f"{counts['total']:,} numbers to check, {counts['done']:,} done; answers: {desk.labels.path}",
            err=True,
        )
        desk.close()
