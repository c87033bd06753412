"""Runs over many inputs, with worker processes and a ledger, which `read`, `listen` and `detect` share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

import click

from sutja.cli.execution.errors import FAILED, report_errors
from sutja.cli.execution.inputs import STANDARD_INPUT
from sutja.cli.execution.options import Decorator, combine
from sutja.cli.execution.results import count
from sutja.cli.messages import is_quiet, tell
from sutja.cli.output.file import make_folder
from sutja.signals.sources import is_web_address

if TYPE_CHECKING:
    from sutja.batch.inputs import Result

R = TypeVar("R", bound="Result")

batch_options: Decorator = combine(
    click.option(
        "--resume",
        is_flag=True,
        help="With --out: keep a ledger beside it, like FILE.jsonl.ledger, so that a run that was "
        "stopped goes on, and a second run processes only what is new or has changed.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1, 4096),
        metavar="N",
        help="With --resume or --engine: number of processes.  [default: the cores]",
    ),
    click.option(
        "--engine",
        type=click.Choice(("ray",)),
        help="Process the inputs on a cluster of Ray, with a ledger as --resume keeps it.",
    ),
    click.option("--address", metavar="ADDR", help="With --engine: address of a running cluster."),
)


class BatchOptions(NamedTuple):
    """Options of a run over many inputs."""

    resume: bool
    workers: int | None
    engine: str | None
    address: str | None

    @property
    def given(self) -> bool:
        """True if there is to be a ledger."""
        return self.resume or self.engine is not None


def check_batch(batch: BatchOptions, out: str | None, format_name: str, others: bool) -> None:
    """Refuse options that do not go together.

    Parameters
    ----------
    batch : BatchOptions
        Options as given.
    out, format_name : str | None or str
        Output as given, and the format that was chosen.
    others : bool
        True if an option is given that does not go with --resume.

    Raises
    ------
    click.UsageError
        --workers or --address without --resume or --engine; or these without an output that they write, or
        with copies or labels.
    """
    if batch.workers is not None and not batch.given:
        raise click.UsageError("--workers goes with --resume or --engine")
    if batch.address is not None and batch.engine is None:
        raise click.UsageError("--address goes with --engine")
    if batch.given:
        is_folder = out is not None and (out.endswith(os.sep) or Path(out).is_dir())
        named = out not in (None, "-") and (is_folder or format_name in ("jsonl", "parquet"))
        if not named or others:
            raise click.UsageError(
                "--resume and --engine write JSON lines or Parquet only: name FILE.jsonl, FILE.parquet or "
                "FOLDER/ with --out"
            )
        if is_folder:
            make_folder(str(out), "--out")


def process_all(process: Callable[[Sequence[Any]], Iterable[R]], inputs: Sequence[Any]) -> Iterable[R]:
    """Return the results of inputs, some of which may be elsewhere or in archives.

    Parameters
    ----------
    process : Callable[[Sequence[Any]], Iterable[R]]
        Takes paths, addresses of the web and open files, and yields the results in order.
    inputs : Sequence[Any]
        Paths, addresses, names of members of archives, and open files.
    """
    if not any(isinstance(one, str) and "://" in one and not is_web_address(one) for one in inputs):
        return process(inputs)  # what fetches the others is not even imported
    from sutja.batch.inputs import iter_results

    return iter_results(process, inputs)


def run_many(
    verb: str,
    models: dict[str, str | None],
    options: dict[str, Any],
    names: Sequence[str],
    failed: Sequence[Result],
    out: str,
    batch: BatchOptions,
) -> NoReturn:
    """Process inputs by several processes, say what became of them, and exit.

    Parameters
    ----------
    verb, models, options : str or dict[str, Any]
        As for `sutja.batch.openers.make_job`.
    names : Sequence[str]
        Names of the inputs.
    failed : Sequence[Result]
        Results of names that stand for no input.
    out : str
        File or folder of the results.
    batch : BatchOptions
        How to process them.
    """
    if STANDARD_INPUT in names:
        raise click.UsageError("--resume keeps a ledger of files: leave out -")
    with report_errors("stopped; the same command goes on where it was"):
        from sutja.batch import run_batch
        from sutja.batch.driver import Engine, process_here
        from sutja.batch.openers import make_job
        from sutja.batch.parquet import RESULTS
        from sutja.batch.work import summarise

        engine: Engine = process_here
        if batch.engine is not None:
            from sutja.batch.ray_engine import make_ray_engine

            engine = make_ray_engine(batch.address or "")
        job = make_job(verb, models, options)
        n_workers = min(batch.workers or _count_cores(), max(1, len(names)))
        lost = [summarise(result.source, None, [result]) for result in failed]
        summary = run_batch(job, names, Path(out), n_workers, lost, _show, RESULTS[verb], engine)
        counts = summary.statuses
        total = count(sum(counts.values()), "input")
        parts = ", ".join(f"{counts[status]:,} {status}" for status in ("read", "rejected", "failed"))
        tell(f"{total}: {parts}; {summary.processed:,} processed in this run")
        sys.exit(FAILED if counts["failed"] else 0)


def _count_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _show(done: int, total: int) -> None:
    if sys.stderr.isatty() and not is_quiet():
        click.echo(f"\r{done:,} of {total:,}", err=True, nl=done >= total)
