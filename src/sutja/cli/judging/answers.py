"""Answers to labelled data, with all that a person should know about them before trusting a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import numpy as np
from numpy.typing import NDArray

from sutja.errors import SutjaError

if TYPE_CHECKING:
    from sutja.data.labelled.tables import Texts
    from sutja.evaluation import Answers

_MOST_NOTES = 20  # unreadable inputs that are named one by one


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A model's answers to labelled data.

    Attributes
    ----------
    answers : Answers
        Answers to n items, unreadable ones included: they have no answer, and count as wrong.
    source : str
        Name of the data.
    repeated : NDArray[bool_]
        bool (n,): items that equal an earlier one.
    trained_on : NDArray[bool_]
        bool (n,): items that are in the fingerprint of the card, a few of them perhaps by chance.
    leak : str
        Warning where more items are in the fingerprint than by chance, else "".
    one_in : int
        The fingerprint holds one in this many training items.
    groups : int | None
        Number of writers or documents that the items come from; None if unknown.
    notes : tuple[str, ...]
        Further warnings.
    """

    answers: Answers
    source: str
    repeated: NDArray[np.bool_]
    trained_on: NDArray[np.bool_]
    leak: str = ""
    one_in: int = 1
    groups: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def n_unreadable(self) -> int:
        """Number of items that could not be read."""
        return 0 if self.answers.unreadable is None else int(self.answers.unreadable.sum())


def evaluate_texts(answers: Answers, table: Texts, errors: Sequence[str]) -> Evaluated:
    """Put together the evaluation of answers to a table of files and their texts.

    Parameters
    ----------
    answers : Answers
        An answer to each file of the table.
    table : Texts
        The files.
    errors : Sequence[str]
        Errors of the files that could not be read.
    """
    from sutja.evaluation import find_repeats

    return Evaluated(
        answers,
        table.source,
        repeated=find_repeats([str(path) for path in table.paths]),
        trained_on=np.zeros(len(table), bool),
        groups=None if table.groups is None else len(np.unique(table.groups)),
        notes=tuple(list_unreadable(errors)),
    )


def describe_unreadable(k: int, n: int, noun: str, consequence: str) -> str:
    """Say how many of n inputs could not be read, and what that means."""
    return f"{k:,} of {n:,} {noun} could not be read; {consequence}"


def list_unreadable(errors: Sequence[str]) -> list[str]:
    """Write a line for each input that could not be read, and one for the rest where they are many."""
    lines = [f"not read: {error}" for error in errors[:_MOST_NOTES]]
    if len(errors) > _MOST_NOTES:
        lines.append(f"not read: {len(errors) - _MOST_NOTES:,} more")
    return lines


def refuse_unreadable(errors: Sequence[str], n: int, source: str) -> None:
    """Raise an error where no input could be read.

    Raises
    ------
    SutjaError
        If there are as many errors as inputs.
    """
    if errors and len(errors) == n:
        raise SutjaError(
            f"none of its {n:,} inputs can be read", where=source, remedy=f"the first: {errors[0]}"
        )


def require_data(data: str | None, needed: str, remedy: str) -> str:
    """Return the name of the data; raise an error if the person gave none.

    Raises
    ------
    SutjaError
        If `data` is None.
    """
    if data is None:
        raise SutjaError(needed, where="DATA", remedy=remedy)
    return data


def echo_note(message: str) -> None:
    """Print a line on the standard error."""
    click.echo(message, err=True)
