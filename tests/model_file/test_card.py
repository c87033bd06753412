"""The card: what goes out comes back, and nothing malformed gets in."""

import json

import pytest
import steerable

from sutja.errors import ModelFileError
from sutja.model_file import (
    TTA,
    Calibration,
    Evidence,
    FieldConfidence,
    RiskCounts,
    TextConfidence,
    TextEvidence,
    TrainingSet,
    format_card,
    parse_card,
)

FULL = steerable.make_card(
    calibration=Calibration(points=((0.1, 0.2), (0.9, 0.8))),
    character_calibration=Calibration(points=((0.5, 0.5),)),
    long_calibration=Calibration(points=((0.5, 0.25),)),
    thresholds=RiskCounts(10, ((0.9, 8, 0), (0.1, 10, 2))),
    tta=TTA(0.99, ({"stretch": 1.1},)),
    training_data=(TrainingSet("mnist", 60_000, "CC BY-SA 3.0", "ab" * 32), TrainingSet("fonts", 9, "OFL")),
    open_terms=True,
    seed=7,
    versions={"torch": "2.13.0"},
    results=({"set": "mnist", "exact": 0.99},),
)


def changed(**changes):
    """The JSON of the full card with some fields changed."""
    return json.dumps({**json.loads(format_card(FULL)), **changes})


def test_a_card_comes_back():
    assert parse_card(format_card(FULL)) == FULL


def test_the_trust_of_fields_comes_back():
    trust = FieldConfidence(
        Calibration(points=((0.1, 0.2),)),
        threshold=0.7,
        evidence=Evidence(-1.0, 0.4, 0.9, 0.3),
        text=TextConfidence("0" * 64, TextEvidence(-0.1, 0.3, 0.5, 0.4, 0.1, -2.0, -0.7, -0.2)),
        combs=RiskCounts(116, ((0.96, 90, 1),)),
        comb_threshold=0.96,
    )
    card = steerable.make_card(fields=trust)
    assert parse_card(format_card(card)).fields == trust


def test_weights_that_older_cards_lack_are_zero():
    trust = FieldConfidence(
        evidence=Evidence(-1.0, 0.4, 0.9),
        text=TextConfidence("0" * 64, TextEvidence(-0.1, 0.3, 0.5, 0.4, 0.1)),
    )
    data = json.loads(format_card(steerable.make_card(fields=trust)))
    for name in ("lone", "pair", "handwritten"):
        del data["fields"]["text"]["evidence"][name]
    del data["fields"]["evidence"]["weaker"], data["fields"]["combs"], data["fields"]["comb_threshold"]
    assert parse_card(json.dumps(data)).fields == trust


def test_the_json_has_the_agreed_names():
    data = json.loads(format_card(FULL))
    assert data["card_version"] == 1
    assert data["charset"][:10] == list("0123456789")
    assert data["calibration"] == {"method": "isotonic-logit", "points": [[0.1, 0.2], [0.9, 0.8]]}
    assert data["thresholds"] == {"cases": 10, "points": [[0.9, 8, 0], [0.1, 10, 2]]}
    assert data["second_look"] == {"below": 0.99, "views": [{"stretch": 1.1}]}


def test_fields_of_later_releases_are_passed_over():
    assert parse_card(changed(colour="green")) == FULL


@pytest.mark.parametrize("version", [2, 0, "1", None])
def test_another_version_is_refused(version):
    with pytest.raises(ModelFileError, match=r"version .* reads version 1"):
        parse_card(changed(card_version=version))


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "sing"},
        {"task": 3},
        {"name": None},
        {"charset": []},
        {"charset": ["1", "1"]},
        {"charset": ["12"]},
        {"charset": "123"},
        {"preprocessing": "normalise"},
        {"preprocessing": {}},
        {"calibration": {"method": "magic", "points": []}},
        {"calibration": {"points": [[0.5]]}},
        {"calibration": {"points": [[0.5, 0.5], [0.1, 0.9]]}},
        {"calibration": {"points": [[0.5, 1.5]]}},
        {"thresholds": {"cases": 5, "points": [[0.5, 6, 0]]}},
        {"thresholds": {"cases": 5, "points": [[0.5, 3, 4]]}},
        {"threshold": "high"},
        {"threshold": True},
        {"threshold": 1.5},
        {"second_look": {"below": 2.0}},
        {"second_look": {"views": ["wide"]}},
        {"training_data": [{"name": "mnist"}]},
        {"open_terms": "yes"},
        {"seed": 1.5},
        {"versions": {"torch": 2}},
    ],
)
def test_malformed_fields_are_refused(changes):
    with pytest.raises(ModelFileError, match="card"):
        parse_card(changed(**changes))


@pytest.mark.parametrize(
    "field", ["task", "name", "charset", "preprocessing", "threshold", "training_data", "created"]
)
def test_missing_fields_are_refused(field):
    data = json.loads(format_card(FULL))
    del data[field]
    with pytest.raises(ModelFileError, match=field):
        parse_card(json.dumps(data))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "[" * 100_000, '{"card_version": NaN}', "null", "x" * 1_000_001],
    ids=["empty", "cut", "list", "deep", "nan", "null", "long"],
)
def test_what_is_no_card_is_refused(text):
    with pytest.raises(ModelFileError, match="card"):
        parse_card(text)
