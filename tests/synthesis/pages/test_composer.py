"""Composed pages: every layout, the same for the same seed, boxes that hold ink, no digit outside of one."""

import numpy as np
import pytest
from drawn_hands import sources

from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.crops.sources import Sources
from sutja.synthesis.pages import DEFAULT_WEIGHTS, HOLD_OUT_LAYOUTS, PageComposer, degradation
from sutja.synthesis.pages.composer import MAKERS
from sutja.synthesis.pages.sheet import Sheet
from sutja.synthesis.pages.theme import Theme, Value
from sutja.synthesis.pages.writing import write_by_hand, write_in_comb, write_printed

WITHOUT_NUMBERS = {"prose", "blank", "picture"}


@pytest.mark.parametrize("layout", sorted(MAKERS))
def test_every_layout(layout):
    composer = PageComposer(sources(), 5, {layout: 1.0})
    texts = []
    for _ in range(3):
        page = composer.page()
        rows, columns = page.pixels.shape
        assert page.pixels.dtype == np.uint8
        assert 100 < rows < 1600
        assert 100 < columns < 1600
        for field in page.fields:
            x0, y0, x1, y1 = field.box
            assert 0 <= x0 < x1 <= columns
            assert 0 <= y0 < y1 <= rows
            assert field.written in ("handwritten", "printed")
        texts += [field.text for field in page.fields]
    assert (len(texts) == 0) == (layout in WITHOUT_NUMBERS)
    assert all(any(c.isdigit() for c in text) for text in texts)


@pytest.mark.parametrize("layout", ["cheque", "form", "table", "grid", "ledger", "receipt"])
def test_boxes_hold_ink_and_the_paper_around_them_is_lighter(layout):
    composer = PageComposer(sources(), 11, {layout: 1.0})
    lighter, n = 0, 0
    for _ in range(3):
        sheet = MAKERS[layout](composer._context)
        for mark in sheet.numbers:
            x0, y0, x1, y1 = (int(v) for v in mark.box)
            inside = sheet.plane[y0:y1, x0:x1]
            assert inside.min() < 235, mark.text
            n += 1
            edges = [inside[0], inside[-1], inside[:, 0], inside[:, -1]]  # tight: ink on every side
            lighter += all(side.min() < 240 for side in edges)
    assert n > 10
    assert lighter >= 0.95 * n


@pytest.mark.parametrize(
    "layout", ["table", "filled_table", "time_sheet", "census", "ledger", "register", "tax_form", "invoice"]
)
def test_neighbours_on_a_line_are_a_gap_apart(layout):
    composer = PageComposer(sources(), 17, {layout: 1.0})
    n = near = 0
    for _ in range(4):
        sheet = MAKERS[layout](composer._context)
        boxes = np.array([mark.box for mark in sheet.numbers])
        tall = boxes[:, 3] - boxes[:, 1]
        height = np.minimum(tall[:, None], tall[None, :])
        x0, y0, x1, y1 = boxes.T
        shared = np.minimum(y1[:, None], y1[None, :]) - np.maximum(y0[:, None], y0[None, :])
        gap = np.maximum(x0[:, None], x0[None, :]) - np.minimum(x1[:, None], x1[None, :])
        beside = (shared > 0.4 * height) & ~np.eye(len(boxes), dtype=bool)
        n += len(boxes)
        near += (beside & (gap < 0.25 * height)).any(axis=1).sum()
    assert n > 10
    assert near <= 0.01 * n


def test_no_table_has_more_cells_than_fit_on_a_page():
    composer = PageComposer(sources(), 3, {"table": 1.0})
    assert max(len(MAKERS["table"](composer._context).numbers) for _ in range(12)) < 450


def test_same_seed_same_pages():
    one, two = (PageComposer(sources(), 7) for _ in range(2))
    for _ in range(4):
        a, b = one.crop(320), two.crop(320)
        assert a.fields == b.fields
        assert np.array_equal(a.pixels, b.pixels)


def test_crops_are_of_the_size_asked_for():
    composer = PageComposer(sources(), 3)
    for size in (256, 512, 640):
        for _ in range(3):
            sample = composer.crop(size)
            assert sample.pixels.shape == (size, size)
            assert all(
                0 <= f.box[0] < f.box[2] <= size and 0 <= f.box[1] < f.box[3] <= size for f in sample.fields
            )


def test_layouts_that_are_held_out_are_never_trained_on():
    assert not set(HOLD_OUT_LAYOUTS) & set(DEFAULT_WEIGHTS)
    assert set(HOLD_OUT_LAYOUTS) | set(DEFAULT_WEIGHTS) == set(MAKERS)


def test_wishes_that_cannot_be_met():
    with pytest.raises(ValueError, match="no such layouts: runes; there are"):
        PageComposer(Sources(), 0, {"runes": 1.0})
    with pytest.raises(ValueError, match="no layout is wanted"):
        PageComposer(Sources(), 0, {"letter": 0.0})


def test_without_written_digits_fonts_serve():
    composer = PageComposer(Sources(), 2, {"note": 1.0})
    fields = [field for _ in range(3) for field in composer.page().fields]
    assert any(field.written == "handwritten" for field in fields)


def theme(seed=1, unit=14.0):
    return Theme(RenderContext(sources(), np.random.default_rng(seed)), unit)


def test_a_comb_is_one_field_from_its_first_digit_to_its_last():
    sheet, made = Sheet(np.random.default_rng(0), (80, 400)), theme()
    end = write_in_comb(sheet, made, Value("4071"), 20, 20, 24, 30, by_hand=True, empty=(2, 3))
    (mark,) = sheet.numbers
    assert (mark.text, mark.written) == ("4071", "handwritten")
    assert end == pytest.approx(20 + 9 * 24)
    assert 20 + 2 * 24 - 14 < mark.box[0] < 20 + 3 * 24
    assert 20 + 5 * 24 < mark.box[2] < 20 + 6 * 24 + 14


def test_an_empty_comb_is_no_field():
    sheet = Sheet(np.random.default_rng(0), (80, 400))
    write_in_comb(sheet, theme(), Value(""), 20, 20, 24, 30, by_hand=True, empty=(0, 8))
    assert sheet.numbers == []
    assert sheet.plane.min() < 200


def test_words_beside_a_number_lie_outside_its_box():
    sheet, made = Sheet(np.random.default_rng(0), (60, 500)), theme()
    end = write_printed(sheet, made, made.body, ["Total ", Value("123,45"), " kg"], 10, 40)
    (mark,) = sheet.numbers
    assert mark.box[0] > 10 + made.body.width("Total")
    assert mark.box[2] < end - made.body.width("kg")


def test_a_long_number_is_squeezed_into_its_room():
    sheet, made = Sheet(np.random.default_rng(0), (60, 500)), theme()
    write_by_hand(sheet, made, Value("1234567890"), 10, 40, room=60)
    (mark,) = sheet.numbers
    assert mark.box[2] <= 10 + 61


@pytest.mark.parametrize("way", ["digital", "scan", "photo", "copy"])
def test_boxes_stay_on_their_ink_in_every_picture(way):
    """Dark blocks on white: in the picture, the middle of each box is darker than what is beside it."""
    rng = np.random.default_rng(4)
    held = n = 0
    for _ in range(6):
        sheet = Sheet(rng, (300, 300))
        for row in range(4):
            for column in range(4):
                ink = np.full((20, 26), 255, np.uint8)
                sheet.draw_number(ink, 25 + 65 * column, 30 + 65 * row, 1.0, "1", "printed")
        sample = degradation.degrade(rng, sheet, way)
        light = np.median(sample.pixels[::3, ::3]) > 127 or way != "digital"
        assert light
        for field in sample.fields:
            x0, y0, x1, y1 = (round(v) for v in field.box)
            if field.ignore or x0 < 12 or y0 < 12 or x1 > sample.pixels.shape[1] - 12:
                continue
            core = float(sample.pixels[y0 + 5 : y1 - 5, x0 + 5 : x1 - 5].mean())
            beside = float(
                sample.pixels[
                    y0 + 5 : y1 - 5, [x0 - 8, x0 - 7, min(x1 + 7, sample.pixels.shape[1] - 1)]
                ].mean()
            )
            held += abs(core - beside) > 25
            n += 1
    assert n > 40
    assert held >= 0.9 * n
