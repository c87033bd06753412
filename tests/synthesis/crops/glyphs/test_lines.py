"""Lines: nothing that the label names is cut off or hidden."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutja.synthesis.crops import ink
from sutja.synthesis.crops.glyphs.lines import Style, set_line
from sutja.synthesis.crops.glyphs.separators import DRAWINGS, draw_separator
from sutja.synthesis.fonts import Face, Glyph, load_faces

sizes = st.tuples(st.floats(0.05, 6.0), st.floats(0.05, 6.0))  # of a glyph, in digit heights


@settings(max_examples=100, deadline=None)
@given(st.lists(sizes, min_size=1, max_size=12), st.floats(-0.6, 0.9), st.integers(0, 2**32 - 1))
def test_no_glyph_is_lost(shapes, gap, seed):
    """Blocks side by side: each shows at least half its columns, whatever the gap."""
    rng, unit = np.random.default_rng(seed), 20.0
    blocks = [np.full((max(1, round(h * 10)), max(1, round(w * 10))), 255, np.uint8) for h, w in shapes]
    glyphs = [Glyph(b, h, h, 0.0, w) for b, (h, w) in zip(blocks, shapes, strict=True)]
    line = set_line(rng, glyphs, unit, Style(gap, 0.06, 0.12, 0.09, 0.6, use_advance=False))
    drawn = (line.max(axis=0) > 0.9).sum()
    widths = sum(
        b.shape[1] / b.shape[0] * max(1, round(h * unit)) for b, (h, _) in zip(blocks, shapes, strict=True)
    )
    assert drawn >= 0.25 * widths
    assert (line.max(axis=1) > 0.9).sum() >= 0.5 * max(h for h, _ in shapes) * unit


def test_a_missing_glyph_is_an_error():
    with pytest.raises(ValueError, match="lacks"):
        ink.render_in_font(np.random.default_rng(0), "12\u4e00", Face(None), 20.0, hand=False)


@pytest.mark.parametrize("sign", sorted(DRAWINGS))
def test_signs_have_ink(sign):
    rng = np.random.default_rng(3)
    for _ in range(50):
        glyph = draw_separator(rng, sign)
        assert glyph is not None
        assert glyph.alpha.max() == 255
        assert 0 < glyph.height < 2


def test_signs_that_only_fonts_have():
    assert draw_separator(np.random.default_rng(0), "€") is None


def test_there_are_always_fonts():
    printed, handwriting = load_faces()
    assert printed[0].has("0123456789")
    assert handwriting[0].has("0123456789")
    assert Face(None).has("0123456789.,-")
    assert not Face(None).has("\uffff")
