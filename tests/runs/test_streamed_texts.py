"""Readers and listeners from tar shards: what is learnt is that of a table, in bounded memory."""

import csv
import io
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile
from sounding import phrase
from tests.tar_shards import encode_png, write_tar

import sutja
from sutja.errors import DataError
from sutja.grammar.number_words import WORDS
from sutja.nets.listener import ListenerConfig
from sutja.nets.transcriber import TranscriberConfig
from sutja.runs import find_text_task, listen, transcribe
from sutja.runs.inputs import texts as text_inputs
from sutja.runs.parts import drop_line
from sutja.runtime import Session
from sutja.signals.preprocessing.normalisation import NormaliseParams
from sutja.training.callbacks import Checkpoints
from sutja.training.transcribe.batches import make_batches

CHOICES = {"epochs": 2, "base": None, "threads": 1, "log": None}
N_CROPS, N_MANY = 30, 1_500
MOST = 12_000_000  # bytes that many crops may take


class StopError(Exception):
    pass


def read_history(run):
    """The rows of a run's history, but for the seconds that it took."""
    rows = csv.DictReader((run.folder / "results.csv").open())
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def write_both(folder, samples, suffix):
    """Write samples, (content, text, group) each, as a table and as two shards of the same order."""
    (folder / "table").mkdir()
    lines, members = ["path,text,group"], []
    for i, (content, text, group) in enumerate(samples):
        (folder / "table" / f"{i}{suffix}").write_bytes(content)
        lines.append(f"{i}{suffix},{text},{group}")
        label = f'{{"text": "{text}", "group": "{group}"}}'
        members += [(f"{i:03}{suffix}", content), (f"{i:03}.json", label)]
    (folder / "table" / "labels.csv").write_text("\n".join(lines))
    half = len(members) // 4 * 2
    write_tar(folder / "shards" / "0.tar", members[:half])
    write_tar(folder / "shards" / "1.tar", members[half:])
    return folder / "table" / "labels.csv", folder / "shards"


@pytest.fixture(scope="module")
def crops(tmp_path_factory):
    """The same crops of numbers as a table and as shards."""
    rng = np.random.default_rng(0)
    samples = []
    for i in range(N_CROPS):
        text = str(rng.integers(0, 10 ** rng.integers(1, 6)))
        picture = np.full((40, 30 + 22 * len(text)), 255, np.uint8)
        cv2.putText(picture, text, (8, 30), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
        samples.append((encode_png(picture), text, f"writer {i % 10}"))
    return write_both(tmp_path_factory.mktemp("crops"), samples, ".png")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Small networks, and epochs of few steps."""
    make = partial(TranscriberConfig, channels=(8, 8, 16, 16), width=32, depth=1)
    monkeypatch.setattr(transcribe, "TranscriberConfig", make)
    monkeypatch.setattr(transcribe, "WIDTHS", (0.9, 1.0))
    monkeypatch.setattr(transcribe, "_LEAST_CROPS", 60)  # they are repeated
    monkeypatch.setattr(transcribe, "_COLUMNS", 1024)
    make = partial(ListenerConfig, channels=(8, 8, 8), width=32, depth=1)
    monkeypatch.setattr(listen, "ListenerConfig", make)
    monkeypatch.setattr(listen, "_CHUNK", 16)
    monkeypatch.setattr(transcribe, "_draw", lambda *_: None)


def stop(self, state, loss):
    """Stop a training behind its fifth step, with a checkpoint."""
    if state.step == 5:
        self.save(state)
        raise StopError


def test_a_reader_is_that_of_a_table_also_when_resumed(crops, tmp_path, monkeypatch):
    runs = [sutja.train(data, "transcribe", out=tmp_path / data.stem, **CHOICES) for data in crops]
    images = np.random.default_rng(0).random((2, 1, 32, 64), dtype=np.float32)
    cards = [run.model.card for run in runs]
    assert [Path(data.name).stem for card in cards for data in card.training_data] == ["labels", "shards"]
    assert cards[0].training_data[0].sha256 == cards[1].training_data[0].sha256
    assert cards[0].thresholds == cards[1].thresholds
    assert [row["error"] for row in cards[0].results] == [row["error"] for row in cards[1].results]
    assert read_history(runs[0]) == read_history(runs[1])
    with monkeypatch.context() as patched:
        patched.setattr(Checkpoints, "on_step", stop)
        with pytest.raises(StopError):
            sutja.train(crops[1], "transcribe", out=tmp_path / "resumed", **CHOICES)
    lines, steps, on_step = [], [], Checkpoints.on_step

    def count(self, state, loss):
        steps.append(state.step)
        on_step(self, state, loss)

    with monkeypatch.context() as patched:  # neither the index nor the widths are looked for again
        patched.setattr(text_inputs, "index_texts", pytest.fail)
        patched.setattr(text_inputs, "measure_items", pytest.fail)
        patched.setattr(Checkpoints, "on_step", count)
        choices = {**CHOICES, "log": lines.append}
        runs.append(sutja.train(crops[1], "transcribe", out=tmp_path / "resumed", resume=True, **choices))
    assert lines[0].startswith(f"{N_CROPS} crops by the index in ")
    assert steps[0] == 6
    predicted = [Session(run.model).run(images) for run in runs]
    np.testing.assert_array_equal(predicted[1], predicted[0])
    np.testing.assert_array_equal(predicted[2], predicted[0])


def test_a_listener_is_that_of_a_table(tmp_path, monkeypatch):
    rng, samples = np.random.default_rng(0), []
    for i in range(12):
        classes = [int(c) for c in rng.integers(1, 11, int(rng.integers(2, 4)))]
        file = io.BytesIO()
        soundfile.write(file, phrase(classes, pitch=0.9 + 0.05 * (i % 6)).samples, 16_000, format="WAV")
        said = [WORDS[c - 1] for c in classes], [str(c - 1) for c in classes]
        samples.append((file.getvalue(), " ".join(said[0]) if i % 2 else "".join(said[1]), f"s{i % 6}"))
    data = write_both(tmp_path, samples, ".wav")
    parts = listen.load_parts(data[1], drop_line)
    with monkeypatch.context() as patched:
        patched.setattr(listen, "choose_labels", lambda base, recording, params: recording.candidates[-1])
        chosen = listen.choose_all(parts.train, None, None, tmp_path / "lengths.npz", {}, drop_line)
    assert chosen == [(len(item.samples), item.candidates[-1]) for item in parts.train.items]
    assert any(item.candidates[-1] != item.candidates[0] for item in parts.train.items)
    runs = [sutja.train(one, "listen", out=tmp_path / f"run {one.stem}", **CHOICES) for one in data]
    cards = [run.model.card for run in runs]
    assert cards[0].training_data[0].sha256 == cards[1].training_data[0].sha256
    assert read_history(runs[0]) == read_history(runs[1])
    features = rng.random((1, 90, 64), dtype=np.float32)
    np.testing.assert_array_equal(*(Session(run.model).run(features) for run in runs))


def test_a_test_part_of_its_own_is_told_by_the_names_of_shards(crops, tmp_path):
    for part, number in (("train", 0), ("test", 1)):
        (tmp_path / f"{part}.tar").write_bytes((crops[1] / f"{number}.tar").read_bytes())
    parts = transcribe.load_parts(tmp_path, drop_line)
    assert len(parts.test) == len(parts.train) + len(parts.validation) == N_CROPS // 2
    assert parts.test.texts == tuple(item.text for item in parts.test.items)


def test_shards_are_of_one_task(crops, tmp_path):
    with pytest.raises(DataError, match='its files are not recordings; train with the task "transcribe"'):
        listen.load_parts(crops[1], drop_line)
    sounds = write_tar(tmp_path / "sounds.tar", [("a.wav", b""), ("a.txt", "one")])
    with pytest.raises(DataError, match='recordings, not crops; train with the task "listen"'):
        transcribe.load_parts(sounds, drop_line)
    assert (find_text_task(crops[1]), find_text_task(f"{tmp_path}/*.tar")) == ("transcribe", "listen")


def read_memory(name):
    """A figure of this process's memory, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def test_memory_does_not_grow_with_the_crops(crops, tmp_path, monkeypatch):
    monkeypatch.setattr(transcribe, "WIDTHS", (1.0,))
    rng = np.random.default_rng(0)
    files = [encode_png(rng.integers(0, 256, (48, 400), np.uint8)) for _ in range(10)]
    members = [
        (f"{i}.{end}", files[i % 10] if end == "png" else i) for i in range(N_MANY) for end in ("png", "txt")
    ]
    shard = write_tar(tmp_path / "many.tar", members)
    parts = transcribe.load_parts(crops[1], drop_line)  # what it imports stays
    before = read_memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
    parts = transcribe.load_parts(shard, drop_line)
    views = transcribe.make_views(parts.train, [NormaliseParams()], tmp_path / "widths.npz", drop_line)
    n_seen = sum(len(batch.image) for batch in make_batches(views, 8192, np.random.default_rng(0)))
    grown = read_memory("VmHWM") - before
    assert n_seen > 0.9 * len(parts.train) > 0.6 * N_MANY
    assert N_MANY * 48 * 400 > 2 * MOST  # what the pictures take that a table names
    assert grown < MOST
