"""The exact way to train the bundled classifier of lone digits again.

    python recipes/digits.py --out runs/digits              # MNIST and exam digits: open terms
    python recipes/digits.py --all --out runs/digits-all    # and the postal digits, whose terms are not open
    python recipes/digits.py --out runs/digits --bundle     # also put it into src/sutja/weights/

Each digit is learnt from in three ways: as it comes, light on dark; drawn with a thinner and fainter pen; and
as on paper of some brightness. The few exam digits count twelve times. A run continues where it stopped when
started again. Temperature and threshold come from validation writers; the test parts are looked at once, for
the card.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import sutja
from sutja.data.labelled.load import Labelled, load_labelled
from sutja.data.sets.catalogue import ENTRIES
from sutja.data.split.fixed import assign_fold, is_validation
from sutja.model_file import Card, ModelFile, TrainingSet, write_model
from sutja.runs.cards import measure
from sutja.runs.classify import Plan, train
from sutja.runs.folder import RunFolder
from sutja.runs.parts import Parts
from sutja.runtime import Session
from sutja.signals.preprocessing.pixels_input import PixelsParams, batch_to_pixels
from sutja.training.classify.fit import ClassifyConfig

SIDE = 28  # pixels
OPEN_SETS = ("mnist", "exam-digits")
ALL_SETS = (*OPEN_SETS, "usps")
VALIDATION_FOLD = 0  # of the sets without an official test set
PAPER = (140, 255)  # how bright
LEAST_INK = 60  # levels that the darkest ink lies below the paper
FAINTEST = 0.15  # of full ink, of a thin pen
OFTEN = {"exam-digits": 12}  # times that each digit of a small set is learnt from
NAME = "digits"
CONFIG = ClassifyConfig(
    epochs=10, batch_size=256, lr=4e-3, weight_decay=0.02, label_smoothing=0.05, ema=0.998, augment="digits"
)


def choose_hold_out(name: str, data: Labelled) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Mark the training items that are validation data: whole writers or quizzes, where they are known."""
    keys = data.groups.tolist() if data.groups is not None else list(range(len(data)))
    if name in ("mnist", "usps"):
        return np.array([is_validation(name, key) for key in keys])
    return np.array([assign_fold(name, key) == VALIDATION_FOLD for key in keys])


def load(name: str) -> Parts[Labelled]:
    """One set in three parts, 28 × 28."""
    data = load_labelled(name, "train", (SIDE, SIDE))
    held_out = choose_hold_out(name, data)
    test = load_labelled(name, "test", (SIDE, SIDE))
    return Parts(data.take(np.flatnonzero(~held_out)), data.take(np.flatnonzero(held_out)), test)


def put_on_paper(data: Labelled, seed: int) -> Labelled:
    """The same digits, dark on light: each with its own paper and its own ink."""
    rng = np.random.default_rng(seed)
    paper = rng.uniform(*PAPER, (len(data), 1, 1)).astype(np.float32)
    ink = rng.uniform(LEAST_INK, paper).astype(np.float32)  # levels below the paper
    images = np.rint(paper - ink * data.images / 255).clip(0, 255).astype(np.uint8)
    return replace(data, images=images)


def draw_thinly(data: Labelled, seed: int) -> Labelled:
    """The same digits, light on dark, as a thinner pen writes them: worn by up to a pixel, and fainter."""
    rng = np.random.default_rng(seed)
    images = np.empty_like(data.images)
    for place, (image, pixels) in enumerate(zip(data.images, rng.integers(2, 5, len(data)), strict=True)):
        large = cv2.resize(image, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
        worn = cv2.erode(large, np.ones((pixels, pixels), np.uint8))
        strong = worn if worn.max() > 0.5 * image.max() else large  # a pen as thin as this is thin enough
        images[place] = cv2.resize(strong, image.shape[::-1], interpolation=cv2.INTER_AREA)
    ink = rng.uniform(FAINTEST, 1, (len(data), 1, 1)).astype(np.float32)
    return replace(data, images=np.rint(images * ink).astype(np.uint8))


def join(sets: Sequence[Labelled]) -> Labelled:
    """Several sets with the same classes as one."""
    return Labelled(
        np.concatenate([data.images for data in sets]),
        np.concatenate([data.labels for data in sets]),
        sets[0].classes,
        None,
        tuple(name for data in sets for name in data.names),
        " + ".join(dict.fromkeys(data.source for data in sets)),
        "; ".join(dict.fromkeys(data.terms for data in sets)),
        open_terms=all(data.open_terms for data in sets),
    )


def augment_all(sets: Mapping[str, Labelled], seed: int, often: Mapping[str, int]) -> Labelled:
    """Several sets, each digit as it comes, thinly, and on paper, with new pens for each repetition."""
    variants: list[Labelled] = []
    for place, (name, data) in enumerate(sets.items()):
        for time in range(often.get(name, 1)):
            thin = draw_thinly(data, seed + 10 * place + 1000 * time)
            drawn = put_on_paper(thin if time % 2 else data, seed + 10 * place + 1000 * time + 1)
            variants += [data, thin, drawn]
    return join(variants)


def compose(
    names: Sequence[str], limit: int | None = None
) -> tuple[Parts[Labelled], dict[str, Parts[Labelled]]]:
    """Join the training data of all sets; give each set's parts too, of at most `limit` digits each."""
    sets = {name: load(name) for name in names}
    if limit:
        sets = {
            name: Parts(
                *(data.take(range(min(limit, len(data)))) for data in (p.train, p.validation, p.test))
            )
            for name, p in sets.items()
        }
    together = Parts(
        *(
            augment_all({name: getattr(parts, side) for name, parts in sets.items()}, seed, often)
            for seed, side, often in ((1, "train", OFTEN), (101, "validation", {}), (201, "test", {}))
        )
    )
    return together, sets


def measure_results(model: ModelFile, sets: dict[str, Parts[Labelled]]) -> list[dict[str, Any]]:
    """Figures a set and a way, by the model file itself."""
    session, card = Session(model), model.card
    params = PixelsParams(**card.preprocessing.params)
    rows = []
    for name, parts in sets.items():
        for side in ("validation", "test"):
            data: Labelled = getattr(parts, side)
            for variant, some in (("light on dark", data), ("on paper", put_on_paper(data, 301))):
                pixels = batch_to_pixels(some.images, params)
                log_probs = np.concatenate(
                    [session.run(pixels[i : i + 1024]) for i in range(0, len(pixels), 1024)]
                )
                rows.append({**measure(some, log_probs, card.scaling, side), "set": name, "way": variant})
    return rows


def complete(model: ModelFile, names: Sequence[str], sets: dict[str, Parts[Labelled]], path: Path) -> Card:
    """Write the card's own list of sets and figures into the model file."""
    used = tuple(
        TrainingSet(name, len(sets[name].train), ENTRIES[name].terms, sets[name].train.checksum())
        for name in names
    )
    card = replace(model.card, training_data=used, results=tuple(measure_results(model, sets)))
    write_model(path, model.data, card)
    return card


def main(argv: Sequence[str] | None = None) -> None:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--all", action="store_true", help="also learn from sets whose terms are not open")
    parser.add_argument("--size", default="m", help="of the convolutional network")
    parser.add_argument("--epochs", type=int, default=CONFIG.epochs)
    parser.add_argument("--seed", type=int, default=CONFIG.seed)
    parser.add_argument("--limit", type=int, help="digits a set and a part, for a try")
    parser.add_argument("--bundle", action="store_true", help="copy the model into the package")
    args = parser.parse_args(argv)
    names = ALL_SETS if args.all else OPEN_SETS
    together, sets = compose(names, args.limit)
    plan = Plan(
        "inknet", size=args.size, config=replace(CONFIG, epochs=args.epochs, seed=args.seed), name=NAME
    )
    folder = RunFolder.open(args.out, shlex.join(["python", *sys.argv]), resume=True)
    model = train(together, plan, folder, resume=True).model
    path = Path(model.source)
    card = complete(model, names, sets, path)
    folder.write_card(card)
    for row in card.results:
        print(f"{row['set']} {row['part']}, {row['way']}: {row['error']:.2%} of {row['n']:,} wrong")
    if args.bundle:
        target = Path(sutja.__file__).parent / "weights" / f"{NAME}.onnx"
        shutil.copyfile(path, target)
        print(f"{target}: {target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
