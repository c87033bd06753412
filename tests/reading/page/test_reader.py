"""Whole pages from end to end: the bundled reader of numbers, and finders that find blocks of ink."""

from dataclasses import replace

import numpy as np
import pytest
from finding import Blocks, draw_page, draw_table, make_pdf
from PIL import Image

from sutja.errors import InferenceError, ModelFileError, PictureError, ThresholdError
from sutja.model_file import Calibration, Evidence, FieldConfidence, RiskCounts
from sutja.reading import Reader
from sutja.reading.page.geometry import shrinking
from sutja.reading.page.reader import PageReader
from sutja.signals.image import Picture
from sutja.types import Box, Character, Detection, Number


@pytest.fixture(scope="module")
def reader():
    """The bundled reader with a finder of blocks; it reads no words."""
    return Reader(detector=Blocks(), effort="fast")


def texts(page):
    """What was read, in order."""
    return [number.text for number in page.numbers]


LETTER_HEAD = [
    (620, 40, "2026"),
    (60, 150, "94103"),
    (60, 300, "1.234,50"),
    (450, 304, "7712"),
    (60, 600, "38"),
]


def test_numbers_in_reading_order(reader):
    page = reader.read(draw_page(LETTER_HEAD))
    assert texts(page) == ["2026", "94103", "1.234,50", "7712", "38"]
    assert (page.turned, page.mirrored, page.notes, page.error) == (0, False, (), None)
    amount = page.numbers[2]
    assert (amount.value, amount.written, amount.accepted) == ("1234.50", "printed", True)
    assert amount.confidence < 0.98  # finding counts too
    assert 55 <= amount.box.x0 <= 66
    assert 300 <= amount.box.y0 <= 312
    assert [character.text for character in amount.characters] == list("1.234,50")
    assert all(amount.box.x0 - 1 <= c.box.x0 <= c.box.x1 <= amount.box.x1 + 1 for c in amount.characters)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_page_any_way_round(reader, turned):
    upright = draw_page([(80 + 210 * (i % 3), 60 + 90 * (i // 3), str(24357 + 8642 * i)) for i in range(15)])
    given = np.rot90(upright, turned // 90)  # counter-clockwise, so that it must be turned clockwise by that
    page = reader.read(np.ascontiguousarray(given))
    assert (page.turned, page.mirrored) == (turned, False)
    # Where the pixels fall decides whether a gap between digits is seen as one, so digits are compared.
    assert [n.digits for n in page.numbers] == [n.digits for n in reader.read(upright).numbers]
    assert bool(page.notes) == bool(turned)
    for number in page.numbers[:3]:
        box = number.box
        patch = given[int(box.y0) : int(box.y1) + 1, int(box.x0) : int(box.x1) + 1]
        assert (patch < 128).mean() > 0.1


def test_a_leaning_page_is_straightened(reader):
    rows = [[str(1357 + 862 * i + 97 * j) for j in range(4)] for i in range(8)]
    leaning = np.asarray(Image.fromarray(draw_table(rows)).rotate(4, expand=True, fillcolor=255))
    page = reader.read(leaning)
    assert texts(page) == [text for row in rows for text in row]
    assert page.notes == ("straightened by 4.0 degrees",)
    assert [(n.row, n.column) for n in page.numbers] == [(i, j) for i in range(1, 9) for j in range(1, 5)]


def test_a_table_with_an_empty_cell(reader):
    rows = [["10", "20", "30"], ["41", "", "63"], ["75", "86", "97"], ["18", "29", "36"]]
    page = reader.read(draw_table(rows))
    cells = {(number.row, number.column): number.text for number in page.numbers}
    assert cells == {(i + 1, j + 1): text for i, row in enumerate(rows) for j, text in enumerate(row) if text}
    assert {number.table for number in page.numbers} == {1}


class Failing(Blocks):
    """Fails on pictures that are higher than wide."""

    def detect_arrays(self, arrays):
        if any(pixels.shape[0] > pixels.shape[1] for pixels in arrays):
            raise InferenceError("the engine failed", where="model blocks")
        return super().detect_arrays(arrays)


def test_a_page_that_a_network_fails_on_does_not_stop_the_others():
    made = Reader(detector=Failing(), effort="fast")
    wide = draw_page([(60, 60, "4711")], (900, 400))
    high = draw_page([(60, 60, "4711")], (400, 900))
    pages = list(made.read_many([wide, high, wide]))
    assert [texts(page) for page in pages] == [["4711"], [], ["4711"]]
    assert [page.error for page in pages] == [None, "<array>: model blocks: the engine failed", None]
    with pytest.raises(InferenceError, match="the engine failed"):
        made.read(high)


def test_a_network_that_runs_on_no_page_fails(monkeypatch):
    made = Reader(detector="pages")

    def fail(batch):
        raise InferenceError("the engine failed", where="model pages")

    monkeypatch.setattr(made.open_page_reader().detector._session, "run", fail)
    with pytest.raises(InferenceError, match="the engine failed"):
        list(made.read_many([draw_page([(60, 60, "4711")], (400, 900))]))


class Blind(Blocks):
    """Finds all blocks of ink but one."""

    def detect_arrays(self, arrays):
        found = super().detect_arrays(arrays)
        return [
            [d for i, d in enumerate(sorted(some, key=lambda d: (d.box.y0, d.box.x0))) if i != 17]
            for some in found
        ]


def test_a_cell_that_was_not_found_is_looked_for_where_it_must_be():
    rows = [[str(1357 + 862 * i + 97 * j) for j in range(4)] for i in range(8)]
    page = Reader(detector=Blind(), effort="fast").read(draw_table(rows))
    assert texts(page) == [text for row in rows for text in row]
    missed = page.numbers[17]
    assert (missed.text, missed.row, missed.column) == (rows[4][1], 5, 2)
    assert missed.confidence < 0.6  # which its confidence says


def test_light_ink_on_a_dark_page(reader):
    page = reader.read(255 - draw_page(LETTER_HEAD))
    assert texts(page) == ["2026", "94103", "1.234,50", "7712", "38"]
    assert page.notes == ("light on dark",)


def test_a_picture_that_is_all_number(reader):
    drawn = draw_page([(60, 50, "58204")], (300, 140), 60)
    ys, xs = np.nonzero(drawn < 128)
    page = reader.read(drawn[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1])
    assert texts(page) == ["58204"]


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((600, 400), 255, np.uint8),
        np.zeros((600, 400, 3), np.uint8),
        np.full((1, 1), 9, np.uint8),
        np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8),
        draw_page([(60, 60 + 80 * i, "never any number here") for i in range(6)]),
    ],
)
def test_no_number_and_no_guess(reader, pixels):
    assert [number for number in reader.read(pixels).numbers if number.accepted] == []


def test_pages_of_documents(reader, tmp_path):
    images = [Image.fromarray(draw_page([(60, 60, text)])) for text in ("417", "52", "963")]
    copies = [image.copy() for image in images]  # saving leaves settings on them
    copies[0].save(tmp_path / "d.pdf", resolution=100, save_all=True, append_images=copies[1:])
    images[0].save(tmp_path / "d.tif", save_all=True, append_images=images[1:])
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    pages = list(reader.read_many([tmp_path / "d.pdf", tmp_path / "bad.pdf", tmp_path / "d.tif"]))
    assert [(page.page, texts(page)) for page in pages] == [
        (1, ["417"]),
        (2, ["52"]),
        (3, ["963"]),
        (1, []),
        (1, ["417"]),
        (2, ["52"]),
        (3, ["963"]),
    ]
    assert pages[0].notes == ("drawn at 100 dpi",)
    assert "damaged PDF" in pages[3].error
    assert (pages[3].width, pages[3].numbers) == (None, ())
    with pytest.raises(PictureError, match="holds several pages; read them with read_many"):
        reader.read(tmp_path / "d.tif")
    with pytest.raises(PictureError, match="damaged PDF"):
        reader.read(tmp_path / "bad.pdf")
    assert texts(reader.read(make_pdf(1))) == []


def test_a_page_too_large_for_the_memory_does_not_stop_the_others(reader, monkeypatch):
    made = Reader(detector=Blocks(), effort="fast")
    read = made.open_page_reader().read

    def sometimes(picture):
        if picture.width == 901:
            raise MemoryError
        return read(picture)

    monkeypatch.setattr(made.open_page_reader(), "read", sometimes)
    pages = list(made.read_many([draw_page(LETTER_HEAD), draw_page([], (901, 50)), draw_page(LETTER_HEAD)]))
    assert [len(page.numbers) for page in pages] == [5, 0, 5]
    assert "does not fit in memory; make it smaller first" in pages[1].error


def same_number(crops):
    """A transcriber that reads the same number everywhere."""
    box = Box(0, 0, 4, 4)
    return [Number("12", "12", "12", "number", 0.9, True, box, (Character("1", 0.9, box),)) for _ in crops]


def page_of(calibration=None, found=0.8, **options):
    """The page of one field that is found and read with known confidences."""

    class One:
        def detect_arrays(self, arrays):
            return [[Detection("handwritten", found, Box(5, 5, 60, 30))] for _ in arrays]

    made = PageReader(same_number, One(), calibration, **options)
    return made, made.read(Picture(draw_page([(60, 60, "12")], (300, 200)), "x"))


def test_confidence_counts_finding_and_reading():
    _, page = page_of()
    [number] = page.numbers
    assert number.confidence == pytest.approx(0.72)
    assert number.accepted
    assert number.written == "handwritten"


def test_confidence_is_calibrated_and_judged():
    calibration = FieldConfidence(Calibration(points=((0.5, 0.2), (0.72, 0.6), (0.9, 0.95))), threshold=0.7)
    [number] = page_of(calibration)[1].numbers
    assert number.confidence == pytest.approx(0.6)
    assert not number.accepted


def test_finding_and_reading_are_weighed_as_the_card_says():
    even = FieldConfidence(evidence=Evidence(0.0, 0.0, 1.0))
    [number] = page_of(even, found=0.3)[1].numbers
    assert number.confidence == pytest.approx(0.9)  # the reading alone
    assert number.detection_confidence == pytest.approx(0.3)
    both = FieldConfidence(evidence=Evidence(-1.0, 1.0, 1.0))
    [number] = page_of(both, found=0.8)[1].numbers
    assert number.confidence == pytest.approx(1 / (1 + np.exp(1 - np.log(4) - np.log(9))))


def test_what_is_hardly_there_is_no_number():
    assert page_of(found=0.01)[1].numbers == ()


def test_the_largest_error_chooses_the_threshold():
    calibration = FieldConfidence(thresholds=RiskCounts(100, ((0.9, 60, 0), (0.5, 100, 8))), threshold=0.8)
    assert page_of(calibration)[0].threshold == 0.8
    made, page = page_of(calibration, max_error=0.1)
    assert made.threshold == 0.5
    assert page.numbers[0].accepted
    assert "of 100 validation cases 100 were accepted" in made.choice.describe()
    with pytest.raises(ThresholdError):
        page_of(FieldConfidence(), max_error=0.01)


@pytest.mark.parametrize(
    ("max_error", "confidence", "accepted"),
    [(None, 0.85, False), (None, 0.95, True), (0.02, 0.95, True), (0.001, 0.95, False), (0.001, 0.995, True)],
)
def test_combs_have_a_threshold_by_their_own_counts(max_error, confidence, accepted):
    def read_combs(transform, fields, layout):
        return [
            replace(field, number=replace(field.number, confidence=confidence), comb=True) for field in fields
        ], []

    counts = RiskCounts(1000, ((0.99, 600, 0), (0.5, 1000, 80)))
    combs = RiskCounts(100, ((0.99, 60, 0), (0.9, 100, 2)))
    calibration = FieldConfidence(thresholds=counts, threshold=0.8, combs=combs, comb_threshold=0.9)
    [number] = page_of(calibration, max_error=max_error, read_combs=read_combs)[1].numbers
    assert number.accepted is accepted


def test_what_does_not_fit_the_kind_is_not_accepted():
    def misfit(crops):
        return [replace(number, accepted=False) for number in same_number(crops)]

    class One:
        def detect_arrays(self, arrays):
            return [[Detection("printed", 1.0, Box(5, 5, 60, 30))] for _ in arrays]

    picture = Picture(draw_page([(60, 60, "12")], (300, 200)), "x")
    assert PageReader(misfit, One()).read(picture).numbers[0].accepted
    assert not PageReader(misfit, One(), of_a_kind=True).read(picture).numbers[0].accepted


@pytest.mark.parametrize(("found", "shown"), [(0.9, True), (0.3, True), (0.1, False)])
def test_what_hardly_fits_the_kind_is_shown_as_rejected(found, shown):
    def hardly(crops):
        return [replace(number, confidence=0.001, accepted=False) for number in same_number(crops)]

    class One:
        def detect_arrays(self, arrays):
            return [[Detection("printed", found, Box(5, 5, 60, 30))] for _ in arrays]

    picture = Picture(draw_page([(60, 60, "12")], (300, 200)), "x")
    numbers = PageReader(hardly, One(), of_a_kind=True).read(picture).numbers
    assert [(number.text, number.accepted) for number in numbers] == [("12", False)] * shown
    assert PageReader(hardly, One()).read(picture).numbers == ()


def test_the_kind_and_the_country_reach_the_fields():
    page = draw_page([(60, 60, "23/11/2026"), (60, 200, "94103")])
    read = Reader(detector=Blocks(), kind="postcode", country="US", effort="fast").read(page)
    kinds = {number.text: (number.kind, number.accepted) for number in read.numbers}
    assert kinds["94103"] == ("postcode", True)
    assert kinds["23/11/2026"][1] is False  # shown all the same


def test_a_model_for_another_task_is_no_detector(model_path):
    with pytest.raises(ModelFileError, match="is a model to transcribe, not to detect"):
        Reader(detector=model_path).read(draw_page(LETTER_HEAD))


def test_a_page_of_too_many_pixels_is_read_smaller(reader, monkeypatch):
    whole = draw_page(LETTER_HEAD)
    large = np.repeat(np.repeat(whole, 2, axis=0), 2, axis=1)
    monkeypatch.setattr(shrinking.shrink_picture, "__defaults__", (whole.shape[0] * whole.shape[1],))
    small, page = reader.read(whole), reader.read(large)
    assert texts(page) == texts(small)
    assert (page.width, page.height) == (large.shape[1], large.shape[0])
    assert page.notes[-1].startswith("read at")
    for one, other in zip(page.numbers, small.numbers, strict=True):
        assert one.box.to_list() == pytest.approx([2 * edge for edge in other.box.to_list()], abs=4)
        assert one.characters[0].box.x0 == pytest.approx(2 * other.characters[0].box.x0, abs=4)
