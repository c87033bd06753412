"""A witness: what a third reader sees makes an answer surer or less sure, and tells specks from digits."""

from dataclasses import replace

from sutja.reading.decode import Hypothesis
from sutja.reading.second.witness import (
    doubt_lone_digit,
    hear_witness,
    needs_witness,
    needs_witness_alone,
    weigh_witness,
)


def seen(digits, probability=0.99):
    return [Hypothesis(digits, probability)]


BOTH = [Hypothesis("290", 0.93), Hypothesis("90", 0.05), Hypothesis(None, 0.02)]


def test_who_sees_the_same_makes_surer_and_who_sees_other_digits_less_sure():
    agreed, denied, silent = (weigh_witness(BOTH, seen(d, 0.8))[0] for d in ("290", "90", None))
    assert agreed.digits == denied.digits == "290"
    assert agreed.probability > 0.93 > denied.probability
    assert denied.probability == silent.probability < 0.8


def test_who_is_sure_of_something_else_leaves_no_more_than_half():
    sure = [Hypothesis("128", 0.998)]
    assert weigh_witness(sure, seen("12", 0.95))[0].probability == 0.5
    assert weigh_witness(sure, seen("12", 0.8))[0].probability > 0.9
    assert weigh_witness([Hypothesis("7", 0.99)], seen("1", 0.95))[0].probability > 0.9


def test_the_stroke_of_an_ending_may_look_like_a_one():
    rupees = replace(Hypothesis("275000", 0.998), parts=("2,75,000/-",), segments=(None,))
    assert weigh_witness([rupees], seen("2750001", 0.98))[0].probability > 0.99
    assert weigh_witness([rupees], seen("2750007", 0.98))[0].probability == 0.5
    assert weigh_witness([Hypothesis("275000", 0.998)], seen("2750001", 0.98))[0].probability == 0.5


def test_silence_counts_little_against_a_lone_digit():
    lone = [Hypothesis("7", 0.95), Hypothesis("1", 0.05)]
    denied, silent = (weigh_witness(lone, seen(d))[0].probability for d in ("1", None))
    assert 0.9 < silent < 0.97
    assert denied < silent


def test_the_others_share_the_rest():
    weighed = weigh_witness(BOTH, seen("90"))
    assert [h.digits for h in weighed] == ["290", "90", None]
    assert abs(sum(h.probability for h in weighed) - 1) < 1e-9


def test_it_is_asked_about_numbers_in_doubt():
    assert needs_witness(BOTH)
    assert not needs_witness(BOTH, 0.5)
    assert needs_witness(seen("2", 0.5))  # it may be a speck
    assert not needs_witness(seen("290", 0.995))
    assert not needs_witness(seen(None, 0.9))
    assert not needs_witness([])


def test_a_lone_digit_in_doubt_that_nobody_else_sees_is_none():
    lone = [Hypothesis("1", 0.5), Hypothesis("7", 0.3), Hypothesis(None, 0.2)]
    assert [h.digits for h in doubt_lone_digit(lone, 0.5, seen("8"))] == [None, "1", "7"]
    assert doubt_lone_digit(lone, 0.5, seen("1")) == lone
    assert doubt_lone_digit(lone, 0.5, None) == lone
    assert doubt_lone_digit(lone, 0.3, seen("1"))[0].digits is None
    assert doubt_lone_digit(lone, 0.7, seen("8")) == lone


def test_longer_numbers_stay():
    longer = [Hypothesis("19", 0.2), Hypothesis(None, 0.1)]
    assert doubt_lone_digit(longer, 0.2, seen(None)) == longer
    assert doubt_lone_digit([], 0.2, None) == []


def test_a_witness_is_heard_where_it_was_asked():
    assert hear_witness(BOTH, 1.0, None) == BOTH
    assert hear_witness(BOTH, 1.0, seen("90")) == weigh_witness(BOTH, seen("90"))
    lone = [Hypothesis("1", 0.9), Hypothesis("7", 0.1)]
    assert hear_witness(lone, 0.5, seen(None))[0].digits is None
    assert hear_witness([], 1.0, None) == []


def test_several_digits_that_one_reader_read_alone_have_a_witness():
    assert needs_witness_alone(seen("128", 0.997))
    assert not needs_witness_alone(seen("128", 0.9995))
    assert not needs_witness_alone(seen("8", 0.997))
    assert not needs_witness_alone(seen(None, 0.997))
    assert not needs_witness_alone([])
