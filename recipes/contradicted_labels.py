"""Find labels that two readers contradict: both read the same other digits, each for sure.

The labels of some sets slipped by a row (`parish-rows`: about 5 %). Only books of the training and validation
parts are looked at; the test part keeps all of its labels. The files are listed in `contradicted_labels.txt`.

    python recipes/contradicted_labels.py parish-rows
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from sutja.data.sets import readers
from sutja.data.split import fixed
from sutja.reading import Reader
from sutja.reading.decode import Hypothesis

LIST = Path(__file__).with_suffix(".txt")  # a path of the data folder a line
SURE = 0.9  # probability that each reader gives the other digits
BATCH = 64
# Labels that are right, as one sees: the two readers share a mistake, or read a second number of the cell.
RIGHT = frozenset(
    {
        "parish-rows/born_K2700_0039a-FM_row_id_2.jpg",
        "parish-rows/born_K2704_0295a-FK_row_id_2.jpg",
        "parish-rows/born_K2726_0216a-FK_row_id_3.jpg",
        "parish-rows/born_K2727_0187a-FK_row_id_0.jpg",
        "parish-rows/died_K2708_0218a-DK_row_id_0.jpg",
    }
)


def is_contradicted(digits: str, first: Sequence[Hypothesis], second: Sequence[Hypothesis]) -> bool:
    """Tell whether two readers are sure of the same other number."""
    if not first or not second:
        return False
    one, other = first[0], second[0]
    sure = min(one.probability, other.probability) >= SURE
    return sure and one.digits == other.digits and one.digits not in (None, digits)


def find_contradicted(root: Path, name: str) -> list[str]:
    """Find the files of a set whose labels are contradicted."""
    records = [r for r in readers.read_crops(root, name) if not fixed.is_test(name, r.group)]
    fast, both = Reader(effort="fast"), Reader(effort="normal")
    found = []
    for start in range(0, len(records), BATCH):
        some = records[start : start + BATCH]
        crops = [np.asarray(cv2.imread(str(record.path)), np.uint8) for record in some]
        numbers = fast.read_crops(crops)
        doubted = [i for i, number in enumerate(numbers) if number and number.digits != some[i].digits]
        answers = both.list_hypotheses([crops[i] for i in doubted])
        for i, answer in zip(doubted, answers, strict=True):
            if is_contradicted(some[i].digits, answer.first, answer.second):
                found.append(some[i].path.name)
        print(f"{start + len(some)} of {len(records)} looked at, {len(found)} contradicted", flush=True)
    return found


def list_contradicted() -> list[str]:
    """List the paths of the data folder whose labels were contradicted."""
    return LIST.read_text(encoding="utf-8").split() if LIST.exists() else []


def main() -> None:
    """Write the list anew for one set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["parish-rows"])
    args = parser.parse_args()
    found = [f"{args.name}/{file}" for file in find_contradicted(Path(os.environ["SUTJA_DATA"]), args.name)]
    others = [line for line in list_contradicted() if not line.startswith(f"{args.name}/")]
    LIST.write_text("\n".join(sorted({*others, *found} - RIGHT)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
