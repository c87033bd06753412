"""The validation sets of the transcriber: real crops of a validation fold, and composed crops.

The composed ones come from a seed that no training worker uses.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutja.data.sets import readers
from sutja.data.split import fixed
from sutja.signals.preprocessing.normalisation import NormaliseParams, to_grey
from sutja.synthesis.crops.composer import Composer, LabelMask, Sample
from sutja.synthesis.crops.real_crops import NUMBER_SETS, list_groups, read_number_crops
from sutja.synthesis.crops.sources import Sources, load_amounts, load_cheque_fields, load_word_fields
from sutja.training.transcribe.batches import Crop, make_crop

_MOST = 1000  # crops a set: enough to tell 0.5 points apart, and quick


def _lone(images: NDArray[np.uint8], labels: NDArray[Any]) -> list[Sample]:
    return [Sample(i, str(d), LabelMask.NON_DIGITS) for i, d in zip(images, labels, strict=True)]


def real(root: Path, fold: int) -> dict[str, list[Sample]]:
    """Set name → the real crops of validation fold ``fold``.

    The sets with an official test set have no folds and give their own validation part.
    """
    out: dict[str, list[Sample]] = {}
    out["orand-car"] = [Sample(a.picture, a.digits, LabelMask.NON_DIGITS) for a in load_amounts(root, fold)]
    out["cheques"] = [
        Sample(to_grey(crop), "".join(c for c in record.text if c.isdigit()), LabelMask.NON_DIGITS)
        for record, crop in load_cheque_fields(root, "CAR")
        if record.text and fixed.assign_part("cheques", record.key) == fold
    ]
    mnist = readers.read_mnist(root, "train")
    mine = np.array([fixed.is_validation("mnist", str(w)) for w in mnist.groups])
    out["mnist"] = _lone(mnist.images[mine], mnist.labels[mine])
    usps = readers.read_usps(root, "train")
    mine = np.array([fixed.is_validation("usps", i) for i in range(len(usps))])
    out["usps"] = _lone(usps.images[mine], usps.labels[mine])
    exam = readers.read_exam_digits(root)
    mine = np.array([fixed.assign_part("exam-digits", str(g)) == fold for g in exam.groups])
    out["exam-digits"] = _lone(exam.images[mine], exam.labels[mine])
    out["sudoku"] = [
        Sample(to_grey(cell), digit, LabelMask.NON_DIGITS)
        for record in readers.read_sudoku(root)
        if record.outline is not None and fixed.assign_part("sudoku", record.key) == fold
        for cell, digit in zip(readers.cut_sudoku_cells(record, 40, 0.0), record.key, strict=True)
    ]
    out["no number"] = [
        Sample(to_grey(crop), "", LabelMask.NON_DIGITS)
        for record, crop in load_word_fields(root)
        if fixed.assign_part("cheques", record.key) == fold
    ]
    for name in NUMBER_SETS:
        groups = [g for g in list_groups(root, name) if fixed.assign_part(name, g) == fold]
        out[name] = [
            Sample(crop.picture, crop.digits, LabelMask.NON_DIGITS)
            for crop in read_number_crops(root, name, groups)
        ]
    return out


def composed(sources: Sources, n: int = 600, seed: int = 987_654) -> dict[str, list[Sample]]:
    """Composed crops by kind, from a seed that no training worker uses."""
    kinds = ("written", "script", "printed", "labelled", "words", "blank", "scribble")
    out = {}
    for kind in kinds:
        if kind == "written" and not sources.written_digits:
            continue
        composer = Composer(sources, seed, {kind: 1.0})
        out[kind] = [composer.sample() for _ in range(n)]
    return out


def crops(
    sets: dict[str, list[Sample]], params: NormaliseParams, most: int | None = _MOST
) -> dict[str, list[Crop]]:
    """Normalise the sets; of large ones every nth crop is taken, fewer than 2 ``most``; empty ones go."""
    out = {}
    for name, samples in sets.items():
        if not samples:
            continue
        step = max(1, len(samples) // most) if most else 1
        out[name] = [make_crop(sample, params) for sample in samples[::step]]
    return out
