"""Runs over many inputs, with worker processes and a ledger, which `read`, `listen` and `detect` share."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from sutja.cli.errors import FAILED, report_errors
from sutja.cli.options import Decorator, combine
from sutja.cli.results import count

batch_options: Decorator = combine(
    click.option(
        "--resume",
        is_flag=True,
        help="With --out FILE.jsonl: keep a ledger beside it, FILE.jsonl.ledger, so that a run that was "
        "stopped goes on, and a second run processes only what is new or has changed.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1, 256),
        metavar="N",
        help="With --resume: number of processes.  [default: the cores]",
    ),
)


def check_batch(resume: bool, workers: int | None, out: str | None, format_name: str, others: bool) -> None:
    """Refuse options that do not go together.

    Parameters
    ----------
    resume, workers, out, format_name : bool or int | None or str | None or str
        Options as given, and the format that was chosen.
    others : bool
        True if an option is given that does not go with --resume.

    Raises
    ------
    click.UsageError
        --workers without --resume, or --resume without a file of JSON lines, or with copies or labels.
    """
    if workers is not None and not resume:
        raise click.UsageError("--workers goes with --resume")
    if resume and (out in (None, "-") or format_name != "jsonl" or others):
        raise click.UsageError("--resume writes JSON lines only: name a file with --out FILE.jsonl")


def run_many(
    verb: str,
    models: dict[str, str | None],
    options: dict[str, Any],
    names: Sequence[str],
    failed: Sequence[tuple[str, str]],
    out: str,
    workers: int | None,
) -> NoReturn:
    """Process inputs by several processes, say what became of them, and exit.

    Parameters
    ----------
    verb, models, options : str or dict[str, Any]
        As for `sutja.batch.openers.make_job`.
    names : Sequence[str]
        Names of the inputs.
    failed : Sequence[tuple[str, str]]
        Names that stand for no input, and the error of each.
    out : str
        File of JSON lines.
    workers : int | None
        Number of processes; None for the cores.
    """
    from sutja.batch import Outcome, run_batch
    from sutja.batch.openers import make_job
    from sutja.batch.work import to_line

    lost = [
        Outcome(name, None, "failed", error, to_line({"source": name, "error": error}))
        for name, error in failed
    ]
    with report_errors("stopped; the same command goes on where it was"):
        job = make_job(verb, models, options)
        n_workers = workers or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        summary = run_batch(job, names, Path(out), min(n_workers, max(1, len(names))), lost, _show)
        counts = summary.statuses
        total = count(sum(counts.values()), "input")
        parts = ", ".join(f"{counts[status]:,} {status}" for status in ("read", "rejected", "failed"))
        click.echo(f"{total}: {parts}; {summary.processed:,} processed in this run", err=True)
        sys.exit(FAILED if counts["failed"] else 0)


def _show(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} of {total:,}", err=True, nl=done >= total)
