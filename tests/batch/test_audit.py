"""An audit: the same sample for the same seed, an interval that holds, and alarms that are not false."""

import json

import numpy as np
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from sutja.batch import parquet as batch_parquet
from sutja.batch.audit import AuditedNumber, draw_sample, format_sample, judge, measure_drift, read_answers
from sutja.cli import main
from sutja.errors import SutjaError
from sutja.model_file import RiskCounts


def write_results(path, n, accepted=0.9, seed=0):
    """Results of n pages with a number each."""
    generator = np.random.default_rng(seed)
    lines = []
    for i in range(n):
        number = {"text": f"{i}", "confidence": 0.99, "accepted": bool(generator.random() < accepted)}
        lines.append({"source": f"{i}.png", "page": 1, "numbers": [{**number, "box": [0, 0, 10.5, 5]}]})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return sum(line["numbers"][0]["accepted"] for line in lines)


def test_a_sample_is_random_and_the_same_for_a_seed(tmp_path):
    n_accepted = write_results(tmp_path / "r.jsonl", 1000)
    sample, total = draw_sample(tmp_path / "r.jsonl", 100, 1)
    assert (len(sample), total) == (100, n_accepted)
    assert sample == draw_sample(tmp_path / "r.jsonl", 100, 1)[0]
    assert sample != draw_sample(tmp_path / "r.jsonl", 100, 2)[0]
    assert len({one.source for one in sample}) == 100
    places = [int(one.text) for seed in range(40) for one in draw_sample(tmp_path / "r.jsonl", 100, seed)[0]]
    assert abs(np.mean(places) - 500) < 25
    assert len(draw_sample(tmp_path / "r.jsonl", 5000, 0)[0]) == n_accepted


def make_answers(generator, n, error, confidence):
    wrong = generator.random(n) < error
    return [AuditedNumber("a", 1, "", "1", confidence, "2" if bad else "1") for bad in wrong]


def test_the_interval_covers_the_true_error():
    generator = np.random.default_rng(0)
    covered = 0
    for _ in range(1000):
        error = float(generator.choice([0.002, 0.01, 0.03, 0.1]))
        found = judge(make_answers(generator, 200, error, 1 - error))
        covered += found.error.low <= error <= found.error.high
    assert covered >= 940


def test_alarms():
    generator = np.random.default_rng(1)
    false = sum(bool(judge(make_answers(generator, 300, 0.01, 0.99)).list_alarms(0.01)) for _ in range(200))
    assert false <= 8  # the lower end of a 95 % interval is above the truth once in forty
    alarms = judge(make_answers(generator, 300, 0.08, 0.99)).list_alarms(0.01)
    assert len(alarms) == 2


def test_drift():
    calibrated = RiskCounts(1000, tuple((1 - i / 10, 100 * i, 0) for i in range(1, 10)))
    generator = np.random.default_rng(2)
    distance, most = measure_drift(generator.random(2000).tolist(), calibrated)
    assert distance < most
    distance, most = measure_drift((generator.random(2000) ** 2).tolist(), calibrated)
    assert distance > most


def test_the_command_draws_and_judges(tmp_path):
    results, sample = tmp_path / "r.jsonl", tmp_path / "r.jsonl.audit.csv"
    write_results(results, 200)
    assert CliRunner().invoke(main, ["audit", str(results), "--n", "50"]).exit_code == 0
    rows = read_answers(sample)
    assert len(rows) == 50
    assert judge(rows).error.n == 0
    filled = [
        AuditedNumber(one.source, 1, one.place, one.text, one.confidence, "-" if i < 9 else one.text)
        for i, one in enumerate(rows[:40])
    ]
    sample.write_text(format_sample([*filled, *rows[40:]]))
    done = CliRunner().invoke(main, ["audit", str(results), "--answers", str(sample), "--max-error", "0.01"])
    assert done.exit_code == 1
    assert "9 of 40 answered" in done.stdout
    assert "alarm: the error of 1 % no longer holds" in done.stderr
    refused = CliRunner().invoke(main, ["audit", str(results), "--out", str(results)])
    assert "is also an input" in refused.stderr


@pytest.mark.parametrize("text", ["nonsense", "[1]", '{"numbers": [{}]}', '{"numbers": 5}', "[" * 5000])
def test_what_is_no_result_is_named(tmp_path, text):
    (tmp_path / "r.jsonl").write_text(text)
    with pytest.raises(SutjaError, match=r"line 1 is no result|cannot be read"):
        draw_sample(tmp_path / "r.jsonl", 5, 0)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "source,page,place,text,confidence,truth\na,b,c\n"])
def test_what_are_no_answers_is_named(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(SutjaError, match="no sample of an audit"):
        read_answers(tmp_path / "a.csv")


@pytest.mark.parametrize(
    "changes",
    [
        {"box": [0] * 100_000},
        {"box": "1234"},
        {"confidence": 1e999},
        {"text": 12},
        {"text": {"a": 1}},
        {"confidence": None},
    ],
)
def test_hostile_results_are_refused(tmp_path, changes):
    number = {"text": "1", "confidence": 0.9, "accepted": True, "box": [0, 0, 1, 1], **changes}
    path = tmp_path / "r.jsonl"
    path.write_text(json.dumps({"source": "a", "page": 1, "numbers": [number]}) + "\n")
    with pytest.raises(SutjaError, match="line 1 is no result"):
        draw_sample(path, 5, 0)


def test_a_source_of_another_kind_is_refused(tmp_path):
    number = '{"text": "1", "confidence": 0.9, "accepted": true, "box": [0, 0, 1, 1]}'
    (tmp_path / "r.jsonl").write_text(f'{{"source": {"[" * 900}{"]" * 900}, "numbers": [{number}]}}\n')
    with pytest.raises(SutjaError, match="line 1 is no result"):
        draw_sample(tmp_path / "r.jsonl", 5, 0)


def test_parquet_that_unpacks_to_more_than_it_should_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_parquet, "MOST_TEXT", 10_000)
    pyarrow.parquet.write_table(pyarrow.table({"source": ["x" * 10_000] * 100}), tmp_path / "r.parquet")
    with pytest.raises(SutjaError, match="more than its size lets one expect"):
        draw_sample(tmp_path / "r.parquet", 5, 0)
