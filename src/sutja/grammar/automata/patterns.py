r"""Patterns as machines that read a character at a time: Thompson's construction (1968), a small language.

The language is the part of Python's regular expressions that formats of numbers need: characters, `\\d`,
classes, groups, `|`, `?`, `*`, `+`, `{n}` and `{n,m}`. One symbol is added: `¤` reads nothing and costs one
repair, for what is written only by a slip of the pen or read by a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias

from sutja.charset import DIGITS

REPAIR = "¤"
_SPECIAL = frozenset("()[]{}|?*+")

State: TypeAlias = Any  # anything hashable
Costs: TypeAlias = "Iterable[tuple[State, int]]"  # states and the repairs it took to get there


class Machine(Protocol):
    """Reads a text character by character; may be in several states at once, each with its repairs."""

    def begin(self) -> Costs:
        """Return the states before the first character."""
        ...

    def step(self, state: State, symbol: str) -> Costs:
        """Follow a character from a state."""
        ...

    def end(self, state: State) -> int | None:
        """Return the repairs it takes to end in a state; None where the text may not end there."""
        ...


class Pattern:
    """The machine of a pattern.

    Parameters
    ----------
    text : str
        Pattern in the language above.

    Raises
    ------
    ValueError
        If it is not in that language.
    """

    def __init__(self, text: str) -> None:
        self._empty: list[list[tuple[int, int]]] = []  # moves that read nothing: (to, repairs)
        self._reads: dict[int, tuple[frozenset[str], int]] = {}
        self._text, self._at = text, 0
        start, self._final = self._parse_alternatives()
        if self._at != len(text):
            raise ValueError(f"a pattern with a stray {text[self._at]!r} at {self._at}: {text}")
        self._closed = [self._find_closure(state) for state in range(len(self._empty))]
        self._start = self._closed[start]

    def begin(self) -> Costs:
        """Return the states before the first character."""
        return self._start

    def step(self, state: State, symbol: str) -> Costs:
        """Follow a character from a state."""
        move = self._reads.get(state)
        return self._closed[move[1]] if move is not None and symbol in move[0] else ()

    def end(self, state: State) -> int | None:
        """Accept without a repair where the pattern may end."""
        return 0 if state == self._final else None

    def _find_closure(self, state: int) -> list[tuple[int, int]]:
        """Find what is reached without reading, among the states that read and the last."""
        costs, queue = {state: 0}, [state]
        while queue:
            here = queue.pop()
            for there, repairs in self._empty[here]:
                if costs[here] + repairs < costs.get(there, 1 << 30):
                    costs[there] = costs[here] + repairs
                    queue.append(there)
        return [(s, cost) for s, cost in costs.items() if s in self._reads or s == self._final]

    def _new(self) -> int:
        self._empty.append([])
        return len(self._empty) - 1

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _take(self) -> str:
        symbol = self._peek()
        if not symbol:
            raise ValueError(f"a pattern that breaks off: {self._text}")
        self._at += 1
        return symbol

    def _parse_alternatives(self) -> tuple[int, int]:
        start, final = self._new(), self._new()
        while True:
            first, last = self._parse_sequence()
            self._empty[start].append((first, 0))
            self._empty[last].append((final, 0))
            if self._peek() != "|":
                return start, final
            self._at += 1

    def _parse_sequence(self) -> tuple[int, int]:
        first = last = self._new()
        while self._peek() not in ("", "|", ")"):
            begin = self._at
            start, end = self._parse_atom()
            after = self._at
            least, most = self._parse_count()
            resume = self._at
            for i in range(max(least, 1 if most is None else most)):
                if i:  # the atom once more, with states of its own
                    self._at = begin
                    start, end = self._parse_atom()
                    assert self._at == after
                if i >= least:
                    self._empty[last].append((end, 0))
                self._empty[last].append((start, 0))
                if most is None and i >= least - 1:
                    self._empty[end].append((start, 0))
                last = end
            self._at = resume
        return first, last

    def _parse_count(self) -> tuple[int, int | None]:
        """Parse how often an atom is read: least and most."""
        sign = self._peek()
        if sign in ("?", "*", "+"):
            self._at += 1
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[sign]
        if sign != "{":
            return 1, 1
        end = self._text.find("}", self._at)
        least, comma, most = self._text[self._at + 1 : end].partition(",")
        self._at = end + 1
        return int(least), (int(most) if most else None) if comma else int(least)

    def _parse_atom(self) -> tuple[int, int]:
        symbol = self._take()
        if symbol == "(":
            if self._text.startswith("?:", self._at):
                self._at += 2
            inner = self._parse_alternatives()
            if self._take() != ")":
                raise ValueError(f"a pattern with an open group: {self._text}")
            return inner
        start, end = self._new(), self._new()
        if symbol == REPAIR:
            self._empty[start].append((end, 1))
            return start, end
        if symbol == "[":
            chars = self._parse_class()
        elif symbol == "\\":
            chars = self._parse_escape()
        elif symbol in _SPECIAL:
            raise ValueError(f"a pattern with a stray {symbol!r} at {self._at - 1}: {self._text}")
        else:
            chars = frozenset(symbol)
        self._reads[start] = (chars, end)
        return start, end

    def _parse_escape(self) -> frozenset[str]:
        symbol = self._take()
        if symbol == "d":
            return frozenset(DIGITS)
        if symbol.isalnum():
            raise ValueError(f"a pattern with an unknown escape \\{symbol}: {self._text}")
        return frozenset(symbol)

    def _parse_class(self) -> frozenset[str]:
        chars: set[str] = set()
        while (symbol := self._take()) != "]":
            if symbol == "\\":
                chars |= self._parse_escape()
            elif self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                chars |= {chr(code) for code in range(ord(symbol), ord(self._take()) + 1)}
            else:
                chars.add(symbol)
        return frozenset(chars)
