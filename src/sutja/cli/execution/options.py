"""The arguments and options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from sutja.cli.messages import VERBOSITY, show_log

KINDS = ("auto", "number", "amount", "postcode", "date", "check")
PARTS = ("train", "test")

PROVIDERS = {"cpu": None, "cuda": ["CUDAExecutionProvider"]}  # of onnxruntime

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def combine(*decorators: Decorator) -> Decorator:
    """Make one decorator of several; `--help` lists their options in this order."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def choice_option(name: str, values: tuple[str, ...], default: str, text: str) -> Decorator:
    """Make an option that takes one of some values.

    Parameters
    ----------
    name : str
        Name of the option, with its dashes.
    values : tuple[str, ...]
        Values that it takes.
    default : str
        Value where none is given; `--help` shows it.
    text : str
        Explanation in `--help`.
    """
    return click.option(name, type=click.Choice(values), default=default, show_default=True, help=text)


threads_option = click.option(
    "--threads", type=click.IntRange(1, 256), default=1, show_default=True, help="Number of threads."
)

device_option = click.option(
    "--device",
    type=click.Choice(tuple(PROVIDERS)),
    default="cpu",
    show_default=True,
    help="Device that runs the networks; cuda needs onnxruntime-gpu in the place of onnxruntime.",
)

open_option = click.option(
    "--open",
    "only_open",
    is_flag=True,
    help="Use the bundled model that has learnt from data under open terms alone.",
)


def choose_model(model: str | None, only_open: bool) -> str | None:
    """Choose the model that `--model` or `--open` names; None for the default."""
    if not only_open:
        return model
    if model is not None:
        raise click.UsageError("--model and --open exclude one another")
    from sutja.model_file.bundled import OPEN

    return OPEN


kind_options = combine(
    choice_option(
        "--kind", KINDS, "auto", "Kind of the numbers; check stands for numbers with a check digit."
    ),
    click.option("--country", metavar="CODE", help="Country of postcodes, dates and amounts, e.g. DE or US."),
)


def _set_verbosity(ctx: click.Context, option: click.Parameter, given: bool) -> None:
    """Keep the verbosity for `sutja.cli.messages`."""
    if given:
        ctx.find_root().meta[VERBOSITY] = option.name
        if option.name == "verbose":
            show_log()


verbosity_options = combine(
    click.option(
        "-q",
        "--quiet",
        is_flag=True,
        expose_value=False,
        callback=_set_verbosity,
        help="Print results and errors only: no progress, no summary.",
    ),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_set_verbosity,
        help="Tell on the standard error what is opened and how long each input takes.",
    ),
)


def output_options(formats: tuple[str, ...], out_help: str = "") -> Decorator:
    """Make the options `--format` and `--out`; `out_help` is one more sentence about `--out`."""
    return combine(
        click.option(
            "--format",
            "format_name",
            type=click.Choice(formats),
            help="Output format; by default a table, or the format that the ending of --out stands for.",
        ),
        click.option(
            "-o",
            "--out",
            metavar="FILE",
            help="Write to FILE, which appears once the work is complete; - is the standard output. "
            f"{out_help}".strip(),
        ),
        verbosity_options,
    )


def annotate_option(results: str) -> Decorator:
    """Make the option `--annotate`, which draws `results` into copies of the pictures."""
    return click.option(
        "--annotate",
        metavar="DIR",
        type=click.Path(file_okay=False),
        help=f"Also save a copy of each picture in DIR, with {results} drawn into it.",
    )


def max_error_option(answers: str, example: float) -> Decorator:
    """Make the option `--max-error`, which chooses the threshold by the share of wrong `answers`."""
    return click.option(
        "--max-error",
        type=click.FloatRange(0.0, 1.0, max_open=True),
        metavar="SHARE",
        help="Choose the threshold so that at most this share "
        f"of the {answers} was wrong on validation data, e.g. {example:g}.",
    )


model_and_data = combine(
    click.argument("model"),
    click.argument("data", required=False),
    choice_option(
        "--part", PARTS, "test", "Part of the data to use, where they are split into training and test part."
    ),
    threads_option,
)
