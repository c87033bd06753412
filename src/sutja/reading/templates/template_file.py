"""Template files: JSON that people write by hand, checked before any page is read.

    {"name": "votes", "picture": "blank.png",
     "fields": [{"name": "total", "box": [748, 157, 853, 241], "digits": 3, "comb": true}],
     "rules": ["total = yes + no"]}

Errors name the line and the field.
"""

from __future__ import annotations

import json
import keyword
import os
from collections.abc import Mapping
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.atomic import write_atomic
from sutja.errors import PictureError, SutjaError, TemplateError
from sutja.grammar import KINDS, make_grammar
from sutja.reading.templates.rules import Rule, parse_rule
from sutja.reading.templates.template_field import MAX_DIGITS, TemplateField
from sutja.regular_files import read_text
from sutja.signals.document import iter_pages
from sutja.signals.image import Picture
from sutja.types import Box

_KEYS = ("name", "picture", "page", "fields", "rules")
_FIELD_KEYS = ("name", "box", "kind", "country", "digits", "comb", "may_be_empty")
MAX_BYTES = 2_000_000  # of a template's file
_MOST = 2000  # fields, and rules
_SLACK = 1.0  # pixels: a box drawn by hand may end so far beyond the picture


class _Text(str):
    """A string of a file, with the line that it stands on."""

    line: int


class _Decoder(json.JSONDecoder):
    """A decoder whose strings know their lines."""

    def __init__(self) -> None:
        super().__init__()
        line, counted = 1, 0  # of the text before, since strings come one after the other

        def parse_string(text: str, end: int, strict: bool = True) -> tuple[str, int]:
            nonlocal line, counted
            content, stop = scanstring(text, end, strict)
            found = _Text(content)
            line, counted = line + text.count("\n", counted, end), end
            found.line = line
            return found, stop

        self.parse_string = parse_string
        self.scan_once = py_make_scanner(self)


@dataclass(frozen=True)
class TemplateContent:
    """Contents of a template's file and of its picture: the attributes of `Template`."""

    name: str
    picture: str
    pixels: NDArray[np.uint8]
    fields: tuple[TemplateField, ...]
    rules: tuple[Rule, ...]
    page: int


def load_content(path: Path) -> TemplateContent:
    """Load what a template's file and its picture say.

    Raises
    ------
    TemplateError
        If the file or its picture cannot be read, or a field or a rule is wrong.
    """
    return _FileReader(path).load()


def parse_content(text: str, picture: bytes) -> TemplateContent:
    """Parse what a template's file says, its picture given beside it.

    Raises
    ------
    TemplateError
        As `load_content` does; the file is called "template", and the picture by the name that it has there.
    """
    return _FileReader(Path("template"), text, picture).load()


def save_content(template: TemplateContent, path: Path) -> None:
    """Save a template's file, a line a field; its picture's path is made relative to it.

    Raises
    ------
    TemplateError
        If it cannot be written.
    """
    picture = os.path.relpath(Path(template.picture).resolve(), path.resolve().parent)
    try:
        write_atomic(path, format_content(template, Path(picture).as_posix()).encode())
    except OSError as error:
        raise TemplateError(
            f"cannot be written ({error.strerror or error})", where=str(path), remedy="choose another place"
        ) from error


def format_content(template: TemplateContent, picture: str) -> str:
    """Format a template's file, a line a field, with a path to its picture."""
    head: dict[str, Any] = {"name": template.name, "picture": picture}
    if template.page != 1:
        head["page"] = template.page
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    fields = ",\n".join(f"    {json.dumps(_to_json(field), ensure_ascii=False)}" for field in template.fields)
    rules = ",\n".join(f"    {json.dumps(rule.text, ensure_ascii=False)}" for rule in template.rules)
    lines.append(f'  "fields": [\n{fields}\n  ]')
    lines.append(f'  "rules": [\n{rules}\n  ]' if rules else '  "rules": []')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _to_json(field: TemplateField) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": field.name, "box": [round(edge, 1) for edge in field.box.to_list()]}
    if field.kind != "number":
        entry["kind"] = field.kind
    if field.country is not None:
        entry["country"] = field.country
    if field.digits is not None:
        least, most = field.digits
        entry["digits"] = most if least == (1 if field.comb else most) else [least, most]
    if field.comb:
        entry["comb"] = True
    if not field.may_be_empty:
        entry["may_be_empty"] = False
    return entry


class _FileReader:
    """Reads one template file, or its text with its picture."""

    def __init__(self, path: Path, text: str | None = None, picture: bytes | None = None) -> None:
        self._path, self._text, self._picture = path, text, picture

    def load(self) -> TemplateContent:
        content = self._parse()
        self._check_keys(content, _KEYS, "the template", 1)
        picture = content.get("picture")
        if not isinstance(picture, str) or not picture:
            raise self._error(1, "has no picture of the form", 'give its path: "picture": "scan.png"')
        page = content.get("page", 1)
        if not isinstance(page, int) or isinstance(page, bool) or page < 1:
            raise self._error(_line(picture), f"page must be a number from 1, not {page!r:.40}")
        name_of_picture = picture if self._picture is not None else str(self._path.parent / picture)
        pixels = self._open_picture(name_of_picture, page, _line(picture))
        fields = self._make_fields(content.get("fields"), pixels.width, pixels.height)
        rules = self._make_rules(content.get("rules", []), [field.name for field in fields])
        name = content.get("name", self._path.stem)
        if not isinstance(name, str) or not name:
            raise self._error(1, f"its name must be text, not {name!r:.40}")
        return TemplateContent(str(name), str(name_of_picture), pixels.pixels, fields, rules, page)

    def _parse(self) -> dict[str, Any]:
        try:
            text = self._text if self._text is not None else read_text(self._path, MAX_BYTES)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise TemplateError(
                f"the template cannot be read ({reason})",
                where=str(self._path),
                remedy="check the path; `sutja template new` makes a template",
            ) from error
        try:
            content = _Decoder().decode(text)
        except json.JSONDecodeError as error:
            raise self._error(error.lineno, f"is not JSON ({error.msg})", "mend it there") from error
        except RecursionError as error:
            raise self._error(1, "is nested too deeply") from error
        except ValueError as error:  # a number of thousands of digits
            raise self._error(1, f"is not JSON that can be read ({error})", "mend it there") from error
        if not isinstance(content, dict):
            raise self._error(1, "is no JSON object", 'begin with {"name": …, "picture": …, "fields": […]}')
        return content

    def _open_picture(self, source: str, page: int, line: int) -> Picture:
        """Open the picture that the fields lie on."""
        try:
            for picture in iter_pages(source if self._picture is None else self._picture):
                if isinstance(picture, PictureError):
                    raise picture
                if picture.page == page:
                    return picture
        except PictureError as error:
            raise self._error(line, f"its picture cannot be read: {error}") from error
        except ValueError as error:  # a NUL or half a character in its path
            raise self._error(line, f"its picture {source!r:.60} is no path ({error})") from error
        raise self._error(line, f"its picture {source} has no page {page}")

    def _make_fields(self, entries: Any, width: int, height: int) -> tuple[TemplateField, ...]:
        if not isinstance(entries, list) or not entries:
            raise self._error(1, "has no fields", 'list them: "fields": [{"name": …, "box": […]}]')
        if len(entries) > _MOST:
            raise self._error(1, f"has {len(entries):,} fields; {_MOST:,} are the most", "split the form")
        fields: dict[str, TemplateField] = {}
        lines: dict[str, int] = {}
        for number, entry in enumerate(entries, start=1):
            field, line = self._make_field(entry, number)
            box = field.box
            if field.name in fields:
                raise self._error(
                    line,
                    f"field {field.name!r}: another field has this name, in line {lines[field.name]}",
                    "give each field a name of its own",
                )
            if min(box.x0, box.y0) < -_SLACK or box.x1 > width + _SLACK or box.y1 > height + _SLACK:
                raise self._error(
                    line,
                    f"field {field.name!r}: its box {box.to_list()} lies outside the page of "
                    f"{width} × {height} pixels",
                    "give x0, y0, x1, y1 in pixels of the template's picture",
                )
            fields[field.name], lines[field.name] = field, line
        return tuple(fields.values())

    def _make_field(self, entry: Any, number: int) -> tuple[TemplateField, int]:
        """Make a field, and say in which line its name stands."""
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            raise self._error(None, f"field {number} has no name", 'write "name": "total"')
        line = _line(name)
        what = f"field {str(name)!r:.60}"
        if not name.isidentifier() or keyword.iskeyword(name):
            raise self._error(
                line, f"{what}: a name has letters, digits and underscores, and begins with no digit"
            )
        self._check_keys(entry, _FIELD_KEYS, what, line)
        kind, country = entry.get("kind", "number"), entry.get("country")
        try:
            if kind not in KINDS:
                raise SutjaError(f"{kind!r:.40} is no kind of number; choose one of {', '.join(KINDS)}")
            make_grammar(kind, country)
        except (SutjaError, AttributeError, TypeError) as error:
            raise self._error(line, f"{what}: {error}") from error
        comb, may_be_empty = entry.get("comb", False), entry.get("may_be_empty", True)
        for key, flag in (("comb", comb), ("may_be_empty", may_be_empty)):
            if not isinstance(flag, bool):
                raise self._error(line, f"{what}: {key} is true or false, not {flag!r:.40}")
        digits = self._make_digits(entry.get("digits"), comb, what, line)
        if comb and digits is None:
            raise self._error(line, f"{what}: a comb needs the number of its boxes", 'add "digits": 3')
        box = self._make_box(entry.get("box"), what, line)
        plain = None if country is None else str(country)
        return TemplateField(str(name), box, str(kind), plain, digits, comb, may_be_empty), line

    def _make_box(self, edges: Any, what: str, line: int) -> Box:
        is_box = isinstance(edges, list) and len(edges) == 4
        if not is_box or not all(isinstance(edge, int | float) and edge is not True for edge in edges):
            raise self._error(line, f"{what}: has no box", 'write "box": [x0, y0, x1, y1], in pixels')
        try:
            box = Box(*map(float, edges))
        except (ValueError, OverflowError) as error:
            raise self._error(line, f"{what}: {error}") from error
        if box.width < 1 or box.height < 1:
            raise self._error(line, f"{what}: its box {box.to_list()} has no area")
        return box

    def _make_digits(self, given: Any, comb: bool, what: str, line: int) -> tuple[int, int] | None:
        if given is None:
            return None
        pair = given if isinstance(given, list) else [1 if comb else given, given]
        fits = len(pair) == 2 and all(isinstance(n, int) and not isinstance(n, bool) for n in pair)
        if not fits or not 1 <= pair[0] <= pair[1] <= MAX_DIGITS:
            raise self._error(
                line,
                f"{what}: digits is a number from 1 to {MAX_DIGITS}, or [least, most], not {given!r:.40}",
            )
        return pair[0], pair[1]

    def _make_rules(self, texts: Any, names: list[str]) -> tuple[Rule, ...]:
        if not isinstance(texts, list):
            raise self._error(1, "rules is no list", 'write "rules": ["total = a + b"]')
        if len(texts) > _MOST:
            raise self._error(1, f"has {len(texts):,} rules; {_MOST:,} are the most", "split the form")
        rules = []
        for text in texts:
            if not isinstance(text, str):
                raise self._error(None, f"rule {text!r:.60} is no text")
            try:
                rules.append(parse_rule(str(text), names))
            except SutjaError as error:
                raise self._error(_line(text), f"rule {error}") from error
        return tuple(rules)

    def _check_keys(self, entry: Mapping[str, Any], known: tuple[str, ...], what: str, line: int) -> None:
        if unknown := [key for key in entry if key not in known]:
            raise self._error(
                line, f"{what} has {unknown[0]!r:.40}, which means nothing", f"use {', '.join(known)}"
            )

    def _error(self, line: int | None, what: str, remedy: str | None = None) -> TemplateError:
        where = str(self._path) if line is None else f"{self._path}, line {line}"
        return TemplateError(what, where=where, remedy=remedy)


def _line(text: str) -> int:
    return text.line if isinstance(text, _Text) else 1
