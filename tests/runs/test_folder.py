"""The run folder: whole files, no second run over the first, curves and pictures that show what was."""

import csv
import io
import struct

import numpy as np
import pytest
from PIL import Image

from sutja.errors import TrainingError
from sutja.runs import folder as run_folder
from sutja.runs import plots
from sutja.runs.folder import RunFolder, find_free, read_results
from sutja.runs.tensorboard import EventFile, crc32c

HISTORY = [
    {"epoch": 1.0, "step": 10.0, "loss": 2.0, "validation_loss": 1.5, "validation_error": 0.4},
    {"epoch": 2.0, "step": 20.0, "loss": 0.5, "validation_loss": 0.7, "validation_error": 0.0},
]


def test_a_second_run_does_not_write_over_the_first(tmp_path):
    RunFolder.open(tmp_path / "run", "sutja train classify")
    with pytest.raises(TrainingError, match="--resume"):
        RunFolder.open(tmp_path / "run", "sutja train classify")
    again = RunFolder.open(tmp_path / "run", "sutja train classify --seed 1", resume=True)
    assert (again.path / "command.txt").read_text() == "sutja train classify --seed 1\n"
    assert find_free(tmp_path, "new").name == "new-1"
    (tmp_path / "new-1").mkdir()
    assert find_free(tmp_path, "new").name == "new-2"


def test_a_folder_that_cannot_be_written_to_is_told_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(TrainingError, match="cannot be written to"):
        RunFolder.open(tmp_path / "file" / "run", "sutja")
    monkeypatch.setattr(run_folder, "_LEAST_FREE", 10**30)
    with pytest.raises(TrainingError, match="MB are free"):
        RunFolder.open(tmp_path / "full", "sutja")


def test_files_appear_whole_or_not_at_all(tmp_path, monkeypatch):
    run = RunFolder(tmp_path)
    run.write("a.txt", "first")
    monkeypatch.setattr("pathlib.Path.chmod", lambda *arguments: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(TrainingError, match=r"a\.txt: full"):
        run.write("a.txt", "second")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.txt", "first")]


def test_results_are_one_row_an_epoch(tmp_path):
    RunFolder(tmp_path).write_results(HISTORY)
    rows = list(csv.DictReader((tmp_path / "results.csv").open()))
    assert [float(row["loss"]) for row in rows] == [2.0, 0.5]
    assert read_results(tmp_path) == HISTORY


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def test_pictures_of_a_run_show_what_they_are_given():
    bad = [{**row, "validation_error": 0.4} for row in HISTORY]
    assert not np.array_equal(pixels(plots.draw_curves(HISTORY)), pixels(plots.draw_curves(bad)))
    many = [{**row, "epoch": 0.0, "step": float(i)} for i, row in enumerate(HISTORY)]
    assert not np.array_equal(pixels(plots.draw_curves(HISTORY)), pixels(plots.draw_curves(many)))
    truth, answer = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 0, 0])
    counts = plots.count_confusions(truth, answer, 3)
    assert counts.tolist() == [[1, 1, 0], [0, 1, 0], [2, 0, 0]]
    table = pixels(plots.draw_confusions(counts, ["a", "b", "c"], "test"))
    other = pixels(plots.draw_confusions(counts.T.copy(), ["a", "b", "c"], "test"))
    assert not np.array_equal(table, other)
    assert plots.draw_confusions(np.eye(40, dtype=np.int64), [str(i) for i in range(40)], "no mistake")
    grey, colour = np.zeros((8, 12), np.uint8), np.full((9, 9, 3), 200, np.uint8)
    some = pixels(plots.draw_mistakes([grey, colour] * 6, ["7 → 1"] * 12, 12, 50))
    assert some.shape[0] > pixels(plots.draw_mistakes([], [], 0, 50)).shape[0]


def records(path):
    """The events of a file, each checked against its checksums."""
    data = path.read_bytes()
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        event = data[12 : 12 + length]
        for part, stored in ((data[:8], data[8:12]), (event, data[12 + length : 16 + length])):
            crc = crc32c(part)
            masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
            assert struct.unpack("<I", stored) == (masked,)
        yield event
        data = data[16 + length :]


def test_tensorboards_file_follows_its_format(tmp_path):
    assert crc32c(b"123456789") == 0xE3069283  # the check value of CRC-32C
    events = EventFile(tmp_path)
    events.add(300, {"loss": 0.25})
    first, second = records(events.path)
    assert first[9:] == b"\x1a\x0dbrain.Event:2"
    assert first[0] == second[0] == 0x09
    value = b"\x0a\x04loss" + b"\x15" + struct.pack("<f", 0.25)
    summary = b"\x0a" + bytes([len(value)]) + value
    assert second[9:] == b"\x10\xac\x02" + b"\x2a" + bytes([len(summary)]) + summary
