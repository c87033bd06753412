"""`TemplateField`: one field of a form."""

from __future__ import annotations

from dataclasses import dataclass

from sutja.types import Box

MAX_DIGITS = 40  # of a field


@dataclass(frozen=True, slots=True)
class TemplateField:
    """A field of a form.

    Attributes
    ----------
    name : str
        Name, which rules and columns take: letters, digits and underscores, as in Python.
    box : Box
        Box in the pixels of the template's picture.
    kind : str
        Kind of its number: one of `sutja.grammar.KINDS`.
    country : str | None
        Country of its way of writing, ISO 3166 in two letters.
    digits : tuple[int, int] | None
        Least and most digits; None where that is not known.
    comb : bool
        True if each digit has a box of its own, as many as the most digits.
    may_be_empty : bool
        False if it must be filled in.
    """

    name: str
    box: Box
    kind: str = "number"
    country: str | None = None
    digits: tuple[int, int] | None = None
    comb: bool = False
    may_be_empty: bool = True

    @property
    def n_cells(self) -> int:
        """Boxes of its comb; 1 where it has none."""
        return self.digits[1] if self.comb and self.digits else 1
