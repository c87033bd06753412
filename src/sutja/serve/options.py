"""Options of the verbs, as requests give them: those of the command line, by the same names."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["auto", "number", "amount", "postcode", "date", "check"]
Country = Annotated[str, Field(pattern="^[A-Za-z]{2}$", description="ISO 3166 in two letters")]
Share = Annotated[float, Field(ge=0.0, lt=1.0)]
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


class ReadOptions(NumberOptions):
    """Options of `read`."""

    crop: bool = Field(default=False, description="Each picture shows one number and little else.")
    effort: Literal["fast", "normal"] | None = Field(
        default=None, description="With crop: one reader, or a second one where the first is not sure."
    )
    detector: ModelName | None = Field(default=None, description="Model that finds the numbers on pages.")


class ListenOptions(NumberOptions):
    """Options of `listen`."""

    pause: float = Field(default=2.0, ge=0.2, le=30.0, description="Seconds; a longer pause ends a number.")
    rate: int | None = Field(
        default=None, ge=4_000, le=768_000, description="Sampling rate of the recordings, in Hz."
    )


class DetectOptions(Options):
    """Options of `detect`."""

    threshold: float | None = Field(
        default=None, ge=0.0, le=1.0, description="Least confidence of a detection."
    )


class ClassifyOptions(Options):
    """Options of `classify`."""
