"""What `sutja compare` does, from the data to the report."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sutja.comparison.analysis.advice import advise
from sutja.comparison.analysis.coverage import planned_fits
from sutja.comparison.api import compare
from sutja.comparison.collect import Comparison
from sutja.comparison.data.sources import load_source
from sutja.comparison.execution.table import DONE
from sutja.comparison.report.markup import unbroken
from sutja.comparison.report.page import REPORT, write_report
from sutja.comparison.study import FACTS
from sutja.comparison.wording import micros, seconds, span
from sutja.errors import ComparisonError
from sutja.metrics import format_percent
from sutja.runs.folder import choose_folder

_SHOWN = 12  # learners in the terminal


def run(
    data: str | None,
    out: Path | None,
    resume: bool,
    resize: tuple[int, int] | None,
    say: Callable[[str], None],
    **choices: Any,
) -> tuple[Comparison, Path]:
    """Compare, and write the report into the folder.

    Raises
    ------
    SutjaError
        The data cannot be compared on, or the folder not be written to.
    """
    folder = out or choose_folder(data, "comparison")
    begun_before = (folder / FACTS).exists()
    if resume and not begun_before:
        raise ComparisonError(
            "there is no comparison in this folder",
            where=str(folder),
            remedy="leave --resume out to begin one",
        )
    source = load_source(data, resize)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ComparisonError(
            f"cannot be made ({error.strerror})", where=str(folder), remedy="name another folder with --out"
        ) from error
    if begun_before:
        say(f"goes on with the comparison in {folder}")
    found = compare(
        source.X,
        source.y,
        groups=source.groups,
        test=source.test,
        classes=source.classes,
        source=source.name,
        notes=source.notes,
        out=folder,
        say=say,
        **choices,
    )
    say("fits the curves and draws the report")
    return found, write_report(found, folder)


def told(found: Comparison, folder: Path) -> str:
    """The result for a terminal."""
    lines = [
        f"{'learner':<24}{'labels':>8}{'wrong':>10}{'95 % interval':>20}{'to learn':>10}{'an answer':>11}"
    ]
    lines += [
        f"{one.learner:<24}{one.labels:>8,}{format_percent(one.error):>10}{span(one.low, one.high):>20}"
        f"{seconds(one.fit_seconds):>10}{micros(one.predict_micros):>11}"
        for one in found.standings[:_SHOWN]
    ]
    if len(found.standings) > _SHOWN:
        lines.append(f"and {len(found.standings) - _SHOWN} more in the report")
    failed = sum(row.status != DONE for row in found.rows)
    done, planned = len(found.rows) - failed, max(planned_fits(found), len(found.rows))
    if done < planned:
        begun = f", {failed} begun or passed over and not done" if failed else ""
        lines.append(f"{done:,} of {planned:,} fits done{begun}; the report says which and why")
    width = min(100, shutil.get_terminal_size((100, 24)).columns)
    whole = unbroken(advise(found))  # a number stays with its unit
    advice = textwrap.fill(whole, width, break_on_hyphens=False, break_long_words=False).replace(
        "\u00a0", " "
    )
    return "\n".join([*lines, "", advice, "", f"the report is {folder / REPORT}"])
