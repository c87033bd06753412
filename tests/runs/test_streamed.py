"""Training from tar shards: the same network as from an array, in memory that the data do not set."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.labelled_blobs import blobs
from tests.tar_shards import write_shards

import sutja
from sutja.data.labelled.load import stream_labelled
from sutja.runs import classify
from sutja.runs.parts import drop_line
from sutja.runtime import Session
from sutja.signals.preprocessing.pixels_input import PixelsParams, batch_to_pixels
from sutja.training import distributed
from sutja.training.callbacks import Checkpoints
from sutja.training.classify.augment import AUGMENTS
from sutja.training.classify.batches import Pictures
from sutja.training.classify.streamed import StreamedPixels

CHOICES = {"net": "mlp", "epochs": 2, "batch_size": 32, "augment": "shift", "threads": 1, "dtype": "float32"}
N_MANY, SIDE = 12_000, 48
MOST = 50_000_000  # bytes that they may take


class StopError(Exception):
    pass


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """A folder of shards, and the same pictures as an array."""
    folder = tmp_path_factory.mktemp("sets")
    X, y = blobs(240)
    images = np.rint(np.clip(X[:, 0], 0, 1) * 255).astype(np.uint8)
    np.savez(folder / "array.npz", X=images, y=y)
    return write_shards(folder / "shards", images, y), folder / "array.npz"


def predict(run):
    return Session(run.model).run(blobs(50, seed=1)[0])


def test_the_network_is_that_of_an_array_also_when_resumed(sets, tmp_path, monkeypatch):
    runs = [sutja.train(data, out=tmp_path / data.stem, log=None, **CHOICES) for data in sets]
    np.testing.assert_array_equal(*(predict(run) for run in runs))
    cards = [run.model.card for run in runs]
    assert cards[0].fingerprint == cards[1].fingerprint
    assert cards[0].thresholds == cards[1].thresholds
    assert [row["error"] for row in cards[0].results] == [row["error"] for row in cards[1].results]

    def stop(self, state, loss):
        if state.step == 7:
            Checkpoints.on_end(self, state)
            raise StopError

    with monkeypatch.context() as patched:
        patched.setattr(Checkpoints, "on_step", stop)
        with pytest.raises(StopError):
            sutja.train(sets[0], out=tmp_path / "resumed", log=None, **CHOICES)
    lines = []
    with monkeypatch.context() as patched:  # neither the index nor what the parts share is looked for again
        patched.setattr("sutja.data.labelled.load.index_shards", pytest.fail)
        patched.setattr(classify, "find_leaks", None)
        resumed = sutja.train(sets[0], out=tmp_path / "resumed", resume=True, log=lines.append, **CHOICES)
    assert "goes on after 7 steps" in lines
    assert lines[0].startswith("240 pictures by the index in ")
    np.testing.assert_array_equal(predict(resumed), predict(runs[0]))


def test_each_process_reads_its_own_part_of_a_batch(sets, monkeypatch):
    data, params = stream_labelled(sets[0]), PixelsParams(8, 8)
    read = []

    class Watched(StreamedPixels):
        __slots__ = ()

        def __getitem__(self, places):
            read.append(len(places))
            return StreamedPixels.__getitem__(self, places)

    def make_batches(rank, size, pixels):
        monkeypatch.setattr(distributed, "rank", lambda: rank)
        monkeypatch.setattr(distributed, "world_size", lambda: size)
        pictures = Pictures(pixels, torch.from_numpy(data.labels), 32, 0, AUGMENTS["shift"])
        return list(pictures.epoch(1, 2))

    pixels = Watched(data.images, data.hash_pictures(), params)
    whole = make_batches(0, 1, torch.from_numpy(batch_to_pixels(data.images[:], params)))
    halves = [make_batches(rank, 2, pixels) for rank in (0, 1)]
    assert read == [120, 120]
    for batch, *parts in zip(whole, *halves, strict=True):
        for i in (0, 1):
            torch.testing.assert_close(batch[i], torch.cat([part[i] for part in parts]), rtol=0, atol=1e-6)


def read_memory(name):
    """A figure of this process's memory, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def test_memory_does_not_grow_with_the_pictures(sets, tmp_path, monkeypatch):
    monkeypatch.setattr("sutja.training.classify.batches.CHUNK_BYTES", 1 << 21)
    classify.load_parts(sets[0], drop_line)  # what it imports stays
    rng = np.random.default_rng(0)
    images = np.repeat(np.repeat(rng.integers(0, 256, (N_MANY, 6, 6), np.uint8), 8, 1), 8, 2)
    folder = write_shards(tmp_path / "many", images, rng.integers(0, 2, N_MANY))
    shape = images.shape
    del images
    before = read_memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
    parts = classify.load_parts(folder, drop_line)
    train = StreamedPixels(parts.train.images, parts.train.hash_pictures(), PixelsParams(SIDE, SIDE))
    pictures = Pictures(train, torch.from_numpy(parts.train.labels), 128, 0, AUGMENTS["shift"])
    n_seen = sum(len(label) for _, label in pictures.epoch(0))
    grown = read_memory("VmHWM") - before
    assert n_seen > 0.95 * len(parts.train)
    assert len(parts.train) + len(parts.validation) + len(parts.test) == N_MANY
    assert 4 * np.prod(shape) > 2 * MOST  # what the network's input takes as an array
    assert grown < MOST


def test_pictures_in_memory_follow_those_on_a_disk(sets):
    data, params = stream_labelled(sets[0]), PixelsParams(8, 8, std=0.5)
    beside = np.random.default_rng(1).integers(0, 256, (9, 8, 8), np.uint8)
    pixels = StreamedPixels(data.images, data.hash_pictures(), params, beside)
    whole = batch_to_pixels(np.concatenate([data.images[:], beside]), params)
    assert pixels.shape == whole.shape == (249, 1, 8, 8)
    for places in (slice(None), slice(3, 9), np.array([248, 0, 240, 239])):
        np.testing.assert_array_equal(pixels[places], whole[places])
    assert pixels.digest() != StreamedPixels(data.images, data.hash_pictures(), params).digest()
