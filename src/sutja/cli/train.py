"""`sutja train`: options and words around `sutja.train`."""

from __future__ import annotations

import re
import shlex
from functools import partial
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from sutja.cli.execution.errors import report_errors
from sutja.cli.execution.options import choice_option, combine

_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_STOPPED = "stopped; the same command with --resume goes on from there"


class Duration(click.ParamType[float]):
    """Seconds, as 90, 90s, 2m or 1.5h."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Convert a duration to seconds."""
        match = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|min|h|)", str(value).strip())
        if not match or float(match[1]) <= 0:
            self.fail(f"{value!r} is no duration; write 60s, 5m or 1h", param, ctx)
        return float(match[1]) * _SECONDS[match[2]]


class Numbers(click.ParamType[tuple[int, ...]]):
    """Whole numbers above 0, with a separator between them.

    Parameters
    ----------
    separator : str
        The sign between two numbers.
    count : int
        The number of numbers; 0 for any.
    """

    name = "numbers"

    def __init__(self, separator: str, count: int = 0) -> None:
        self.separator, self.count = separator, count

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Convert a text to its numbers."""
        if isinstance(value, tuple):
            return value
        parts = [part for part in str(value).lower().split(self.separator) if part.strip()]
        if not all(part.strip().isdecimal() and int(part) > 0 for part in parts):
            self.fail(f"{value!r} should be whole numbers with {self.separator!r} between", param, ctx)
        if self.count and len(parts) != self.count:
            self.fail(f"{value!r} should be {self.count} numbers with {self.separator!r} between", param, ctx)
        return tuple(int(part) for part in parts)


_shared = combine(
    click.option(
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="RUN",
        help="Folder of the run.  [default: runs/…-1, -2, …]",
    ),
    click.option("--resume", is_flag=True, help="Go on with the run in --out, to the same weights."),
    click.option(
        "--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of all random numbers."
    ),
    click.option("--lr", type=click.FloatRange(0, min_open=True), help="Peak learning rate."),
    click.option(
        "--threads", type=click.IntRange(0), default=0, help="Number of threads; 0 finds the fastest."
    ),
)


@click.group()
def train() -> None:
    """Train a network on your own data, or on a set of `sutja data`.

    The folder of a run holds model.onnx, card.json, results.csv, pictures of curves, mistakes and confusions,
    and the exact command.
    """


@train.command(short_help="Learn to classify pictures: a digit, a character or anything else.")
@click.argument("data", required=False)
@choice_option(
    "--net", ("mlp", "convnet", "inknet", "lenet5", "lecun1989"), "convnet", "Architecture of the network."
)
@click.option(
    "--hidden",
    type=Numbers(","),
    metavar="N,N…",
    default="16,16",
    show_default=True,
    help="Neurons of the mlp's hidden layers.",
)
@choice_option("--size", ("s", "m", "l"), "s", "Size of convnet and inknet.")
@click.option("--epochs", type=click.IntRange(1), help="Passes over the data.")
@click.option("--budget", type=Duration(), metavar="TIME", help="Train for this time instead: 60s, 5m, 1h.")
@click.option("--batch-size", type=click.IntRange(1), help="Pictures a step.  [default: that of the network]")
@click.option(
    "--augment",
    type=click.Choice(("none", "shift", "light", "digits", "strong")),
    help="Augmentation: how far training pictures are changed.",
)
@choice_option(
    "--ink",
    ("auto", "find", "whole"),
    "auto",
    "Find the character in each picture, dark or light, scale and centre it, as for MNIST's digits; or leave "
    "pictures whole. auto: find it where the training pictures show one on plain paper.",
)
@click.option("--device", help="cpu, cuda, cuda:1, …  [default: a GPU where there is one]")
@click.option("--dtype", type=click.Choice(("auto", "float32", "bfloat16")), help="Number format.")
@click.option("--resize", type=Numbers("x", 2), metavar="HxW", help="Bring all pictures to one size.")
@click.option("--name", help="Name of the model.  [default: that of the folder]")
@click.option("--tensorboard", is_flag=True, help="Also write a file of events for TensorBoard.")
@_shared
@click.pass_context
def classify(ctx: click.Context, /, data: str | None, out: Path | None, resume: bool, **options: Any) -> None:
    """Train a classifier on DATA.

    DATA is a set of `sutja data` (mnist, usps, …), a folder with a folder of pictures, or of recordings of a
    word each, for each class, a folder with IDX files, a table (.csv) with the columns path and label, an
    .npz file with X and y, or tar shards, whose pictures are read as they are needed. Without it, the digits
    that come with scikit-learn.
    """
    _train(ctx, data, "classify", out, resume, options)


@train.command(short_help="Learn to read or hear numbers from crops or recordings with texts.")
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--base", metavar="FILE|NAME", help="Model to start from.  [default: numbers; spoken for recordings]"
)
@click.option("--from-scratch", is_flag=True, help="Start from random weights.")
@click.option("--epochs", type=click.IntRange(1), default=20, show_default=True, help="Passes over the data.")
@click.option("--name", help="Name of the model.  [default: that of the folder]")
@_shared
@click.pass_context
def transcribe(
    ctx: click.Context,
    /,
    data: Path,
    base: str | None,
    from_scratch: bool,
    out: Path | None,
    resume: bool,
    **options: Any,
) -> None:
    """Train a reader of numbers on DATA, a table (.csv) with the columns path and text, or a folder with one.

    The paths name pictures, each of one number and little else, or recordings with what is said in them, in
    words or digits. Of tar shards, with a text beside each file, pictures and recordings are read as they are
    needed. Training starts from the weights of the bundled model, so that a few hundred are enough to make it
    better on those like yours.
    """
    if base and from_scratch:
        raise click.UsageError("--base and --from-scratch exclude one another")
    if base or from_scratch:
        options["base"] = base  # None begins from nothing
    _train(ctx, data, None, out, resume, options)


@train.command(short_help="Learn to detect objects of any classes in pictures.")
@click.argument("data")
@choice_option("--size", ("s", "m", "l"), "s", "Size of the network.")
@click.option("--epochs", type=click.IntRange(1), help="Passes over the data.")
@click.option("--budget", type=Duration(), metavar="TIME", help="Train for this time instead: 60s, 5m, 1h.")
@click.option("--batch-size", type=click.IntRange(1), default=16, show_default=True, help="Pictures a step.")
@click.option(
    "--longest",
    type=click.IntRange(32, 4096),
    help="Pixels of a picture's longer side, as the network sees it.  [default: enough for small objects]",
)
@choice_option(
    "--augment",
    ("none", "written", "upright", "anyhow"),
    "upright",
    "Augmentation: for text, for upright objects, or for objects turned anyhow.",
)
@click.option("--device", default="auto", help="cpu, cuda, cuda:1, …  [default: a GPU where there is one]")
@click.option(
    "--dtype", type=click.Choice(("auto", "float32", "bfloat16")), default="auto", help="Number format."
)
@click.option("--int8", is_flag=True, help="Also write the model in 8-bit integers, which are quicker.")
@click.option("--name", help="Name of the model.  [default: that of the folder]")
@_shared
@click.pass_context
def detect(ctx: click.Context, /, data: str, out: Path | None, resume: bool, **options: Any) -> None:
    """Train a detector on DATA.

    DATA is a set of `sutja data` with boxes (bccd, cheques), a COCO JSON file, a data.yaml, a folder with
    COCO, YOLO or VOC labels, or tar shards, whose pictures are read as they are needed. Broken boxes are
    named and left out.
    """
    _train(ctx, data, "detect", out, resume, options)


def _train(
    ctx: click.Context,
    data: str | Path | None,
    task: str | None,
    out: Path | None,
    resume: bool,
    options: dict[str, Any],
) -> None:
    """Call `sutja.train` with the options that were chosen; without a task the files of the table tell it."""
    if options.get("epochs") and options.get("budget"):
        raise click.UsageError("--epochs and --budget exclude one another")
    if out is None and resume:
        raise click.UsageError("name the folder of the run with --out")
    chosen = {name: value for name, value in options.items() if value is not None or name == "base"}
    with report_errors(_STOPPED):
        from sutja.runs import find_text_task
        from sutja.runs import train as train_network

        train_network(
            data,
            task or find_text_task(str(data)),
            out=out,
            resume=resume,
            log=click.echo,
            command=partial(command_of, ctx),
            **chosen,
        )


def command_of(ctx: click.Context, out: Path) -> str:
    """Make the command that does this again, with the options that were chosen and the folder."""
    words = ["sutja", "train", str(ctx.info_name)]
    for param in ctx.command.params:
        value = ctx.params[param.name or ""]
        chosen = ctx.get_parameter_source(param.name or "") is not ParameterSource.DEFAULT
        if isinstance(param, click.Argument):
            words += [str(value)] if value is not None else []
        elif param.name == "out":
            words += ["--out", str(out)]
        elif param.name == "seed" or (chosen and value is not None and param.name != "resume"):
            words += [param.opts[0]] if value is True else [param.opts[0], _written(param.type, value)]
    return shlex.join(words)


def _written(kind: click.ParamType[Any], value: Any) -> str:
    """Write a value as the command line takes it."""
    if isinstance(kind, Numbers):
        return kind.separator.join(map(str, value))
    return f"{value:g}s" if isinstance(kind, Duration) else str(value)
