"""The desk: numbers in doubt in turn, nobody's work lost, labels that training and measuring take."""

import csv
import json
import os

import numpy as np
import pytest
from PIL import Image

from sutja.errors import DataError, SutjaError
from sutja.reading.page.labels import read_labels
from sutja.serve.desk.desk import ConflictError, Desk
from sutja.serve.desk.queue import DoubtQueue


def make_number(text, box, accepted=False):
    """A number as its line has it."""
    other = {"text": "99", "confidence": 0.1}
    values = {"digits": text, "value": text, "kind": "number", "confidence": 0.6}
    return {"text": text, "accepted": accepted, "box": box, "alternatives": [other], **values}


@pytest.fixture
def results(tmp_path):
    """A JSON lines file: two pages with five numbers in doubt, a page with an error, and two broken lines."""
    pixels = np.full((80, 200), 255, np.uint8)
    pixels[10:30, 10:60] = 0
    Image.fromarray(pixels).save(tmp_path / "a.png")
    boxes = [[10, 10, 60, 30], [100, 10, 160, 30], [10, 50, 60, 70]]
    lines = [
        {"source": "a.png", "page": 1, "numbers": [make_number(str(i), box) for i, box in enumerate(boxes)]},
        {"source": "gone.png", "page": 1, "numbers": [], "error": "gone.png: there is no such file"},
        {"source": "a.png", "page": 2, "numbers": [make_number("7", boxes[0], accepted=True)]},
        {
            "source": "gone.png",
            "page": 3,
            "numbers": [make_number("3", boxes[0]), make_number("4", boxes[1])],
        },
    ]
    path = tmp_path / "results.jsonl"
    text = "".join(json.dumps(line) + "\n" for line in lines)
    path.write_text(text + "{broken\n[]\n")
    return path


@pytest.fixture
def desk(results):
    """A desk over them."""
    desk = Desk(results, results.parent, results.parent / "out")
    yield desk
    desk.close()


def read_rows(desk):
    """Rows of the table."""
    with desk.labels.path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_what_was_not_accepted_is_queued(desk):
    assert desk.count() == {"total": 5, "done": 0, "changed": 0, "skipped": 2}
    assert [doubt.number["text"] for doubt in desk.take("ann", 9)] == ["0", "1", "2", "3", "4"]


def test_two_people_get_different_numbers(desk):
    first = [doubt.index for doubt in desk.take("ann", 2)]
    second = [doubt.index for doubt in desk.take("bo", 2)]
    assert (first, second) == ([0, 1], [2, 3])
    assert [doubt.index for doubt in desk.take("ann", 2)] == [0, 1]


def test_an_answer_is_kept_at_once(desk, results):
    desk.answer(0, " 0 ", "ann")
    desk.answer(1, "17", "ann")
    desk.answer(3, "", "ann")
    assert desk.count() == {"total": 5, "done": 3, "changed": 2, "skipped": 2}
    rows = read_rows(desk)
    assert [row["text"] for row in rows] == ["0", "17", ""]
    assert rows[0]["file"] == str(results.parent / "a.png")
    assert [float(rows[0][edge]) for edge in ("x0", "y0", "x1", "y1")] == [10, 10, 60, 30]
    crop = Image.open(results.parent / "out" / rows[0]["path"])
    assert crop.size[0] >= 50
    assert crop.size[1] >= 20
    again = Desk(results, results.parent, results.parent / "out")
    assert again.count() == desk.count()
    assert [row["text"] for row in read_rows(again)] == ["0", "17", ""]
    assert [doubt.index for doubt in again.take("ann", 9)] == [2, 4]
    again.close()


def test_measuring_takes_the_labels(desk):
    desk.answer(0, "0", "ann")
    desk.answer(1, "17", "ann")
    labels = read_labels(desk.labels.path)
    assert [label.text for label in labels] == ["0", "17"]


def test_nobody_overwrites_another(desk):
    desk.answer(0, "5", "ann")
    with pytest.raises(ConflictError, match="answered by ann"):
        desk.answer(0, "6", "bo")
    assert [row["text"] for row in read_rows(desk)] == ["5"]
    desk.answer(0, "8", "ann")
    assert [row["text"] for row in read_rows(desk)] == ["8"]


def test_undo_takes_back_ones_own_last_answer(desk):
    desk.answer(0, "0", "ann")
    desk.answer(1, "1", "bo")
    desk.answer(2, "22", "ann")
    assert desk.undo("ann").index == 2
    assert desk.undo("ann").index == 0
    assert desk.undo("ann") is None
    assert [row["text"] for row in read_rows(desk)] == ["1"]
    assert desk.count()["changed"] == 0
    assert desk.take("ann", 1)[0].index == 0


def test_a_power_failure_costs_no_more_than_the_line_it_cut(desk, results):
    desk.answer(0, "0", "ann")
    desk.answer(1, "1", "ann")
    desk.close()
    journal = results.parent / "out" / "answers.jsonl"
    journal.write_bytes(journal.read_bytes()[:-9])
    again = Desk(results, results.parent, results.parent / "out")
    again.answer(4, "4", "ann")
    assert [row["text"] for row in read_rows(again)] == ["0", "4"]
    again.close()


def test_corrected_results_have_the_answers(desk):
    desk.answer(1, "1,7", "ann")
    pages = list(desk.iter_corrected())
    number = pages[0]["numbers"][1]
    assert (number["text"], number["digits"], number["accepted"], number["checked"]) == (
        "1,7",
        "17",
        True,
        True,
    )
    assert not pages[0]["numbers"][0]["checked"]


@pytest.mark.parametrize("text", ["1\n2", "x" * 201])
def test_what_is_no_line_is_refused(desk, text):
    with pytest.raises(SutjaError, match="no number"):
        desk.answer(0, text, "ann")
    with pytest.raises(SutjaError, match="no such number"):
        desk.answer(5, "1", "ann")


def test_a_file_without_pages_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello\n")
    with pytest.raises(DataError, match="holds no page"):
        Desk(path, None, tmp_path / "out")


@pytest.mark.parametrize(
    "changes",
    [
        {"box": "abcd"},
        {"box": [1, 2, 3]},
        {"box": [1, 2, 3, float("nan")]},
        {"box": [1, 2, 1e300, 4]},
        {"box": [5, 5, 5, 9]},
        {"box": None},
        {"text": ["1"]},
        {"accepted": "no"},
        {"confidence": "high"},
        {"confidence": float("inf")},
    ],
)
def test_lines_whose_numbers_cannot_be_shown_are_passed_over(tmp_path, changes):
    good = {"source": "a.png", "page": 1, "numbers": [make_number("1", [1, 1, 9, 9])]}
    bad = {"source": "a.png", "page": 2, "numbers": [make_number("2", [1, 1, 9, 9]) | changes]}
    path = tmp_path / "r.jsonl"
    path.write_text(json.dumps(bad) + "\n" + json.dumps(good) + "\n")
    queue = DoubtQueue(path)
    assert (len(queue), queue.skipped) == (1, 1)
    assert queue[0].page == 1


@pytest.mark.parametrize(
    "line",
    [
        '{"source": "a\\u0000b", "page": 1, "numbers": []}',
        '{"source": "\\ud800", "page": 1, "numbers": []}',
        '{"source": "a", "page": 0, "numbers": []}',
        '{"source": "a", "page": ' + "9" * 400 + ', "numbers": []}',
        '{"source": "a", "page": ' + "9" * 5000 + ', "numbers": []}',
        '{"source": "a", "page": 1, "numbers": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"source": ' + '"a' * 1 + "b" * 5000 + '", "page": 1, "numbers": []}',
    ],
)
def test_lines_that_are_no_pages_are_refused(tmp_path, line):
    (tmp_path / "r.jsonl").write_text(line + "\n")
    with pytest.raises(DataError, match="holds no page"):
        DoubtQueue(tmp_path / "r.jsonl")


def test_results_that_are_no_regular_file_are_refused(tmp_path):
    os.mkfifo(tmp_path / "r.jsonl")
    with pytest.raises(DataError, match="is no regular file"):
        DoubtQueue(tmp_path / "r.jsonl")
