"""Pages of every layout in turn, whole or as crops of one size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.crops.sources import Sources
from sutja.synthesis.pages import degradation
from sutja.synthesis.pages.fields import PageSample, crop_page
from sutja.synthesis.pages.layouts.business import make_invoice, make_time_sheet
from sutja.synthesis.pages.layouts.cheques.layouts import make_cheque
from sutja.synthesis.pages.layouts.displays import make_display
from sutja.synthesis.pages.layouts.documents import make_document, make_slip
from sutja.synthesis.pages.layouts.forms import make_box_form, make_form
from sutja.synthesis.pages.layouts.grids import make_grid
from sutja.synthesis.pages.layouts.letters import make_envelope, make_letter, make_prose
from sutja.synthesis.pages.layouts.negatives import make_blank, make_picture
from sutja.synthesis.pages.layouts.notes import make_ledger, make_note
from sutja.synthesis.pages.layouts.office import make_census, make_tax_form
from sutja.synthesis.pages.layouts.post import make_mail
from sutja.synthesis.pages.layouts.receipts import make_receipt
from sutja.synthesis.pages.layouts.registers import make_register
from sutja.synthesis.pages.layouts.single_numbers import make_single_numbers
from sutja.synthesis.pages.layouts.tables import make_filled_table, make_table
from sutja.synthesis.pages.sheet import Sheet

Maker = Callable[[RenderContext], Sheet]
MAKERS: MappingProxyType[str, Maker] = MappingProxyType(
    {
        "cheque": make_cheque,
        "form": make_form,
        "box_form": make_box_form,
        "letter": make_letter,
        "envelope": make_envelope,
        "table": make_table,
        "filled_table": make_filled_table,
        "receipt": make_receipt,
        "grid": make_grid,
        "note": make_note,
        "ledger": make_ledger,
        "prose": make_prose,
        "blank": make_blank,
        "picture": make_picture,
        "mail": make_mail,
        "slip": make_slip,
        "document": make_document,
        "tax_form": make_tax_form,
        "census": make_census,
        "register": make_register,
        "lone": make_single_numbers,
        "display": make_display,
        "invoice": make_invoice,
        "time_sheet": make_time_sheet,
    }
)
HOLD_OUT_LAYOUTS = (
    "invoice",
    "time_sheet",
)  # never trained on: they show what becomes of layouts unlike those composed
DEFAULT_WEIGHTS: MappingProxyType[str, float] = MappingProxyType(
    {
        "cheque": 0.14,
        "form": 0.1,
        "box_form": 0.06,
        "letter": 0.06,
        "envelope": 0.04,
        "table": 0.07,
        "filled_table": 0.04,
        "receipt": 0.05,
        "grid": 0.04,
        "note": 0.05,
        "ledger": 0.03,
        "prose": 0.03,
        "blank": 0.02,
        "picture": 0.03,
        "mail": 0.05,
        "slip": 0.04,
        "document": 0.04,
        "tax_form": 0.04,
        "census": 0.02,
        "register": 0.03,
        "lone": 0.05,
        "display": 0.05,
    }
)
_MOST = 2  # windows of one page


class PageComposer:
    """Draws pages from `Sources` and fonts. The same seed gives the same pages, with the same fonts.

    Parameters
    ----------
    sources : Sources
        Real data to draw on; written digits come from its hands, or from fonts where it has none.
    seed : int
        Seed of the generator.
    weights : Mapping[str, float] | None
        Layout → how often; `DEFAULT_WEIGHTS` by default.

    Raises
    ------
    ValueError
        A layout is unknown, or none has any weight.
    """

    def __init__(self, sources: Sources, seed: int, weights: Mapping[str, float] | None = None) -> None:
        wanted = dict(DEFAULT_WEIGHTS if weights is None else weights)
        unknown = sorted(set(wanted) - set(MAKERS))
        if unknown:
            raise ValueError(f"no such layouts: {', '.join(unknown)}; there are {', '.join(MAKERS)}")
        share = np.array(list(wanted.values()), float)
        if not share.sum() > 0:
            raise ValueError("no layout is wanted: give at least one a weight above 0")
        self._context = RenderContext(sources, np.random.default_rng(seed))
        self._makers = [MAKERS[name] for name in wanted]
        self._share = share / share.sum()
        self._windows: dict[int, list[PageSample]] = {}  # by their size

    def page(self) -> PageSample:
        """The next page, whole: a few hundred to about 1,100 pixels a side, digits 8 to 32 pixels high."""
        rng = self._context.rng
        sheet = self._makers[rng.choice(len(self._makers), p=self._share)](self._context)
        return _tidy(degradation.degrade(rng, sheet))

    def crop(self, size: int) -> PageSample:
        """The next window of ``size`` by ``size`` pixels; large pages give two, small ones share one."""
        while not self._windows.get(size):
            self._windows[size] = self._cut(self.page(), size)
        return self._windows[size].pop()

    def _cut(self, page: PageSample, size: int) -> list[PageSample]:
        rng = self._context.rng
        rows, columns = page.pixels.shape
        if rows <= 0.55 * size:
            return [_stacked(rng, page, self.page(), size)]
        count = min(_MOST, max(1, round(rows * columns / size**2)))
        out = []
        for _ in range(count):
            top, left = (_start(rng, n, size) for n in (rows, columns))
            out.append(_tidy(crop_page(page, top, left, (size, size))))
        return out


def _start(rng: np.random.Generator, extent: int, size: int) -> int:
    """Start of a window: within the page where the page is larger, else so that the page lies within it."""
    low, high = sorted((0, extent - size))
    return int(rng.integers(low, high + 1))


def _stacked(rng: np.random.Generator, upper: PageSample, lower: PageSample, size: int) -> PageSample:
    """Two pages one above the other in one window, as on a scanner's glass."""
    rows = upper.pixels.shape[0]
    gap = int(rng.integers(0, 12))
    one = crop_page(upper, 0, _start(rng, upper.pixels.shape[1], size), (rows + gap, size))
    rest = size - rows - gap
    start = int(rng.integers(0, max(1, lower.pixels.shape[0] - rest + 1)))
    two = crop_page(lower, start, _start(rng, lower.pixels.shape[1], size), (rest, size))
    down = float(rows + gap)
    moved = tuple(replace(f, box=(f.box[0], f.box[1] + down, f.box[2], f.box[3] + down)) for f in two.fields)
    return _tidy(PageSample(np.concatenate([one.pixels, two.pixels]), one.fields + moved))


def _tidy(sample: PageSample) -> PageSample:
    """Boxes within the picture; what is cut by its edges is ignored, what lies outside dropped."""
    rows, columns = sample.pixels.shape
    return crop_page(sample, 0, 0, (rows, columns))
