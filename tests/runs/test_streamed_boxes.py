"""Detectors from tar shards: what is learnt is that of a folder, in memory that the pictures do not set."""

import json
from pathlib import Path

import numpy as np
import pytest
from boxed_scenes import CLASSES, scene, write_yolo
from tests.tar_shards import encode_png, write_tar

import sutja
from sutja.data.boxes.boxed_pictures import make_boxed_picture
from sutja.data.boxes.load import load_boxed
from sutja.data.boxes.sharded_pictures import ShardedPicture
from sutja.errors import DataError
from sutja.runs import detect
from sutja.runs.inputs.frames import choose_params, read_pictures
from sutja.runs.parts import drop_line
from sutja.runtime import Session
from sutja.training.callbacks import Checkpoints
from sutja.training.detect.frames import UPRIGHT, ListedFrames

CHOICES = {"task": "detect", "epochs": 2, "batch_size": 4, "longest": 64, "threads": 1, "log": None}
SCENES = [scene(seed, height=64, width=96, n=3) for seed in range(12)]
N_MANY, SIDE = 450, 320
MOST = 22_000_000  # bytes that many pictures may take


class StopError(Exception):
    pass


def describe(one, form):
    """What is said of a scene: the lines of YOLO, or annotations of COCO with names."""
    height, width = one.pixels.shape[:2]
    rows = list(zip(one.boxes.tolist(), one.labels.tolist(), strict=True))
    if form == "json":
        boxes = [{"category": CLASSES[k], "bbox": [x0, y0, x1 - x0, y1 - y0]} for (x0, y0, x1, y1), k in rows]
        return json.dumps({"annotations": boxes})
    lines = [
        f"{k} {(x0 + x1) / 2 / width:.6f} {(y0 + y1) / 2 / height:.6f} {(x1 - x0) / width:.6f} "
        f"{(y1 - y0) / height:.6f}"
        for (x0, y0, x1, y1), k in rows
    ]
    return "\n".join(lines)


def write_scenes(folder, scenes, form="txt", names=None):
    """Write two shards of scenes in the order in which a folder has them."""
    order = sorted(range(len(scenes)), key=str)
    members = [
        (f"{i}.{end}", content)
        for i in order
        for end, content in (("png", encode_png(scenes[i].pixels)), (form, describe(scenes[i], form)))
    ]
    half = len(members) // 4 * 2
    for number, some in enumerate((members[:half], members[half:])):
        write_tar(folder / (names or ("0.tar", "1.tar"))[number], some)
    if form == "txt":
        (folder / "classes.txt").write_text("\n".join(CLASSES))
    return folder


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """The same scenes as a folder of YOLO and as shards."""
    folder = tmp_path_factory.mktemp("sets")
    return write_yolo(folder / "folder", SCENES), write_scenes(folder / "shards", SCENES)


def look(run):
    return Session(run.model).run(np.stack([one.pixels for one in SCENES[:2]])[:, None].astype(np.float32))


def test_the_detector_is_that_of_a_folder_also_when_resumed(sets, tmp_path, monkeypatch):
    runs = [sutja.train(data, out=tmp_path / data.name, **CHOICES) for data in sets]
    for a, b in zip(look(runs[0]), look(runs[1]), strict=True):
        np.testing.assert_array_equal(a, b)
    assert runs[0].model.card.thresholds == runs[1].model.card.thresholds

    def stop(self, state, loss):
        if state.step == 5:
            Checkpoints.on_end(self, state)
            raise StopError

    with monkeypatch.context() as patched:
        patched.setattr(Checkpoints, "on_step", stop)
        with pytest.raises(StopError):
            sutja.train(sets[1], out=tmp_path / "resumed", **CHOICES)
    lines = []
    with monkeypatch.context() as patched:  # neither the index nor what the parts share is looked for again
        patched.setattr("sutja.data.boxes.sharded_boxes.index_boxes", pytest.fail)
        patched.setattr(detect, "find_box_leaks", None)
        choices = {**CHOICES, "log": lines.append}
        resumed = sutja.train(sets[1], out=tmp_path / "resumed", resume=True, **choices)
    assert "goes on after 5 steps" in lines
    for a, b in zip(look(resumed), look(runs[0]), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("form", ["txt", "json"])
def test_boxes_of_shards_are_those_of_the_scenes(form, tmp_path):
    (found,) = load_boxed(write_scenes(tmp_path / "some", SCENES[:5], form)).values()
    assert found.classes == CLASSES
    for one, expected in zip(found.pictures, SCENES, strict=False):
        assert isinstance(one.picture, ShardedPicture)
        np.testing.assert_array_equal(one.pixels, expected.pixels)
        assert one.size == expected.size == (64, 96)
        np.testing.assert_allclose(one.boxes, expected.boxes, atol=1e-3)
        np.testing.assert_array_equal(one.labels, expected.labels)
    assert found.take([0, 1]).checksum() != found.take([1, 0]).checksum()


def test_names_of_shards_tell_the_parts_and_a_pattern_chooses_some(tmp_path):
    write_scenes(tmp_path, SCENES[:6], "json", names=("train-0.tar", "test-0.tar"))
    assert {part: len(some) for part, some in load_boxed(tmp_path).items()} == {"train": 3, "test": 3}
    (found,) = load_boxed(str(tmp_path / "train-*.tar")).values()
    assert (len(found), found.pictures[0].name) == (3, f"tar://0.png::{'train-0.tar'}")


def test_faults_are_named_and_left_out(tmp_path):
    good = encode_png(SCENES[0].pixels)
    wheel = {"category": "wheel", "bbox": [1, 1, 20, 20]}
    outside = {"category": "wheel", "bbox": [200, 1, 20, 20]}
    crowd = {**wheel, "iscrowd": 1}
    samples = {
        "a": (good, {"annotations": [wheel, outside, crowd]}),
        "broken": (good[:100], {"annotations": [wheel]}),
        "nameless": (good, {"annotations": [{"bbox": [1, 1, 2, 2]}]}),
        "short": (good, {"annotations": [{"category": "wheel", "bbox": [1, 1]}]}),
        "listless": (good, {"boxes": []}),
        "numbers": (good, None),
        "empty": (good, {"annotations": []}),
    }
    members = [(f"{name}.png", content) for name, (content, _) in samples.items()]
    members += [(f"{name}.json", json.dumps(said)) for name, (_, said) in samples.items() if said]
    members += [("numbers.txt", "0 0.5 0.5 0.1 0.1"), ("alone.png", good)]
    (found,) = load_boxed(write_tar(tmp_path / "some.tar", members)).values()
    assert [len(one.labels) for one in found.pictures] == [2, 0, 0]
    assert found.pictures[0].ignore.tolist() == [False, True]
    told = "\n".join(found.notes)
    for words in (
        "tar://broken.png::some.tar",
        "annotation 1 names no category",
        "annotation 1 has no bbox [x, y, width, height]",
        "it has no list of annotations",
        "tar://numbers.png::some.tar: has boxes whose classes have numbers alone",
        "tar://a.json::some.tar, annotation 2: a box (200, 1, 220, 21) outside of its picture of 96 × 64",
    ):
        assert words in told
    with pytest.raises(DataError, match="holds no box that can be learnt from"):
        load_boxed(write_tar(tmp_path / "none.tar", [("a.png", good)]))


def test_a_picture_that_is_gone_is_named(tmp_path):
    folder = write_scenes(tmp_path / "some", SCENES[:4])
    (found,) = load_boxed(folder).values()
    (folder / "1.tar").write_bytes(b"")
    with pytest.raises(DataError, match="cannot be read any more"):
        _ = found.pictures[3].pixels


def draw(seed):
    """A picture that is like no other."""
    squares = np.random.default_rng(seed).integers(0, 256, (8, 8), np.uint8)
    return make_boxed_picture(squares.repeat(SIDE // 8, 0).repeat(SIDE // 8, 1), [[9, 9, 99, 99]], [0])


def _describe_both(one):
    return ("png", encode_png(one.pixels)), ("json", describe(one, "json"))


def read_memory(name):
    """A figure of this process's memory, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def test_memory_does_not_grow_with_the_pictures(sets, tmp_path):
    def show(folder):
        parts = detect.load_parts(folder, drop_line, tmp_path / "run" / folder.name)
        params = choose_params(parts.train.pictures, SIDE)
        _, pictures = read_pictures(parts.train, params, "training", drop_line)
        frames = ListedFrames(pictures, (64, 64), 1, 16, UPRIGHT, seed=0)
        return sum(len(batch) for batch in frames.epoch(0))

    show(sets[1])  # what it imports stays
    some = [scene(seed, height=SIDE, width=SIDE, n=3) for seed in range(20)]
    members = [
        (f"{i}.{end}", content) for i in range(N_MANY) for end, content in _describe_both(some[i % 20])
    ]
    folder = tmp_path / "many"
    write_tar(folder / "0.tar", members)
    before = read_memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
    n_shown = show(folder)
    assert n_shown >= 0.6 * N_MANY
    assert N_MANY * SIDE**2 > 2 * MOST
    assert read_memory("VmHWM") - before < MOST
