"""Texts with digits in them, as other recognisers write them, to words: "$5" is "five dollars"."""

from __future__ import annotations

import re

from sutja.grammar.number_words.spelling import MAX_CARDINAL, spell_cardinal, spell_digits, spell_ordinal
from sutja.grammar.number_words.vocabulary import HUNDREDTHS, UNIT_SIGNS, split_words

_WORDS = {sign: word for word, sign in UNIT_SIGNS.items()}
_NUMBER = re.compile(
    r"(?P<before>(?<!\w)[-−–])?(?P<money>[$£€])?(?P<whole>\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.(?P<decimals>\d+))?"
    r"(?P<rank>(?:st|nd|rd|th)\b)?(?P<unit>%|°|¢)?"
)
_LONGEST = 3  # digits that are said as one whole number; more are said one by one


def spell_text(text: str) -> list[str]:
    """Return the words of a text; its digits as somebody may say them.

    >>> " ".join(spell_text("It's 25.30, $5.05 or -3%: 555-1234, the 21st, 2 million"))
    "it's twenty five point three zero five dollars five cents or minus three percent \
five hundred fifty five one two three four the twenty first two million"
    """
    return split_words(_NUMBER.sub(_spell_match, text))


def _spell_match(match: re.Match[str]) -> str:
    whole, decimals = match["whole"].replace(",", ""), match["decimals"]
    sign = "minus " if match["before"] else ""
    if match["rank"] and 0 < int(whole) <= MAX_CARDINAL and (int(whole) % 100 or int(whole) == 100):
        return f" {spell_ordinal(int(whole), '')} "
    grouped = "," in match["whole"] and int(whole) <= MAX_CARDINAL
    as_number = grouped or (len(whole) <= _LONGEST and str(int(whole)) == whole)
    words = spell_cardinal(int(whole), "") if as_number else spell_digits(whole, "zero", repeats=False)
    unit = _WORDS.get(match["money"] or match["unit"] or "", "")
    if match["money"] and decimals and len(decimals) == 2:
        cents = f"{spell_cardinal(int(decimals), '')} {HUNDREDTHS[0]}" if int(decimals) else ""
        return f" {sign}{words} {unit} {cents} "
    if decimals:
        words += f" point {spell_digits(decimals, 'zero', repeats=False)}"
    return f" {sign}{words} {unit} "
