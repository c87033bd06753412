"""`sutja card`: what a model is, reads, has learnt from, under which terms, and how well it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from sutja.cli.execution.errors import report_errors
from sutja.cli.output.writer import printable

if TYPE_CHECKING:
    from sutja.model_file import Card, ModelFile

_TASKS = {
    "transcribe": "reads a number in a crop: sutja read --crop --model",
    "classify": "tells the class of a picture: sutja read --crop --model",
    "detect": "finds objects in pictures: sutja detect --model",
    "listen": "hears numbers in recordings: sutja listen --model",
}
_RESEARCH = "not all of its training data are under open terms: see each; --open chooses models whose are"
_MOST_NAMES = 40  # classes or characters that are listed
_MOST_RESULTS = 12
_DESCRIBES = ("set", "part", "way", "source", "n")  # of a result, what it is of; the rest are figures


@click.command()
@click.argument("model", required=False)
@click.option(
    "--format", "format_name", type=click.Choice(("text", "json")), default="text", show_default=True
)
def card(model: str | None, format_name: str) -> None:
    """Show the card of MODEL, a file or the name of a bundled model; without it, those that are bundled.

    The card says what the model does, what it was trained on and under which terms, how well it did on which
    data, and from which confidence on answers are accepted.
    """
    with report_errors("stopped"):
        from sutja.model_file.bundled import list_bundled, open_model
        from sutja.model_file.card_json import format_card

        if model is None:
            for name in list_bundled():
                file = open_model(name)
                terms = "open terms" if file.card.open_terms else "research terms"
                click.echo(f"{name:<14} {file.card.task:<11} {len(file.data) / 1e6:5.1f} MB  {terms}")
            return
        file = open_model(model)
        if format_name == "json":
            click.echo(format_card(file.card))
            return
        for line in describe_card(file):
            click.echo(printable(line))


def describe_card(file: ModelFile) -> Iterator[str]:
    """Describe a model in lines for people.

    Parameters
    ----------
    file : ModelFile
        The model.
    """
    card = file.card
    yield f"{card.name}: {card.task}, {len(file.data) / 1e6:.1f} MB, {file.source}"
    yield f"  {_TASKS[card.task]} {file.source}"
    names = card.charset or card.classes
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    joint = "" if card.charset else ", "
    yield f"  {'characters' if card.charset else 'classes'}: {joint.join(names[:_MOST_NAMES])}{more}"
    params = ", ".join(f"{key} {value}" for key, value in card.preprocessing.params.items())
    yield f"  input: {card.preprocessing.name} ({params})"
    yield f"  accepts answers from a confidence of {card.threshold:.4f}{_describe_guarantee(card)}"
    yield f"  made {card.created or 'at an unknown time'}, seed {card.seed}"
    yield "learnt from:"
    for data in card.training_data:
        yield f"  {data.name}: {data.items:,} items; terms: {data.terms}"
    if not card.training_data:
        yield "  not stated"
    yield f"  {'all under open terms' if card.open_terms else _RESEARCH}"
    if card.results:
        yield "results:"
    for result in card.results[:_MOST_RESULTS]:
        yield f"  {_format_result(result)}"
    if len(card.results) > _MOST_RESULTS:
        yield f"  and {len(card.results) - _MOST_RESULTS} more: --format json has all"


def _describe_guarantee(card: Card) -> str:
    found = card.guarantee or (card.fields.guarantee if card.fields else None)
    if found is None:
        return ""
    return (
        f"; guaranteed: at most {100 * found.max_error:g} % of them wrong, with {100 * found.confidence:g} % "
        f"confidence, by {found.cases:,} labels"
    )


def _format_result(result: Mapping[str, Any]) -> str:
    """Write a result: what it is of, then its figures."""
    head = ", ".join(str(result[key]) for key in _DESCRIBES if key in result and key != "n")
    n = f"n = {result['n']:,}" if isinstance(result.get("n"), int) else ""
    figures = [f"{key} {_format_figure(value)}" for key, value in result.items() if key not in _DESCRIBES]
    return f"{head}: {', '.join(filter(None, [n, *figures]))}"


def _format_figure(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return f"({' to '.join(_format_figure(entry) for entry in value)})"
    return str(value)
