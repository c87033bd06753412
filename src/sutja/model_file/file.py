"""Model files, written whole or not at all, and read only when they are safe."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sutja.atomic import write_atomic
from sutja.errors import ModelFileError, make_unwritable_error
from sutja.model_file.bounds import check_bounds
from sutja.model_file.card import Card
from sutja.model_file.card_json import format_card
from sutja.model_file.inspection import CARD_KEY, inspect_in_child, inspect_model, parse_model
from sutja.regular_files import read_regular

if TYPE_CHECKING:
    from onnx import ModelProto

SIZE_LIMIT = 64_000_000  # bytes


Params = TypeVar("Params")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A checked model: its card, the very bytes that were checked, and the name of their source.

    Attributes
    ----------
    card, data, source : Card or bytes or str
        Card, bytes, and name of their source.
    trusted : bool
        True for a model of this package, or one that this program has just made.
    """

    card: Card
    data: bytes
    source: str
    trusted: bool = True

    def build_preprocessing(self, builders: Mapping[str, Callable[[Mapping[str, Any]], Params]]) -> Params:
        """Build the parameters of the preprocessing that the card names.

        Parameters
        ----------
        builders : Mapping[str, Callable[[Mapping[str, Any]], Params]]
            For each preprocessing that the caller has, a function that makes its parameters of those on the
            card, or raises TypeError or ValueError.

        Raises
        ------
        ModelFileError
            If the preprocessing or its parameters are of another version.
        """
        preprocessing = self.card.preprocessing
        if preprocessing.name not in builders:
            raise ModelFileError(
                f"wants the preprocessing {preprocessing.name!r}, which this version does not have to "
                f"{self.card.task}",
                where=f"model {self.source}",
                remedy="update sutja",
            )
        try:
            return builders[preprocessing.name](preprocessing.params)
        except (ArithmeticError, TypeError, ValueError) as error:
            raise ModelFileError(
                f"has parameters of the preprocessing that this version cannot use ({error})",
                where=f"model {self.source}",
                remedy="update sutja, or make the model file again",
            ) from error


def write_model(path: str | os.PathLike[str], model: bytes | ModelProto, card: Card) -> None:
    """Write a model with its card, checked as reading checks it; what was at `path` is replaced atomically.

    Its bounds are checked too, as for a model from anyone: who trusts it now may pass it on.

    Raises
    ------
    ModelFileError
        If reading would refuse the file, or it cannot be written; an old file stays as it was.
    """
    proto = parse_model(model) if isinstance(model, bytes) else model
    kept = [(entry.key, entry.value) for entry in proto.metadata_props if entry.key != CARD_KEY]
    del proto.metadata_props[:]
    for key, value in [*kept, (CARD_KEY, format_card(card))]:
        proto.metadata_props.add(key=key, value=value)
    data = proto.SerializeToString()
    target = Path(path)
    read_model(data, source=str(target), trusted=True)
    try:
        check_bounds(parse_model(data), card)
    except ModelFileError as error:
        raise ModelFileError(str(error), where=f"model {target}") from error
    try:
        write_atomic(target, data)
    except OSError as error:
        remedy = "free space, correct the permissions, or name another place"
        raise make_unwritable_error(ModelFileError, target, error, remedy) from error


def read_model(
    source_or_bytes: str | os.PathLike[str] | bytes,
    *,
    source: str | None = None,
    size_limit: int = SIZE_LIMIT,
    trusted: bool = False,
    runs: bool = True,
) -> ModelFile:
    """Read a model file and its card, and check both.

    Parameters
    ----------
    source_or_bytes : str | os.PathLike[str] | bytes
        A path, or the file's bytes.
    source : str | None
        Name of the model in messages; by default its path.
    size_limit : int
        Largest size in bytes.
    trusted : bool
        True for a model of this package, or one that this program has just made: it is checked in this
        process, and neither its memory nor its work is bounded.
    runs : bool
        False where only its weights are read: it may then be a graph that cannot run, or takes too much, and
        must not be given to a session.

    Raises
    ------
    ModelFileError
        If the file cannot be read, is too large, is no ONNX, has no card or one of another version, needs
        operators or files from outside, or is not made for its task.
    """
    name = source or ("<bytes>" if isinstance(source_or_bytes, bytes) else os.fspath(source_or_bytes))
    try:
        data = (
            source_or_bytes
            if isinstance(source_or_bytes, bytes)
            else _read_bytes(Path(source_or_bytes), size_limit)
        )
        if len(data) > size_limit:
            raise _make_size_error(len(data), size_limit)
        card = inspect_model(parse_model(data)) if trusted else inspect_in_child(data, runs=runs)
    except ModelFileError as error:
        raise ModelFileError(str(error), where=f"model {name}") from error
    return ModelFile(card, data, name, trusted)


def _read_bytes(path: Path, size_limit: int) -> bytes:
    try:
        if path.is_file() and path.stat().st_size > size_limit:
            raise _make_size_error(path.stat().st_size, size_limit)
        return read_regular(path, size_limit)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise ModelFileError("there is no such file", remedy="check the path") from error
    except OSError as error:
        raise ModelFileError(f"cannot be read ({error.strerror})", remedy="check its permissions") from error


def _make_size_error(size: int, limit: int) -> ModelFileError:
    return ModelFileError(
        f"has {size:,} bytes, more than the limit of {limit:,}", remedy="pass a smaller model"
    )
