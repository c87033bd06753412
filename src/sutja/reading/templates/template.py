"""`Template`: a form whose fields are known, with the picture that pages are laid over."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutja.reading.templates.rules import Rule
from sutja.reading.templates.template_field import TemplateField
from sutja.reading.templates.template_file import (
    TemplateContent,
    format_content,
    load_content,
    parse_content,
    save_content,
)


@dataclass(frozen=True)
class Template:
    """A form: its fields, the rules that its numbers follow, and a picture of it.

    Attributes
    ----------
    name : str
        Name of the form.
    picture : str
        Path of the picture: a scan of the form, blank or filled in.
    pixels : NDArray[uint8]
        The picture, (H, W) or (H, W, 3).
    fields : tuple[TemplateField, ...]
        Fields, in the order of their columns.
    rules : tuple[Rule, ...]
        Rules across fields.
    page : int
        Page of the picture's file, from 1.
    """

    name: str
    picture: str
    pixels: NDArray[np.uint8]
    fields: tuple[TemplateField, ...]
    rules: tuple[Rule, ...] = ()
    page: int = 1

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Template:
        """Load a template from its file.

        Parameters
        ----------
        path : str | os.PathLike[str]
            JSON, as `sutja template new` writes it.

        Raises
        ------
        TemplateError
            If the file or its picture cannot be read, or a field or a rule is wrong; the message names the
            line and the field.
        """
        return cls(**vars(load_content(Path(path))))

    @classmethod
    def parse(cls, text: str, picture: bytes) -> Template:
        """Parse a template whose file and picture are in memory.

        Parameters
        ----------
        text : str
            Text of its file; the path to the picture in it is a name and nothing more.
        picture : bytes
            File of the picture.

        Raises
        ------
        TemplateError
            As `load` does.
        """
        return cls(**vars(parse_content(text, picture)))

    def to_text(self) -> str:
        """Text of the template's file, as `parse` takes it."""
        return format_content(self._content, self.picture)

    @property
    def _content(self) -> TemplateContent:
        return TemplateContent(self.name, self.picture, self.pixels, self.fields, self.rules, self.page)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the template's file; the picture stays where it is.

        Parameters
        ----------
        path : str | os.PathLike[str]
            Where it is written, as JSON.
        """
        save_content(self._content, Path(path))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(field.name for field in self.fields)


def list_columns(templates: Sequence[Template]) -> list[str]:
    """List the names of the fields of several templates, each once, in their order."""
    return list(dict.fromkeys(name for template in templates for name in template.names))
