"""Measure the study that the page *Why did it take so long?* and its article show.

Six methods of their time, a tree, a forest and a support-vector machine learn the postal digits of 1989 and
MNIST, from fifty labels to all or ten thousand, by `sutja compare` with the settings of each as they are.
MNIST is made as small as the postal digits, 16 × 16, so that learning from either takes the same operations.
A run that is stopped goes on where it was.

    python benchmarks/why.py --part test --folder runs/why --bundle
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from _compare_data import choose_study_folder, load_data
from _machine import format_path, make_result_path, save_result
from _sutja_models import make_parser

import sutja
from sutja.atomic import write_atomic
from sutja.comparison.data.inputs import prepare_inputs
from sutja.comparison.report.page import write_report
from sutja.serve.page.studies import BUNDLED, read_study

FIGURE = "why"
SIDE = 16  # pixels of a postal digit
ERAS = ("1958-perceptron", "1986-backprop", "1989-zip-code", "1998-lenet-5", "2012-relu-dropout", "today")
OTHERS = ("decision-tree", "random-forest", "svm-rbf")
LEARNERS = (*ERAS, *OTHERS)
DATA = ("usps", "mnist")
SIZES = (50, 200, 800, 3200, 10_000)  # labels, or all where there are fewer
SEEDS = 3


def measure(name: str, part: str, folder: Path, limit: int | None, budget: float | None) -> Path:
    """Compare the learners on a data set, and return the folder of the comparison."""
    data = load_data(name, part, limit, (SIDE, SIDE))
    n = len(prepare_inputs(**data).parts["train"][2])
    run = choose_study_folder(folder, name, part, limit)
    comparison = sutja.compare(
        **data,
        learners=LEARNERS,
        sizes=sorted({min(size, n) for size in SIZES}),
        seeds=SEEDS,
        trials=1,
        budget=budget,
        out=run,
        jobs=1,
        device="cpu",
        log=print,
    )
    write_report(comparison, run)
    return run


def main(argv: Sequence[str] | None = None) -> None:
    """Measure what is not measured yet, and save the study."""
    parser = make_parser(__doc__, model=False, peers=False)
    parser.add_argument("--folder", type=Path, help="of the comparisons, from which a stopped run goes on")
    parser.add_argument("--bundle", action="store_true", help="also put the study into the package")
    parser.add_argument(
        "--budget", type=float, nargs=len(DATA), help="seconds for each data set (default: no limit)"
    )
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.folder or Path(temporary)
        budgets = args.budget or [None] * len(DATA)
        runs = [
            measure(name, args.part, folder, args.limit, budget)
            for name, budget in zip(DATA, budgets, strict=True)
        ]
        studies = [read_study(run) for run in runs]
    content = {"part": args.part, "side": SIDE, "seeds": SEEDS, "studies": studies}
    path = save_result(
        make_result_path(FIGURE, args.part, args.limit), FIGURE, content, ("scikit-learn", "torch")
    )
    print(f"kept in {format_path(path)}")
    if args.bundle:
        write_atomic(BUNDLED, json.dumps(studies, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
