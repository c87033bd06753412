"""An audit: a random sample of the accepted numbers of a run, and what a person's answers say of all of them.

The sample is drawn with a seed, uniformly and without replacement, in one pass over the results (algorithm R:
Vitter 1985). The interval of the error is exact (Clopper and Pearson 1934).
"""

from __future__ import annotations

import csv
import io
import json
import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from sutja.batch.outputs import SUFFIX
from sutja.batch.parquet import iter_rows
from sutja.errors import SutjaError
from sutja.evaluation import Rate
from sutja.grammar import keep_digits
from sutja.model_file import RiskCounts
from sutja.regular_files import open_regular, read_text
from sutja.structured_text import parse_csv, parse_json

COLUMNS = ("source", "page", "place", "text", "confidence", "truth")
_MOST_EDGES = 4  # of a box; two of a time
NOTHING = "-"  # the truth of a number that is not there
_LONGEST_LINE = 100_000_000  # bytes of a line of results
_LARGEST = 100_000_000  # bytes of a file of answers
_SURE = 0.001  # probability that an alarm is false
_KOLMOGOROV = math.sqrt(-math.log(_SURE / 2) / 2)  # of the largest distance of two distributions


@dataclass(frozen=True, slots=True)
class AuditedNumber:
    """One number of the results.

    Attributes
    ----------
    source, page, place, text : str or int
        Where it stands, its box in pixels or its seconds, and what was read.
    confidence : float
        Its confidence.
    truth : str | None
        What really stands there, as a person says; `NOTHING` for no number; None for no answer yet.
    """

    source: str
    page: int
    place: str
    text: str
    confidence: float
    truth: str | None = None

    @property
    def wrong(self) -> bool:
        """True if its digits are not those of the truth."""
        return keep_digits(self.text) != keep_digits(self.truth or "")


@dataclass(frozen=True, slots=True)
class Audit:
    """Judgement of a run by the answers to its sample.

    Attributes
    ----------
    error : Rate
        Share of wrong numbers among the accepted ones, with its 95 % interval.
    expected : float
        Share of wrong ones that the confidences promise.
    surprise : float
        Probability of as many wrong ones or more, were the confidences right.
    """

    error: Rate
    expected: float
    surprise: float

    def list_alarms(self, max_error: float | None = None) -> list[str]:
        """List what no longer holds, a sentence each.

        Parameters
        ----------
        max_error : float | None
            Error that was certified or asked for.
        """
        alarms = []
        if self.surprise < _SURE:
            alarms.append(f"more are wrong than the confidences promise ({100 * self.expected:.2f} %)")
        if max_error is not None and self.error.low is not None and self.error.low > max_error:
            alarms.append(f"the error of {100 * max_error:g} % no longer holds")
        return alarms


def draw_sample(path: Path, n: int, seed: int) -> tuple[list[AuditedNumber], int]:
    """Draw accepted numbers of a file of results at random.

    Parameters
    ----------
    path : Path
        Results of `sutja read` or `sutja listen`: JSON lines, Parquet, or a folder of Parquet parts.
    n : int
        Size of the sample.
    seed : int
        Seed: the same one draws the same sample.

    Returns
    -------
    tuple[list[AuditedNumber], int]
        At most n numbers, in the order of the results, and the count of accepted numbers.

    Raises
    ------
    SutjaError
        If the file cannot be read as results.
    """
    generator = random.Random(seed)
    kept: list[tuple[int, AuditedNumber]] = []
    count = 0
    for number, accepted in iter_numbers(path):
        if not accepted:
            continue
        count += 1
        if len(kept) < n:
            kept.append((count, number))
        elif (place := generator.randrange(count)) < n:
            kept[place] = (count, number)
    return [number for _, number in sorted(kept, key=lambda pair: pair[0])], count


def iter_numbers(path: Path) -> Iterator[tuple[AuditedNumber, bool]]:
    """Yield each number of a file of results, and whether it was accepted.

    Raises
    ------
    SutjaError
        If the file cannot be read as results.
    """
    try:
        for line, make in enumerate(_iter_results(path), start=1):
            try:
                yield from _parse_result(make())
            except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
                raise SutjaError(
                    f"line {line} is no result of sutja ({error})",
                    where=str(path),
                    remedy="give the results of sutja read or sutja listen, JSON lines or Parquet",
                ) from error
    except OSError as error:
        raise SutjaError(
            f"cannot be read ({error.strerror})", where=str(path), remedy="check the path"
        ) from error


def _iter_results(path: Path) -> Iterator[Callable[[], dict[str, Any]]]:
    """Yield a function for each result that parses it."""
    if path.is_dir() or path.suffix.lower() == SUFFIX:
        for part in sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]:
            yield from (partial(dict, row) for row in iter_rows(str(part)))
        return
    with open_regular(path) as file:
        yield from (partial(parse_json, line) for line in iter(lambda: file.readline(_LONGEST_LINE), b""))


def _parse_result(result: dict[str, Any]) -> Iterator[tuple[AuditedNumber, bool]]:
    for number in result.get("numbers") or ():
        place = number["box"] if "box" in number else (number["start"], number["end"])
        confidence = float(number["confidence"])
        if not 0.0 <= confidence <= 1.0:
            raise ValueError(f"a confidence of {confidence}")
        source, text = result["source"], number["digits" if "start" in number else "text"]
        if not isinstance(source, str) or not isinstance(text, str) or isinstance(place, str):
            raise ValueError("its source, text or box is of another kind")
        if len(place) > _MOST_EDGES:
            raise ValueError(f"a box of {len(place):,} edges")
        yield (
            AuditedNumber(
                source,
                int(result.get("page") or 1),
                " ".join(f"{float(edge):g}" for edge in place),
                text,
                confidence,
            ),
            bool(number["accepted"]),
        )


def format_sample(sample: Iterable[AuditedNumber]) -> str:
    """Write a sample as CSV, its column truth empty for a person to fill in."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in sample:
        writer.writerow([one.source, one.page, one.place, one.text, f"{one.confidence:.6f}", one.truth or ""])
    return text.getvalue()


def read_answers(path: Path) -> list[AuditedNumber]:
    """Read a sample whose column truth a person has filled in, wholly or in part.

    Raises
    ------
    SutjaError
        If it cannot be read, or is no sample of an audit.
    """
    try:
        rows = parse_csv(read_text(path, _LARGEST))
        if not rows or tuple(rows[0]) != COLUMNS:
            raise ValueError(f"its first line is not {','.join(COLUMNS)}")
        return [_parse_answer(row) for row in rows[1:] if row]
    except OSError as error:
        raise SutjaError(
            f"cannot be read ({error.strerror})", where=str(path), remedy="check the path"
        ) from error
    except ValueError as error:
        raise SutjaError(
            f"is no sample of an audit ({error})", where=str(path), remedy="fill in the file that was drawn"
        ) from error


def _parse_answer(row: Sequence[str]) -> AuditedNumber:
    source, page, place, text, confidence, truth = row
    return AuditedNumber(source, int(page), place, text, float(confidence), truth.strip() or None)


def judge(answers: Iterable[AuditedNumber]) -> Audit:
    """Judge the accepted numbers of a run by the answers to a sample of them.

    Parameters
    ----------
    answers : Iterable[AuditedNumber]
        The sample; numbers without an answer do not count.
    """
    answered = [one for one in answers if one.truth is not None]
    n_wrong = sum(one.wrong for one in answered)
    risks = [1.0 - one.confidence for one in answered]
    expected = sum(risks) / len(risks) if risks else 0.0
    return Audit(Rate.from_counts(n_wrong, len(answered)), expected, _surprise(risks, n_wrong))


def _surprise(risks: Sequence[float], n_wrong: int) -> float:
    """Compute the probability of so many wrong ones or more, each with its own risk (Poisson binomial)."""
    counts = np.zeros(len(risks) + 1)
    counts[0] = 1.0
    for risk in risks:
        counts[1:] = counts[1:] * (1.0 - risk) + counts[:-1] * risk
        counts[0] *= 1.0 - risk
    return float(min(1.0, counts[n_wrong:].sum()))


def measure_drift(confidences: Sequence[float], calibrated: RiskCounts) -> tuple[float, float]:
    """Compare the confidences of a run with those that a model was calibrated on (Kolmogorov and Smirnov).

    Parameters
    ----------
    confidences : Sequence[float]
        Confidences of all numbers of the run, accepted or not.
    calibrated : RiskCounts
        Counts on the model's card.

    Returns
    -------
    tuple[float, float]
        The largest difference between the shares of numbers above a confidence, and the one that chance
        exceeds once in a thousand.
    """
    n, m = len(confidences), calibrated.cases
    if not n or not m or not calibrated.points:
        return 0.0, math.inf
    ordered = np.sort(np.asarray(confidences, np.float64))
    thresholds = np.array([threshold for threshold, _, _ in calibrated.points])
    there = np.array([accepted for _, accepted, _ in calibrated.points]) / m
    here = 1.0 - np.searchsorted(ordered, thresholds - 1e-9) / n
    return float(np.abs(here - there).max()), _KOLMOGOROV * math.sqrt((n + m) / (n * m))


def to_json(audit: Audit, alarms: Sequence[str]) -> str:
    """Write an audit as JSON."""
    rate = audit.error
    facts = {"answered": rate.n, "wrong": rate.k, "error": rate.rate, "low": rate.low, "high": rate.high}
    return json.dumps(
        {**facts, "expected": audit.expected, "surprise": audit.surprise, "alarms": list(alarms)}
    )
