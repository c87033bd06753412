"""Options of the verbs, as requests give them: those of the command line, by the same names."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from sutja.types import NUMBER_NAMES


def refuse_other_words(value: Any) -> Any:
    """Let a form say yes and no in one way, as JSON does."""
    if isinstance(value, str) and value.lower() not in ("true", "false"):
        raise ValueError("write true or false")
    return value


def take_whole_number(value: Any) -> Any:
    """Take 8000.0 as 8000, since JSON has one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


SamplingRate = Annotated[int, Field(ge=4_000, le=768_000), BeforeValidator(take_whole_number)]
Flag = Annotated[bool, BeforeValidator(refuse_other_words)]
Kind = Literal["auto", "number", "amount", "postcode", "date", "check"]
Country = Annotated[str, Field(pattern="^[A-Za-z]{2}$", description="ISO 3166 in two letters")]
Share = Annotated[float, Field(ge=0.0, lt=1.0)]
OF_TEMPLATES = ("model", "max_error", "effort")  # options that go with a template
ModelName = Annotated[str, Field(max_length=100, description="a name that GET /v1/models lists")]


class Options(BaseModel):
    """Options of a verb; equal ones share their open models."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: ModelName | None = Field(default=None, description="Model to use instead of the default one.")
    max_error: Share | None = Field(
        default=None, description="Choose the threshold so that at most this share of the answers was wrong."
    )


class NumberOptions(Options):
    """Options of the verbs that give numbers."""

    kind: Kind = Field(default="auto", description="Kind of the numbers.")
    country: Country | None = Field(default=None, description="Country of postcodes, dates and amounts.")


class TemplateUpload(BaseModel):
    """A template that came with a request: the text of its file, and the file of its picture."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(max_length=2_000_000)
    picture: bytes = Field(min_length=1)


def describe_names(schema: dict[str, Any]) -> None:
    """Describe what a list of names looks like: to clients, since a pattern tells a person little."""
    name = rf"\s*({'|'.join(NUMBER_NAMES)})?\s*"
    for part in schema["anyOf"]:
        if part["type"] == "string":
            part["pattern"] = f"^{name}(,{name})*$"


class ReadOptions(NumberOptions):
    """Options of `read`."""

    crop: Flag = Field(default=False, description="Each picture shows one number and little else.")
    effort: Literal["fast", "normal", "best"] | None = Field(
        default=None,
        description="fast: our networks alone; normal: also a second reader and, on pages, a detector of "
        "text, where ours are not sure; best: always.",
    )
    ocr: Literal["auto", "always", "never"] = Field(
        default="auto", description="Of PDFs that carry their text: also what is drawn, that alone, or never."
    )
    detector: ModelName | None = Field(default=None, description="Model that finds the numbers on pages.")
    second_reader: ModelName | None = Field(
        default=None,
        description="Model to transcribe that is asked about numbers in doubt, instead of the bundled one.",
    )
    fields: str | None = Field(
        default=None,
        max_length=200,
        description="Names like total,date: of each page these numbers alone, the surest of each name. Known "
        f"are {', '.join(NUMBER_NAMES)}.",
        json_schema_extra=describe_names,
    )
    template: SkipJsonSchema[TemplateUpload | None] = None  # files, which the description of the body has

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the numbers that are asked for."""
        return tuple(name.strip() for name in (self.fields or "").split(",") if name.strip())

    @model_validator(mode="after")
    def check(self) -> Self:
        """Refuse what does not go together, as the command line does."""
        if unknown := [name for name in self.names if name not in NUMBER_NAMES]:
            raise ValueError(f"fields: there is no {unknown[0]!r:.40}, but {', '.join(NUMBER_NAMES)}")
        if self.fields is not None and self.crop:
            raise ValueError("fields goes with pages: leave out crop")
        if self.template is not None:
            for name, item in type(self).model_fields.items():
                if name not in (*OF_TEMPLATES, "template") and getattr(self, name) != item.default:
                    raise ValueError(f"{name} does not go with a template")
        return self


class ListenOptions(NumberOptions):
    """Options of `listen`."""

    pause: float = Field(default=2.0, ge=0.2, le=30.0, description="Seconds; a longer pause ends a number.")
    mark_speech: Flag = Field(
        default=False, description="Tell where something was said that is no part of a number."
    )
    rate: SamplingRate | None = Field(default=None, description="Sampling rate of the recordings, in Hz.")


class DetectOptions(Options):
    """Options of `detect`."""

    threshold: float | None = Field(
        default=None, ge=0.0, le=1.0, description="Least confidence of a detection; goes without max_error."
    )

    @model_validator(mode="after")
    def check(self) -> Self:
        """Refuse two thresholds, as the command line does."""
        if self.threshold is not None and self.max_error is not None:
            raise ValueError("threshold and max_error exclude one another: leave one out")
        return self


class ClassifyOptions(Options):
    """Options of `classify`."""
