"""Check that a certified threshold keeps its promise: replayed two thousand times with fresh labels.

A network answers held-out digits once. Then, two thousand times over, labels are drawn, a threshold is chosen
by them, and what it accepts is counted on other answers: a promise is broken where more of those are wrong
than was promised. That may happen in a part 1 - confidence of the repetitions.

Three sorts of fresh labels. "draws": labels are drawn from all answers with replacement, so that all answers
are the truth, and exact. "splits": the answers are split, at most a fifth of them labels, and the rest is
counted; its own chance is in that count, so it finds promises broken a little more often than they are.
"right": as "draws", of a network that is always right, for which enough labels always bring a threshold.

Beside the two ways of `sutja calibrate` stands what people do without them: the lowest threshold whose share
of wrong answers on the labels is small enough.

    python benchmarks/certified.py                  # validation part, while developing
    python benchmarks/certified.py --part test      # the published figure
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _classifiers import load_hold_out, train
from _machine import DRAFTS, format_path, format_table, make_result_path, save_result, track
from _scores import format_percent, make_rate
from _sutja_models import make_parser
from numpy.typing import NDArray

from sutja.confidence import choose_threshold
from sutja.confidence.certified import METHODS
from sutja.errors import ThresholdError
from sutja.metrics import binomial_tail
from sutja.reading import Classifier

FIGURE = "certified"
REPLAYS = 2_000  # with fewer the figure is a try
LABELS = (500, 1_000, 2_000, 4_000)
MAX_ERRORS = (0.01, 0.02)
CONFIDENCE = 0.95
EPOCHS = 3  # a network with a few per cent of errors: there is something to promise

Arrays = tuple[NDArray[np.float64], NDArray[np.bool_]]
Certify = Callable[..., Any]


def choose_uncertified(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_], max_error: float, level: float
) -> Any:
    """The lowest threshold whose measured share of wrong answers is small enough; it promises nothing."""
    return choose_threshold(confidence, correct, max_error, level)


ALL_METHODS: dict[str, Certify] = {**METHODS, "none": choose_uncertified}


def draw_samples(pool: Arrays, n: int, rng: np.random.Generator) -> tuple[Arrays, Arrays]:
    """N labels with replacement, and the truth: everything."""
    places = rng.integers(0, len(pool[0]), n)
    return (pool[0][places], pool[1][places]), pool


def split_pool(pool: Arrays, n: int, rng: np.random.Generator) -> tuple[Arrays, Arrays]:
    """N labels, and the others."""
    order = rng.permutation(len(pool[0]))
    return tuple((pool[0][part], pool[1][part]) for part in (order[:n], order[n:]))  # type: ignore[return-value]


def draw_right(pool: Arrays, n: int, rng: np.random.Generator) -> tuple[Arrays, Arrays]:
    """N labels with replacement of a network that is always right, and the truth."""
    return draw_samples((pool[0], np.ones_like(pool[1])), n, rng)


SORTS = {"draws": draw_samples, "splits": split_pool, "right": draw_right}


def replay(
    pool: Arrays, certify: Certify, sort: str, n: int, max_error: float, level: float, replays: int
) -> dict[str, Any]:
    """Measure the share of thresholds found, their coverage, and the share of broken promises."""
    broken, coverages = 0, []
    for seed in range(replays):
        labelled, (confidence, correct) = SORTS[sort](pool, n, np.random.default_rng(seed))
        try:
            threshold = certify(*labelled, max_error, level).threshold
        except ThresholdError:
            continue
        kept = confidence >= threshold
        coverages.append(float(kept.mean()))
        broken += bool(kept.any() and (~correct[kept]).mean() > max_error)
    return {
        "promised": make_rate(len(coverages), replays),
        "broken": make_rate(broken, replays),
        "holds": broken <= _count_most_broken(replays, 1.0 - level),
        "coverage": round(float(np.mean(coverages)), 4) if coverages else None,
    }


def _count_most_broken(replays: int, share: float) -> int:
    """Broken promises that chance alone exceeds once in a thousand times, where a part `share` may be."""
    return next(k for k in range(replays + 1) if binomial_tail(k, replays, share) >= 0.999)


def measure(pool: Arrays, sizes: Sequence[int], replays: int) -> list[dict[str, Any]]:
    """Every way, sort, size and error."""
    cases = [
        (name, sort, n, eps)
        for name in ALL_METHODS
        for sort in SORTS
        for n in sizes
        for eps in MAX_ERRORS
        if (n <= len(pool[0]) // 5 if sort == "splits" else sort == "draws" or name in METHODS)
    ]
    return [
        {
            "method": name,
            "sort": sort,
            "labels": n,
            "max_error": eps,
            "confidence": CONFIDENCE,
            **replay(pool, ALL_METHODS[name], sort, n, eps, CONFIDENCE, replays),
        }
        for name, sort, n, eps in track(cases, "replays", len(cases))
    ]


def find_best_coverage(pool: Arrays, max_error: float) -> float:
    """Largest coverage of any threshold within the error, for someone who knew every label."""
    order = np.argsort(-pool[0], kind="stable")
    risk = np.cumsum(~pool[1][order]) / np.arange(1, len(order) + 1)
    return float((np.flatnonzero(risk <= max_error)[-1:] + 1).sum() / len(order))


def main(argv: Sequence[str] | None = None) -> None:
    """Answer once, replay, keep, show."""
    parser = make_parser(__doc__, peers=False)
    parser.add_argument(
        "--replays", type=int, default=REPLAYS, help=f"repetitions of each (default: {REPLAYS})"
    )
    args = parser.parse_args(argv)
    model = Path(args.model[0]) if args.model else train("mlp", DRAFTS / "mlp-few.onnx", EPOCHS, args.limit)
    items = load_hold_out(args.part)
    classifier = Classifier(model)
    items = items.in_classes(classifier.classes)
    best, confidence = classifier.predict_with_confidence(items.images)
    pool = (confidence, best == items.labels)
    rows = measure(pool, LABELS, args.replays)
    tried = args.limit if args.replays >= REPLAYS else (args.limit or args.replays)
    path = make_result_path(FIGURE, args.part, tried)
    content = {
        "part": args.part,
        "model": classifier.card.name,
        "answers": len(items),
        "replays": args.replays,
        "wrong": make_rate(int((~pool[1]).sum()), len(items)),
        "best_coverage": {str(eps): round(find_best_coverage(pool, eps), 4) for eps in MAX_ERRORS},
        "rows": rows,
    }
    save_result(path, FIGURE, content, ("torch",))
    lines = [
        (
            row["method"],
            row["sort"],
            row["labels"],
            f"{row['max_error']:.0%}",
            format_percent(row["promised"]),
            format_percent(row["broken"], interval=True),
            "yes" if row["holds"] else "no",
            "–" if row["coverage"] is None else f"{100 * row['coverage']:.1f}",
        )
        for row in rows
    ]
    headers = (
        "method",
        "labels from",
        "labels",
        "at most",
        "promised %",
        "broken %",
        "as said",
        "accepted %",
    )
    print(format_table(headers, lines))
    print(
        f"part: {args.part}; {format_percent(content['wrong'])} % wrong in all; kept in {format_path(path)}"
    )


if __name__ == "__main__":
    main()
