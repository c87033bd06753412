r"""Train the second reader: PP-OCRv6's small recogniser, taught the numbers of our sets.

    python recipes/second_reader.py train --out runs/second
    python recipes/second_reader.py train --out runs/second-a --without registers registers-pages volunteers
    python recipes/second_reader.py bundle --run runs/second
    python benchmarks/two_readers.py --write

A run continues where it stopped when started again. `bundle` writes src/sutja/weights/lines.onnx, its
pointwise convolutions in 8-bit integers; the last command puts the weights of both readers into the first
one's card. Data: `SUTJA_DATA`. Nothing here looks at a test part.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import functools
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from _page_crops import RealField, load_real_fields
from _pretrained_line import load_pretrained
from torch import Tensor, nn
from transcriber import LoadSources, make_page_crops

import sutja
from sutja.charset import CHARSET
from sutja.data.sets import catalogue
from sutja.model_file import Card, Preprocessing, TrainingSet
from sutja.model_file.bundled import bundled_path
from sutja.nets.line_recogniser import LineRecogniser, LineRecogniserConfig
from sutja.reading.second.line_reader import PREPROCESSING
from sutja.signals.preprocessing.normalisation import pad_batch
from sutja.signals.preprocessing.text_line import TextLineParams
from sutja.synthesis.crops.sample import Sample
from sutja.synthesis.crops.sources import VALIDATION_FOLD, load_sources
from sutja.training import checkpoint, loop
from sutja.training.ctc import CTC_DTYPE, CtcJob, decode_best_paths, prepare_state
from sutja.training.export.network import export
from sutja.training.export.pointwise import quantise_pointwise_file
from sutja.training.transcribe import fit as transcribe
from sutja.training.transcribe import validation_sets
from sutja.training.transcribe.batches import Batch, Crop, encode_label, label_batch, make_batches
from sutja.training.transcribe.loss import silent_ctc_loss
from sutja.training.workers import Composes, Workers, compose_items

NAME = "lines"
PARAMS = TextLineParams(min_width=32, max_width=768, channels=1, stretch=1.2)
STRETCHES = (0.85, 1.2)  # of the width while it learns, beside the usual
NARROWEST = 16  # columns
MOST = 120  # crops of a validation set
DAMPING = 0.1  # of the loss: wrong labels weigh little
COLUMNS_A_CROP = 128  # about the mean
QUANTISE_CROPS = 400  # crops that show the ranges


def make_line(sample: Sample) -> Crop:
    """Scale a sample to the height of a line, as bytes."""
    rows, columns = sample.picture.shape
    stretched = round(PARAMS.stretch * PARAMS.height * columns / rows)
    width = min(max(NARROWEST, stretched), PARAMS.max_width)
    pixels = np.asarray(cv2.resize(sample.picture, (width, PARAMS.height), interpolation=cv2.INTER_LINEAR))
    return Crop(pixels.astype(np.uint8), encode_label(sample.text, sample.mask), sample.mask)


def make_line_batch(crops: list[Crop], multiple: int = PARAMS.step) -> Batch:
    """Pad lines on the right with grey, to a multiple of columns."""
    arrays = [crop.pixels.astype(np.float32) / 127.5 - 1 for crop in crops]
    return label_batch(pad_batch(arrays, multiple), crops)


class LineJob(CtcJob[Crop, Batch, transcribe.TranscribeConfig]):
    """The training of the second reader, as the loop needs it."""

    counted = "digits"

    def make_batches(self, items: Sequence[Crop], rng: np.random.Generator, first: int) -> Iterator[Batch]:
        """Cut an epoch's crops into batches of similar width."""
        return make_batches(items, self.config.columns, rng, make_line_batch, first)

    def loss(self, net: nn.Module, batch: Batch) -> Tensor:
        """The loss of temporal classification, silent where the label is."""
        targets, lengths, silent = map(torch.from_numpy, (batch.targets, batch.lengths, batch.silent))
        log_probs = loop.run_in_dtype(net, torch.from_numpy(batch.image), CTC_DTYPE)
        loss = silent_ctc_loss(log_probs, targets, lengths, silent, DAMPING)
        return loss * (len(lengths) * COLUMNS_A_CROP / self.config.columns)

    def accuracy(self, net: nn.Module, items: Sequence[Crop]) -> float:
        """The part of the crops whose digits are all right, 0 to 1."""
        right = 0
        for item in items:
            image = torch.from_numpy(make_line_batch([item]).image)
            (path,) = decode_best_paths(loop.evaluation_step(net, image, CTC_DTYPE).numpy())
            right += _digits(path) == _digits(item.classes)
        return right / len(items)


def _digits(classes: Sequence[int]) -> str:
    return "".join(c for c in (CHARSET[k - 1] for k in classes) if c.isdigit())


class StretchedCrops:
    """Samples of a composer, narrower or wider than they are."""

    def __init__(self, composer: Composes[Sample], seed: int) -> None:
        self._composer, self._rng = composer, np.random.default_rng([seed, 48])

    def sample(self) -> Sample:
        """The next sample."""
        sample = self._composer.sample()
        rows, columns = sample.picture.shape
        width = max(1, round(columns * float(self._rng.uniform(*STRETCHES))))
        picture = cv2.resize(sample.picture, (width, rows), interpolation=cv2.INTER_LINEAR)
        return replace(sample, picture=np.asarray(picture, np.uint8))


def make_stretched_crops(load: LoadSources, fields: dict[str, list[RealField]], seed: int) -> StretchedCrops:
    """The composer of a worker process."""
    return StretchedCrops(make_page_crops(load, fields, seed), seed)


class LineCrops(Workers[Crop]):
    """Worker processes that compose lines endlessly."""

    def __init__(self, make: Callable[[int], StretchedCrops], seed: int, chunk: int = 1024) -> None:
        super().__init__(functools.partial(compose_items, make, make_line), seed, 1, chunk, waiting=2)


def train(args: argparse.Namespace) -> None:
    """Train, or go on training."""
    args.out.mkdir(parents=True, exist_ok=True)
    root = Path(os.environ["SUTJA_DATA"])
    config = transcribe.TranscribeConfig(
        steps=args.steps,
        lr=args.lr,
        columns=args.columns,
        seed=args.seed,
        ema=0.995,
        warm_up=100,
        weight_decay=0.01,
        evaluate_every=args.every,
        chunks_per_epoch=1,
    )
    load = functools.partial(load_sources, root, VALIDATION_FOLD, without=tuple(args.without))
    fields = {
        name: some for name, some in load_real_fields(root, "train").items() if name not in args.without
    }
    make = functools.partial(load_average, args.weights) if args.weights else load_pretrained
    state = prepare_state(make, config, args.out / "checkpoint.pt", None)
    pool = LineCrops(functools.partial(make_stretched_crops, load, fields), 1000 * args.seed + state.step)
    sets = {
        name: [make_line(sample) for sample in samples[:: max(1, len(samples) // MOST)]]
        for name, samples in validation_sets.real(root, VALIDATION_FOLD).items()
        if samples
    }
    with (args.out / "train.log").open("a", buffering=1) as log:

        def say(line: str) -> None:
            print(time.strftime("%H:%M:%S"), line, file=log)

        job = LineJob(state, pool, config, sets)
        say(f"{' '.join(sys.argv)} · {job.describe(job.evaluate(state))}")
        job.fit(state, args.out, say)
    pool.close()


def load_average(run: Path) -> LineRecogniser:
    """Load the averaged network of a run."""
    parts = checkpoint.read(run / "checkpoint.pt")
    net = LineRecogniser(LineRecogniserConfig(**parts["config"]))
    net.load_state_dict(parts["average"])
    return net


def bundle(args: argparse.Namespace) -> None:
    """Write the run's network as a bundled model, most of it in 8-bit integers."""
    root = Path(os.environ["SUTJA_DATA"])
    net = load_average(args.run)
    used = load_sources(root, VALIDATION_FOLD).used
    pretrained = TrainingSet("PP-OCRv6 small", 0, "Apache-2.0; its own training data are not published")
    card = Card(
        "transcribe",
        NAME,
        tuple(CHARSET),
        Preprocessing(PREPROCESSING, dataclasses.asdict(PARAMS)),
        threshold=1.0,
        training_data=(
            pretrained,
            *(TrainingSet(n, items, catalogue.find_entry(n).terms) for n, items in sorted(used.items())),
        ),
        open_terms=False,
        seed=args.seed,
        versions={"sutja": sutja.__version__, "torch": torch.__version__, "numpy": np.__version__},
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )
    lines = sorted(
        (make_line(sample) for sample in validation_sets.real(root, VALIDATION_FOLD)["registers"][:64]),
        key=lambda line: line.pixels.shape[1],
    )
    batches = [make_line_batch(lines[i : i + 8]).image for i in range(0, len(lines), 8)]
    path = args.out or bundled_path(NAME)
    load = functools.partial(load_sources, root, VALIDATION_FOLD)
    composer = make_stretched_crops(load, load_real_fields(root, "train"), args.seed)
    shown = [make_line_batch([make_line(composer.sample())]).image for _ in range(QUANTISE_CROPS)]
    export(net.eval(), card, path, batches)
    quantise_pointwise_file(path, path, shown, batches)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True)
    one = verbs.add_parser("train")
    one.add_argument("--out", type=Path, required=True)
    one.add_argument("--weights", type=Path, help="begin with the averaged weights of another run")
    one.add_argument("--steps", type=int, default=1500)
    one.add_argument("--every", type=int, default=400, help="steps between evaluations")
    one.add_argument("--lr", type=float, default=3e-4)
    one.add_argument("--columns", type=int, default=4096, help="columns of lines in a batch")
    one.add_argument("--without", nargs="*", default=[], metavar="SET", help="sets that are left out")
    one.set_defaults(do=train)
    two = verbs.add_parser("bundle")
    two.add_argument("--run", type=Path, required=True)
    two.add_argument("--out", type=Path, help="another path than that of the bundled model")
    two.set_defaults(do=bundle)
    for verb in (one, two):
        verb.add_argument("--seed", type=int, default=71)
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.do(args)


if __name__ == "__main__":
    main()
