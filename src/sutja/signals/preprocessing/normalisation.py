"""The preprocessing "normalise": a crop becomes the input of a transcriber, ink high on a background of zero.

The same code serves training and use, so the two cannot drift apart. Letters: H, W the crop's rows and
columns in pixels, h, w those of the normalised picture, B crops in a batch.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sutja.signals.preprocessing.parameters import check_flag, check_real, check_whole

COLUMNS_PER_FRAME = 2  # columns of a normalised picture that a frame of a transcriber's output stands for
STRIDE = 8  # columns; batches are padded to a multiple of it, so that the pooling layers divide evenly
MAX_WIDTH = 1536  # columns, about 90 characters: wider crops are squeezed
MIN_CONTRAST = 12.0  # grey levels
_STATISTICS_PIXELS = 16_384  # grey levels are counted on at most about so many pixels
_CHROMA_PIXELS = 4_096  # colours are measured on at most about so many pixels
_CHROMA = 6.0  # grey levels between channels; JPEG's own colour noise stays below
_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
_GREY_LEVELS = np.arange(256, dtype=np.float32)
_PARTS = np.array([0.005, 0.5, 0.995])  # of the pixels, whose grey levels tell ink and paper
# Shares of the contrast that count as ink when blank margins are trimmed. Cutting into a thin stroke loses a
# digit, a loose margin only makes it smaller, so the level is as low as the paper allows.
_MIN_LEVEL, _MAX_LEVEL = 0.12, 0.45
_FRAMED_LEVEL = 0.22  # a printed frame may be far darker than the digit in it: beside lines pale ink counts
_SPANS = 0.7  # share of a row or column that a line covers
_EVEN = 0.35, 0.65  # shares of light pixels between which their number does not tell which is paper
_ABOVE_GRAIN = 6.0  # standard deviations of the paper by which sparse ink must stand out
_ABOVE_PAPER = 6.0  # times the paper's own median deviation


@dataclass(frozen=True, slots=True)
class NormaliseParams:
    """The parameters; stored on the card of the model trained with them.

    Parameters
    ----------
    height : int
        Rows of the result.
    stretch : float
        Factor by which the result is wider than the proportions of the crop; narrow digits that touch need
        it.
    trim : bool
        Trim margins without ink.
    margin : float
        Margin that stays around the ink, as a share of its height.
    reach : float
        Distance by which the margin may reach beyond the edges of the crop, filled with paper, as a share of
        its height. A tightly cropped stroke is then not taken for a line across the crop.
    least_part : float
        Share of its height that a trimmed crop keeps at least, so that a speck does not fill the picture.
    least_contrast : float
        Grey levels of 255; a crop with less is blank.

    Raises
    ------
    ValueError
        If a value makes no sense.
    """

    height: int = 32
    stretch: float = 1.0
    trim: bool = True
    margin: float = 0.12
    reach: float = 0.0
    least_part: float = 0.2
    least_contrast: float = MIN_CONTRAST

    def __post_init__(self) -> None:
        check_whole("height", self.height, 8, 256)
        check_real("stretch", self.stretch, 0.1, 10.0)
        check_flag("trim", self.trim)
        check_real("margin", self.margin, 0.0, 2.0)
        check_real("reach", self.reach, 0.0, 2.0)
        check_real("least_part", self.least_part, 0.0, 1.0)
        check_real("least_contrast", self.least_contrast, 0.0, 255.0)

    def to_json(self) -> dict[str, Any]:
        """Write the parameters as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised crop, and how to map it back.

    Column c lies at ``x0 + c * scale_x`` of the crop, row r at ``y0 + r * scale_y``.

    Attributes
    ----------
    array : NDArray[float32]
        float32 (h, w): 0 is background, 1 full ink.
    scale_x, scale_y, x0, y0 : float
        The mapping, in pixels of the crop.
    ink : bool
        False for a blank crop, whose array is all 0.
    """

    array: NDArray[np.float32]
    scale_x: float
    scale_y: float
    x0: float
    y0: float
    ink: bool


def to_grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Reduce a picture to one channel, along the direction in which its colours differ most.

    Red print on white paper has little luminance contrast but stands out along its own colour axis; for
    pictures without colour this is luminance.

    Parameters
    ----------
    picture : NDArray[uint8]
        uint8 (H, W) or (H, W, 3) RGB.

    Returns
    -------
    NDArray[uint8]
        uint8 (H, W)
    """
    if picture.ndim == 2:
        return picture
    step = max(1, int((picture.shape[0] * picture.shape[1] / _CHROMA_PIXELS) ** 0.5))
    sample = np.ascontiguousarray(picture[::step, ::step]).reshape(-1, 3)
    r, g, b = np.ascontiguousarray(sample.T)  # channel by channel: reductions over an axis of 3 are slow
    chroma = cv2.mean(cv2.subtract(cv2.max(cv2.max(r, g), b), cv2.min(cv2.min(r, g), b)))[0]
    if chroma <= _CHROMA:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8).reshape(picture.shape[:2])
    axis = _find_colour_axis(sample)
    low, high = np.minimum(axis, 0).sum() * 255, np.maximum(axis, 0).sum() * 255
    weights = (axis * (255 / (high - low))).reshape(1, 3)
    plane = cv2.transform(picture, np.hstack([weights, [[-low * 255 / (high - low)]]]))
    return np.asarray(plane, np.uint8).reshape(picture.shape[:2])


def _find_colour_axis(sample: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Find the direction, float32 (3,), along which RGB pixels (n, 3) differ most; luminance where unfit."""
    flags = cv2.COVAR_NORMAL | cv2.COVAR_ROWS | cv2.COVAR_SCALE
    covariance, _ = cv2.calcCovarMatrix(sample, np.empty(0), flags, ctype=cv2.CV_32F)
    principal = np.linalg.eigh(covariance)[1][:, -1].astype(np.float32)
    principal *= np.sign(principal.sum()) or 1.0
    if principal.min() <= -0.5:  # opposed colours could swap ink and paper
        return _LUMINANCE
    return np.asarray(principal / np.abs(principal).sum(), np.float32)


def _measure_levels(plane: NDArray[np.uint8]) -> tuple[float, float, float]:
    """Measure the 0.5th, 50th and 99.5th percentile of the grey levels, on a sparse sample."""
    step = max(1, int((plane.size / _STATISTICS_PIXELS) ** 0.5))
    counts = np.bincount(plane[::step, ::step].ravel(), minlength=256)
    below = counts.cumsum()
    low, middle, high = below.searchsorted(_PARTS * below[-1])
    return float(low), float(middle), float(high)


def _estimate_paper(plane: NDArray[np.uint8], low: float, middle: float, high: float) -> float:
    """Estimate the grey level of the paper: the median, unless ink and paper cover about as much.

    A bold digit that fills its crop can be more than half ink; then the crop's border tells which is paper.
    """
    step = max(1, int((plane.size / _STATISTICS_PIXELS) ** 0.5))
    sample, between = plane[::step, ::step], (low + high) / 2
    light = sample > between
    if not _EVEN[0] < np.count_nonzero(light) / light.size < _EVEN[1]:
        return middle
    border = np.concatenate([plane[0], plane[-1], plane[:, 0], plane[:, -1]])
    return float(np.median(sample[light == (float((border > between).mean()) > 0.5)]))


def _measure_sparse_levels(plane: NDArray[np.uint8]) -> tuple[float, float, float]:
    """Measure the levels of a crop that looks blank: a small digit may cover too little for the percentiles.

    Levels that stand out far beyond the grain of the paper are ink; otherwise the crop is blank.
    """
    below = np.cumsum(np.bincount(plane.ravel(), minlength=256))
    parts = np.array([0.0005, 0.16, 0.5, 0.84, 0.9995]) * below[-1]
    low, dark, middle, light, high = (float(level) for level in np.searchsorted(below, parts))
    grain = _ABOVE_GRAIN * max(light - dark, 1.0) / 2
    return (low if middle - low > grain else middle), middle, (high if high - middle > grain else middle)


@dataclass(frozen=True, slots=True)
class InkMap:
    """A crop with its ink told from its paper: what every way of normalising it starts from.

    Attributes
    ----------
    plane : NDArray[uint8]
        uint8 (H, W), the crop in one channel.
    ink : NDArray[float32] | None
        float32 (256,), the share of full ink at each grey level; None for a blank crop.
    shrink : int
        Factor by which `plane` was made smaller to find the extent of the ink.
    paper : float
        Grey level of the paper.
    small : tuple[int, int]
        Rows and columns of the smaller plane.
    extent : tuple[int, int, int, int] | None
        (top, bottom, left, right) of the ink on the smaller plane; None where ink is everywhere or nowhere.
    """

    plane: NDArray[np.uint8]
    ink: NDArray[np.float32] | None
    shrink: int = 1
    paper: float = 0.0
    small: tuple[int, int] = (0, 0)
    extent: tuple[int, int, int, int] | None = None


def _find_median(values: NDArray[np.float32], plane: NDArray[np.uint8]) -> float:
    """Find the median, over the pixels of a plane, of ``values`` (256,) at their grey levels."""
    order = values.argsort()
    below = np.bincount(plane.ravel(), minlength=256)[order].cumsum()
    first, second = below.searchsorted([(plane.size - 1) // 2, plane.size // 2], side="right")
    return float((values[order[first]] + values[order[second]]) / 2)


def _count_pixels(
    plane: NDArray[np.uint8], wanted: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Count the pixels with the grey levels ``wanted`` (256,), in each row and in each column."""
    marked = cv2.LUT(plane, wanted.view(np.uint8))
    in_rows = cv2.reduce(marked, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    in_columns = cv2.reduce(marked, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    return np.asarray(in_rows, np.int32).ravel(), np.asarray(in_columns, np.int32).ravel()


def _find_extent(plane: NDArray[np.uint8], ink: NDArray[np.float32]) -> tuple[int, int, int, int] | None:
    """Find (top, bottom, left, right) of the ink on a plane; ``ink`` as in `InkMap`."""
    rows, columns = plane.shape
    # Paper is 0, so half of all values lie no further from 0 than this: its own median deviation.
    sparse = plane[:: max(1, rows // 32), :: max(1, columns // 128)]
    paper = _find_median(np.abs(ink), sparse)
    level = min(max(_MIN_LEVEL, _ABOVE_PAPER * paper), _MAX_LEVEL)
    in_rows, in_columns = _count_pixels(plane, ink > level)
    if level > _FRAMED_LEVEL and max(in_columns.max() / rows, in_rows.max() / columns) > _SPANS:
        in_rows, in_columns = _count_pixels(plane, ink > _FRAMED_LEVEL)
    ys, xs = np.flatnonzero(in_rows), np.flatnonzero(in_columns)
    if not len(ys):
        return None
    return int(ys[0]), int(ys[-1]) + 1, int(xs[0]), int(xs[-1]) + 1


def _find_ink_box(ink_map: InkMap, params: NormaliseParams) -> tuple[int, int, int, int]:
    """Find (top, bottom, left, right) on the smaller plane: the ink with its margin, or all of it.

    Where the ink is close to the edge of the crop, the margin lies outside it.
    """
    rows, columns = ink_map.small
    if ink_map.extent is None:
        return 0, rows, 0, columns
    top, bottom, left, right = ink_map.extent
    least = max(params.least_part * rows, 0.1 * columns * params.least_part, 4.0)
    short = max(0.0, least - (bottom - top)) / 2
    margin = params.margin * max(bottom - top, least)
    side = max(margin, 1.0)
    box = int(top - short - margin), int(np.ceil(bottom + short + margin)), int(left - side)
    return *box, int(np.ceil(right + side))


def _find_bounds(ink_map: InkMap, params: NormaliseParams) -> tuple[int, int, int, int]:
    """Find (top, bottom, left, right) of the result on the plane, or beyond it."""
    rows, columns = ink_map.plane.shape
    if not params.trim:
        return 0, rows, 0, columns
    top, bottom, left, right = (edge * ink_map.shrink for edge in _find_ink_box(ink_map, params))
    reach = round(params.reach * rows)
    top, bottom = max(top, -reach), min(bottom, rows + reach)
    left, right = max(left, -reach), min(right, columns + reach)
    if bottom - top < 2 or right - left < 2:
        return 0, rows, 0, columns
    return top, bottom, left, right


def find_ink(picture: NDArray[np.uint8], least_contrast: float = MIN_CONTRAST) -> InkMap:
    """Tell ink from paper.

    Parameters
    ----------
    picture : NDArray[uint8]
        uint8 (H, W) grey or (H, W, 3) RGB, ink dark or light, at least one pixel.
    least_contrast : float
        Grey levels of 255; a crop with less is blank.
    """
    plane = to_grey(picture)
    low, middle, high = _measure_levels(plane)
    if max(middle - low, high - middle) < least_contrast:
        low, middle, high = _measure_sparse_levels(plane)
    else:
        middle = _estimate_paper(plane, low, middle, high)
    dark_ink = middle - low >= high - middle
    contrast = max(middle - low, high - middle)
    if contrast < least_contrast:
        return InkMap(plane, None)
    gain = (-1.0 if dark_ink else 1.0) / contrast
    ink = (_GREY_LEVELS - middle) * gain
    rows, columns = plane.shape
    shrink = max(1, round(rows / 96))  # the extent of the ink is found on about 96 rows
    if round(columns / shrink) == 0:  # a sliver, which would be shrunk to nothing
        shrink = columns
    small = plane
    if shrink > 1:
        factor = 1 / shrink
        small = np.asarray(
            cv2.resize(plane, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8
        )
    return InkMap(plane, ink, shrink, middle, (small.shape[0], small.shape[1]), _find_extent(small, ink))


def normalise_ink(ink_map: InkMap, params: NormaliseParams) -> Normalised:
    """Bring a crop whose ink was found to the network's size, polarity and contrast; see `normalise`."""
    plane = ink_map.plane
    if ink_map.ink is None:
        blank = np.zeros((params.height, STRIDE), np.float32)
        scale_x, scale_y = plane.shape[1] / STRIDE, plane.shape[0] / params.height
        return Normalised(blank, scale_x, scale_y, 0.0, 0.0, ink=False)
    top, bottom, left, right = _find_bounds(ink_map, params)
    crop = plane[max(0, top) : bottom, max(0, left) : right]
    if min(top, left) < 0 or bottom > plane.shape[0] or right > plane.shape[1]:
        beyond = max(0, -top), max(0, bottom - plane.shape[0]), max(0, -left), max(0, right - plane.shape[1])
        wider = cv2.copyMakeBorder(crop, *beyond, cv2.BORDER_CONSTANT, value=ink_map.paper)
        crop = np.asarray(wider, np.uint8)
    rows, columns = crop.shape
    width = min(max(round(columns * params.height / rows * params.stretch), 4), MAX_WIDTH)
    shrinking = rows > params.height or columns > width
    interpolation = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    scaled = cv2.resize(crop, (width, params.height), interpolation=interpolation)
    array = np.clip(ink_map.ink, -1.0, 1.5)[scaled]
    return Normalised(array, columns / width, rows / params.height, float(left), float(top), ink=True)


def normalise(picture: NDArray[np.uint8], params: NormaliseParams | None = None) -> Normalised:
    """Bring a crop of one number to the network's size, polarity and contrast.

    Parameters
    ----------
    picture : NDArray[uint8]
        uint8 (H, W) grey or (H, W, 3) RGB, ink dark or light, at least one pixel.
    params : NormaliseParams | None
        The parameters; None for the defaults.

    Returns
    -------
    Normalised
        Its ``array`` is float32 (params.height, w), with values from -1 to 1.5 and w at most `MAX_WIDTH`.
    """
    params = params or NormaliseParams()
    return normalise_ink(find_ink(picture, params.least_contrast), params)


def pad_batch(arrays: list[NDArray[np.float32]], multiple: int = STRIDE) -> NDArray[np.float32]:
    """Put normalised crops into one batch, padded with background on the right.

    Parameters
    ----------
    arrays : list[NDArray[float32]]
        B arrays, float32 (h, w_i).
    multiple : int
        The common width is a multiple of this.

    Returns
    -------
    NDArray[float32]
        float32 (B, 1, h, W)
    """
    width = max(array.shape[1] for array in arrays)
    width = max(32, -(-width // multiple) * multiple)  # room for the network, even for one narrow digit
    batch = np.zeros((len(arrays), 1, arrays[0].shape[0], width), np.float32)
    for row, array in zip(batch, arrays, strict=True):
        row[0, :, : array.shape[1]] = array
    return batch
