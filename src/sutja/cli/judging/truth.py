"""`sutja read --truth`: the shares of labelled numbers that were read, wrong and rejected."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sutja.cli.judging.answers import describe_unreadable
from sutja.cli.judging.mistakes import Mistake, list_mistakes, write_mistakes
from sutja.reading.page.labels import Case, Label, PageLabels, match_labels, read_labels
from sutja.types import Page

if TYPE_CHECKING:
    from sutja.evaluation import Rate

# Break-even of a bank that reads its cheques by machine: LeCun, Bottou, Bengio and Haffner, Gradient-
# based learning applied to document recognition, Proc. IEEE 86 (1998), section X.D.
PAYS = {"read": 0.50, "wrong": 0.01, "rejected": 0.49}


class Truth:
    """Labels of pages, and the numbers that were read there.

    The labels of a page that cannot be read count as rejected, as those of all later pages of its file do.

    Parameters
    ----------
    path : str
        A CSV of labels, in the folder of the files that it names.
    every_number : bool
        The labels name every number of their pages.

    Attributes
    ----------
    cases : list[Case]
        Labels with their numbers.
    mistakes : list[Mistake]
        Those that were not read right.
    unlabelled : int
        Count of pages without a label.

    Raises
    ------
    SutjaError
        If the labels cannot be used.
    """

    def __init__(self, path: str, every_number: bool = False) -> None:
        self._labels = PageLabels(read_labels(path), Path(path).parent)
        self._every_number = every_number
        self._path = path
        self._pages: list[tuple[str, int]] = []
        self._failed: list[str] = []  # source of each page with an error
        self.cases: list[Case] = []
        self.mistakes: list[Mistake] = []
        self.unlabelled = 0

    @property
    def files(self) -> list[str]:
        """Files that are labelled."""
        return self._labels.files

    def add(self, page: Page) -> None:
        """Compare a page with its labels."""
        labels = self._labels.get(page)
        self._pages.append((page.source, page.page))
        if page.error is not None:
            self._failed.append(page.source)
        if not labels:
            self.unlabelled += 1
            return
        cases = match_labels(page, labels, self._every_number)
        self.cases += cases
        self.mistakes += list_mistakes(page, cases)

    def report(self, as_json: bool = False) -> str:
        """Report the shares of all labels with 95 % intervals, beside the break-even."""
        from sutja.evaluation import Rate

        missing = self._labels.find_missing(self._pages)
        lost = [label for label in missing if label.digits and self._is_in_failed_file(label)]
        every = [*self.cases, *(Case(label, None) for label in lost)]
        labelled = sum(case.label is not None for case in every)
        n = len(every)
        read, wrong = sum(case.read for case in every), sum(case.wrong for case in every)
        rates = {
            "read": Rate.from_counts(read, n),
            "wrong": Rate.from_counts(wrong, n),
            "rejected": Rate.from_counts(n - read - wrong, n),
        }
        accepted = Rate.from_counts(wrong, read + wrong)
        unread = len(missing) - len(lost)
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
        text = _format_text(rates, accepted, labelled, n, unread, self.unlabelled)
        if not self._failed:
            return text
        k, consequence = len(self._failed), "their labels count as rejected"
        return f"{text}\n{describe_unreadable(k, len(self._pages), 'pages', consequence)}"

    def write_mistakes(self, path: str) -> None:
        """Write the mistakes, with the picture of each, to an HTML page."""
        write_mistakes(path, self.mistakes, len(self.cases), self._path, self.report())

    def _is_in_failed_file(self, label: Label) -> bool:
        pages = (Page(source, label.page, None, None) for source in set(self._failed))
        return any(label in self._labels.get(page) for page in pages)


def _format_text(
    rates: dict[str, Rate], accepted: Rate, labelled: int, n: int, unread: int, unlabelled: int
) -> str:
    lines = [
        f"{labelled:,} labelled numbers"
        + (f", and {n - labelled:,} numbers read without a label" if n > labelled else ""),
        f"{'':<14}{'read':<28}{'wrong':<28}{'rejected':<28}",
        f"{'these pages':<14}" + "".join(f"{_short(rate):<28}" for rate in rates.values()),
        f"{'break-even':<14}" + "".join(f"{100 * share:<.0f} %".ljust(28) for share in PAYS.values()),
    ]
    if accepted.n:
        lines.append(f"wrong among the accepted: {_short(accepted)}, {accepted.k:,} of {accepted.n:,}")
    lines.append(judge(rates["read"], rates["wrong"]))
    if unread:
        lines.append(f"labels that do not count, since their pages were not among those to read: {unread:,}")
    if unlabelled:
        lines.append(f"pages without a label: {unlabelled:,}")
    return "\n".join(line.rstrip() for line in lines)


def judge(read: Rate, wrong: Rate) -> str:
    """Compare the figures and their intervals with the break-even."""
    if not read.n or read.rate is None or wrong.rate is None:
        return "no labelled page was read, so there is no figure"
    if read.rate < PAYS["read"] or wrong.rate > PAYS["wrong"]:
        return "below break-even"
    if (read.low or 0.0) >= PAYS["read"] and (1.0 if wrong.high is None else wrong.high) <= PAYS["wrong"]:
        return "above break-even, and so are the intervals"
    return "above break-even, but there are too few labels to be sure"


def _short(rate: Rate) -> str:
    if rate.rate is None or rate.low is None or rate.high is None:
        return "–"
    return f"{100 * rate.rate:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})"
