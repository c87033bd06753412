"""Regions of untidy crops: the number without page edges, rules and neighbours."""

import cv2
import numpy as np
import pytest

from sutja.reading.crops.crop_regions import MAX_REGIONS, _find_groups, find_regions, trim_edges


def draw_cell(text="27", at=(80, 110), shape=(200, 130), edge=45):
    """Draw a cell of a register: the page's black edge, rules, and a small number."""
    cell = np.full(shape, 215, np.uint8)
    cv2.putText(cell, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 60, 2, cv2.LINE_AA)
    cell[:, :edge] = 10
    cell[:, -8:-6] = 50
    cell[6:8, edge:] = 50
    return cell


def covers(region, x0, y0, x1, y1):
    height, width = region.pixels.shape
    return region.x0 <= x0 and region.y0 <= y0 and region.x0 + width >= x1 and region.y0 + height >= y1


def test_the_number_of_a_cell():
    regions = find_regions(draw_cell())
    assert covers(regions[0], 82, 98, 104, 110)
    assert max(regions[0].pixels.shape) < 50
    assert regions[0].weight > 1  # too small to be read in all of the crop
    assert not regions[0].cut


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_edges_on_any_side(turns):
    cell = np.full((160, 160), 215, np.uint8)
    cell[:, :45] = 10
    cell = np.ascontiguousarray(np.rot90(cell, turns))
    cv2.putText(cell, "5", (75, 90), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 60, 2, cv2.LINE_AA)
    [region] = find_regions(cell)
    assert covers(region, 78, 76, 86, 90)


def test_all_within_a_frame():
    crop = np.full((90, 70), 60, np.uint8)
    cv2.putText(crop, "9", (15, 70), cv2.FONT_HERSHEY_SIMPLEX, 2.2, 5, 6, cv2.LINE_AA)
    crop[82:] = 240
    region, inner = find_regions(crop)
    assert inner.encloses(region)
    assert not region.encloses(inner)
    assert len(inner.pixels) < 84


def test_light_ink_on_dark():
    assert covers(find_regions(255 - draw_cell(edge=20))[0], 82, 98, 104, 110)


def test_the_central_one_comes_first():
    cell = draw_cell("12")
    cv2.putText(cell, "1935", (60, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 60, 1, cv2.LINE_AA)
    first, second = find_regions(cell)[:2]
    assert covers(first, 82, 98, 104, 110)
    assert covers(second, 62, 20, 92, 30)
    assert first.weight > second.weight > 0


def test_other_ink_is_taken_away():
    cell = draw_cell("12")
    cv2.line(cell, (70, 116), (112, 116), 50, 2)  # an underline
    first = find_regions(cell)[0]
    below = first.pixels[116 - first.y0 - 1 :] if first.y0 + len(first.pixels) > 116 else first.pixels[:0]
    assert not (below < 120).any()


def test_ink_beside_a_rule_may_be_cut():
    cell = draw_cell()
    end = 50 + np.flatnonzero((cell[95:112, 50:115] < 150).any(axis=0))[-1]
    cell[:, end + 2 : end + 6] = 40
    assert find_regions(cell)[0].cut


@pytest.mark.parametrize("text", ["1", "27", "1,250.00"])
def test_a_tidy_line_is_left_alone(text):
    line = np.full((50, 60 + 16 * len(text)), 230, np.uint8)
    cv2.putText(line, text, (20, 36), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 40, 2, cv2.LINE_AA)
    assert find_regions(line) == []


@pytest.mark.parametrize("shape", [(1, 1), (5, 300), (11, 11), (40, 40), (300, 12)])
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_nothing_on_it(shape, grey):
    assert find_regions(np.full(shape, grey, np.uint8)) == []


def test_noise_gives_few_regions():
    rng = np.random.default_rng(0)
    for shape in ((13, 200), (64, 64), (400, 30)):
        found = find_regions(rng.integers(0, 256, shape).astype(np.uint8))
        assert len(found) <= MAX_REGIONS + 1
        assert all(0 <= region.x0 < shape[1] and 0 <= region.y0 < shape[0] for region in found)


def test_the_head_of_a_stroke_that_was_taken_for_a_rule_is_cut():
    crop = np.full((100, 60), 40, np.uint8)
    cv2.line(crop, (34, 20), (34, 99), 220, 5)
    cv2.line(crop, (34, 20), (18, 40), 220, 5)
    assert all(region.cut for region in find_regions(crop))


def test_trim_edges():
    page = np.full((100, 80), 200, np.uint8)
    assert trim_edges(page) == (0, 0, 80, 100)
    page[:, :30] = 5
    page[90:] = 5
    x0, y0, x1, y1 = trim_edges(page)
    assert 30 <= x0 <= 33
    assert 86 <= y1 <= 90
    assert (y0, x1) == (0, 80)


def test_regions_that_cannot_outweigh_all_of_the_crop():
    two_lines = np.full((80, 120), 215, np.uint8)
    for y in (30, 70):
        cv2.putText(two_lines, "27", (20, y), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 60, 2, cv2.LINE_AA)
    found = find_regions(two_lines)
    heaviest = max(region.weight for region in found)
    assert len(find_regions(two_lines, above=heaviest - 0.01)) == len(found)
    assert find_regions(two_lines, above=heaviest + 0.01) == []
    small = draw_cell()
    assert len(find_regions(small, above=0.9)) == len(find_regions(small)) > 0


def test_parts_are_joined_with_the_neighbours_of_their_neighbours():
    cell = np.full((60, 300), 230, np.uint8)
    for x in range(20, 200, 22):  # digits in a row, each near the next alone
        cv2.putText(cell, "3", (x, 45), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 40, 2, cv2.LINE_AA)
    cv2.putText(cell, "8", (270, 45), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 40, 2, cv2.LINE_AA)
    rows = [region for region in find_regions(cell) if region.pixels.shape[1] > 170]
    assert len(rows) == 1
    assert len(find_regions(cell)) == 2


@pytest.mark.parametrize("axis", [0, 1])
def test_fine_stripes_all_over_are_no_strips_along_the_edges(axis):
    stripes = np.full((40, 60), 230, np.uint8)
    np.moveaxis(stripes, axis, 0)[::2] = 20
    assert trim_edges(stripes) == (0, 0, 60, 40)
    find_regions(stripes)


def test_groups_of_lines_are_listed_from_the_first():
    near = np.eye(5, dtype=np.bool_)
    for i, j in ((0, 3), (3, 4), (1, 2)):
        near[i, j] = near[j, i] = True
    assert _find_groups(near) == [[0, 3, 4], [1, 2]]
