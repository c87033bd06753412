"""One vocabulary: what a spelling teaches in training is what it means when answers are judged."""

import pytest

from sutja.grammar.number_words import SPELLINGS, extract_digits, label_words, parse_words

VALUES = {"oh": "0", "nought": "0", "zero": "0", "forty": "40"}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_taught_and_read_as_its_word(spelling):
    word = SPELLINGS[spelling]
    assert label_words([spelling]) == label_words([word])
    as_spelled, as_word = (
        [parse_words([*before, one, *after]) for before, after in ((["five"], []), ([], ["five"]), ([], []))]
        for one in (spelling, word)
    )
    assert any(as_spelled)
    assert as_spelled == as_word
    if word in VALUES:
        assert parse_words(spelling).digits == VALUES[word]


@pytest.mark.parametrize(
    ("text", "digits"),
    [("two zeros five", "205"), ("two zeroes five", "205"), ("zeros", "0"), ("fourty two naught", "420")],
)
def test_digits_of_texts_with_other_spellings(text, digits):
    assert extract_digits(text) == digits
