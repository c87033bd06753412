"""The options of `sutja read`."""

from __future__ import annotations

from dataclasses import dataclass

from sutja.cli.execution.many import BatchOptions
from sutja.cli.output.forms import FORM_ENDINGS
from sutja.cli.output.pages import PAGE_ENDINGS
from sutja.cli.output.writer import choose_format


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The command line: one field an option."""

    paths: tuple[str, ...]
    crop: bool
    templates: tuple[str, ...]
    format_name: str | None
    fields: str | None
    table: bool
    out: str | None
    annotate: str | None
    kind: str
    country: str | None
    truth: str | None
    mistakes: str | None
    every_number: bool
    max_error: float | None
    effort: str | None
    ocr: str
    threads: int
    device: str
    resume: bool
    workers: int | None
    engine: str | None
    address: str | None
    model: str | None
    detector: str | None
    second_reader: str | None

    @property
    def batch(self) -> BatchOptions:
        """Options of a run over many inputs."""
        return BatchOptions(self.resume, self.workers, self.engine, self.address)

    @property
    def names(self) -> list[str]:
        """Names of the numbers that get a column."""
        return [name.strip() for name in (self.fields or "").split(",") if name.strip()]

    @property
    def format(self) -> str:
        """The format asked for, or the one that the output's name stands for."""
        if (self.table or self.fields is not None) and self.format_name is None:
            return "csv"
        endings = FORM_ENDINGS if self.templates else PAGE_ENDINGS
        return choose_format(self.format_name, self.out, endings)
