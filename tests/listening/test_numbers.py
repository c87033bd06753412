"""Words to numbers: every way to say the same digits counts, against brute force over all paths."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sutja.grammar import make_grammar
from sutja.grammar.number_words import WORDS as ALL_WORDS
from sutja.grammar.number_words import find_numbers, spell_digits
from sutja.listening.acoustic import Emissions
from sutja.listening.hypotheses import combine_passes, make_n_best
from sutja.listening.numbers import decode_numbers
from sutja.listening.segments import find_segments
from sutja.listening.symbols import decode_words, make_alphabet
from sutja.listening.utterances import Utterance, UtteranceBuilder

FRAME = 0.04  # seconds
WORDS = ("zero", "one", "five", "oh", "twenty", "hundred", "and", "double", "□")
ALPHABET = make_alphabet(WORDS)
ALL_SYMBOLS = make_alphabet(ALL_WORDS)


def make_emissions(rows, start=0.0):
    """Make emissions from a dict of word to probability for each frame; the rest is the blank's."""
    table = np.full((len(rows), len(ALL_WORDS) + 1), 1e-12)
    for t, row in enumerate(rows):
        for word, p in row.items():
            table[t, ALL_WORDS.index(word) + 1] = p
        table[t, 0] = max(1e-9, 1.0 - sum(row.values()))
    return Emissions(start, FRAME, np.log(table / table.sum(axis=1, keepdims=True)).astype(np.float32))


def find_utterances(emissions, alphabet=ALL_SYMBOLS):
    """Find the utterances of emissions."""
    builder = UtteranceBuilder()
    found = []
    for segment in find_segments(emissions, alphabet):
        found += builder.push(segment)
    return [*found, *builder.finish()]


def decode(rows, kind="auto"):
    """Decode the numbers of some frames."""
    utterances = find_utterances(make_emissions(rows))
    return [number for utterance in utterances for number in decode_numbers(utterance, make_grammar(kind))]


def sure_frames(text, pause=1):
    """Make frames that surely say words, with blank frames behind each."""
    return [row for word in text.split() for row in ({word: 1.0}, *[{}] * pause)]


@pytest.mark.parametrize(
    ("text", "digits", "value"),
    [
        ("one five", "15", "15"),
        ("double five one", "551", "551"),
        ("oh five", "05", "05"),
        ("five hundred and one", "501", "501"),
        ("twenty one hundred", "2100", "2100"),
        ("one hundred five hundred", "100500", None),
        ("twenty five twenty one", "2521", "2521"),
        ("and five and", "5", "5"),
    ],
)
def test_sure_words(text, digits, value):
    [number] = decode(sure_frames(text))
    assert (number.digits, number.value) == (digits, value)
    assert number.probability == pytest.approx(1.0, abs=1e-3)
    assert number.beside is None


@pytest.mark.parametrize("text", ["", "□", "oh", "and", "□ oh □ and", "double", "point", "sorry"])
def test_what_is_no_number(text):
    assert decode(sure_frames(text)) == []


def test_ways_to_say_the_same_digits_are_summed():
    rows = [{"oh": 0.5, "zero": 0.4, "□": 0.1}, {}, {"five": 0.9, "one": 0.1}]
    [number] = decode(rows)
    assert number.digits == "05"
    assert number.probability == pytest.approx(0.9 * 0.9, abs=1e-3)
    assert number.words == ("oh", "five")


def test_double_and_twice_are_summed():
    rows = [{"double": 0.6, "five": 0.4}, {}, {"five": 1.0}]
    [number] = decode(rows)
    assert number.digits == "55"
    assert number.probability == pytest.approx(1.0, abs=1e-3)


def test_other_words_beside_and_inside_count_against_a_number():
    [number] = decode([{"one": 1.0}, {}, {"five": 0.7, "□": 0.3}, {}, {"one": 1.0}])
    assert number.probability == pytest.approx(0.7, abs=1e-3)
    [number] = decode([{"one": 1.0}, {}, {"□": 0.8, "five": 0.2}])
    assert number.digits == "1"
    assert number.probability == pytest.approx(0.8, abs=1e-3)
    assert number.beside == "other words"


def test_other_words_part_numbers():
    first, second = decode(sure_frames("one five □ twenty"))
    assert (first.digits, second.digits) == ("15", "20")
    assert first.beside == second.beside == "other words"


def test_the_likeliest_sequence_of_numbers_counts_not_the_part_that_most_sequences_share():
    """Two words in doubt: "1" stands in 64 % of all sequences, but none is likelier than the whole number."""
    unsure = {"five": 0.6, "□": 0.4}
    rows = [row for word in ({"one": 1.0}, unsure, {"one": 1.0}, unsure, {"one": 1.0}) for row in (word, {})]
    [number] = decode(rows)
    assert number.digits == "15151"
    assert number.probability == pytest.approx(0.36, abs=1e-3)


def one_pass(rows, start=0.0):
    """Make the n-best lists of a single pass."""
    return [make_n_best(utterance) for utterance in find_utterances(make_emissions(rows, start))]


def test_the_mean_of_passes():
    first, same = one_pass(sure_frames("one five")), one_pass([{"one": 1.0}, {}, {"five": 0.6, "zero": 0.4}])
    [numbers] = combine_passes([first, same, []])
    assert numbers.best == "15"
    assert numbers.posteriors == {
        "15": pytest.approx(1.6 / 3, abs=1e-3),
        "10": pytest.approx(0.4 / 3, abs=1e-3),
    }
    assert numbers.none == pytest.approx(1 / 3, abs=1e-3)
    assert combine_passes([first, [], []]) == []


def test_further_passes_choose_among_sequences():
    """Where the first pass would part a number, two others that do not are likelier."""
    first = one_pass(
        [{"one": 1.0}, {}, {"□": 0.49, "five": 0.51}, {}, {"□": 0.49, "one": 0.51}, {}, {"five": 1.0}]
    )
    other = one_pass(sure_frames("one five one five"))
    assert len(first) == 1
    [numbers] = combine_passes([first, other, other])
    assert numbers.best == "1515"
    assert numbers.posteriors["1515"] == pytest.approx((2 + 0.51**2) / 3, abs=1e-3)


def test_what_a_further_pass_finds_elsewhere_is_not_of_this_position():
    first, elsewhere = one_pass(sure_frames("one five")), one_pass(sure_frames("zero"), start=5.0)
    [numbers] = combine_passes([first, [*first, *elsewhere]])
    assert numbers.best == "15"
    assert numbers.posteriors == {"15": pytest.approx(1.0, abs=1e-3)}


def test_number_words_that_belong_to_no_number_are_marked():
    [number] = decode(sure_frames("five double"))
    assert (number.digits, number.beside, number.is_acceptable) == ("5", "number words", False)


@pytest.mark.parametrize(
    ("text", "digits", "value", "sign", "unit"),
    [
        ("five point oh one", "501", "5.01", None, None),
        ("minus one point five", "15", "-1.5", "-", None),
        ("one and half", "15", "1.5", None, None),
        ("two million five hundred thousand", "2500000", "2500000", None, None),
        ("twenty five dollars and five cents", "2505", "25.05", None, "$"),
        ("five hundred percent", "500", "500", None, "%"),
        ("twenty first", "21", "21", None, None),
        ("hundred", "100", "100", None, None),
    ],
)
def test_quantities(text, digits, value, sign, unit):
    [number] = decode(sure_frames(text, pause=4))
    assert (number.digits, number.value, number.number.sign, number.number.unit) == (
        digits,
        value,
        sign,
        unit,
    )
    assert number.is_acceptable == (text != "hundred")


def test_numbers_with_the_same_digits_compete():
    """A point that may have been said makes another number of the same digits."""
    [number] = decode([{"five": 1.0}, {}, {"point": 0.6, "□": 0.1}, {}, {"one": 1.0}])
    assert (number.value, number.probability) == ("5.1", pytest.approx(0.6, abs=1e-3))


@pytest.mark.parametrize(
    ("text", "acceptable"),
    [
        ("□ five", [False]),
        ("□ five hundred thousand", [False]),
        ("five hundred □", [False]),
        ("five point one □", [False]),
        ("□ five five one oh", [True]),
        ("one five sorry one one", [False, True]),
        ("one five five one sorry one five", [False, False]),
        ("twenty first twenty twenty five", [True, True]),
        ("five dollars five", [False, False]),
        ("five percent five", [True, True]),
        ("five minus one", [False, False]),
        ("first", [False]),
    ],
)
def test_what_stands_beside_a_number_decides_whether_it_may_be_accepted(text, acceptable):
    assert [number.is_acceptable for number in decode(sure_frames(text, pause=4))] == acceptable


def test_a_long_pause_ends_a_number_and_a_short_one_does_not():
    pause = [{}] * round(1.5 / FRAME)
    assert [n.digits for n in decode([*sure_frames("one"), *pause, *sure_frames("five")])] == ["15"]
    assert [n.digits for n in decode([*sure_frames("one"), *pause, *pause, *sure_frames("five")])] == [
        "1",
        "5",
    ]


def test_times_are_those_of_the_frames():
    rows = [*[{}] * 25, {"one": 1.0}, {"one": 1.0}, {}, {}, {"five": 1.0}, {}]
    [number] = decode(rows)
    assert number.times == (pytest.approx((1.0, 1.08)), pytest.approx((1.16, 1.2)))


def test_what_fits_the_kind_comes_first_and_nothing_is_bent():
    rows = [{"one": 1.0}, {}, {"zero": 1.0}, {}, {"one": 0.5, "five": 0.5}, {}, *sure_frames("one five")]
    [code] = decode(rows, "postcode")
    assert code.fits
    [number] = decode(sure_frames("one five one"), "check")
    assert (number.digits, number.fits, number.value) == ("151", False, None)
    [day] = decode(sure_frames("one five oh one twenty twenty five"), "date")
    assert (day.fits, day.value) == (True, "2025-01-15")


def brute_force(rows):
    """The total probability of each way to cut the words into numbers, over all paths."""
    posteriors = {}
    for path in itertools.product(range(len(ALPHABET)), repeat=len(rows)):
        p = math.prod(rows[t][k] for t, k in enumerate(path))
        text = "".join(ALPHABET[k] for k, _ in itertools.groupby(path) if k)
        sequence = tuple(number.digits for number in find_numbers(decode_words(text)))
        posteriors[sequence] = posteriors.get(sequence, 0.0) + p
    return posteriors


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 3), sharpness=st.floats(1.0, 4.0))
@example(seed=9_585_704, n=2, sharpness=1.5)  # the likeliest sequence is "0", the likeliest words are others
def test_probabilities_are_those_of_all_paths(seed, n, sharpness):
    """Where the likeliest answer is one number, its probability is that of all paths that say it."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2 * sharpness, (n, len(ALPHABET)))
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
    utterances = find_utterances(Emissions(0.0, FRAME, logits.astype(np.float32)), ALPHABET)
    answers = [number for utterance in utterances for number in decode_numbers(utterance)]
    if len(answers) != 1:
        return
    posteriors = brute_force(np.exp(logits))
    containing = sum(p for sequence, p in posteriors.items() if answers[0].digits in sequence)
    alone = posteriors.get((answers[0].digits,), 0.0)
    assert answers[0].probability <= containing + 0.02
    assert answers[0].probability >= alone - 0.05


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9))
def test_sure_words_are_parsed_as_written_ones(words):
    read = [number.digits for number in find_numbers(list(words))]
    assert [number.digits for number in decode(sure_frames(" ".join(words)))] == read


@given(digits=st.text("015", min_size=1, max_size=12), zero=st.sampled_from(["oh", "zero"]))
def test_digits_come_back_from_their_words(digits, zero):
    words = spell_digits(digits, zero=zero, repeats=False)
    if words == "oh":
        return
    [number] = decode(sure_frames(words))
    assert number.digits == digits
    assert " ".join(number.words) == words


def test_an_utterance_without_segments_is_no_number():
    assert decode_numbers(Utterance(())) == []
