"""Every reader of bytes as a function of bytes that may raise the project's own errors and nothing else."""

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from sutja.batch.audit import iter_numbers, read_answers
from sutja.comparison.data.sources import load_source
from sutja.data.boxes.load import load_boxed
from sutja.data.labelled.arrays import read_npz
from sutja.data.labelled.csv_tables import find_files, read_table
from sutja.data.sets.digits import read_idx
from sutja.errors import SutjaError
from sutja.model_file import parse_card
from sutja.model_file.inspection import yield_card
from sutja.reading.page.labels import read_labels
from sutja.signals.audio import SoundStream
from sutja.signals.decoding import decode_pages
from sutja.signals.image import iter_pictures
from sutja.signals.pdf import draw_pages
from sutja.signals.picture_headers import identify_format, read_plain_header
from sutja.structured_text import parse_csv, parse_json, parse_xml

FOLDER = Path(tempfile.mkdtemp(prefix="sutja-fuzz-"))
Reader = Callable[[bytes], object]


def write(name: str, data: bytes) -> Path:
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # since what is overwritten is at once put on the disk
    path.write_bytes(data)
    return path


def read_plain(data: bytes) -> None:
    """Decode what the process itself decodes; a picture of any other kind is left to `read_picture`."""
    identify_format(data)
    if read_plain_header(data) is not None:
        list(iter_pictures(data))


def read_picture(data: bytes) -> None:
    list(decode_pages({"first": 1}, data))


def read_pdf(data: bytes) -> None:
    list(draw_pages({"first": 1}, data))


def read_sound(data: bytes) -> None:
    for _ in SoundStream(data).read_blocks():
        pass


def read_model(data: bytes) -> None:
    list(yield_card({}, data))


def read_card(data: bytes) -> None:
    parse_card(data.decode("latin-1"))


def read_arrays(data: bytes) -> None:
    read_npz(write("a.npz", data), "train")


def read_compared_arrays(data: bytes) -> None:
    load_source(str(write("c.npz", data)))


def read_idx_file(data: bytes) -> None:
    read_idx(write("a-idx3-ubyte", data))


def read_packed_idx(data: bytes) -> None:
    read_idx(write("a-idx3-ubyte.gz", data))


def read_class_table(data: bytes) -> None:
    find_files(read_table(write("a.csv", data), ("label",)))


def read_page_labels(data: bytes) -> None:
    read_labels(write("labels.csv", data))


def read_compared_table(data: bytes) -> None:
    load_source(str(write("numbers.csv", data)))


def read_coco(data: bytes) -> None:
    load_boxed(write("coco/annotations.json", data))


def read_voc(data: bytes) -> None:
    load_boxed(write("voc/p.xml", data).parent)


def read_yolo(data: bytes) -> None:
    """Read a data.yaml and a file of boxes, divided by a NUL."""
    names, _, boxes = data.partition(b"\0")
    write("yolo/labels/p.txt", boxes)
    load_boxed(write("yolo/data.yaml", names).parent)


def read_results(data: bytes) -> None:
    list(iter_numbers(write("results.jsonl", data)))


def read_audit(data: bytes) -> None:
    read_answers(write("answers.csv", data))


def read_structured(data: bytes) -> None:
    for parse in (parse_json, parse_xml, lambda text: parse_csv(text.decode("latin-1"))):
        with contextlib.suppress(ValueError):  # as documented
            parse(data)


READERS: dict[str, Reader] = {
    name.removeprefix("read_"): function
    for name, function in list(globals().items())
    if name.startswith("read_") and getattr(function, "__module__", None) == __name__
}


def try_reader(name: str, data: bytes) -> None:
    """Read bytes; the project's own errors are what a reader is for."""
    with contextlib.suppress(SutjaError):
        READERS[name](data)
