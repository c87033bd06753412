"""Pages as PAGE-XML of 2019, which archives and transcription tools take.

One file a page, as the schema wants it. A number is a Word of one TextLine, with a Glyph for each character;
what else a character may be, and what else the number, stands beside it with its confidence.
The schema: http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as ET

from sutja import __version__
from sutja.cli.output.file import Names, Output, make_folder
from sutja.cli.output.hocr import xml_text
from sutja.errors import SutjaError
from sutja.types import Box, Character, Number, Page

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
_SCHEMA_AT = "http://www.w3.org/2001/XMLSchema-instance"
_PRODUCTION = {"printed": "printed", "handwritten": "handwritten-printscript"}
_LEAST = 0.005  # a likelihood below is not worth an alternative


def to_page_xml(page: Page, now: datetime | None = None) -> str:
    """One page as the text of a PAGE-XML file.

    Parameters
    ----------
    page : Page
        A page that was read.
    now : datetime | None
        The time that the file gives as its own.
    """
    root = ET.Element(
        "PcGts",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": _SCHEMA_AT,
            "xsi:schemaLocation": f"{NAMESPACE} {NAMESPACE}/pagecontent.xsd",
        },
    )
    metadata = ET.SubElement(root, "Metadata")
    stamp = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    for name, text in (("Creator", f"sutja {__version__}"), ("Created", stamp), ("LastChange", stamp)):
        ET.SubElement(metadata, name).text = text
    if page.notes:
        ET.SubElement(metadata, "Comments").text = xml_text("; ".join(page.notes))
    sizes = {"imageWidth": str(page.width or 0), "imageHeight": str(page.height or 0)}
    element = ET.SubElement(root, "Page", {"imageFilename": xml_text(page.source), **sizes})
    regions = list(_regions(page))
    if regions:
        order = ET.SubElement(ET.SubElement(element, "ReadingOrder"), "OrderedGroup", {"id": "order"})
        for index in range(len(regions)):
            ET.SubElement(order, "RegionRefIndexed", {"index": str(index), "regionRef": f"r{index + 1}"})
    for index, numbers in enumerate(regions, start=1):
        if numbers[0].table is None:
            _text_region(element, f"r{index}", numbers[0])
        else:
            _table_region(element, f"r{index}", numbers)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _regions(page: Page) -> Iterator[list[Number]]:
    """The numbers of a page by region: each table one, each other number one, in reading order."""
    keyed = [((n.table, 0) if n.table is not None else (0, i), n) for i, n in enumerate(page.numbers)]
    for _, group in groupby(keyed, key=lambda pair: pair[0]):
        yield [number for _, number in group]


def _table_region(parent: ET.Element, name: str, numbers: list[Number]) -> None:
    rows, columns = max(n.row or 1 for n in numbers), max(n.column or 1 for n in numbers)
    region = ET.SubElement(parent, "TableRegion", {"id": name, "rows": str(rows), "columns": str(columns)})
    _coords(region, _around(numbers))
    for index, number in enumerate(numbers, start=1):
        _text_region(region, f"{name}_c{index}", number)


def _text_region(parent: ET.Element, name: str, number: Number) -> None:
    region = ET.SubElement(parent, "TextRegion", {"id": name})
    _coords(region, number.box)
    if number.row is not None and number.column is not None:
        role = {"rowIndex": str(number.row - 1), "columnIndex": str(number.column - 1)}
        ET.SubElement(ET.SubElement(region, "Roles"), "TableCellRole", role)
    attributes = {"production": _PRODUCTION[number.written]} if number.written in _PRODUCTION else {}
    line = ET.SubElement(region, "TextLine", {"id": f"{name}_l", **attributes})
    _coords(line, number.box)
    said = "accepted" if number.accepted else "rejected"
    custom = {"custom": f"number {{kind:{number.kind}; {said}:true;}}"}
    word = ET.SubElement(line, "Word", {"id": f"{name}_w", **attributes, **custom})
    _coords(word, number.box)
    for index, character in enumerate(number.characters):
        _glyph(word, f"{name}_g{index + 1}", number, index, character)
    _equivalents(
        word, [(number.text, number.confidence), *((a.text, a.confidence) for a in number.alternatives)]
    )
    _equivalents(line, [(number.text, number.confidence)])


def _glyph(parent: ET.Element, name: str, number: Number, index: int, character: Character) -> None:
    glyph = ET.SubElement(parent, "Glyph", {"id": name})
    _coords(glyph, character.box)
    _equivalents(glyph, [(character.text, character.confidence), *glyph_alternatives(number, index)])


def glyph_alternatives(number: Number, index: int) -> list[tuple[str, float]]:
    """What else the character at `index` may be: what the number's alternatives of its length have there."""
    found: dict[str, float] = {}
    for other in number.alternatives:
        if len(other.text) == len(number.text) == len(number.characters):
            text = other.text[index]
            if text != number.characters[index].text:
                found[text] = found.get(text, 0.0) + other.confidence
    ranked = sorted(found.items(), key=lambda pair: -pair[1])
    return [(text, min(1.0, share)) for text, share in ranked if share >= _LEAST]


def _equivalents(parent: ET.Element, readings: list[tuple[str, float]]) -> None:
    for index, (text, confidence) in enumerate(readings):
        attributes = {"conf": f"{confidence:.4f}"}
        if len(readings) > 1:
            attributes = {"index": str(index), **attributes}
        equivalent = ET.SubElement(parent, "TextEquiv", attributes)
        ET.SubElement(equivalent, "Unicode").text = xml_text(text)


def _around(numbers: list[Number]) -> Box:
    boxes = [number.box for number in numbers]
    return Box(
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )


def _coords(parent: ET.Element, box: Box) -> None:
    x0, y0, x1, y1 = int(box.x0), int(box.y0), -int(-box.x1 // 1), -int(-box.y1 // 1)
    ET.SubElement(parent, "Coords", {"points": f"{x0},{y0} {x1},{y0} {x1},{y1} {x0},{y1}"})


class PageXml:
    """Writes one page into one document.

    Raises
    ------
    SutjaError
        From `page`, for a second one: a file holds one page.
    """

    def __init__(self) -> None:
        self._written = ""

    def header(self) -> str:
        """Nothing: the document is made in one piece."""
        return ""

    def page(self, page: Page) -> str:
        """The document of the page; nothing for a page that could not be read."""
        if page.error is not None:
            return ""
        if self._written:
            raise SutjaError(
                "a PAGE-XML file holds one page, and here is another",
                where=page.source,
                remedy="name a folder with --out DIR/: it gets a file for each page",
            )
        self._written = page.source
        return to_page_xml(page)

    def footer(self) -> str:
        """Nothing."""
        return ""


class PageFolder:
    """Writes each page into a file of its own in a folder, under the name of its picture.

    Raises
    ------
    click.UsageError
        If the folder cannot be made.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._names = Names(".xml")
        make_folder(self._folder, "--out")

    def header(self) -> str:
        """Nothing."""
        return ""

    def page(self, page: Page) -> str:
        """Write the page's file; nothing goes to the standard output."""
        if page.error is None:
            with Output(str(self._folder / self._names.of(page))) as output:
                output.write(to_page_xml(page))
        return ""

    def footer(self) -> str:
        """Nothing."""
        return ""
