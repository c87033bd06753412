"""Numbers on real pages, source by source: forms, photos, registers, letters, receipts, cheques.

    python benchmarks/real_pages.py                              # what is not kept aside
    python benchmarks/real_pages.py --effort fast --effort best  # efforts beside one another
    python benchmarks/real_pages.py --part test                  # the published figures, once

Fields with a box of their own (forms, cheques) are found where a number covers them at IoU 0.3 or more. Lines
of text (registers, letters, receipts) say which numbers stand in them: a number is of the line that holds its
centre, and is right if a word of that line has its digits, or several words side by side have them together,
as in a telephone number; each of these counts. What is accepted in a line without those digits is
wrong, which also counts letters taken for digits.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _page_readers
from _machine import format_path, format_table, make_result_path, save_result
from _page_readers import NamedPageReader, PageAnswer, ReadNumber
from _peers import PEERS_PACKAGES
from _scores import format_percent, make_rate
from _sutja_models import find_data_folder, make_parser

from sutja.data.pages.pages import in_part
from sutja.data.sets.crops import BoxedPage, read_boxed_pages
from sutja.data.sets.fields import read_cheques
from sutja.data.split.fixed import is_test
from sutja.grammar import keep_digits
from sutja.reading.page.labels import MIN_IOU

FIGURE = "real_pages"
FORMS = ("results-id", "results-id2")
LINES = ("registers-pages", "volunteers-pages", "receipts-my")
COUNTS = ("fields", "found", "right", "numbers", "accepted", "wrong")


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page with the boxes and the texts of its lines or fields."""

    source: str
    path: Path
    lines: tuple[tuple[tuple[float, ...], str], ...]
    of_fields: bool


def list_pages(root: Path, part: str) -> Iterator[LabelledPage]:
    """Yield the pages of all sources: of the test part, or of all that is not kept aside."""
    for name in (*FORMS, *LINES):
        for page in read_boxed_pages(root, name):
            if is_test(name, page.group) == (part == "test"):
                yield _label(name, page)
    for cheque in read_cheques(root):
        if cheque.text and in_part("cheques", cheque.key, part):
            box = next(box for label, box in cheque.boxes if label == "CAR")
            yield LabelledPage("cheques", cheque.path, ((box, cheque.text),), True)


def _label(name: str, page: BoxedPage) -> LabelledPage:
    return LabelledPage(name, page.path, tuple((line.box, line.text) for line in page.lines), name in FORMS)


def count_page(page: LabelledPage, answer: PageAnswer) -> dict[str, int]:
    """Count fields, found, right, and numbers, accepted, wrong of the accepted."""
    return (_count_fields if page.of_fields else _count_lines)(page, answer.numbers)


def _count_fields(page: LabelledPage, numbers: Sequence[ReadNumber]) -> dict[str, int]:
    counts = dict.fromkeys(COUNTS, 0)
    for box, text in page.lines:
        if not keep_digits(text):
            continue
        counts["fields"] += 1
        best = max(numbers, key=lambda number: number.covers(box), default=None)
        if best is None or best.covers(box) < MIN_IOU:
            continue
        right = best.digits == keep_digits(text)
        counts["found"] += 1
        counts["right"] += right
        counts["numbers"] += 1
        counts["accepted"] += best.accepted
        counts["wrong"] += best.accepted and not right
    return counts


def _count_lines(page: LabelledPage, numbers: Sequence[ReadNumber]) -> dict[str, int]:
    counts = dict.fromkeys(COUNTS, 0)
    held: dict[int | None, list[ReadNumber]] = {}
    for number in numbers:
        held.setdefault(_find_line(page, number), []).append(number)
    for place, (_, text) in enumerate(page.lines):
        words = [keep_digits(word) for word in text.split() if keep_digits(word)]
        here = held.pop(place, [])
        counts["fields"] += len(words)
        counts["found"] += min(len(words), len(here))
        whole = keep_digits(text)
        for number in here:
            start, stop = _find_words(words, number.digits)
            right = stop > start or number.digits == whole
            counts["right"] += max(stop - start, int(right))
            del words[start:stop]
            counts["numbers"] += 1
            counts["accepted"] += number.accepted
            counts["wrong"] += number.accepted and not right and number.digits not in whole
    for number in held.pop(None, []):  # every line of these pages is boxed
        counts["numbers"] += 1
        counts["accepted"] += number.accepted
        counts["wrong"] += number.accepted
    return counts


def _find_words(words: Sequence[str], digits: str) -> tuple[int, int]:
    """Find the words of a line whose digits a number has: one word, or several; (0, 0) for none."""
    spans = [(start, start + n) for n in range(1, len(words) + 1) for start in range(len(words) - n + 1)]
    return next(((a, b) for a, b in spans if "".join(words[a:b]) == digits), (0, 0))


def _find_line(page: LabelledPage, number: ReadNumber) -> int | None:
    """Find the smallest line that holds the centre of a number."""
    x, y = (number.box[0] + number.box[2]) / 2, (number.box[1] + number.box[3]) / 2
    around = [
        ((x1 - x0) * (y1 - y0), place)
        for place, ((x0, y0, x1, y1), _) in enumerate(page.lines)
        if x0 <= x <= x1 and y0 <= y <= y1
    ]
    return min(around)[1] if around else None


def make_rows(reader: NamedPageReader, pages: Sequence[LabelledPage], fresh: bool) -> list[dict[str, Any]]:
    """Return a reader's figures, source by source."""
    began = time.perf_counter()
    answers = list(_page_readers.get_answers(reader, [page.path for page in pages], FIGURE, fresh=fresh))
    took = time.perf_counter() - began
    rows = []
    for source in dict.fromkeys(page.source for page in pages):
        some = [(page, answer) for page, answer in zip(pages, answers, strict=True) if page.source == source]
        counted = [count_page(page, answer) for page, answer in some]
        n = {key: sum(count[key] for count in counted) for key in COUNTS}
        rows.append(
            {
                **reader.facts(),
                "source": source,
                "pages": len(some),
                "n": n["fields"],
                "found": make_rate(n["found"], n["fields"]),
                "right": make_rate(min(n["right"], n["fields"]), n["fields"]),
                "accepted": make_rate(n["accepted"], n["numbers"]),
                "wrong_of_accepted": make_rate(n["wrong"], n["accepted"]),
                "seconds_a_page": round(statistics.median(answer.seconds for _, answer in some), 3),
                "most_seconds": round(max(answer.seconds for _, answer in some), 3),
            }
        )
    print(f"{reader.name} {reader.settings}: {took:.0f} s")
    return rows


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    parser = make_parser(__doc__)
    parser.add_argument("--source", action="append", help="one source alone, again for more")
    parser.add_argument(
        "--effort",
        action="append",
        choices=("fast", "normal", "best"),
        help="again for more, beside one another",
    )
    args = parser.parse_args(argv)
    pages = [
        page
        for page in list_pages(find_data_folder(), args.part)
        if not args.source or page.source in args.source
    ]
    pages = [page for place, page in enumerate(pages) if not args.limit or place % len(pages) < args.limit]
    readers = _page_readers.make_readers(
        args.model or [None], with_peers=not args.no_peers, efforts=args.effort or [None]
    )
    rows = [row for reader in readers for row in make_rows(reader, pages, args.fresh)]
    path = save_result(
        make_result_path(FIGURE, args.part, args.limit or (1 if args.source else None)),
        FIGURE,
        {"part": args.part, "rows": rows},
        PEERS_PACKAGES,
    )
    names = ("found", "right", "accepted", "wrong_of_accepted")
    lines = [
        (
            r["reader"],
            r["settings"],
            r["source"],
            r["pages"],
            r["n"],
            *(format_percent(r[n], interval=False) for n in names),
            r["accepted"]["k"],
            r["wrong_of_accepted"]["k"],
            r["seconds_a_page"],
            r["most_seconds"],
        )
        for r in rows
    ]
    print(
        format_table(
            ("reader", "settings", "source", "pages", "n", *names, "accepted", "wrong", "s a page", "most"),
            lines,
        )
    )
    print(f"part: {args.part}; kept in {format_path(path)}")


if __name__ == "__main__":
    main()
