"""The words that the listener can tell apart: what a number is said in, and "some other word".

Spelling variants are one class ("naught" is "nought", "treble" is "triple"). "a" is none, since a schwa is
heard everywhere: "a hundred" is heard as "hundred". The letter O is heard as "oh".
"""

UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ZEROS = ("oh", "nought")  # other words for 0
JOINTS = ("hundred", "thousand", "and", "double", "triple")
OTHER = "□"  # any other words and letters; a run of them may be said in one class or in several

WORDS = (*UNITS, *ZEROS, *TEENS, *TENS, *JOINTS, OTHER)  # network class i + 1; class 0 is the CTC blank

SPELLINGS = {
    "o": "oh", "naught": "nought", "fourty": "forty", "treble": "triple", "zeros": "zero", "zeroes": "zero",
}  # fmt: skip


def word_class(word: str) -> int:
    """The network's class of a word in small letters, 1 to len(WORDS); other words are `OTHER`.

    >>> word_class("zero"), WORDS[word_class("treble") - 1], WORDS[word_class("cheese") - 1]
    (1, 'triple', '□')
    """
    return _CLASSES.get(SPELLINGS.get(word, word), _CLASSES[OTHER])


_CLASSES = {word: i for i, word in enumerate(WORDS, start=1)}
