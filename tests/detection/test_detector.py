"""`Detector` with a network whose answers a picture spells out."""

import io
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from steerable_detector import PARAMS, box_of, make_card, make_network, picture

from sutja.boxes.decode import Detections
from sutja.detection import Detector, tiles
from sutja.detection.tiles import OVERLAP, TILE_SIDE, join_cut_boxes, make_tiles
from sutja.errors import InferenceError, ModelFileError, PictureError, ThresholdError
from sutja.model_file import Calibration, ModelFile, Preprocessing, RiskCounts, read_model, write_model


def detector(params=PARAMS, channels=1, **card):
    file = ModelFile(make_card(params, **card), make_network(channels).SerializeToString(), "steerable")
    return Detector(file)


@pytest.fixture(scope="module")
def plain():
    return detector()


def places(found):
    return sorted((one.label, *one.box.to_list()) for one in found)


def test_things_are_found_where_they_are(plain):
    pixels = picture(60, 80, lights=[(3, 4), (9, 15)], shades=[(10, 3)])
    (found,) = plain.detect_arrays([pixels])
    assert places(found) == [("light", *box_of(3, 4)), ("light", *box_of(9, 15)), ("shade", *box_of(10, 3))]
    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)
    assert all(one.confidence > 0.9 for one in found)


def test_boxes_end_at_the_edges_of_the_picture(plain):
    (found,) = plain.detect_arrays([picture(41, 50, lights=[(0, 0), (9, 11)])])
    assert places(found) == [("light", 0, 0, 8, 8), ("light", 40, 32, 50, 41)]


@pytest.mark.parametrize("form", ["path", "bytes", "image", "array", "colour"])
def test_any_source_will_do(form, plain, tmp_path):
    pixels = picture(40, 40, lights=[(4, 4)])
    Image.fromarray(pixels).save(tmp_path / "a.png")
    source = {
        "path": tmp_path / "a.png",
        "bytes": (tmp_path / "a.png").read_bytes(),
        "image": Image.fromarray(pixels),
        "array": pixels,
        "colour": np.stack([pixels] * 3, 2),
    }[form]
    assert places(plain.detect(source)) == [("light", *box_of(4, 4))]


def test_a_picture_is_resized_and_the_boxes_are_sized_back():
    small = detector(replace(PARAMS, longest=40))
    pixels = np.kron(picture(20, 40, lights=[(2, 5)]), np.ones((3, 3), np.uint8))
    ((found,),) = small.detect_arrays([pixels])
    np.testing.assert_allclose(found.box.to_list(), [3 * edge for edge in box_of(2, 5)], atol=0.1)


@given(
    st.sets(st.tuples(st.integers(0, 49), st.integers(0, 59)), max_size=12),
    st.integers(150, 203),
    st.integers(180, 243),
)
@settings(max_examples=25)
def test_tiles_find_what_the_whole_finds(cells, height, width):
    plain = detector()
    pixels = picture(height, width, lights=cells)
    whole = plain.detect_arrays([pixels])[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "TILE_SIDE", 80)
        patch.setattr(tiles, "OVERLAP", 32)
        plain.max_pixels = 80 * 80
        assert places(plain.detect_arrays([pixels])[0]) == places(whole)


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_tiles_cover_the_picture_and_stay_small(height, width):
    parts = make_tiles(height, width)
    assert all(0 <= t.x0 < t.x1 <= width and 0 <= t.y0 < t.y1 <= height for t in parts)
    for first, last, side in (("x0", "x1", width), ("y0", "y1", height)):
        spans = sorted({(getattr(t, first), getattr(t, last)) for t in parts})
        assert spans[0][0] == 0
        assert spans[-1][1] == side
        assert all(b - a <= TILE_SIDE for a, b in spans) or len(parts) == 1
        assert all(a[1] - b[0] == OVERLAP for a, b in pairwise(spans))


def test_a_thing_on_a_seam_is_found_once(plain, monkeypatch):
    monkeypatch.setattr(tiles, "TILE_SIDE", 80)
    monkeypatch.setattr(tiles, "OVERLAP", 32)
    monkeypatch.setattr(plain, "max_pixels", 6400)
    # 128 columns make two tiles, 0 to 80 and 48 to 128; cell (5, 16) lies in both, (5, 19) is cut off in one
    found = plain.detect_arrays([picture(80, 128, lights=[(5, 16), (12, 19)])])[0]
    assert places(found) == [("light", *box_of(5, 16)), ("light", *box_of(12, 19))]


def found_of(*edges, labels=None):
    count = len(edges)
    labels = [0] * count if labels is None else labels
    return Detections(
        np.array(edges, np.float32).reshape(count, 4),
        np.linspace(0.9, 0.5, count, dtype=np.float32),
        np.array(labels, np.int64),
    )


def test_a_thing_larger_than_what_tiles_share_is_sewn_together():
    parts = found_of((500, 40, 1280, 70), (1024, 42, 2304, 71), (2048, 41, 2400, 70))
    assert join_cut_boxes(parts).boxes.tolist() == [[500, 40, 2400, 71]]
    assert join_cut_boxes(parts).scores.tolist() == pytest.approx([0.9])


def test_things_beside_one_another_are_not_sewn_together():
    rows = found_of((500, 40, 1280, 70), (1024, 80, 2304, 110))
    classes = found_of((500, 40, 1280, 70), (1024, 42, 2304, 71), labels=[0, 1])
    apart = found_of((500, 40, 1000, 70), (1024, 42, 2304, 71))
    assert [len(join_cut_boxes(parts)) for parts in (rows, classes, apart)] == [2, 2, 2]
    assert len(join_cut_boxes(found_of((1200, 40, 1280, 70)))) == 0  # the next tile has it whole
    assert len(join_cut_boxes(found_of())) == 0


def test_confidence_is_calibrated_and_the_threshold_chooses():
    points = ((0.5, 0.1), (0.99, 0.6), (0.9999, 0.95))
    sure = detector(calibration=Calibration(points=points), threshold=0.3)
    pixels = picture(40, 40, lights=[(2, 2)], shades=[(7, 7)])  # raw scores 0.99995 and about 0.98
    found = {one.label: one.confidence for one in sure.detect_arrays([pixels])[0]}
    assert found["light"] == pytest.approx(0.95)
    assert 0.3 < found["shade"] < 0.65
    sure.threshold = 0.9
    assert [one.label for one in sure.detect_arrays([pixels])[0]] == ["light"]
    assert len(sure.find_boxes(pixels, 0.0)) == 2


def test_the_largest_error_chooses_the_threshold():
    counts = RiskCounts(100, ((0.9, 40, 0), (0.5, 80, 8)))
    file = ModelFile(make_card(thresholds=counts), make_network().SerializeToString(), "steerable")
    assert Detector(file, max_error=0.2).threshold == 0.5
    assert Detector(file, max_error=0.01).threshold == 0.9
    with pytest.raises(ThresholdError):
        Detector(replace(file, card=make_card()), max_error=0.01)


def test_many_sources_and_one_bad_among_them(plain, tmp_path):
    Image.fromarray(picture(40, 40, lights=[(4, 4)])).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    pages = [Image.fromarray(picture(40, 40, lights=[(2, i)])) for i in (2, 6)]
    pages[0].save(tmp_path / "c.tif", save_all=True, append_images=pages[1:])
    names = [str(tmp_path / name) for name in ("a.png", "b.png", "nowhere.png", "c.tif")]
    scenes = list(plain.detect_many(names))
    assert [(Path(s.source).name, s.page, len(s.detections), s.error is None) for s in scenes] == [
        ("a.png", 1, 1, True),
        ("b.png", 1, 0, False),
        ("nowhere.png", 1, 0, False),
        ("c.tif", 1, 1, True),
        ("c.tif", 2, 1, True),
    ]
    assert scenes[0].to_dict()["detections"] == [
        {"label": "light", "confidence": pytest.approx(0.99995, abs=1e-4), "box": box_of(4, 4)}
    ]
    with pytest.raises(PictureError, match="holds several pages; search them with detect_many"):
        plain.detect(names[3])


def test_a_picture_full_of_things_is_bounded(plain):
    pixels = np.full((600, 800), 255, np.uint8)
    found = plain.detect_arrays([pixels])[0]
    assert 100 < len(found) <= 5_000


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (3, 5, 3)])
def test_odd_sizes(shape, plain):
    assert plain.detect_arrays([np.zeros(shape, np.uint8)]) == [[]]


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((0, 5), np.uint8),
        np.zeros((5, 5), np.float32),
        np.zeros((5, 5, 4), np.uint8),
        np.zeros(5, np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(wrong, plain):
    with pytest.raises(PictureError):
        plain.detect_arrays([wrong])


def test_models_that_do_not_fit_are_refused(tmp_path):
    data = make_network().SerializeToString()
    other = make_card()
    for preprocessing, why in (
        (Preprocessing("pixels", {}), "wants the preprocessing 'pixels'"),
        (Preprocessing("frame", {"channels": 7}), "parameters of the preprocessing"),
        (Preprocessing("frame", {"colour": 1}), "parameters of the preprocessing"),
        (Preprocessing("frame", replace(PARAMS, channels=3).to_json()), "wants pictures of 1 channels"),
    ):
        with pytest.raises(ModelFileError, match=why):
            Detector(ModelFile(replace(other, preprocessing=preprocessing), data, "m"))
    with pytest.raises(ModelFileError, match="no such file"):
        Detector(tmp_path / "nowhere.onnx")
    with pytest.raises(ModelFileError, match="is a model to transcribe, not to detect"):
        Detector("numbers")
    with pytest.raises(ModelFileError, match="names 7 with the four edges"):
        write_model(tmp_path / "m.onnx", make_network(), replace(other, classes=("a", "b", "c")))
    write_model(tmp_path / "m.onnx", make_network(), other)
    assert read_model(tmp_path / "m.onnx").card == other


def test_a_network_whose_grid_is_another_is_refused():
    file = ModelFile(make_card(replace(PARAMS, strides=(2, 4))), make_network().SerializeToString(), "m")
    with pytest.raises(InferenceError, match="do not fit"):
        Detector(file).detect(np.zeros((40, 40), np.uint8))
    with pytest.raises(InferenceError, match="do not fit"):  # it is no fault of the picture
        list(Detector(file).detect_many([np.zeros((40, 40), np.uint8)]))


def test_a_picture_that_the_network_fails_on_does_not_stop_the_others():
    made = detector()
    run = made._session.run

    def fail_on_shades(frame):
        if np.isclose(frame, 64 / 255, atol=0.01).any():
            raise InferenceError("the engine failed", where="model steerable")
        return run(frame)

    made._session.run = fail_on_shades
    good, bad = picture(40, 40, lights=[(4, 4)]), picture(40, 40, shades=[(4, 4)])
    scenes = list(made.detect_many([good, bad, good]))
    assert [len(scene.detections) for scene in scenes] == [1, 0, 1]
    assert [scene.error for scene in scenes] == [None, "<array>: model steerable: the engine failed", None]
    assert (scenes[1].width, scenes[1].height) == (40, 40)


def test_grey_or_colour_as_the_model_wants():
    colour = detector(replace(PARAMS, channels=3), channels=3)
    grey = picture(40, 40, lights=[(4, 4)])
    assert len(colour.detect_arrays([grey])[0]) == 1
    buffer = io.BytesIO()
    Image.fromarray(np.stack([grey, np.zeros_like(grey), np.zeros_like(grey)], 2)).save(buffer, "PNG")
    assert [one.label for one in colour.detect(buffer.getvalue())] == ["shade"]  # a third of white
