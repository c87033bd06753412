"""The driver: it hands the inputs that the ledger lacks to an engine, and writes what comes back into it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from sutja.batch.inputs import BLOCK, hash_input, locate
from sutja.batch.ledger import Ledger, Outcome
from sutja.batch.outputs import check_output, write_outcomes
from sutja.batch.pool import Block, Pool
from sutja.batch.work import Job
from sutja.types import Page, Result

_SHARE = 4  # blocks that each worker gets at least, where there are enough inputs: all end at about one time

Engine = Callable[[Job, Iterator[Block], int], Iterator[list[Outcome]]]


@dataclass(slots=True)
class Summary:
    """Result of a run.

    Attributes
    ----------
    statuses : Counter[str]
        Inputs by status.
    processed : int
        Inputs that this run processed.
    known : int
        Inputs that were in the ledger.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    processed: int = 0
    known: int = 0


def name_ledger(out: Path) -> Path:
    """Name the ledger of a file or folder of results."""
    return out.with_name(f"{out.name}.ledger")


def process_here(job: Job, blocks: Iterator[Block], n_workers: int) -> Iterator[list[Outcome]]:
    """Process blocks by processes of this machine, and yield outcomes as they come; an engine.

    Parameters
    ----------
    job : Job
        What to do with each input.
    blocks : Iterator[Block]
        Blocks of inputs; none is started for none.
    n_workers : int
        Number of processes.
    """
    first = next(blocks, None)
    if first is None:
        return
    with Pool(job, n_workers) as pool:
        yield from pool.process(chain([first], blocks))


def run_batch(
    job: Job,
    names: Sequence[str],
    out: Path,
    n_workers: int,
    failed: Sequence[Outcome] = (),
    progress: Callable[[int, int], None] | None = None,
    kind: type[Result] = Page,
    engine: Engine = process_here,
) -> Summary:
    """Process inputs by several processes, and write their results in the order of the inputs.

    What a ledger beside the results has already, with the same content and the same models, is not processed
    again: a run that was stopped goes on, and a second run processes what is new or has changed.

    Parameters
    ----------
    job : Job
        What to do with each input.
    names : Sequence[str]
        Names of the inputs; one that is named twice is processed once.
    out : Path
        JSON lines, or Parquet by the ending .parquet, or a folder of Parquet parts; it appears whole at the
        end. The ledger is `OUT.ledger` beside it.
    n_workers : int
        Number of processes.
    failed : Sequence[Outcome]
        Outcomes of names that stand for no input, which come first.
    progress : Callable[[int, int], None] | None
        Called with the number of inputs done and of all.
    kind : type[Result]
        Kind of the results, for the columns of Parquet.
    engine : Engine
        What processes the blocks.

    Raises
    ------
    BatchError
        If the models cannot be opened, or workers die again and again.
    SutjaError
        If the ledger cannot be used, or the results cannot be written as Parquet.
    """
    check_output(out, kind)
    unique = list(dict.fromkeys(names))
    ledger = Ledger(name_ledger(out), job.key)
    try:
        summary = Summary()
        blocks = _iter_new(unique, ledger, n_workers, summary)
        for outcomes in engine(job, blocks, n_workers):
            ledger.add(outcomes)
            summary.processed += len(outcomes)
            if progress is not None:
                progress(summary.known + summary.processed, len(unique))
        write_outcomes(out, _count(failed, ledger, unique, summary), kind)
        return summary
    finally:
        ledger.close()


def _count(
    failed: Sequence[Outcome], ledger: Ledger, names: list[str], summary: Summary
) -> Iterator[Outcome]:
    """Yield all outcomes, and count them by status."""
    for outcome in chain(failed, ledger.iter_outcomes(names)):
        summary.statuses[outcome.status] += 1
        yield outcome


def _iter_new(names: list[str], ledger: Ledger, n_workers: int, summary: Summary) -> Iterator[Block]:
    """Yield blocks of the inputs that the ledger lacks, smaller ones at the end; count those that it has."""
    block: Block = []
    for done, one in enumerate(locate(names)):
        content = ledger.find_content(one.name)
        if content is not None and content == hash_input(one):
            summary.known += 1
            continue
        block.append(one)
        if len(block) >= _choose_size(len(names) - done, n_workers):
            yield block
            block = []
    if block:
        yield block


def _choose_size(left: int, n_workers: int) -> int:
    """Choose the size of the next block (guided self-scheduling: Polychronopoulos and Kuck 1987)."""
    return max(1, min(BLOCK, math.ceil(left / (_SHARE * n_workers))))
