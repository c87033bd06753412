"""`sutja compare`: tell whether deep learning is needed, and how much data and compute it would take."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from sutja.cli.errors import report_errors
from sutja.cli.train import Duration, Numbers


class Names(click.ParamType[tuple[str, ...]]):
    """Names with commas between."""

    name = "names"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The names."""
        if isinstance(value, tuple):
            return value
        return tuple(part.strip() for part in str(value).split(",") if part.strip())


@click.command()
@click.argument("data", required=False)
@click.option(
    "--budget", type=Duration(), metavar="TIME", help="Time for all of it: 10m, 1h.  [default: no end]"
)
@click.option(
    "--learners",
    type=Names(),
    metavar="NAME,NAME…",
    help="Who takes part.  [default: three networks, seven others]",
)
@click.option(
    "--sizes", type=Numbers(","), metavar="N,N…", help="Numbers of labels.  [default: doubling, up to all]"
)
@click.option(
    "--seeds", type=click.IntRange(1), default=3, show_default=True, help="Fits of each, on other subsets."
)
@click.option(
    "--eras", is_flag=True, help="Also learn as in 1958, 1986, 1989, 1998, 2012 and 2015, and today."
)
@click.option(
    "--trials",
    type=click.IntRange(1),
    default=12,
    show_default=True,
    help="Settings of each learner to try; 1 for none.",
)
@click.option(
    "--limit",
    type=Duration(),
    default="30m",
    show_default=True,
    metavar="TIME",
    help="After which a fit is stopped.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where everything goes.  [default: runs/…-comparison-1, -2, …]",
)
@click.option("--resume", is_flag=True, help="Go on with the comparison in --out.")
@click.option("--resize", type=Numbers("x", 2), metavar="HxW", help="Bring all pictures to one size.")
@click.option("--device", default="auto", help="Of networks: cpu, cuda.  [default: a GPU where there is one]")
@click.option("--jobs", type=click.IntRange(0), default=0, help="Fits at once.  [default: one a core]")
@click.option(
    "--engine",
    type=click.Choice(("joblib", "dask", "ray")),
    default="joblib",
    show_default=True,
    help="What sends the fits where they are done.",
)
@click.option("--address", default="", metavar="ADDRESS", help="Of a running cluster of dask or ray.")
def compare(
    data: str | None, out: Path | None, resume: bool, resize: tuple[int, int] | None, **choices: Any
) -> None:
    """Compare networks with trees, support vectors and others on DATA, and say whether deep learning pays.

    DATA is what `sutja train classify` takes, a table (.csv) of numbers with a column label, or an .npz file
    with X of any numbers and y; without it, the digits that come with scikit-learn. The answer is in
    report.html.
    """
    begun = time.monotonic()
    if out is None and resume:
        raise click.UsageError("name the folder of the comparison with --out")
    with report_errors("stopped; the same command with its --out goes on from there"):
        from sutja.comparison.command import run
        from sutja.comparison.command import told as shown

        found, report = run(data, out, resume, resize, _say, since=begun, **choices)
        click.echo(shown(found, report.parent))


def _say(line: str) -> None:
    click.echo(line, err=True)
