"""Accents: English number words spelled in other scripts, as speakers of other languages say them.

The words in Devanagari are spelled as in Hindi newspapers, each final consonant with its virama, so that a
voice of any Indian language reads them the same way once the letters are moved into its script: the blocks of
Unicode keep the order of Devanagari.
"""

from __future__ import annotations

from types import MappingProxyType

DEVANAGARI = MappingProxyType(
    {
        "zero": "ज़ीरो",
        "one": "वन्",
        "two": "टू",
        "three": "थ्री",
        "four": "फोर्",
        "five": "फाइव्",
        "six": "सिक्स्",
        "seven": "सेवन्",
        "eight": "एट्",
        "nine": "नाइन्",
        "oh": "ओ",
        "nought": "नॉट्",
        "ten": "टेन्",
        "eleven": "इलेवन्",
        "twelve": "ट्वेल्व्",
        "thirteen": "थर्टीन्",
        "fourteen": "फोर्टीन्",
        "fifteen": "फिफ्टीन्",
        "sixteen": "सिक्स्टीन्",
        "seventeen": "सेवन्टीन्",
        "eighteen": "एटीन्",
        "nineteen": "नाइन्टीन्",
        "twenty": "ट्वेन्टी",
        "thirty": "थर्टी",
        "forty": "फोर्टी",
        "fifty": "फिफ्टी",
        "sixty": "सिक्स्टी",
        "seventy": "सेवन्टी",
        "eighty": "एटी",
        "ninety": "नाइन्टी",
        "hundred": "हन्ड्रेड्",
        "thousand": "थाउज़न्ड्",
        "and": "एन्ड्",
        "double": "डबल्",
        "triple": "ट्रिपल्",
        "a": "ए",
        "my": "माय्",
        "number": "नम्बर्",
        "is": "इज़्",
        "phone": "फोन्",
        "please": "प्लीज़्",
        "call": "कॉल्",
        "me": "मी",
        "on": "ऑन्",
        "yes": "येस्",
        "no": "नो",
        "sir": "सर्",
        "okay": "ओके",
        "code": "कोड्",
        "pin": "पिन्",
        "to": "टु",
        "for": "फॉर्",
        "the": "द",
        "it": "इट्",
        "order": "ऑर्डर्",
        "you": "यू",
        "are": "आर्",
        "thank": "थैंक्",
        "hello": "हेलो",
        "right": "राइट्",
        "time": "टाइम्",
        "go": "गो",
        "stop": "स्टॉप्",
        "left": "लेफ्ट्",
        "happy": "हैप्पी",
        "house": "हाउस्",
        "tree": "ट्री",
        "free": "फ्री",
        "fine": "फाइन्",
        "line": "लाइन्",
        "late": "लेट्",
        "great": "ग्रेट्",
        "good": "गुड्",
        "morning": "मॉर्निंग्",
        "office": "ऑफिस्",
        "bank": "बैंक्",
        "doctor": "डॉक्टर्",
        "water": "वॉटर्",
        "what": "व्हॉट्",
        "who": "हू",
        "when": "व्हेन्",
        "open": "ओपन्",
        "close": "क्लोज़्",
        "off": "ऑफ्",
    }
)
LATIN = MappingProxyType(  # for languages that read their letters as they stand
    {
        "zero": "siro",
        "one": "uan",
        "two": "tu",
        "three": "tri",
        "four": "for",
        "five": "faif",
        "six": "siks",
        "seven": "seven",
        "eight": "eit",
        "nine": "nain",
        "oh": "ou",
        "nought": "not",
        "ten": "ten",
        "eleven": "ileven",
        "twelve": "tuelf",
        "thirteen": "tertin",
        "fourteen": "fortin",
        "fifteen": "fiftin",
        "sixteen": "sikstin",
        "seventeen": "seventin",
        "eighteen": "eitin",
        "nineteen": "naintin",
        "twenty": "tuenti",
        "thirty": "terti",
        "forty": "forti",
        "fifty": "fifti",
        "sixty": "siksti",
        "seventy": "seventi",
        "eighty": "eiti",
        "ninety": "nainti",
        "hundred": "handred",
        "thousand": "tausend",
        "and": "end",
        "double": "dabel",
        "triple": "tripel",
        "a": "e",
        "my": "mai",
        "number": "namber",
        "is": "is",
        "please": "plis",
        "call": "kol",
        "me": "mi",
        "on": "on",
        "it": "it",
        "yes": "yes",
        "no": "no",
        "okay": "okei",
        "code": "koud",
        "thanks": "tenks",
        "room": "rum",
    }
)
SCRIPTS = MappingProxyType(  # language → first code point of its block
    {
        "hi": 0x0900,
        "mr": 0x0900,
        "bn": 0x0980,
        "pa": 0x0A00,
        "gu": 0x0A80,
        "te": 0x0C00,
        "kn": 0x0C80,
        "ml": 0x0D00,
    }
)
_BLOCK = 0x80  # code points of a block
_NUKTA = "\u093c"  # the dot that makes ज a z; not known to the other scripts
_CANDRA_O, _O = "\u0949", "\u094b"  # the vowel of "call"; the others write o
_V, _B = "\u0935", "\u092c"  # Bengali has no letter for v


def transliterate(words: tuple[str, ...], language: str) -> str | None:
    """Words in the script of an Indian language; None if one of them has no spelling here.

    Parameters
    ----------
    words : tuple[str, ...]
        In small letters; "," is a breath.
    language : str
        A key of `SCRIPTS`.
    """
    spelled = [word if word == "," else DEVANAGARI.get(word, "") for word in words]
    if not all(spelled):
        return None
    text = " ".join(spelled).replace(" ,", ",")
    if language == "hi":
        return text
    text = text.replace("ज़", "ज").replace(_NUKTA, "").replace(_CANDRA_O, _O)
    if language == "bn":
        text = text.replace(_V, _B)
    move = SCRIPTS[language] - SCRIPTS["hi"]
    return "".join(chr(ord(c) + move) if 0 <= ord(c) - SCRIPTS["hi"] < _BLOCK else c for c in text)


def respell(words: tuple[str, ...]) -> str | None:
    """Words as Spaniards or Indonesians might write what they hear; None if one has no spelling here."""
    spelled = [word if word == "," else LATIN.get(word, "") for word in words]
    return " ".join(spelled).replace(" ,", ",") if all(spelled) else None
