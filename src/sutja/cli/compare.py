"""`sutja compare`: find out if deep learning is needed, and how much data and compute it would take."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from sutja.cli.execution.errors import report_errors
from sutja.cli.execution.options import choice_option
from sutja.cli.train import Duration, Numbers
from sutja.errors import ComparisonError

if TYPE_CHECKING:
    from sutja.comparison.result import Comparison


class Names(click.ParamType[tuple[str, ...]]):
    """Names separated by commas."""

    name = "names"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Split the names."""
        if isinstance(value, tuple):
            return value
        return tuple(part.strip() for part in str(value).split(",") if part.strip())


@click.command()
@click.argument("data", required=False)
@click.option(
    "--budget", type=Duration(), metavar="TIME", help="Time for everything: 10m, 1h.  [default: no limit]"
)
@click.option(
    "--learners",
    type=Names(),
    metavar="NAME,NAME…",
    help="Learners to compare.  [default: three networks, seven others]",
)
@click.option(
    "--sizes", type=Numbers(","), metavar="N,N…", help="Numbers of labels.  [default: doubling, up to all]"
)
@click.option(
    "--seeds",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Fits of each learner and size, on different subsets.",
)
@click.option(
    "--most-seeds",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="With --budget, time that is left goes to further fits, up to so many; as --seeds for none.",
)
@click.option("--eras", is_flag=True, help="Add the methods of 1958, 1986, 1989, 1998, 2012, 2015 and today.")
@click.option(
    "--trials",
    type=click.IntRange(1),
    default=12,
    show_default=True,
    help="Settings of each learner to try; 1 tunes nothing.",
)
@click.option(
    "--limit",
    type=Duration(),
    default="30m",
    show_default=True,
    metavar="TIME",
    help="Time after which a fit is stopped.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Folder for all files.  [default: runs/…-comparison-1, -2, …]",
)
@click.option("--resume", is_flag=True, help="Resume the comparison in --out.")
@click.option("--resize", type=Numbers("x", 2), metavar="HxW", help="Resize all pictures.")
@click.option(
    "--device", default="auto", help="Device of networks: cpu, cuda.  [default: a GPU if there is one]"
)
@click.option("--jobs", type=click.IntRange(0), default=0, help="Fits at a time.  [default: one per core]")
@choice_option("--engine", ("joblib", "dask", "ray"), "joblib", "Engine that runs the fits.")
@click.option("--address", default="", metavar="ADDRESS", help="Address of a running cluster of Dask or Ray.")
def compare(
    data: str | None, out: Path | None, resume: bool, resize: tuple[int, int] | None, **choices: Any
) -> None:
    """Compare networks with trees, support vectors and others on DATA, and say if deep learning pays off.

    DATA is what `sutja train classify` takes, a table (.csv) of numbers with a column label, or an .npz file
    with X of any numbers and y; without it, the digits that come with scikit-learn. The answer is in
    report.html.
    """
    start = time.monotonic()
    if out is None and resume:
        raise click.UsageError("name the folder of the comparison with --out")
    with report_errors("stopped; the same command with its --out resumes it"):
        result, report = _compare(data, out, resume, resize, since=start, **choices)
        click.echo(f"{result}\n\nthe report is {report}")


def _compare(
    data: str | None, out: Path | None, resume: bool, resize: tuple[int, int] | None, **choices: Any
) -> tuple[Comparison, Path]:
    """Compare, and write the report into the folder; return the result and the path of the report."""
    from sutja.comparison.api import compare as compare_learners
    from sutja.comparison.data.sources import load_source
    from sutja.comparison.report.page import write_report
    from sutja.comparison.study import SETTINGS
    from sutja.runs.folder import choose_folder

    folder = out or choose_folder(data, "comparison")
    is_started = (folder / SETTINGS).exists()
    if resume and not is_started:
        raise ComparisonError(
            "there is no comparison in this folder",
            where=str(folder),
            remedy="leave --resume out to start one",
        )
    source = load_source(data, resize)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ComparisonError(
            f"cannot be made ({error.strerror})", where=str(folder), remedy="name another folder with --out"
        ) from error
    Thread(target=_prepare_report, daemon=True).start()  # this process waits for others most of the time
    if is_started:
        _log(f"resumes the comparison in {folder}")
    result = compare_learners(
        source.X,
        source.y,
        groups=source.groups,
        test=source.test,
        classes=source.classes,
        source=source.name,
        notes=source.notes,
        columns=source.columns,
        out=folder,
        log=_log,
        **choices,
    )
    _log("fits the curves and draws the report")
    return result, write_report(result, folder)


def _prepare_report() -> None:
    """Do what the report needs and can be done before there are results."""
    from sutja.comparison.report import figures

    figures.warm_up()


def _log(line: str) -> None:
    click.echo(line, err=True)
