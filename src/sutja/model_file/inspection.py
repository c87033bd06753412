"""Inspect the bytes of a model: its graph, its card, its signature and its bounds.

A model can come from anyone, and parsing alone can take gigabytes: so this is done in a child process.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sutja.errors import ModelFileError, SutjaError
from sutja.model_file.bounds import check_bounds
from sutja.model_file.card import Card
from sutja.model_file.card_json import parse_card
from sutja.model_file.checks import check_graph, check_signature
from sutja.sandbox import MB, Budget, LimitExceededError, run_in_child

if TYPE_CHECKING:
    from onnx import ModelProto

    from sutja.sandbox.child import Item

CARD_KEY = "sutja.card"
_LEAST_MEMORY = 250 * MB  # that a model may take, and as many times its own size, for copies of its weights
_COPIES = 4


def choose_budget(data: bytes) -> Budget:
    """Choose the limits of a look into a model, or of loading it: small ones need little."""
    return Budget(seconds=5.0, wall=30.0, memory=_LEAST_MEMORY + _COPIES * len(data), output=1)


def inspect_in_child(data: bytes, *, runs: bool = True) -> Card:
    """Inspect a model from anyone in a child process, and return its card.

    Parameters
    ----------
    data : bytes
        The file.
    runs : bool
        False for a model whose weights are read and which is never run: what running it takes is not bounded.

    Raises
    ------
    ModelFileError
        If it is refused, or inspecting it takes too much time or memory.
    """
    return parse_card(_inspect_in_child(data, runs))


@lru_cache(maxsize=4)
def _inspect_in_child(data: bytes, runs: bool) -> str:
    try:
        task = "sutja.model_file.inspection:yield_card"
        [(values, _)] = run_in_child(task, {"runs": runs}, data, choose_budget(data))
    except LimitExceededError as error:
        raise ModelFileError(f"to look into it {error}", remedy="pass a model file made by sutja") from error
    except SutjaError as error:
        raise ModelFileError(str(error)) from error
    return str(values["card"])


def yield_card(arguments: dict[str, Any], data: bytes | None) -> Iterator[Item]:
    """Yield the text of the card of a model that is right, as a task of `sutja.sandbox.run_in_child`."""
    assert data is not None
    model = parse_model(data)
    card = inspect_model(model)
    if arguments.get("runs", True):
        check_bounds(model, card)
    yield {"card": find_card(model)}, None


def inspect_model(model: ModelProto) -> Card:
    """Check the graph, the card and the signature of a model, and return its card.

    Raises
    ------
    ModelFileError
        If the model is refused.
    """
    check_graph(model)
    card = parse_card(find_card(model))
    check_signature(model, card.task, card.n_outputs)
    return card


def parse_model(data: bytes) -> ModelProto:
    """Parse the bytes of a model.

    Raises
    ------
    ModelFileError
        If they are no ONNX.
    """
    import onnx  # takes a tenth of a second, so only where a model is read

    try:
        return onnx.load_model_from_string(data)
    except MemoryError:
        raise
    except Exception as error:  # the parser's DecodeError and its kin have no base of their own
        raise ModelFileError("is not an ONNX file", remedy="pass a model file made by sutja") from error


def find_card(model: ModelProto) -> str:
    """Find the text of the card of a model.

    Raises
    ------
    ModelFileError
        If there is not exactly one.
    """
    cards = [str(entry.value) for entry in model.metadata_props if entry.key == CARD_KEY]
    if len(cards) != 1:
        found = "no card" if not cards else f"{len(cards)} cards"
        raise ModelFileError(f"has {found} in its metadata", remedy="pass a model file made by sutja")
    return cards[0]
