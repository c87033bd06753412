"""Digits drawn by rule as people of many countries write them, for training data whose writers do not.

Those who wrote MNIST's digits make hardly a nine with a hook, a one with a long flag or a four that is open
at the top; a network that has seen no other hands takes them for threes, sevens and sixes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sutja.signals.preprocessing.ink_centring import InkPlace, centre_ink
from sutja.synthesis.pen import Stroke, draw_strokes, parse_strokes, soften

# For each digit its shapes, as strokes of points (x, y) on a grid of 10 × 10, y downwards.
SHAPES: tuple[tuple[str, ...], ...] = (
    (  # 0: closed, with a gap, with a tail across the top, slashed
        "502003062959799683704020",
        "603012062858799683815030",
        "704010030629597996837051",
        "805020030629597996837040325384",
        "502003062959799683704020 8119",
    ),
    (  # 1: a stroke, short to long flags, a foot
        "5059",
        "23505059",
        "33505059",
        "1450505059",
        "055050505049",
        "06606059",
        "244250505059",
        "2350505059 1989",
        "5059 2979",
        "1550505049 1979",
    ),
    (  # 2: round, with a loop, with a straight foot, angular
        "1230708274380919081738699897",
        "0220608285472909090999",
        "132060828457191807264769899897",
        "02102080805509090999",
        "1321506183653909090989",
        "22413052748466383919172637587988",
    ),
    (  # 3: round, with a flat top, with a loop in the middle
        "113070827344447587793908",
        "02206081834444748779390817",
        "000080804343748769390817",
        "1130607263443334547577693908",
        "1120507173543434547687694918",
    ),
    (  # 4: open, narrow and open, round, closed, of one stroke
        "20050595 6279",
        "3006060696 8379",
        "40300808080888 6369",
        "41380808080887 656969",
        "4225171717177785 545969",
        "100415456580 807979",
        "6060060696 6069",
        "7070060686 7069",
        "9606066060606059",
        "6030050686 6169",
        "10050585 8079",
        "4006060676 646869",
        "3007070777 555459",
        "2017171777 545359",
        "50160707070777 646869",
    ),
    (  # 5: in one stroke, with the bar apart, like an S
        "8020201414446475877959290817",
        "201414345475877969290817 2080",
        "8130201424546586784919",
        "8040213344657687693908",
        "9030303030141435657688796918",
    ),
    (  # 6: curved, with a straight stem, closed and open
        "7031050839698675451708",
        "5024072969877564341608",
        "8050221406285979878664341708",
        "603215183859785624",
        "7050301306294968766434181818",
        "70310508396987754525160606",
        "6040130608397886755525160606",
    ),
    (  # 7: plain, curved, with a serif, with a bar
        "0080808039",
        "0080806059",
        "001020507080665649",
        "030000008080805539",
        "0080808039 255575",
        "030000808055504939 164565",
        "021131516070604929 154575",
        "04000000808080807879",
        "1222312070806949",
        "120210607265493949 166676",
    ),
    (  # 8: an S that closes, two circles, open at the top
        "815020122366876929072663828150",
        "502012235483825030 542508396988855444",
        "805020112265877949290817456382",
        "6040213346576859391837567382806050",
        "9060302233566769391836558191",
        "71503042546678694928374553628171",
        "91501011356667491817357290",
        "8161302133546677593918274665728180",
    ),
    (  # 9: a straight stem, a curved one, a hook, an open top
        "8260301214356583828279",
        "806030121435658380808079",
        "82502012143464828082838779",
        "82602002042565838184876929080808",
        "825030131535658381818788694919",
        "7150313344648281818688797929",
        "72614132344464727178798989690909",
        "7050302234546371738486785929181818",
        "806020113353718284878969391808",
        "8260301214356583824959",
        "71402022346482817069",
        "72502123447382867859290908",
        "8360200214548385785919080808",
        "705020022435638182888829090909",
        "6241202223436272828778390909",
    ),
)
_GRID = 9.0  # steps of it
_SLIM = 0.68  # width of a digit, of its height
_STROKES = tuple(
    tuple(
        [stroke * (_SLIM, 1.0) for stroke in parse_strokes(shape, (_GRID / 2, _GRID / 2), _GRID)]
        for shape in shapes
    )
    for shapes in SHAPES
)
# Standard deviations, in heights of a digit where nothing else is said.
_WAVER = 0.025  # of a point
_BEND = 0.05  # of the amplitude of a smooth bend
_BEND_WAVES = 0.6  # of that bend, over the height
_WIDTH = 0.18  # of the width's logarithm
_LEAN = 0.13  # of the slant, as a tangent
_PEN = 0.03, 0.105  # width of the pen, of the side of a drawing


def draw_digit(digit: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a digit in one of its shapes, in a hand that wavers and slants.

    Parameters
    ----------
    digit : int
        0 to 9.
    rng : np.random.Generator
        Source of chance.

    Returns
    -------
    NDArray[uint8]
        uint8 (H, W), light on dark.
    """
    shapes = _STROKES[digit]
    strokes = shapes[int(rng.integers(len(shapes)))]
    times, width, lean = int(rng.integers(1, 4)), np.exp(rng.normal(0, _WIDTH)), rng.normal(0, _LEAN)
    bend, phase = rng.normal(0, _BEND, (2, 2)), rng.uniform(0, 2 * np.pi, (2, 2))
    drawn = []
    for stroke in strokes:
        points = soften(_let_waver(stroke, rng), times) @ [[width, 0.0], [-lean, 1.0]]
        waves = np.sin(2 * np.pi * _BEND_WAVES * points[:, None, :] + phase)  # (p, 2, 2)
        drawn.append(points + (waves * bend).sum(2))
    low, high = (edge([edge(points, 0) for points in drawn], 0) for edge in (np.min, np.max))
    middle, extent = (low + high) / 2, float((high - low).max())
    return draw_strokes([(points - middle) / extent for points in drawn], rng, _PEN)


def _let_waver(stroke: Stroke, rng: np.random.Generator) -> Stroke:
    """Move each point (p, 2) a little; a corner that stands twice moves as one."""
    is_first = np.append(True, (np.diff(stroke, axis=0) != 0).any(1))
    moves = rng.normal(0, _WAVER, (int(is_first.sum()), 2))
    return np.asarray(stroke + moves[np.cumsum(is_first) - 1])


def draw_digits(
    n: int, place: InkPlace, seed: int | Sequence[int], digits: Sequence[int] = range(10)
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw digits, found and centred as those of the training data are, each equally often.

    Parameters
    ----------
    n : int
        Number of pictures.
    place : InkPlace
        Place of the digit in its picture.
    seed : int | Sequence[int]
        Seed of all that is drawn.
    digits : Sequence[int]
        Digits to draw, of 0 to 9.

    Returns
    -------
    tuple[NDArray[uint8], NDArray[int64]]
        uint8 (n, H, W) pictures, and (n,) the position of each among `digits`.
    """
    rng = np.random.default_rng(seed)
    positions = np.arange(n) % len(digits)
    pictures = [centre_ink(draw_digit(digits[i % len(digits)], rng), place) for i in range(n)]
    made = np.stack(pictures) if n else np.zeros((0, place.height, place.width), np.uint8)
    return made, positions
