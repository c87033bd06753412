"""Calibrate numbers on whole pages: weights and thresholds, into the card of the page detector.

    python recipes/calibrate_pages.py --keep runs/calibrate-pages          # shows what it would keep
    python recipes/calibrate_pages.py --keep runs/calibrate-pages --write  # writes pages.onnx

It reads pages with the bundled detector and the bundled reader as `sutja read` does, first with effort fast.
The weights of detection and transcription that are fitted to these decide what a second reader and the words
of the page are asked about, so the pages are then read with effort normal, and the weights of these fitted.
What is accepted of a source is counted with weights and thresholds that were chosen by the others. Pages that
were read are kept in a folder, where they are found again as long as the networks and what is asked about are
the same: delete it where the code that reads has changed. It is to be run again after each new detector or
reader. Nothing here looks at a test part. Data: `SUTJA_DATA`; fonts: recipes/fonts.sh.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from _page_cases import COMPOSED, read_sources

from sutja.errors import ThresholdError
from sutja.model_file import FieldConfidence, ModelFile, read_model, write_model
from sutja.model_file.bundled import DEFAULTS, bundled_path
from sutja.model_file.inspection import parse_model
from sutja.reading import Reader
from sutja.reading.combs.comb_reader import FOUND
from sutja.reading.page.calibration import calibrate_fields, calibrate_with_text, is_accepted, is_asked
from sutja.reading.page.labels import Case
from sutja.reading.text_detector import SHA256

Sources: TypeAlias = Mapping[str, Sequence[Case]]

MOST = 400  # numbers of a source, so that none outweighs the others
# How many-th page is read with effort normal.
EVERY = {"sudoku": 3, "registers-pages": 2, "receipts-my": 3}
# Largest errors of all sources together; they leave no more than 2 % in one (docs/log.md). Numbers that were
# asked about are in doubt by themselves, and labels of lines do not tell where a number ends.
MAX_ERROR, ASKED_ERROR = 0.008, 0.012


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=80, help="composed pages")
    parser.add_argument("--keep", type=Path, help="folder that keeps the pages as they were read")
    parser.add_argument("--write", action="store_true", help="into the bundled detector's card")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    path = bundled_path(DEFAULTS["detect"])
    file = read_model(path)
    try:
        fields = calibrate(file, args.pages, args.keep)
    except ThresholdError as error:
        sys.exit(f"error: {error}")
    if args.write:
        write_model(path, file.data, replace(file.card, fields=fields))
        print(f"kept in {path}")


def calibrate(file: ModelFile, pages: int, kept: Path | None) -> FieldConfidence:
    """Calibrate both efforts, one after the other, and show what each source gains.

    Composed pages teach effort fast alone: what is in doubt on them is harder than in life.
    """
    present = file.card.fields or FieldConfidence()
    read = read_cases(file, FieldConfidence(), "fast", pages, kept)
    capped = take_most(read, lambda case: case.acceptable and not is_comb(case))
    fields = calibrate_alone(capped, present)
    left_out = {name: calibrate_alone(leave_out(capped, name), present) for name in capped}
    show("fast", read, {"present": present, "new": fields}, left_out)
    read = read_cases(file, fields, "normal", 0, kept)
    capped = take_most(read, is_asked)
    left_out = {name: calibrate_joined(leave_out(capped, name), left_out[name]) for name in capped}
    fields = calibrate_joined(capped, fields)
    show("normal", read, {"new": fields}, left_out)
    return fields


def read_cases(
    file: ModelFile, fields: FieldConfidence, effort: str, pages: int, kept: Path | None
) -> dict[str, list[Case]]:
    """Read all pages with an effort, and list what is known of their numbers, source by source."""
    detector = replace(file, card=replace(file.card, fields=fields))
    detecting = parse_model(file.data).graph.SerializeToString()  # its card changes when it is written
    reading = bundled_path(DEFAULTS["transcribe"]).read_bytes()
    name = sha256(detecting + reading + repr((fields, pages)).encode()).hexdigest()[:12]
    read = read_sources(
        Reader(effort=effort, detector=detector, threads=1),
        Path(os.environ["SUTJA_DATA"]),
        pages,
        None if kept is None else kept / f"{effort}-{name}",
        EVERY if effort == "normal" else {},
    )
    return {source: [case for page in some for case in page.cases] for source, some in read.items()}


def calibrate_alone(sources: Sources, present: FieldConfidence) -> FieldConfidence:
    """Calibrate what our own networks find and read; what words and combs are worth stays as it is.

    Combs are told box by box. The forms that have some are too few to choose their threshold anew.
    """
    cases = [[case for case in some if not is_comb(case)] for some in sources.values()]
    fields = calibrate_fields(cases, MAX_ERROR)
    return replace(fields, text=present.text, combs=present.combs, comb_threshold=present.comb_threshold)


def calibrate_joined(sources: Sources, alone: FieldConfidence) -> FieldConfidence:
    """Calibrate numbers in doubt, which a second reader or the words of the page were asked about."""
    return replace(alone, text=calibrate_with_text(list(sources.values()), SHA256, ASKED_ERROR))


def is_comb(case: Case) -> bool:
    """Tell whether a number was read box by box in a printed comb."""
    number = case.number
    return number is not None and number.text_confidence is None and number.detection_confidence == FOUND


def leave_out(sources: Sources, name: str) -> Sources:
    """Leave out a source."""
    return {other: cases for other, cases in sources.items() if other != name}


def take_most(sources: Sources, counts: Callable[[Case], bool]) -> dict[str, list[Case]]:
    """Take at most `MOST` of the numbers of each source that count, evenly over its pages."""
    taken = {}
    for name, cases in sources.items():
        chosen = [i for i, case in enumerate(cases) if counts(case)]
        some = (
            {chosen[i] for i in np.linspace(0, len(chosen) - 1, MOST, dtype=int)}
            if len(chosen) > MOST
            else {*chosen}
        )
        taken[name] = [case for i, case in enumerate(cases) if i in some or not counts(case)]
    return taken


def show(
    effort: str,
    sources: Sources,
    known: Mapping[str, FieldConfidence],
    left_out: Mapping[str, FieldConfidence],
) -> None:
    """Print what is accepted of each source, and wrong of that, by several weights and thresholds.

    Parameters
    ----------
    effort : str
        Effort that the pages were read with.
    sources : Sources
        Cases of each source, all of them.
    known : Mapping[str, FieldConfidence]
        Weights and thresholds by name.
    left_out : Mapping[str, FieldConfidence]
        For each source those of the other sources.
    """
    rows = {}
    for source, cases in sources.items():
        by = [*known.values(), left_out[source]]
        found = [case for case in cases if case.number is not None]
        counts = [len(cases), len(found), sum(case.right for case in found)]
        rows[source] = counts + [n for fields in by for n in count_accepted(found, fields)]
    rows["real ones"] = np.sum([row for name, row in rows.items() if name != COMPOSED], axis=0).tolist()
    names = (
        "cases",
        "found",
        "right",
        *(f"{name}{end}" for name in (*known, "others'") for end in ("", " wrong")),
    )
    print(
        f"\neffort {effort}: accepted, and wrong of these, the last two by weights of the other sources alone"
    )
    print(f"{'':16}" + "".join(f"{name:>15}" for name in names))
    for source, row in rows.items():
        print(f"{source:16}" + "".join(f"{n:>15}" for n in row), flush=True)


def count_accepted(cases: Sequence[Case], fields: FieldConfidence) -> tuple[int, int]:
    """Count the numbers that weights and thresholds accept, and the wrong ones among them."""
    accepted = [case for case in cases if accepts(fields, case)]
    return len(accepted), sum(not case.right for case in accepted)


def accepts(fields: FieldConfidence, case: Case) -> bool:
    """Tell whether weights and thresholds accept a number or a comb."""
    if is_comb(case) and fields.comb_threshold is not None:
        return case.number is not None and case.acceptable and case.number.confidence >= fields.comb_threshold
    return is_accepted(case, fields)


if __name__ == "__main__":
    main()
