"""Pages as PAGE-XML (2019), the format of archives and transcription tools.

One file a page, as the schema requires. A number is a Word of one TextLine, with a Glyph for each character;
the alternatives of characters and numbers are listed with their confidence.
The schema: http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from xml.etree import ElementTree as ET

from sutja import __version__
from sutja.cli.output.hocr import escape_for_xml
from sutja.cli.output.writer import Writer
from sutja.errors import SutjaError
from sutja.types import Box, Character, Number, Page

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
_SCHEMA_AT = "http://www.w3.org/2001/XMLSchema-instance"
_PRODUCTION = {"printed": "printed", "handwritten": "handwritten-printscript"}
_LEAST_CONFIDENCE = 0.005  # alternatives below are left out


def to_page_xml(page: Page, now: datetime | None = None) -> str:
    """Write one page as the text of a PAGE-XML file.

    Parameters
    ----------
    page : Page
        A page that could be read.
    now : datetime | None
        Time of creation that the file states.
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
        ET.SubElement(metadata, "Comments").text = escape_for_xml("; ".join(page.notes))
    sizes = {"imageWidth": str(page.width or 0), "imageHeight": str(page.height or 0)}
    element = ET.SubElement(root, "Page", {"imageFilename": escape_for_xml(page.source), **sizes})
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
    """Group the numbers of a page into regions, in reading order: one a table, one for each other number."""
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
    verdict = "accepted" if number.accepted else "rejected"
    custom = {"custom": f"number {{kind:{number.kind}; {verdict}:true;}}"}
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
    _equivalents(glyph, [(character.text, character.confidence), *find_glyph_alternatives(number, index)])


def find_glyph_alternatives(number: Number, index: int) -> list[tuple[str, float]]:
    """Find what else the character at `index` may be: what alternatives of the same length have there."""
    confidences: dict[str, float] = {}
    for other in number.alternatives:
        if len(other.text) == len(number.text) == len(number.characters):
            text = other.text[index]
            if text != number.characters[index].text:
                confidences[text] = confidences.get(text, 0.0) + other.confidence
    ranked = sorted(confidences.items(), key=lambda pair: -pair[1])
    return [(text, min(1.0, share)) for text, share in ranked if share >= _LEAST_CONFIDENCE]


def _equivalents(parent: ET.Element, readings: list[tuple[str, float]]) -> None:
    for index, (text, confidence) in enumerate(readings):
        attributes = {"conf": f"{confidence:.4f}"}
        if len(readings) > 1:
            attributes = {"index": str(index), **attributes}
        equivalent = ET.SubElement(parent, "TextEquiv", attributes)
        ET.SubElement(equivalent, "Unicode").text = escape_for_xml(text)


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


class PageXml(Writer[Page]):
    """Writes one page into one document; a page that could not be read has none.

    Raises
    ------
    SutjaError
        From `write`, for a second page: a file holds one.
    """

    def __init__(self) -> None:
        self._written = False

    def write(self, result: Page) -> str:
        if result.error is not None:
            return ""
        if self._written:
            raise SutjaError(
                "a PAGE-XML file holds one page, and here is another",
                where=result.source,
                remedy="name a folder with --out DIR/: it gets a file for each page",
            )
        self._written = True
        return to_page_xml(result)
