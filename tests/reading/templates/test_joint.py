"""Hypotheses joined by rules: agreement is evidence, contradiction takes trust away."""

from decimal import Decimal

import pytest

from sutja.reading.templates.joint import Option, group_fields, join_by_rules
from sutja.reading.templates.rules import FieldValue, parse_rule


def options(**given):
    """Options of fields, each {digits: probability}."""
    return {
        name: [Option(FieldValue(digits, Decimal(digits)), p) for digits, p in mine.items()]
        for name, mine in given.items()
    }


SUM = [parse_rule("total = a + b", ["a", "b", "total"])]


def test_without_rules_nothing_changes():
    given = options(a={"1": 0.7, "7": 0.2})
    assert join_by_rules(given, []) == {"a": [0.7, 0.2]}


def test_a_sum_that_agrees_is_evidence():
    given = options(a={"12": 0.8, "72": 0.15}, b={"3": 0.9}, total={"15": 0.85, "75": 0.1})
    joined = join_by_rules(given, SUM)
    assert joined["a"][0] > 0.96
    assert joined["total"][0] > 0.96
    assert joined["b"][0] > 0.98


def test_the_rule_decides_between_two_readings():
    given = options(a={"12": 0.55, "72": 0.4}, b={"3": 0.97}, total={"75": 0.95})
    joined = join_by_rules(given, SUM)
    assert joined["a"][1] > 0.95 > 0.1 > joined["a"][0]


def test_a_sum_that_does_not_agree_takes_trust_away():
    given = options(a={"12": 0.97}, b={"3": 0.97}, total={"16": 0.97})
    joined = join_by_rules(given, SUM)
    assert all(0.3 < weights[0] < 0.9 for weights in joined.values())


def test_sure_readings_outweigh_a_rule_that_was_not_kept():
    given = options(a={"12": 0.9999}, b={"3": 0.9999}, total={"16": 0.9999})
    assert min(weights[0] for weights in join_by_rules(given, SUM).values()) > 0.8


def test_fields_of_no_rule_are_left_alone():
    given = options(a={"12": 0.8}, b={"3": 0.9}, total={"15": 0.85}, other={"4": 0.5})
    assert join_by_rules(given, SUM)["other"] == [0.5]


def test_many_fields_are_joined_in_bounded_time():
    names = [f"votes{i}" for i in range(40)]
    rule = parse_rule("total = sum(votes)", [*names, "total"])
    given = options(**{name: {"2": 0.9, "7": 0.05, "3": 0.02} for name in names}, total={"85": 0.97})
    joined = join_by_rules(given, [rule])  # 80 and one seven in place of a two
    assert sum(joined[name][1] for name in names) == pytest.approx(1.0, abs=0.25)


def test_rules_that_share_a_field_are_one_group():
    names = ["a", "b", "c", "d", "e"]
    rules = [parse_rule(text, names) for text in ("a = b", "d = e", "c = b")]
    assert sorted(map(sorted, group_fields(rules))) == [["a", "b", "c"], ["d", "e"]]
