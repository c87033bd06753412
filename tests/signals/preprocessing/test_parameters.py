"""Parameters of every preprocessing are checked where they are made."""

import math

import pytest

from sutja.signals.preprocessing.frame_input import FrameParams
from sutja.signals.preprocessing.log_mel import LogMelParams
from sutja.signals.preprocessing.normalisation import NormaliseParams
from sutja.signals.preprocessing.pixels_input import PixelsParams

BAD = ("", "12", None, [], {}, math.nan, math.inf, -math.inf, -1, 10**9, 10**400)


@pytest.mark.parametrize("kind", [NormaliseParams, LogMelParams, FrameParams, PixelsParams])
def test_no_parameter_takes_nonsense(kind):
    for name, usual in kind().to_json().items():
        for value in BAD:
            if name == "quietest" and value == -1:
                continue
            try:
                made = kind(**{name: value})
            except (TypeError, ValueError):
                continue
            assert isinstance(getattr(made, name), float | int), (name, value)
            assert abs(getattr(made, name)) <= 1e6, (name, value, usual)


def test_a_median_has_a_frame_in_its_middle():
    with pytest.raises(ValueError, match="odd number of frames, not 8"):
        LogMelParams(smoothing=8)


def test_a_strip_is_not_enlarged_without_bound():
    height, width = FrameParams(shortest=8192).compute_size(2, 6000)
    assert height * width <= 31_000_000
    assert FrameParams(longest=640).compute_size(2000, 1000) == (640, 320)
