"""Forms read by a template that was made from one scan: fields right, accepted, and accepted though wrong.

    python benchmarks/templates.py                  # other forms of the training part, while developing
    python benchmarks/templates.py --part test      # the forms that are kept aside, once

Scans of one result form (`results-id`), and a photo of another (`results-id2`) by a template from a second
photo. A field that was crossed out has no label; it is not counted.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _machine import format_path, format_table, make_result_path, save_result
from _scores import format_percent, make_rate
from _sutja_models import describe_model, find_data_folder, make_parser

from sutja.data.split.fixed import is_test
from sutja.reading import Reader
from sutja.reading.batching import load_single_picture
from sutja.reading.templates import Template, TemplateField
from sutja.reading.templates.rules import parse_rule
from sutja.types import Box, Form

FIGURE = "templates"
MODEL = "numbers"


@dataclass(frozen=True, slots=True)
class FormSet:
    """Forms of one kind.

    `scan` is the page that the template is made from; `names` are those of its fields where the labels have
    none; `pages` are the others, None for all of the folder's part.
    """

    folder: str
    scan: str
    rules: tuple[str, ...]
    names: tuple[str, ...] = ()
    pages: tuple[str, ...] | None = None


SETS = (
    FormSet(
        "results-id", "5.jpg", ("valid = votes1 + votes2", "all = valid + invalid", "date(day, month, year)")
    ),
    FormSet(
        "results-id2",
        "pwp_sample_01.jpg",
        ("valid = first + second + third", "all = valid + invalid"),
        ("first", "second", "third", "valid", "invalid", "all"),
        ("pwp_sample_02.jpg",),
    ),
)
WHOLE = {"day": 2, "month": 2, "year": 4}  # fields whose boxes are all filled


def read_labels(folder: Path, names: Sequence[str]) -> dict[str, dict[str, tuple[str, Box]]]:
    """Text and box of each field, by page and name."""
    pages: dict[str, dict[str, tuple[str, Box]]] = {}
    with (folder / "boxes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            mine = pages.setdefault(row["file"], {})
            name = names[len(mine)] if names and len(mine) < len(names) else row["kind"]
            mine[name] = row["text"], Box(*(float(row[key]) for key in ("x1", "y1", "x2", "y2")))
    return pages


def make_template(forms: FormSet, folder: Path, fields: dict[str, tuple[str, Box]]) -> Template:
    """The template as a person writes it, with the boxes of one scan."""
    path = folder / forms.scan
    made = tuple(
        TemplateField(name, box, digits=(WHOLE[name], WHOLE[name]) if name in WHOLE else (1, 3), comb=True)
        for name, (_, box) in fields.items()
    )
    rules = tuple(parse_rule(rule, list(fields)) for rule in forms.rules)
    return Template(forms.folder, str(path), load_single_picture(path).pixels, made, rules)


def count_fields(form: Form, labels: dict[str, tuple[str, Box]]) -> dict[str, int]:
    """Fields, and how many were right, accepted, and accepted though wrong."""
    found = {field.name: field for field in form.fields}
    counts = dict.fromkeys(("fields", "right", "accepted", "wrong"), 0)
    for name, (text, _) in labels.items():
        field = found.get(name)
        right = field is not None and field.digits == text
        counts["fields"] += 1
        counts["right"] += right
        counts["accepted"] += field is not None and field.accepted
        counts["wrong"] += field is not None and field.accepted and not right
    return counts


def measure(model: str, forms: FormSet, part: str, limit: int | None) -> dict[str, Any] | None:
    """A model's figures for forms of one kind; None where the part has none."""
    folder = find_data_folder() / forms.folder
    labels = read_labels(folder, forms.names)
    pages = [
        page
        for page in forms.pages or labels
        if page != forms.scan and is_test(forms.folder, Path(page).stem) == (part == "test")
    ][:limit]
    if not pages:
        return None
    template = make_template(forms, folder, labels[forms.scan])
    begun = time.perf_counter()
    read = list(Reader(model).read_forms([folder / page for page in pages], template))
    seconds = (time.perf_counter() - begun) / len(pages)
    counts = [count_fields(form, labels[page]) for form, page in zip(read, pages, strict=True)]
    n = {key: sum(count[key] for count in counts) for key in counts[0]}
    return {
        **describe_model(model),
        "forms": forms.folder,
        "scan": forms.scan,
        "pages": len(pages),
        "refused": sum(form.template is None for form in read),
        "n": n["fields"],
        "right": make_rate(n["right"], n["fields"]),
        "accepted": make_rate(n["accepted"], n["fields"]),
        "wrong_of_accepted": make_rate(n["wrong"], n["accepted"]),
        "seconds_a_page": round(seconds, 2),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    args = make_parser(__doc__, peers=False).parse_args(argv)
    measured = [
        measure(model, forms, args.part, args.limit) for model in args.model or [MODEL] for forms in SETS
    ]
    rows = [row for row in measured if row is not None]
    kept = save_result(
        make_result_path(FIGURE, args.part, args.limit), FIGURE, {"part": args.part, "rows": rows}
    )
    rates = ("right", "accepted", "wrong_of_accepted")
    lines = [
        (
            row["forms"],
            row["pages"],
            row["n"],
            *(format_percent(row[rate], interval=True) for rate in rates),
            row["seconds_a_page"],
        )
        for row in rows
    ]
    print(format_table(("forms", "pages", "n", *rates, "s a page"), lines))
    print(f"part: {args.part}; kept in {format_path(kept)}")


if __name__ == "__main__":
    main()
