"""Put the measured figures into the README and the docs, between markers.

A page says `<!-- results:NAME -->` and `<!-- /results -->`; what stands between them is made from
benchmarks/results/*.json, and so are the drawings of *Why did deep learning take seventy years?*.
`make results` runs this.

    python benchmarks/report             # write
    python benchmarks/report --check     # exit with 1 where a page is stale
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from figures import ROOT
from result_tables import TABLES
from scale_tables import SCALE_TABLES
from why_tables import WHY_DRAWINGS, WHY_TABLES

MARKED = re.compile(r"(<!-- results:(\S+) -->\n).*?(<!-- /results -->)", re.DOTALL)


def find_pages() -> list[Path]:
    """Return the pages that may hold measured figures."""
    return [ROOT / "README.md", ROOT / "README.ko.md", *sorted((ROOT / "docs").rglob("*.md"))]


def fill(text: str) -> str:
    """Put today's figures between the markers of a page.

    Raises
    ------
    KeyError
        If a marker names no table.
    """
    tables = TABLES | SCALE_TABLES | WHY_TABLES
    return MARKED.sub(lambda match: f"{match[1]}\n{tables[match[2]]()}\n\n{match[3]}", text)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the pages, or say which are stale."""
    parser = argparse.ArgumentParser(description="Put measured figures into the pages.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 where a page is stale"
    )
    args = parser.parse_args(argv)
    stale = 0
    made = {page: fill(page.read_text(encoding="utf-8")) for page in find_pages()}
    made |= {ROOT / path: draw() for path, draw in WHY_DRAWINGS.items()}
    for page, filled in made.items():
        if page.exists() and page.read_text(encoding="utf-8") == filled:
            continue
        stale += 1
        print(f"{page.relative_to(ROOT)}: {'stale; run make results' if args.check else 'written'}")
        if not args.check:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(filled, encoding="utf-8")
    return int(bool(stale and args.check))


if __name__ == "__main__":
    sys.exit(main())
