"""Writing a model file whole or not at all, and reading one only when it is safe."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sutja.atomic import write_atomic
from sutja.errors import ModelFileError
from sutja.model_file.card import Card
from sutja.model_file.safety import check_graph, check_signature

if TYPE_CHECKING:
    from onnx import ModelProto

CARD_KEY = "sutja.card"
SIZE_LIMIT = 64_000_000  # bytes


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A checked model: its card, the very bytes that were checked, and where they came from."""

    card: Card
    data: bytes
    source: str


def write_model(path: str | os.PathLike[str], model: bytes | ModelProto, card: Card) -> None:
    """Write `model` with its card to `path`, checked as reading checks it; `path` is replaced at one stroke.

    Raises
    ------
    ModelFileError
        If reading would refuse the file, or it cannot be written; what was there stays as it was.
    """
    proto = _parse(model) if isinstance(model, bytes) else model
    kept = [(entry.key, entry.value) for entry in proto.metadata_props if entry.key != CARD_KEY]
    del proto.metadata_props[:]
    for key, value in [*kept, (CARD_KEY, card.to_json())]:
        proto.metadata_props.add(key=key, value=value)
    data = proto.SerializeToString()
    target = Path(path)
    read_model(data, source=str(target))
    try:
        write_atomic(target, data)
    except OSError as error:
        raise ModelFileError(
            f"cannot be written ({error.strerror or error})",
            where=str(target),
            remedy="make room and permissions, or name another place",
        ) from error


def read_model(
    source_or_bytes: str | os.PathLike[str] | bytes,
    *,
    source: str | None = None,
    size_limit: int = SIZE_LIMIT,
) -> ModelFile:
    """Read a model file and its card, and check both.

    Parameters
    ----------
    source_or_bytes : str | os.PathLike[str] | bytes
        A path, or the file's bytes.
    source : str | None
        What to call the model in messages; the path by itself.
    size_limit : int
        Largest size in bytes.

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
            raise _too_large(len(data), size_limit)
        model = _parse(data)
        check_graph(model)
        card = Card.from_json(_card_text(model))
        check_signature(model, card.task, card.n_outputs)
    except ModelFileError as error:
        raise ModelFileError(str(error), where=f"model {name}") from error
    return ModelFile(card, data, name)


def _read_bytes(path: Path, size_limit: int) -> bytes:
    try:
        if not path.is_file():
            raise ModelFileError("there is no such file", remedy="check the path")
        size = path.stat().st_size
        if size > size_limit:
            raise _too_large(size, size_limit)
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise ModelFileError(f"cannot be read ({error.strerror})", remedy="check its permissions") from error


def _too_large(size: int, limit: int) -> ModelFileError:
    return ModelFileError(
        f"has {size:,} bytes, more than the limit of {limit:,}", remedy="pass a smaller model"
    )


def _parse(data: bytes) -> ModelProto:
    import onnx  # takes a tenth of a second, so only where a model is read

    try:
        return onnx.load_model_from_string(data)
    except Exception as error:  # the parser's DecodeError and its kin have no base of their own
        raise ModelFileError("is not an ONNX file", remedy="pass a model file made by sutja") from error


def _card_text(model: ModelProto) -> str:
    cards = [str(entry.value) for entry in model.metadata_props if entry.key == CARD_KEY]
    if len(cards) != 1:
        found = "no card" if not cards else f"{len(cards)} cards"
        raise ModelFileError(f"has {found} in its metadata", remedy="pass a model file made by sutja")
    return cards[0]
