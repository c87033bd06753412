"""`sutja read --truth`: how much of a person's own numbers was read, how much wrong, how much rejected."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sutja.reading.page.truth import Case, Labels, cases, read_labels
from sutja.types import Page

if TYPE_CHECKING:
    from sutja.evaluation import Rate

# What a reader of cheques had to reach for a bank to gain by it: LeCun, Bottou, Bengio and Haffner, Gradient-
# based learning applied to document recognition, Proc. IEEE 86 (1998), section X.D.
PAYS = {"read": 0.50, "wrong": 0.01, "rejected": 0.49}


class Truth:
    """The labels of a file, and what the pages said to them.

    Parameters
    ----------
    path : str
        The CSV of labels; the files it names are beside it.
    every_number : bool
        It names every number of its pages.

    Raises
    ------
    SutjaError
        If it cannot be used.
    """

    def __init__(self, path: str, every_number: bool = False) -> None:
        self._labels = Labels(read_labels(path), Path(path).parent)
        self._every_number = every_number
        self._seen: list[tuple[str, int]] = []
        self.cases: list[Case] = []
        self.unlabelled = 0

    @property
    def files(self) -> list[str]:
        """The files that are labelled."""
        return self._labels.files

    def add(self, page: Page) -> None:
        """Compare a page with its labels; one that could not be read has all of them against it."""
        labels = self._labels.of(page)
        self._seen.append((page.source, page.page))
        if not labels:
            self.unlabelled += 1
            return
        self.cases += cases(page, labels, self._every_number)

    def report(self, as_json: bool = False) -> str:
        """The measure: shares of all labels with 95 % intervals, beside the line of what pays."""
        from sutja.evaluation import Rate

        labelled = sum(case.label is not None for case in self.cases)
        n = len(self.cases)
        read, wrong = sum(case.read for case in self.cases), sum(case.wrong for case in self.cases)
        rates = {
            "read": Rate.of(read, n),
            "wrong": Rate.of(wrong, n),
            "rejected": Rate.of(n - read - wrong, n),
        }
        accepted = Rate.of(wrong, read + wrong)
        unread = len(self._labels.missing(self._seen))
        if as_json:
            facts = {name: asdict(rate) for name, rate in rates.items()}
            return json.dumps(
                {
                    "labels": labelled,
                    "cases": n,
                    **facts,
                    "wrong_of_accepted": asdict(accepted),
                    "labels_not_read": unread,
                    "pays": PAYS,
                }
            )
        return _text(rates, accepted, labelled, n, unread, self.unlabelled)


def _text(rates: dict[str, Rate], accepted: Rate, labelled: int, n: int, unread: int, unlabelled: int) -> str:
    lines = [
        f"{labelled:,} labelled numbers"
        + (f", and {n - labelled:,} read where none is" if n > labelled else ""),
        f"{'':<14}{'read':<28}{'wrong':<28}{'rejected':<28}",
        f"{'these pages':<14}" + "".join(f"{_short(rate):<28}" for rate in rates.values()),
        f"{'what pays':<14}" + "".join(f"{100 * share:<.0f} %".ljust(28) for share in PAYS.values()),
    ]
    if accepted.n:
        lines.append(f"wrong among the accepted: {_short(accepted)}, {accepted.k:,} of {accepted.n:,}")
    lines.append(verdict(rates["read"], rates["wrong"]))
    if unread:
        lines.append(f"{unread:,} labels are of pages that were not among those read, and do not count")
    if unlabelled:
        lines.append(f"{unlabelled:,} pages have no label")
    return "\n".join(line.rstrip() for line in lines)


def verdict(read: Rate, wrong: Rate) -> str:
    """Whether the figures are on the good side of the line, and whether the intervals are too."""
    if not read.n or read.rate is None or wrong.rate is None:
        return "no labelled page was read, so nothing can be said"
    if read.rate < PAYS["read"] or wrong.rate > PAYS["wrong"]:
        return "this does not reach the line of what pays"
    if (read.low or 0.0) >= PAYS["read"] and (1.0 if wrong.high is None else wrong.high) <= PAYS["wrong"]:
        return "this reaches the line of what pays, with its intervals"
    return "this reaches the line of what pays, but so few labels do not make it sure"


def _short(rate: Rate) -> str:
    if rate.rate is None or rate.low is None or rate.high is None:
        return "–"
    return f"{100 * rate.rate:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})"
