"""Show the result of a comparison in a terminal."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

from sutja.comparison.analysis.advice import advise
from sutja.comparison.analysis.coverage import count_planned_fits
from sutja.comparison.analysis.findings import Findings
from sutja.comparison.execution.table import Status
from sutja.comparison.formatting import format_interval, format_microseconds, format_seconds
from sutja.comparison.report.markup import bind_units
from sutja.comparison.report.page import REPORT
from sutja.metrics import format_percent

_MOST_LEARNERS = 12  # shown
_MOST_COLUMNS = 100


def format_result(findings: Findings, folder: Path) -> str:
    """Format standings, advice and the path of the report for a terminal."""
    lines = [
        f"{'learner':<24}{'labels':>8}{'wrong':>10}{'95 % interval':>20}{'to learn':>10}{'per answer':>11}"
    ]
    lines += [
        f"{one.learner:<24}{one.labels:>8,}{format_percent(one.error):>10}"
        f"{format_interval(one.low, one.high):>20}"
        f"{format_seconds(one.cost.fit_seconds):>10}{format_microseconds(one.cost.predict_micros):>11}"
        for one in findings.standings[:_MOST_LEARNERS]
    ]
    if len(findings.standings) > _MOST_LEARNERS:
        lines.append(f"and {len(findings.standings) - _MOST_LEARNERS} more in the report")
    failed = sum(row.status is not Status.DONE for row in findings.rows)
    done, planned = len(findings.rows) - failed, max(count_planned_fits(findings), len(findings.rows))
    if done < planned:
        unfinished = f", {failed} failed, stopped or passed over" if failed else ""
        lines.append(f"{done:,} of {planned:,} fits done{unfinished}; the report says which and why")
    width = min(_MOST_COLUMNS, shutil.get_terminal_size((_MOST_COLUMNS, 24)).columns)
    text = bind_units(advise(findings))  # so that no line ends between a number and its unit
    advice = textwrap.fill(text, width, break_on_hyphens=False, break_long_words=False)
    return "\n".join([*lines, "", advice.replace("\u00a0", " "), "", f"the report is {folder / REPORT}"])
