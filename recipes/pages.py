"""The exact way to train the bundled page detector again: one box for each number on a page.

    python recipes/pages.py compose --out runs/pages --chunks 40
    python recipes/pages.py prepare --out runs/pages
    python recipes/pages.py train --out runs/pages --seconds 3600
    python recipes/pages_relabel.py --out runs/pages      # half-way, beside the run; then:
    python recipes/pages.py refill --out runs/pages
    python recipes/pages.py measure --out runs/pages
    python recipes/pages.py bundle --out runs/pages
    python recipes/calibrate_pages.py --write

`compose` draws pages of many layouts (`sutja.synthesis.pages`) into files that training uses several
times over; it may run beside `train`, which takes up new files as they come. `prepare` writes the real
pages (`sutja.data.pages.pages`) of the training and validation parts, and pages of the held-out layouts.
`train` mixes composed and real pages, and goes on where it stopped when started again; with `--begin` it
goes on from a model file. `refill` draws the labelled amounts of the real cheques close about their ink, and
writes other amounts in their place. `measure` looks at
the held-out layouts and the real validation parts; `bundle` exports, brings the network to 8 bits where
that costs nothing, and writes src/sutja/weights/pages.onnx with its card. Nothing here looks at a test
part. Data: `SUTJA_DATA`; fonts: recipes/fonts.sh.
"""

from __future__ import annotations

import argparse
import copy
import datetime
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from _page_files import enlarge, load_pages, save_pages, to_boxed

from sutja.boxes.decode import Detections, decode
from sutja.boxes.nms import IGNORED, match_detections, suppress_overlaps
from sutja.data.boxes.boxed_pictures import BoxedPicture, BoxedSet
from sutja.data.pages.cheques import load_cheque_pages
from sutja.data.pages.pages import CLASSES, load_real_pages
from sutja.data.sets import catalogue
from sutja.model_file import Card, FieldConfidence, Preprocessing, TrainingSet, read_model, write_model
from sutja.model_file.bundled import bundled_path
from sutja.nets.detector import Detector, DetectorConfig
from sutja.runs.calibration import calibrate_detector
from sutja.runtime import Session
from sutja.signals.preprocessing.frame_input import FrameParams, to_frame
from sutja.synthesis.crops.context import RenderContext
from sutja.synthesis.crops.sources import VALIDATION_FOLD, load_sources
from sutja.synthesis.fonts import load_faces
from sutja.synthesis.pages import HOLD_OUT_LAYOUTS, PageComposer
from sutja.synthesis.pages.layouts.cheques.refilled import find_amounts, find_box, refill_cheque, tighten_box
from sutja.training import checkpoint
from sutja.training.batch_norms import restore_detector
from sutja.training.detect.evaluate import LEAST_SCORE, detect_boxes
from sutja.training.detect.fit import DetectConfig, fit_detector, load_detector
from sutja.training.detect.frames import Jitter, make_frame
from sutja.training.detect.quantise import make_frames, quantise_detector
from sutja.training.export.network import export
from sutja.training.job import get_versions

WINDOW = 640  # pixels, side of a composed crop
A_CHUNK = 200  # crops a file
FRAME, BATCH = 512, 8  # pixels, side of what the network learns from; frames a batch
NORM_BATCHES = 4  # batches that a detector's norms are put back by
AN_EPOCH, AT_ONCE = 250, 8  # batches an epoch, and composed files that it draws from
# The loss is divided by the things in a batch: tables and grids beside letters would drown them. So batches
# are of pages with many fields or of pages with few, each with real pages in these shares.
MANY, BATCHES_OF_MANY = 40, 0.25  # fields a page; share of the batches
REAL_FEW = {"cheques": 0.14, "refilled": 0.14, "receipts": 0.03}
REAL_MANY = {"sudoku": 0.15, "weather-tables": 0.1}
REAL = (*REAL_FEW, *REAL_MANY)
# A number cut by the frame's edge counts when nearly all of it is seen; of others nothing is said.
JITTER = Jitter(flip_horizontal=False, scale=(0.65, 1.75), stretch=0.1, invert=0.05, visible=0.9)
PARAMS = FrameParams(channels=1)
USED = replace(PARAMS, across=0.5)  # a number is one thing, handwritten or printed
VALIDATION_PAGES, VALIDATION_SEED = 60, 77_001
COMPOSED = "composed pages"
SHOWN = 1.4  # times: held-out pages are looked at as large as the page reader will show them


def compose(args: argparse.Namespace) -> None:
    """Draw chunks that are not there yet; chunk i is drawn from the seed and i alone."""
    folder = args.out / "chunks"
    folder.mkdir(parents=True, exist_ok=True)
    sources = load_sources(Path(os.environ["SUTJA_DATA"]), VALIDATION_FOLD)
    layouts = {name: float(share) for name, share in args.layout}
    for number in range(args.first, args.first + args.chunks):
        path = folder / f"{number:04d}.npz"
        if path.exists():
            continue
        began = time.monotonic()
        composer = PageComposer(sources, 100_000 * args.seed + number, layouts or None)
        save_pages(path, [to_boxed(composer.crop(WINDOW)) for _ in range(A_CHUNK)])
        rate = A_CHUNK / (time.monotonic() - began)
        print(f"{time.strftime('%H:%M:%S')} {path.name}: {rate:.1f} crops/s", flush=True)


def prepare(args: argparse.Namespace) -> None:
    """Write real pages by set and part, and composed pages of layouts that are never trained on."""
    root = Path(os.environ["SUTJA_DATA"])
    for part in ("train", "validation"):
        by_set: dict[str, list[BoxedPicture]] = {}
        for page in load_real_pages(root, part):
            by_set.setdefault(page.source.split("/")[0], []).append(page.page)
        for name, pictures in by_set.items():
            save_pages(args.out / f"{part}-{name}.npz", pictures)
            n_fields = sum(int((~page.ignore).sum()) for page in pictures)
            print(f"{part} {name}: {len(pictures)} pages, {n_fields:,} fields")
    sources = load_sources(root, None)  # the validation writers' digits too
    layouts: dict[str, dict[str, float] | None] = {name: {name: 1.0} for name in HOLD_OUT_LAYOUTS}
    layouts |= {"as-trained": None, "no-numbers": {"prose": 1.0, "blank": 0.5, "picture": 0.5}}
    for name, weights in layouts.items():
        composer = PageComposer(sources, VALIDATION_SEED, weights)
        pages = [enlarge(to_boxed(composer.crop(WINDOW)), SHOWN) for _ in range(VALIDATION_PAGES)]
        save_pages(args.out / f"validation-{name}.npz", pages)


def refill(args: argparse.Namespace) -> None:
    """Write the real training cheques again: amounts with tight boxes, and pages filled in anew."""
    root, path = Path(os.environ["SUTJA_DATA"]), args.out / "train-cheques.npz"
    context = RenderContext(load_sources(root, VALIDATION_FOLD), np.random.default_rng(args.seed))
    pages, out = load_pages(path), []
    # `prepare` wrote the pages in this order; `pages_relabel.py` keeps it.
    keys = [page.source.removeprefix("cheques/") for page in load_cheque_pages(root, "train")]
    for record, amount in find_amounts(root, "train"):
        number = keys.index(record.path.name)
        place = find_box(pages[number], amount)
        if place is not None:
            out += [refill_cheque(pages[number], place, context) for _ in range(args.times)]
            pages[number] = tighten_box(pages[number], place)
    save_pages(args.out / "train-refilled.npz", out)
    save_pages(path, pages)
    print(f"{len(out)} cheques filled in anew")


def list_real_files(folder: Path) -> dict[str, Path]:
    """The files of real training pages that are there, by set."""
    paths = {name: folder / f"train-{name}.npz" for name in REAL}
    return {name: path for name, path in paths.items() if path.exists()}


class MixedFrames:
    """Frames of composed and real pages, batches of pages alike; files that are added are taken up.

    An epoch draws from some of the composed files, others each time. Implements `detect_frames.Frames`.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed, self.batches_per_epoch = folder, seed, AN_EPOCH

    def epoch(self, number: int, first: int = 0) -> Iterator[list[BoxedPicture]]:
        """The batches of an epoch from batch ``first`` on."""
        rng = np.random.default_rng([self.seed, number])
        files = sorted((self.folder / "chunks").glob("[0-9]*[0-9].npz"))
        chosen = rng.permutation(len(files))[:AT_ONCE]
        composed = [page for i in chosen for page in load_pages(files[i])]
        real = {name: load_pages(path) for name, path in list_real_files(self.folder).items()}
        many = [page for page in composed if len(page.labels) > MANY]
        few = [page for page in composed if len(page.labels) <= MANY]
        for index in range(first, self.batches_per_epoch):
            rng = np.random.default_rng([self.seed, number, index])
            of_many = bool(many) and (not few or rng.random() < BATCHES_OF_MANY)
            wanted = REAL_MANY if of_many else REAL_FEW
            shares = {name: share for name, share in wanted.items() if name in real}
            kinds = rng.choice(len(shares) + 1, BATCH, p=[*shares.values(), 1 - sum(shares.values())])
            pools = [*(real[name] for name in shares), many if of_many else few]
            drawn = [pools[kind][rng.integers(len(pools[kind]))] for kind in kinds]
            yield [make_frame(page, (FRAME, FRAME), JITTER, rng) for page in drawn]


def load_validation(folder: Path) -> dict[str, list[BoxedPicture]]:
    """The pages that choices are made by, by set."""
    return {
        path.stem.removeprefix("validation-"): load_pages(path)
        for path in sorted(folder.glob("validation-*.npz"))
    }


def train(args: argparse.Namespace) -> None:
    """Train, or go on training."""
    validation = [page for pages in load_validation(args.out).values() for page in pages[:16]]
    source = MixedFrames(args.out, args.seed)
    net = Detector(DetectorConfig(classes=len(CLASSES), size=args.size, channels=1))
    if args.begin and args.begin.is_dir():
        net = load_trained(args.begin, args.size).train()
    elif args.begin:
        shown = [frame for batch in islice(source.epoch(0), NORM_BATCHES) for frame in batch]
        net = restore_detector(args.begin, np.concatenate([to_frame(page.pixels, PARAMS) for page in shown]))
    config = DetectConfig(
        seconds=args.seconds,
        lr=args.lr,
        evaluations=args.looks,
        seed=args.seed,
        device="cpu",
        dtype=args.dtype,
        threads=1,
    )
    fit_detector(
        net,
        source,
        config,
        PARAMS,
        validation=validation,
        folder=args.out / "run",
        resume=True,
        log=lambda line: print(time.strftime("%H:%M:%S"), line, flush=True),
    )


def load_trained(folder: Path, size: str) -> Detector:
    """The run's network with its averaged weights, as far as it has come."""
    return load_detector(folder / "run" / checkpoint.NAME, Detector(DetectorConfig(len(CLASSES), size, 1)))


def average(net: Detector, other: Detector) -> Detector:
    """A network whose weights are the mean of two, of which one went on from the other.

    References
    ----------
    Wortsman et al., Model soups, ICML 2022.
    """
    made, there = copy.deepcopy(net), other.state_dict()
    with torch.no_grad():
        for name, weight in made.state_dict().items():
            if weight.is_floating_point():
                weight.copy_((weight + there[name]) / 2)
    return made


def compute_figures(
    pages: list[BoxedPicture], found: list[Detections], threshold: float
) -> dict[str, float | int]:
    """Recall and precision at IoU 0.5, whatever the class, and how many of the found have the right one."""
    right = things = given = alike = 0
    for page, one in zip(pages, found, strict=True):
        sure = one.take(one.scores >= threshold)
        answer = match_detections(
            Detections(sure.boxes, sure.scores, np.zeros_like(sure.labels)),
            page.boxes,
            np.zeros_like(page.labels),
            page.ignore,
        )
        hit = answer[answer >= 0]
        right, things = right + len(hit), things + int((~page.ignore).sum())
        given += int((answer != IGNORED).sum())
        alike += int((page.labels[hit] == sure.labels[answer >= 0]).sum())
    return {
        "n": things,
        "recall": round(right / max(1, things), 4),
        "precision": round(right / max(1, given), 4),
        "false_alarms": given - right,
        "class_right": round(alike / max(1, right), 4),
        "pages": len(pages),
    }


def detect_all(net: Detector | Session, pages: list[BoxedPicture]) -> list[Detections]:
    """Detect boxes in whole pages by a network or a model file; scores are raw."""
    if isinstance(net, Detector):
        return [detect_boxes(net, page, USED) for page in pages]
    out = []
    for page in pages:
        frame = to_frame(page.pixels, USED)
        found = decode(net.run(frame)[0], frame.shape[2], frame.shape[3], USED.strides, LEAST_SCORE)
        out.append(found.take(suppress_overlaps(found, USED.overlap, USED.across)))
    return out


def measure(args: argparse.Namespace) -> None:
    """Figures of the run so far, by validation set, at a raw score."""
    net = load_trained(args.out, args.size)
    for name, pages in load_validation(args.out).items():
        found = detect_all(net, pages)
        print(name, *(compute_figures(pages, found, at) for at in args.at), sep="\n    ", flush=True)


def pool(sets: dict[str, list[BoxedPicture]], seed: int = 0) -> BoxedSet:
    """Validation pages of all sets, none with more than its share: grids and tables hold most fields."""
    rng = np.random.default_rng(seed)
    pages = [pages[i] for pages in sets.values() for i in rng.permutation(len(pages))[:24]]
    return BoxedSet(tuple(pages), CLASSES, "validation pages")


def list_training_data(folder: Path, before: Card | None = None) -> tuple[TrainingSet, ...]:
    """List the detector's training data for its card; `before` is the card that its training began from."""
    used = dict(load_sources(Path(os.environ["SUTJA_DATA"]), VALIDATION_FOLD).used)
    for name, path in list_real_files(folder).items():
        if name != "refilled":  # the cheques once more
            used[name] = len(load_pages(path))
    crops = sum(part.items for part in before.training_data if part.name == COMPOSED) if before else 0
    crops += A_CHUNK * len(list((folder / "chunks").glob("[0-9]*[0-9].npz")))
    fonts = TrainingSet("fonts", sum(map(len, load_faces())), "freely licensed; recipes/fonts.sh names them")
    composed = TrainingSet(COMPOSED, crops, "made by the project of the digits, words and fonts named here")
    return (
        *(TrainingSet(n, k, catalogue.find_entry(n).terms) for n, k in sorted(used.items())),
        fonts,
        composed,
    )


def bundle(args: argparse.Namespace) -> None:
    """Export, bring to integers, calibrate on validation pages, write the model file."""
    net, sets = load_trained(args.out, args.size), load_validation(args.out)
    if args.mean_with:
        net = average(net, load_trained(args.mean_with, args.size))
    validation, path = pool(sets), args.model or bundled_path("pages")
    before = read_model(args.begin).card if args.begin else None
    # The calibration of whole numbers is the old one until recipes/calibrate_pages.py renews it.
    field_confidence = read_model(path).card.fields if path.exists() else FieldConfidence()
    card = Card(
        "detect",
        "pages",
        (),
        Preprocessing("frame", USED.to_json()),
        classes=CLASSES,
        training_data=list_training_data(args.out, before),
        open_terms=False,
        seed=args.seed,
        fields=field_confidence,
        versions={**get_versions(), "onnxruntime": onnxruntime.__version__},
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )
    draft = args.out / "pages.onnx"
    frames = make_frames(validation.pictures[::12], USED)
    file = export(net, card, draft, frames)
    if not args.floats:
        shown = make_frames(load_pages(sorted((args.out / "chunks").glob("[0-9]*[0-9].npz"))[0])[:40], USED)
        real = [page for path in list_real_files(args.out).values() for page in load_pages(path)[:4]]
        shown += make_frames(real, USED)
        file = quantise_detector(draft, draft, shown, frames)
    session = Session(file)
    card = calibrate_detector(card, detect_all(session, list(validation.pictures)), validation)
    raw = next((x for x, y in card.calibration.points if y >= card.threshold), card.threshold)
    results = []
    for name, pages in sets.items():
        result = {
            "set": name,
            "part": "validation",
            **compute_figures(pages, detect_all(session, pages), raw),
        }
        results.append(result)
        print(result, flush=True)
    path.parent.mkdir(exist_ok=True)
    write_model(path, file.data, replace(card, results=tuple(results)))
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, threshold {card.threshold:.3f} (raw {raw:.3f})")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True)
    one = verbs.add_parser("compose")
    one.add_argument("--first", type=int, default=0)
    one.add_argument("--chunks", type=int, default=40)
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--layout", nargs=2, action="append", default=[], metavar=("NAME", "SHARE"))
    one.set_defaults(do=compose)
    two = verbs.add_parser("prepare")
    two.set_defaults(do=prepare)
    more = verbs.add_parser("refill")
    more.add_argument("--times", type=int, default=5)
    more.add_argument("--seed", type=int, default=1)
    more.set_defaults(do=refill)
    three = verbs.add_parser("train")
    three.add_argument("--size", default="s")
    three.add_argument("--seconds", type=float, default=4000)
    three.add_argument("--lr", type=float, default=2e-3)
    three.add_argument("--begin", type=Path, help="a model file or the folder of a run to go on from")
    three.add_argument("--looks", type=int, default=12)
    three.add_argument("--seed", type=int, default=1)
    three.add_argument("--dtype", default="bfloat16")
    three.set_defaults(do=train)
    four = verbs.add_parser("measure")
    four.add_argument("--at", type=float, nargs="+", default=[0.3, 0.5])
    four.set_defaults(do=measure)
    five = verbs.add_parser("bundle")
    five.add_argument("--floats", action="store_true", help="leave the network in floats")
    five.add_argument("--model", type=Path, help="where to write; the bundled model by default")
    five.add_argument("--mean-with", type=Path, help="the folder of a run whose weights are averaged in")
    five.add_argument("--begin", type=Path, help="the model file that the run began from")
    five.add_argument("--seed", type=int, default=1)
    five.set_defaults(do=bundle)
    for verb in (four, five):
        verb.add_argument("--size", default="s")
    for verb in (one, two, more, three, four, five):
        verb.add_argument("--out", type=Path, required=True)
    torch.set_num_threads(1)
    args = parser.parse_args()
    args.do(args)


if __name__ == "__main__":
    main()
