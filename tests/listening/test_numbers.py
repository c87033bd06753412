"""Words to numbers: every way to say the same digits counts, against brute force over all paths."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sutja.grammar import grammar_for
from sutja.grammar.number_words import spell, spoken_numbers
from sutja.listening.acoustic import Stretch
from sutja.listening.hypotheses import sayings, settled
from sutja.listening.numbers import numbers
from sutja.listening.segments import islands
from sutja.listening.symbols import alphabet_of, words_of_signs
from sutja.listening.utterances import Run, Runs

FRAME = 0.04  # seconds
WORDS = ("zero", "one", "five", "oh", "twenty", "hundred", "and", "double", "□")
ALPHABET = alphabet_of(WORDS)


def stretch(rows, start=0.0):
    """A stretch from a dict of word to probability for each frame; the rest is the blank's."""
    table = np.full((len(rows), len(ALPHABET)), 1e-9)
    for t, row in enumerate(rows):
        for word, p in row.items():
            table[t, WORDS.index(word) + 1] = p
        table[t, 0] = max(1e-9, 1.0 - sum(row.values()))
    return Stretch(start, FRAME, np.log(table / table.sum(axis=1, keepdims=True)).astype(np.float32))


def heard(rows, kind="auto"):
    """The numbers of a stretch."""
    runs = Runs()
    found = []
    for island in islands(stretch(rows), ALPHABET):
        found += runs.push(island)
    found += runs.finish()
    return [number for run in found for number in numbers(run, grammar_for(kind))]


def said(text):
    """Frames that surely say words, with an empty frame between them."""
    return [row for word in text.split() for row in ({word: 1.0}, {})]


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
    [number] = heard(said(text))
    assert (number.digits, number.value) == (digits, value)
    assert number.probability == pytest.approx(1.0, abs=1e-3)
    assert not number.ragged
    assert not number.beside


@pytest.mark.parametrize("text", ["", "□", "oh", "and", "□ oh □ and", "hundred", "double"])
def test_what_is_no_number(text):
    assert heard(said(text)) == []


def test_ways_to_say_the_same_digits_are_summed():
    rows = [{"oh": 0.5, "zero": 0.4, "□": 0.1}, {}, {"five": 0.9, "one": 0.1}]
    [number] = heard(rows)
    assert number.digits == "05"
    assert number.probability == pytest.approx(0.9 * 0.9, abs=1e-3)
    assert number.words == ("oh", "five")


def test_double_and_twice_are_summed():
    rows = [{"double": 0.6, "five": 0.4}, {}, {"five": 1.0}]
    [number] = heard(rows)
    assert number.digits == "55"
    assert number.probability == pytest.approx(1.0, abs=1e-3)


def test_other_words_beside_and_inside_count_against_a_number():
    [number] = heard([{"one": 1.0}, {}, {"five": 0.7, "□": 0.3}, {}, {"one": 1.0}])
    assert number.probability == pytest.approx(0.7, abs=1e-3)
    [number] = heard([{"one": 1.0}, {}, {"□": 0.8, "five": 0.2}])
    assert number.digits == "1"
    assert number.probability == pytest.approx(0.8, abs=1e-3)
    assert number.beside


def test_other_words_part_numbers():
    first, second = heard(said("one five □ twenty"))
    assert (first.digits, second.digits) == ("15", "20")
    assert first.beside
    assert second.beside


def test_the_likeliest_row_of_numbers_counts_not_the_part_that_most_rows_share():
    """Two words in doubt: "1" stands in 64 % of all rows, but no row is likelier than the whole number."""
    unsure = {"five": 0.6, "□": 0.4}
    rows = [row for word in ({"one": 1.0}, unsure, {"one": 1.0}, unsure, {"one": 1.0}) for row in (word, {})]
    [number] = heard(rows)
    assert number.digits == "15151"
    assert number.probability == pytest.approx(0.36, abs=1e-3)


def look(rows, start=0.0):
    """What one look at some frames hears."""
    runs = Runs()
    found = [run for island in islands(stretch(rows, start), ALPHABET) for run in runs.push(island)]
    return [sayings(run) for run in (*found, *runs.finish())]


def test_the_mean_of_looks():
    first, same = look(said("one five")), look([{"one": 1.0}, {}, {"five": 0.6, "zero": 0.4}])
    [reading] = settled([first, same, []])
    assert reading.best == "15"
    assert reading.totals == {"15": pytest.approx(1.6 / 3, abs=1e-3), "10": pytest.approx(0.4 / 3, abs=1e-3)}
    assert reading.nothing == pytest.approx(1 / 3, abs=1e-3)
    assert settled([first, [], []]) == []


def test_further_looks_choose_among_rows():
    """Where the first look would part a number, two others that do not are likelier."""
    first = look(
        [{"one": 1.0}, {}, {"□": 0.49, "five": 0.51}, {}, {"□": 0.49, "one": 0.51}, {}, {"five": 1.0}]
    )
    other = look(said("one five one five"))
    assert len(first) == 1
    [reading] = settled([first, other, other])
    assert reading.best == "1515"
    assert reading.totals["1515"] == pytest.approx((2 + 0.51**2) / 3, abs=1e-3)


def test_what_a_further_look_hears_elsewhere_is_not_of_this_place():
    first, elsewhere = look(said("one five")), look(said("zero"), start=5.0)
    [reading] = settled([first, [*first, *elsewhere]])
    assert reading.best == "15"
    assert reading.totals == {"15": pytest.approx(1.0, abs=1e-3)}


def test_words_that_belong_to_no_number_make_it_ragged():
    [number] = heard(said("hundred five"))
    assert (number.digits, number.ragged) == ("5", True)


def test_a_long_pause_ends_a_number_and_a_short_one_does_not():
    pause = [{}] * round(1.5 / FRAME)
    assert [n.digits for n in heard([*said("one"), *pause, *said("five")])] == ["15"]
    assert [n.digits for n in heard([*said("one"), *pause, *pause, *said("five")])] == ["1", "5"]


def test_times_are_those_of_the_frames():
    rows = [*[{}] * 25, {"one": 1.0}, {"one": 1.0}, {}, {}, {"five": 1.0}, {}]
    [number] = heard(rows)
    assert number.spans == (pytest.approx((1.0, 1.08)), pytest.approx((1.16, 1.2)))


def test_what_fits_the_kind_comes_first_and_nothing_is_bent():
    rows = [{"one": 1.0}, {}, {"zero": 1.0}, {}, {"one": 0.5, "five": 0.5}, {}, *said("one five")]
    [code] = heard(rows, "postcode")
    assert code.fits
    [number] = heard(said("one five one"), "check")
    assert (number.digits, number.fits, number.value) == ("151", False, None)
    [day] = heard(said("one five oh one twenty twenty five"), "date")
    assert (day.fits, day.value) == (True, "2025-01-15")


def brute_force(rows):
    """The total probability of each way to cut what is said into numbers, over all paths."""
    totals = {}
    for path in itertools.product(range(len(ALPHABET)), repeat=len(rows)):
        p = math.prod(rows[t][k] for t, k in enumerate(path))
        text = "".join(ALPHABET[k] for k, _ in itertools.groupby(path) if k)
        numbers_said = tuple(number.digits for number in spoken_numbers(words_of_signs(text)))
        totals[numbers_said] = totals.get(numbers_said, 0.0) + p
    return totals


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 3), sharpness=st.floats(1.0, 4.0))
@example(seed=9_585_704, n=2, sharpness=1.5)  # the likeliest row is "0", the likeliest words are others
def test_probabilities_are_those_of_all_paths(seed, n, sharpness):
    """Where the likeliest answer is one number, its probability is that of all paths that say it."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2 * sharpness, (n, len(ALPHABET)))
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
    found = []
    runs = Runs()
    for island in islands(Stretch(0.0, FRAME, logits.astype(np.float32)), ALPHABET):
        found += runs.push(island)
    found += runs.finish()
    answers = [number for run in found for number in numbers(run)]
    if len(answers) != 1:
        return
    totals = brute_force(np.exp(logits))
    containing = sum(p for said_there, p in totals.items() if answers[0].digits in said_there)
    alone = totals.get((answers[0].digits,), 0.0)
    assert answers[0].probability <= containing + 0.02
    assert answers[0].probability >= alone - 0.05


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9))
def test_sure_words_are_read_as_written_ones(words):
    read = [number.digits for number in spoken_numbers(list(words))]
    assert [number.digits for number in heard(said(" ".join(words)))] == read


@given(digits=st.text("015", min_size=1, max_size=12), zero=st.sampled_from(["oh", "zero"]))
def test_digits_come_back_from_their_words(digits, zero):
    words = spell(digits, zero=zero, repeats=False)
    if words == "oh":
        return
    [number] = heard(said(words))
    assert number.digits == digits
    assert " ".join(number.words) == words


def test_a_run_without_candidates_is_no_number():
    assert numbers(Run(())) == []
