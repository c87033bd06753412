"""The reader from end to end, with a model that reads what the test draws."""

import itertools
from pathlib import Path

import numpy as np
import onnx
import pytest
import steerable
from onnx import helper
from PIL import Image
from steerable import add_bar, draw

from sutja.errors import InferenceError, ModelFileError, PictureError, ThresholdError
from sutja.model_file import TTA, Calibration, Preprocessing, RiskCounts, write_model
from sutja.model_file.bundled import DEFAULTS, bundled_path, find_model
from sutja.reading import Reader, batching


@pytest.fixture(scope="module")
def read(model_path):
    """The plain reader's `read`."""
    made = Reader(model_path)
    return lambda source: made.read(source, crop=True)


@pytest.fixture
def make(tmp_path):
    """A reader whose card, and network, differ from the plain ones."""

    def make_reader(network=None, max_error=None, **card):
        write_model(tmp_path / "m.onnx", network or steerable.make_network(), steerable.make_card(**card))
        return Reader(tmp_path / "m.onnx", max_error=max_error)

    return make_reader


def test_a_number(read):
    page = read(draw("12.50"))
    assert (page.source, page.page, page.width, page.height, page.error) == ("<array>", 1, 44, 32, None)
    [number] = page.numbers
    assert (number.text, number.digits, number.value, number.kind) == ("12.50", "1250", "12.50", "amount")
    assert number.accepted
    assert number.confidence > 0.99
    assert [character.text for character in number.characters] == list("12.50")
    assert number.alternatives == ()


def test_boxes_are_about_the_bars(read):
    [number] = read(draw("19")).numbers
    assert [character.box.to_list() for character in number.characters] == [[4, 4, 8, 6], [12, 20, 16, 22]]
    assert number.box.to_list() == [4, 4, 16, 22]


def test_boxes_are_in_the_pixels_of_the_picture(read):
    large = Image.fromarray(draw("19")).resize((60, 96), Image.Resampling.NEAREST)
    page = read(large)
    [number] = page.numbers
    assert (page.width, page.height, number.digits) == (60, 96, "19")
    assert number.box.to_list() == [12, 12, 48, 66]


def test_light_on_dark(read):
    assert read(255 - draw("42")).numbers[0].digits == "42"


@pytest.mark.parametrize(
    "picture", [np.full((32, 64), 255, np.uint8), np.zeros((5, 5)), draw("□□□"), draw("□1□"), draw("-")]
)
def test_no_number(read, picture):
    page = read(picture)
    assert (page.numbers, page.error) == ((), None)


def test_a_letter_inside_is_never_accepted(read):
    [number] = read(draw("1□23")).numbers
    assert (number.text, number.digits, number.value, number.accepted) == ("1□23", "123", None, False)
    assert number.confidence > 0.99


def test_letters_around_are_dropped(read):
    [number] = read(draw("□ 123□")).numbers
    assert (number.text, number.accepted) == ("123", True)
    assert number.box.x0 == 20  # of the "1", the third bar


def test_doubt_shows_in_confidence_and_alternatives(read):
    picture = draw("4", width=24)
    for character in "17":
        add_bar(picture, 1, character, 1.0, columns=2)  # two bars in one frame: either
    [number] = read(picture).numbers
    assert number.digits in ("41", "47")
    assert not number.accepted
    assert 0.3 < number.confidence < 0.7
    assert {number.text, number.alternatives[0].text} == {"41", "47"}
    assert number.confidence + sum(a.confidence for a in number.alternatives) <= 1.0 + 1e-9
    assert number.characters[0].confidence > 0.99
    assert number.characters[1].confidence == pytest.approx(number.confidence, abs=0.05)


def test_the_card_calibrates(make):
    made = make(
        calibration=Calibration(points=((0.001, 0.1), (0.5, 0.3), (0.99, 0.7))),
        character_calibration=Calibration(points=((0.5, 0.25), (0.99, 0.75))),
        threshold=0.8,
    )
    [number] = made.read(draw("12"), crop=True).numbers
    assert number.confidence == 0.7
    assert not number.accepted
    assert [c.confidence for c in number.characters] == [0.75, 0.75]


COUNTS = RiskCounts(100, ((0.95, 80, 0), (0.6, 100, 5)))


def test_the_largest_error_chooses_the_threshold(make):
    assert make(thresholds=COUNTS).threshold == 0.9  # the card's own
    assert make(thresholds=COUNTS, max_error=0.01).threshold == 0.95
    chosen = make(thresholds=COUNTS, max_error=0.05)
    assert chosen.threshold == 0.6
    assert "of 100 validation cases 100 were accepted and 5 of those were wrong" in chosen.choice.describe()
    with pytest.raises(ThresholdError, match="no validation counts"):
        make(max_error=0.01)


def test_unsure_crops_get_test_time_augmentation(make):
    # The other view makes the picture twice as wide, so that faint bars count the same: the mean must not
    # change what is read, only crops below the limit are read again, and the runs are counted.
    augmentation = TTA(0.9, ({"stretch": 2.0},))
    made = make(tta=augmentation)
    runs = []
    run = made._joint.first.session.run
    made._joint.first.session.run = lambda batch: runs.append(batch.shape) or run(batch)
    faint = draw("3")
    add_bar(faint, 0, "3", 0.5)
    add_bar(faint, 0, "8", 0.55)
    pages = list(made.read_many([draw("12"), faint, draw("45")], crop=True))
    assert [page.numbers[0].digits for page in pages] == ["12", "8", "45"]
    assert [shape[0] for shape in runs] == [3, 1] or sorted(shape[0] for shape in runs) == [1, 1, 2]
    assert runs[-1][0] == 1
    assert pages[1].numbers[0].box.to_list() == [4, 8, 8, 20]  # about both bars, whichever view it is from


def test_many_keep_their_order_and_their_answers(model_path):
    made = Reader(model_path)
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("0123456789."), rng.integers(1, 20))) + "7" for _ in range(700)]
    pages = list(made.read_many((draw(text) for text in texts), crop=True))
    assert [page.numbers[0].text for page in pages] == texts


def test_an_answer_does_not_depend_on_the_company(model_path):
    made = Reader(model_path)
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (32, int(w)), np.uint8) for w in rng.integers(8, 300, 40)]
    alone = [made.read(picture, crop=True) for picture in pictures]
    together = list(made.read_many(pictures, crop=True))
    for one, other in zip(alone, together, strict=True):
        assert [n.text for n in one.numbers] == [n.text for n in other.numbers]
        assert [n.confidence for n in one.numbers] == pytest.approx(
            [n.confidence for n in other.numbers], abs=1e-5
        )


def test_a_bad_picture_does_not_stop_the_others(model_path, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_text("hello")
    pages = list(Reader(model_path).read_many([draw("1"), bad, b"", draw("2")], crop=True))
    assert [page.numbers[0].digits if page.numbers else None for page in pages] == ["1", None, None, "2"]
    assert pages[1].to_dict() == {
        "source": str(bad),
        "page": 1,
        "width": None,
        "height": None,
        "numbers": [],
        "error": f"{bad}: is text, not a picture; pass a PNG, JPEG, TIFF, WebP or BMP file",
        "turned": 0,
        "mirrored": False,
        "notes": [],
    }
    assert "empty" in pages[2].error


def failing_on(run, columns):
    """Runs batches, but fails on those of pictures with so many columns."""

    def run_or_fail(batch):
        if batch.shape[3] == columns:
            raise InferenceError("the engine failed", where="model steerable")
        return run(batch)

    return run_or_fail


def test_a_crop_that_the_network_fails_on_does_not_stop_the_others(model_path):
    made = Reader(model_path)
    made._joint.first.session.run = failing_on(made._joint.first.session.run, 64)
    crops = [draw("1"), draw("2345678"), draw("2")]
    pages = list(made.read_many(crops, crop=True))
    assert [[number.digits for number in page.numbers] for page in pages] == [["1"], [], ["2"]]
    assert [page.error for page in pages] == [None, "<array>: model steerable: the engine failed", None]
    with pytest.raises(InferenceError, match="the engine failed"):
        made.read(crops[1], crop=True)


def test_a_network_that_runs_on_no_crop_fails(model_path):
    made = Reader(model_path)
    made._joint.first.session.run = lambda batch: failing_on(None, batch.shape[3])(batch)
    with pytest.raises(InferenceError, match="the engine failed"):
        list(made.read_many([draw("1"), draw("2")], crop=True))


def test_inputs_are_asked_for_as_they_are_needed(model_path):
    taken = itertools.count()
    pages = Reader(model_path).read_many((draw(str(next(taken) % 10)) for _ in itertools.count()), crop=True)
    for expected in range(600):
        assert next(pages).numbers[0].digits == str(expected % 10)
    assert next(taken) <= 600 + batching.BATCH_PICTURES


def test_large_pictures_are_held_few_at_a_time(model_path):
    taken = itertools.count()
    large = np.full((2000, 2000), 255, np.uint8)
    pages = Reader(model_path).read_many((large for _ in iter(lambda: next(taken), 50)), crop=True)
    next(pages)
    assert next(taken) <= batching.BATCH_PIXELS // large.size + 1


def test_pages_of_a_tiff(model_path, tmp_path):
    path = tmp_path / "many.tif"
    images = [Image.fromarray(draw(text)) for text in ("1", "22", "3")]
    images[0].save(path, save_all=True, append_images=images[1:])
    made = Reader(model_path)
    pages = list(made.read_many([path], crop=True))
    assert [(page.page, page.numbers[0].digits) for page in pages] == [(1, "1"), (2, "22"), (3, "3")]
    with pytest.raises(PictureError, match="holds several pages; read them with read_many"):
        made.read(path, crop=True)


def test_errors_of_one_picture_are_raised(read, tmp_path):
    with pytest.raises(PictureError, match=r"none\.png: there is no such file"):
        read(tmp_path / "none.png")


@pytest.mark.parametrize(
    ("card", "match"),
    [
        ({"preprocessing": Preprocessing("fourier")}, "preprocessing 'fourier'"),
        ({"preprocessing": Preprocessing("normalise", {"colour": 1})}, "cannot use"),
        ({"preprocessing": Preprocessing("normalise", {"height": 48})}, "wants 32 rows"),
        ({"tta": TTA(0.9, ({"height": 48},))}, "wants 32 rows"),
    ],
)
def test_a_card_this_version_cannot_serve(make, card, match):
    with pytest.raises(ModelFileError, match=match):
        make(**card)


def test_a_network_with_other_frames_is_refused(make):
    network = steerable.make_network()
    pool = network.graph.node[0]
    del pool.attribute[:]
    pool.attribute.extend(
        [helper.make_attribute("kernel_shape", [2, 4]), helper.make_attribute("strides", [2, 4])]
    )
    with pytest.raises(InferenceError, match=r"gave \(1, 8, 16\).*not \(1, 16, 16\)"):
        make(network).read(draw("1"), crop=True)


def test_models_by_name_and_by_path(tmp_path, monkeypatch):
    bundled = bundled_path(DEFAULTS["transcribe"])
    assert bundled.name == "numbers.onnx"
    assert bundled.parent.name == "weights"
    assert find_model("numbers.onnx") == Path("numbers.onnx")
    assert find_model(tmp_path / "numbers") == tmp_path / "numbers"
    with pytest.raises(ModelFileError, match="no such file"):
        Reader("nothing-of-this-name")


def test_the_model_of_these_tests_is_sound(model_path):
    onnx.checker.check_model(onnx.load(model_path), full_check=True)
