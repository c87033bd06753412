"""Pages as hOCR 1.2: XHTML that viewers of scans lay over the picture.

One `ocr_page` a page, one `ocrx_word` a number with its confidence, one `ocrx_cinfo` a character; a table's
row is an `ocr_line`. The standard: Breuel and Baierer, http://kba.github.io/hocr-spec/1.2/.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from sutja import __version__
from sutja.cli.output.writer import Writer
from sutja.types import Box, Character, Number, Page

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
<head>
<title>Numbers</title>
<meta http-equiv="Content-Type" content="text/html;charset=utf-8" />
<meta name="ocr-system" content="sutja {version}" />
<meta name="ocr-capabilities" content="ocr_page ocr_line ocrx_word ocrx_cinfo" />
</head>
<body>
"""


class Hocr(Writer[Page]):
    """Writes pages into one hOCR document; a page that could not be read says why in a comment."""

    def __init__(self) -> None:
        self._pages = 0

    def begin(self) -> str:
        return _HEAD.format(version=__version__)

    def write(self, result: Page) -> str:
        self._pages += 1
        if result.error is not None:
            return f"<!-- {escape(_comment(result.error))} -->\n"
        name = f"page_{self._pages}"
        box = f"bbox 0 0 {result.width} {result.height}"
        title = f'image "{_title(result.source)}"; {box}; ppageno {result.page - 1}'
        lines = "".join(
            self._line(f"{name}_line_{i}", list(numbers)) for i, numbers in enumerate(_lines(result), start=1)
        )
        return f'<div class="ocr_page" id="{name}" title={_quoted(title)}>\n{lines}</div>\n'

    def end(self) -> str:
        return "</body>\n</html>\n"

    def _line(self, name: str, numbers: list[Number]) -> str:
        x0, y0 = min(n.box.x0 for n in numbers), min(n.box.y0 for n in numbers)
        x1, y1 = max(n.box.x1 for n in numbers), max(n.box.y1 for n in numbers)
        words = "\n".join(self._word(f"{name}_word_{i}", n) for i, n in enumerate(numbers, start=1))
        title = _bbox(Box(x0, y0, x1, y1))
        return f'<span class="ocr_line" id="{name}" title={_quoted(title)}>\n{words}\n</span>\n'

    def _word(self, name: str, number: Number) -> str:
        title = f"{_bbox(number.box)}; x_wconf {int(100 * number.confidence)}"
        if not number.characters or "".join(c.text for c in number.characters) != number.text:
            inner = _text(number.text)
        else:
            inner = "".join(map(_character, number.characters))
        return f'<span class="ocrx_word" id="{name}" title={_quoted(title)}>{inner}</span>'


def _character(character: Character) -> str:
    title = f"x_bboxes {_corners(character.box)}; x_conf {100 * character.confidence:.1f}"
    return f'<span class="ocrx_cinfo" title={_quoted(title)}>{_text(character.text)}</span>'


def _lines(page: Page) -> Iterator[list[Number]]:
    """Group the numbers of a page into lines: those of one row of a table together, others alone."""
    keyed = [((n.table, n.row) if n.table is not None else (None, i), n) for i, n in enumerate(page.numbers)]
    for _, group in groupby(keyed, key=lambda pair: pair[0]):
        yield [number for _, number in group]


def _corners(box: Box) -> str:
    return f"{int(box.x0)} {int(box.y0)} {-int(-box.x1 // 1)} {-int(-box.y1 // 1)}"


def _bbox(box: Box) -> str:
    return f"bbox {_corners(box)}"


def _quoted(text: str) -> str:
    return quoteattr(escape_for_xml(text))


def _text(text: str) -> str:
    return escape(escape_for_xml(text))


def _title(source: str) -> str:
    """Escape a file's name for the double quotes of a title."""
    return source.replace("\\", "\\\\").replace('"', '\\"')


def _comment(text: str) -> str:
    """Replace the hyphens, two of which would end a comment."""
    return escape_for_xml(text).replace("-", "\N{NON-BREAKING HYPHEN}")


def escape_for_xml(text: str) -> str:
    """Escape the characters that XML 1.0 does not allow, as Python writes them."""
    return "".join(c if _is_xml(ord(c)) else c.encode("unicode_escape").decode() for c in text)


def _is_xml(code: int) -> bool:
    return code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF
