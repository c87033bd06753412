"""`sutja train`: a network from labelled pictures or texts, and a folder that shows how it came to be."""

from __future__ import annotations

import re
import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from sutja.cli.errors import report_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from sutja.runs.folder import RunFolder
    from sutja.runs.transcribe import TextPlan

_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
# Options that a `ClassifyConfig` has under the same name.
_SAME_NAMES = ("epochs", "lr", "batch_size", "seed", "device", "dtype", "threads", "augment")
_STOPPED = "stopped; the same command with --resume goes on from there"


class Duration(click.ParamType[float]):
    """Seconds, as 90, 90s, 2m or 1.5h."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number of seconds."""
        found = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|min|h|)", str(value).strip())
        if not found or float(found[1]) <= 0:
            self.fail(f"{value!r} is no duration; write 60s, 5m or 1h", param, ctx)
        return float(found[1]) * _SECONDS[found[2]]


class Numbers(click.ParamType[tuple[int, ...]]):
    """Whole numbers above 0, with something between them.

    Parameters
    ----------
    between : str
        The sign between two numbers.
    count : int
        How many there must be; 0 for any.
    """

    name = "numbers"

    def __init__(self, between: str, count: int = 0) -> None:
        self.between, self.count = between, count

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """The numbers."""
        if isinstance(value, tuple):
            return value
        parts = [part for part in str(value).lower().split(self.between) if part.strip()]
        if not all(part.strip().isdecimal() and int(part) > 0 for part in parts):
            self.fail(f"{value!r} should be whole numbers with {self.between!r} between", param, ctx)
        if self.count and len(parts) != self.count:
            self.fail(f"{value!r} should be {self.count} numbers with {self.between!r} between", param, ctx)
        return tuple(int(part) for part in parts)


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    """The options that both kinds of training have."""
    options = (
        click.option(
            "--out",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="RUN",
            help="Folder of the run.  [default: runs/…-1, -2, …]",
        ),
        click.option("--resume", is_flag=True, help="Go on with the run in --out, to the same weights."),
        click.option("--seed", type=click.IntRange(0), default=0, show_default=True),
        click.option("--lr", type=click.FloatRange(0, min_open=True), help="Peak learning rate."),
        click.option("--threads", type=click.IntRange(0), default=0, help="0 takes the quicker number."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def train() -> None:
    """Train a network on your own data, or on a set of `sutja data`.

    A run goes into a folder: model.onnx, card.json, results.csv, pictures of its curves and mistakes, of
    confusions where there are classes, and the exact command.
    """


@train.command(short_help="Learn classes: one digit, character or anything else a picture.")
@click.argument("data", required=False)
@click.option(
    "--net",
    type=click.Choice(("mlp", "convnet", "inknet", "lenet5", "lecun1989")),
    default="convnet",
    show_default=True,
)
@click.option(
    "--hidden",
    type=Numbers(","),
    metavar="N,N…",
    default="16,16",
    show_default=True,
    help="Neurons of the mlp's hidden layers.",
)
@click.option(
    "--size",
    type=click.Choice(("s", "m", "l")),
    default="s",
    show_default=True,
    help="Of convnet and inknet.",
)
@click.option("--epochs", type=click.IntRange(1), help="Times that every picture is seen.")
@click.option("--budget", type=Duration(), metavar="TIME", help="Train so long instead: 60s, 5m, 1h.")
@click.option("--batch-size", type=click.IntRange(1))
@click.option(
    "--augment",
    type=click.Choice(("none", "shift", "light", "digits", "strong")),
    help="How far pictures are changed while learning.",
)
@click.option("--device", help="cpu, cuda, cuda:1, …  [default: a GPU where there is one]")
@click.option("--dtype", type=click.Choice(("auto", "float32", "bfloat16")), help="Of the arithmetic.")
@click.option("--resize", type=Numbers("x", 2), metavar="HxW", help="Bring all pictures to one size.")
@click.option("--name", help="Of the model.  [default: that of the folder]")
@click.option("--tensorboard", is_flag=True, help="Also write a file of events for TensorBoard.")
@_shared
@click.pass_context
def classify(
    ctx: click.Context,
    /,
    data: str | None,
    out: Path | None,
    resume: bool,
    resize: tuple[int, int] | None,
    **choices: Any,
) -> None:
    """Train a classifier on DATA.

    DATA is a set of `sutja data` (mnist, usps, …), a folder with a folder of pictures, or of recordings of a
    word each, for each class, a folder with IDX files, a table (.csv) with the columns path and label, or an
    .npz file with X and y. Without it, the digits that come with scikit-learn.
    """
    with report_errors(_STOPPED):
        from sutja.runs.classify import Plan, load_parts, train_classifier, with_choices
        from sutja.training import distributed

        if choices["epochs"] and choices["budget"]:
            raise click.UsageError("--epochs and --budget exclude one another")
        with distributed.processes() as rank:
            say = click.echo if rank == 0 else _silent
            parts = load_parts(data, resize, say)
            if parts.train.clips:  # what is said sooner is the same word; what is turned is none
                choices["augment"] = choices["augment"] or "shift"
            same = {name: choices[name] for name in _SAME_NAMES}
            net, hidden, seconds = choices["net"], choices["hidden"], choices["budget"]
            config = with_choices(net, len(parts.train), hidden, seconds=seconds, **same)
            folder = _folder(ctx, out, resume, f"{_stem(data)}-{net}", rank)
            name = choices["name"] or folder.path.name
            plan = Plan(net, hidden, choices["size"], config, name, choices["tensorboard"])
            if train_classifier(parts, plan, folder, resume=resume, say=say):
                _tell_use(folder.path, what="CLIP" if parts.train.clips else "PICTURE")


@train.command(short_help="Learn to read or hear numbers, from crops or recordings and their texts.")
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--base", metavar="FILE|NAME", help="Begin with its weights.  [default: numbers; spoken for recordings]"
)
@click.option("--from-scratch", is_flag=True, help="Begin with none.")
@click.option("--epochs", type=click.IntRange(1), default=20, show_default=True)
@click.option("--name", help="Of the model.  [default: that of the folder]")
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
    name: str | None,
    epochs: int,
    seed: int,
    lr: float | None,
    threads: int,
) -> None:
    """Train a reader of numbers on DATA, a table (.csv) with the columns path and text, or a folder with one.

    The paths name pictures, each of one number and little else, or recordings with what is said in them, in
    words or digits. The training begins with the weights of the bundled model, so that a few hundred are
    enough to make it better on those like yours.
    """
    with report_errors(_STOPPED):
        from sutja.data.labelled.recordings import are_recordings, table_of

        if base and from_scratch:
            raise click.UsageError("--base and --from-scratch exclude one another")
        plan = partial(
            _text_plan, epochs=epochs, lr=lr or 0.0, seed=seed, threads=threads
        )  # all but the weights and the name
        if are_recordings(data):
            folder = _hear(ctx, data, None if from_scratch else base or "spoken", out, resume, name, plan)
            _tell_use(folder.path, "listen", "RECORDING")
        else:
            table = table_of(data)
            folder = _read(ctx, table, None if from_scratch else base or "numbers", out, resume, name, plan)
            _tell_use(folder.path)


def _text_plan(weights: Path | None, name: str, **choices: Any) -> TextPlan:
    from sutja.runs.transcribe import TextPlan

    return TextPlan(weights, name=name, **choices)


def _read(
    ctx: click.Context,
    data: Path,
    base: str | None,
    out: Path | None,
    resume: bool,
    name: str | None,
    plan: Callable[..., TextPlan],
) -> RunFolder:
    """Train on crops."""
    from sutja.model_file.bundled import find_model, open_model
    from sutja.runs.transcribe import load_text_parts
    from sutja.runs.transcribe_finish import run

    card = open_model(base, "transcribe").card if base else None
    parts = load_text_parts(data, click.echo)
    folder = _folder(ctx, out, resume, f"{_stem(str(data))}-transcriber", 0)
    weights = find_model(base) if base else None
    run(parts, plan(weights, name or folder.path.name), card, folder, resume, click.echo)
    return folder


def _hear(
    ctx: click.Context,
    data: Path,
    base: str | None,
    out: Path | None,
    resume: bool,
    name: str | None,
    plan: Callable[..., TextPlan],
) -> RunFolder:
    """Train on recordings."""
    from sutja.model_file.bundled import find_model, open_model
    from sutja.runs.listen import load_speech_parts
    from sutja.runs.listen_finish import run

    card = open_model(base, "listen").card if base else None
    parts = load_speech_parts(data, click.echo)
    folder = _folder(ctx, out, resume, f"{_stem(str(data))}-listener", 0)
    weights = find_model(base) if base else None
    run(parts, plan(weights, name or folder.path.name), card, folder, resume, click.echo)
    return folder


@train.command(short_help="Learn to find things: boxes of any classes in pictures.")
@click.argument("data")
@click.option(
    "--size", type=click.Choice(("s", "m", "l")), default="s", show_default=True, help="Of the network."
)
@click.option("--epochs", type=click.IntRange(1), help="Times that every picture is seen.")
@click.option("--budget", type=Duration(), metavar="TIME", help="Train so long instead: 60s, 5m, 1h.")
@click.option("--batch-size", type=click.IntRange(1), default=16, show_default=True)
@click.option(
    "--longest",
    type=click.IntRange(32, 4096),
    help="Pixels of a picture's longer side, as the network sees it.  [default: so that small things show]",
)
@click.option(
    "--augment",
    type=click.Choice(("none", "written", "upright", "anyhow")),
    default="upright",
    show_default=True,
    help="What there is: text; what has a top and a bottom; what may be turned anyhow.",
)
@click.option("--device", default="auto", help="cpu, cuda, cuda:1, …  [default: a GPU where there is one]")
@click.option(
    "--dtype", type=click.Choice(("auto", "float32", "bfloat16")), default="auto", help="Of the arithmetic."
)
@click.option("--int8", is_flag=True, help="Also write the model in 8-bit integers, which are quicker.")
@click.option("--name", help="Of the model.  [default: that of the folder]")
@_shared
@click.pass_context
def detect(
    ctx: click.Context,
    /,
    data: str,
    out: Path | None,
    resume: bool,
    size: str,
    batch_size: int,
    augment: str,
    longest: int | None,
    int8: bool,
    name: str | None,
    **choices: Any,
) -> None:
    """Train a detector on DATA.

    DATA is a set of `sutja data` with boxes (bccd, cheques), a COCO JSON file, or a folder with COCO, YOLO or
    VOC labels. Broken boxes are told and left out.
    """
    with report_errors(_STOPPED):
        from sutja.runs.detect import BoxPlan, config_of, train_detector
        from sutja.runs.detect_data import load_box_parts

        if choices["epochs"] and choices["budget"]:
            raise click.UsageError("--epochs and --budget exclude one another")
        parts = load_box_parts(data, click.echo)
        choices["seconds"] = choices.pop("budget")
        config = config_of(len(parts.train), batch_size, **choices)
        folder = _folder(ctx, out, resume, f"{_stem(data)}-detector", 0)
        plan = BoxPlan(size, config, augment, longest or 0, batch_size, name or folder.path.name, int8)
        train_detector(parts, plan, folder, resume=resume, say=click.echo)
        _tell_use(folder.path, "detect")


def _folder(ctx: click.Context, out: Path | None, resume: bool, name: str, rank: int) -> RunFolder:
    """The run's folder, proved and with its command in it; only named in a process that helps another."""
    from sutja.runs.folder import RunFolder, next_free
    from sutja.training.distributed import world_size

    if out is None and (resume or world_size() > 1):
        raise click.UsageError("name the folder of the run with --out")
    path = out or next_free(Path("runs"), name)
    return RunFolder(path) if rank else RunFolder.open(path, command_of(ctx, path), resume)


def _tell_use(folder: Path, verb: str = "read --crop", what: str = "PICTURE") -> None:
    """How to use what a run made."""
    click.echo(f"the run is in {folder}; to use its model:")
    click.echo(f"  sutja {verb} --model {shlex.quote(str(folder / 'model.onnx'))} {what}")


def command_of(ctx: click.Context, out: Path) -> str:
    """The command that does this again, with the choices that were made and the folder."""
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
    """A value as the command line takes it."""
    if isinstance(kind, Numbers):
        return kind.between.join(map(str, value))
    return f"{value:g}s" if isinstance(kind, Duration) else str(value)


def _stem(data: str | None) -> str:
    return re.sub(r"[^\w.-]+", "-", Path(data).resolve().stem) if data else "digits"


def _silent(line: str) -> None:
    """Progress of a process that helps another one."""
