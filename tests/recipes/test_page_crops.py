"""Fields cut out of pages for the transcriber: labels say what is seen, boxes move as a detector's do."""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sutja.charset import CHARSET
from sutja.reading.reader import Reader
from sutja.synthesis.crops.composer import LabelMask
from sutja.synthesis.crops.sources import Sources
from sutja.types import Box

FOLDER = Path(__file__).resolve().parents[2] / "recipes"


@pytest.fixture
def crops(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import _page_crops

    yield _page_crops
    sys.modules.pop("_page_crops", None)


def test_fields_of_composed_pages_are_crops_with_their_texts(crops):
    made = [crops.PageCrops(Sources(), 5, None, {}).of_a_page() for _ in range(1)]
    pages = crops.PageCrops(Sources(), 5, None, {})
    samples = [pages.of_a_page() for _ in range(60)]
    assert np.array_equal(made[0].picture, samples[0].picture)  # the same seed, the same crops
    assert all(sample.picture.dtype == np.uint8 and sample.picture.ndim == 2 for sample in samples)
    assert all(set(sample.text) <= set(CHARSET) for sample in samples)
    numbers = [sample for sample in samples if sample.text]
    assert len(numbers) > 40
    assert {sample.mask for sample in samples} == {LabelMask.SPACES, LabelMask.NON_DIGITS}
    assert all(sample.mask == LabelMask.NON_DIGITS for sample in samples if not sample.text)


def test_what_is_cut_out_of_a_printed_page_is_what_its_label_says(crops):
    pages = crops.PageCrops(Sources(), 8, None, {}, {"table": 1.0})
    samples = [sample for sample in (pages.of_a_page() for _ in range(80)) if sample.text]
    read = Reader("numbers-open").read_crops([sample.picture for sample in samples])
    digits = ["".join(c for c in sample.text if c.isdigit()) for sample in samples]
    right = [
        number is not None and number.digits == truth for number, truth in zip(read, digits, strict=True)
    ]
    assert np.mean(right) > 0.7  # some are past reading; a label beside its field would bring this to nought


def test_a_moved_box_still_holds_most_of_its_field(crops):
    rng, box = np.random.default_rng(0), Box(100.0, 50.0, 180.0, 70.0)
    for _ in range(500):
        moved = crops.move_box(rng, box)
        inside = (min(moved.x1, box.x1) - max(moved.x0, box.x0)) * (
            min(moved.y1, box.y1) - max(moved.y0, box.y0)
        )
        assert inside >= 0.7 * box.width * box.height
    before = [crops.move_box(rng, box, before=0.9).x0 for _ in range(500)]
    assert min(before) < 90.0  # at times there is room for a sign before an amount


def test_real_fields_keep_to_their_part(crops, data_root, monkeypatch):
    in_part, counts = crops.in_part, Counter()

    def is_one_of_few(dataset, key, part):
        counts[dataset, part] += in_part(dataset, key, part)
        return in_part(dataset, key, part) and counts[dataset, part] <= 3

    monkeypatch.setattr(crops, "in_part", is_one_of_few)
    train, held = (crops.load_real_fields(data_root, part) for part in ("train", "validation"))
    assert set(train) == {"cheques", "weather-tables", "sudoku"}
    for name in train:
        assert train[name]
        assert held[name]
        pages = [{field.pixels.tobytes()[:4000] for field in some[name]} for some in (train, held)]
        assert not pages[0] & pages[1]
        assert all(field.digits.isdigit() for field in train[name])
    sample = crops.PageCrops(Sources(), 1, None, train, shares=(0.0, 0.0, 1.0)).sample()
    assert sample.text.isdigit()
    assert sample.mask == LabelMask.NON_DIGITS
