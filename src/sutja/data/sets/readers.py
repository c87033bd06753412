"""One reader per set of the catalogue: from a data root to plain frozen records.

A data root is a folder with one folder per set (`SUTJA_DATA`, or where `sutja data get` puts them). The
readers never download; `sutja.data.sets.catalogue` says where the files come from.
"""

from sutja.data.sets.crops import (
    BoxedLine,
    BoxedPage,
    CropRecord,
    LabelledReceipt,
    StrokeRecord,
    draw_strokes,
    read_boxed_pages,
    read_crops,
    read_malaysian_receipts,
    read_pen_digits,
)
from sutja.data.sets.digits import Digits, read_bundled_digits, read_exam_digits, read_mnist, read_usps
from sutja.data.sets.fields import (
    CHEQUE_CLASSES,
    AmountRecord,
    ChequeRecord,
    SudokuRecord,
    cut_sudoku_cells,
    read_cheques,
    read_orand_car,
    read_sudoku,
)
from sutja.data.sets.pages import (
    ReceiptRecord,
    SceneRecord,
    TableRecord,
    read_bccd,
    read_receipts,
    read_weather_tables,
)
from sutja.data.sets.recordings import (
    SpokenRecord,
    read_an4,
    read_fsdd,
    read_noise,
    read_recordings,
    read_spoken_strings,
    read_telephone_speech,
)

__all__ = [
    "CHEQUE_CLASSES",
    "AmountRecord",
    "BoxedLine",
    "BoxedPage",
    "ChequeRecord",
    "CropRecord",
    "Digits",
    "LabelledReceipt",
    "ReceiptRecord",
    "SceneRecord",
    "SpokenRecord",
    "StrokeRecord",
    "SudokuRecord",
    "TableRecord",
    "cut_sudoku_cells",
    "draw_strokes",
    "read_an4",
    "read_bccd",
    "read_boxed_pages",
    "read_bundled_digits",
    "read_cheques",
    "read_crops",
    "read_exam_digits",
    "read_fsdd",
    "read_malaysian_receipts",
    "read_mnist",
    "read_noise",
    "read_orand_car",
    "read_pen_digits",
    "read_receipts",
    "read_recordings",
    "read_spoken_strings",
    "read_sudoku",
    "read_telephone_speech",
    "read_usps",
    "read_weather_tables",
]
