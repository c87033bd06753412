"""Machines combined, and made into one deterministic automaton.

The automaton is built lazily (subset construction, Rabin and Scott 1959): a state stands for all states that
its machines may be in, each with the least repairs it took. A grammar of a hundred and fifty countries thus
costs no more than the few states that are ever visited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

from sutja.charset import DIGITS
from sutja.grammar.automata.patterns import Costs, Machine, Pattern, State

DEAD = -1  # no text goes on from here
_Set: TypeAlias = "frozenset[tuple[State, int]]"


class Automaton:
    """Accepts what one of several machines accepts, with the least repairs that any of them needs.

    Parameters
    ----------
    machines : Sequence[Machine]
        At least one.
    most : int
        Maximal number of repairs; a text that takes more is not accepted.

    Attributes
    ----------
    start : int
        The state before the first character.
    """

    def __init__(self, machines: Sequence[Machine], most: int = 0) -> None:
        self._machines, self._most = tuple(machines), most
        self._growing = Lock()  # readers in several threads share a grammar
        self._sets: list[_Set] = []
        self._numbers: dict[_Set, int] = {}
        self._steps: list[dict[str, int]] = []
        self._ends: list[int | None] = []
        self._least: list[int] = []
        self.start = self._number(
            {(i, state): cost for i, machine in enumerate(self._machines) for state, cost in machine.begin()}
        )

    def step(self, state: int, symbol: str) -> int:
        """Follow a character from a state; the state it leads to, or `DEAD`."""
        known = self._steps[state].get(symbol)
        if known is not None:
            return known
        reached: dict[State, int] = {}
        for (i, inner), cost in self._sets[state]:
            for there, repairs in self._machines[i].step(inner, symbol):
                total = cost + repairs
                if total <= self._most and total < reached.get((i, there), total + 1):
                    reached[i, there] = total
        with self._growing:
            found = self._steps[state][symbol] = self._number(reached) if reached else DEAD
        return found

    def __len__(self) -> int:
        """Count the states visited so far."""
        return len(self._sets)

    def walk(self, state: int, text: str) -> int:
        """Follow a text from a state; the state it leads to, or `DEAD`."""
        for symbol in text:
            if state == DEAD:
                return DEAD
            state = self.step(state, symbol)
        return state

    def count_repairs(self, state: int) -> int | None:
        """Return the least repairs of a text that ends in a state, or None where it may not end."""
        return self._ends[state]

    def count_min_repairs(self, state: int) -> int:
        """Return the least repairs of a text that leads to a state."""
        return self._least[state]

    def accepts(self, text: str) -> int | None:
        """Return the least repairs that a text takes, or None where it is not accepted."""
        state = self.walk(self.start, text)
        return None if state == DEAD else self.count_repairs(state)

    def _number(self, reached: dict[State, int]) -> int:
        """Number the state that stands for a set of states."""
        states = frozenset(reached.items())
        number = self._numbers.get(states)
        if number is None:
            number = len(self._sets)
            self._steps.append({})
            self._least.append(min(reached.values(), default=0))
            self._ends.append(self._end(reached))
            self._sets.append(states)
            self._numbers[states] = number
        return number

    def _end(self, reached: dict[State, int]) -> int | None:
        ends = []
        for (i, inner), cost in reached.items():
            repairs = self._machines[i].end(inner)
            if repairs is not None and cost + repairs <= self._most:
                ends.append(cost + repairs)
        return min(ends, default=None)


@dataclass(frozen=True, slots=True)
class Concatenation:
    """One machine followed by another."""

    machines: tuple[Machine, ...]

    def begin(self) -> Costs:
        """Return the states before the first character."""
        return self._enter_next([((0, state), cost) for state, cost in self.machines[0].begin()])

    def step(self, state: State, symbol: str) -> Costs:
        """Follow a character from a state."""
        i, inner = state
        return self._enter_next([((i, there), cost) for there, cost in self.machines[i].step(inner, symbol)])

    def end(self, state: State) -> int | None:
        """Accept where the last machine does."""
        i, inner = state
        return self.machines[i].end(inner) if i == len(self.machines) - 1 else None

    def _enter_next(self, states: list[tuple[State, int]]) -> list[tuple[State, int]]:
        """Add the states of the next machine wherever one may end."""
        for (i, inner), cost in states:  # grows as it is walked
            repairs = self.machines[i].end(inner)
            if repairs is not None and i + 1 < len(self.machines):
                states += [((i + 1, s), cost + repairs + c) for s, c in self.machines[i + 1].begin()]
        return states


@dataclass(frozen=True, slots=True)
class WithPrefix:
    """Accepts what a machine accepts, if its first digits match a pattern."""

    machine: Machine
    begins: Pattern

    def begin(self) -> Costs:
        """Return the states before the first character."""
        starts = [state for state, _ in self.begins.begin()]
        return [
            ((state, at), cost) for state, cost in self.machine.begin() for at in self._drop_matched(starts)
        ]

    def step(self, state: State, symbol: str) -> Costs:
        """Follow a character from a state."""
        inner, at = state
        if at is None or symbol not in DIGITS:
            positions = [at]
        else:
            positions = self._drop_matched([there for there, _ in self.begins.step(at, symbol)])
        return [
            ((there, position), c) for there, c in self.machine.step(inner, symbol) for position in positions
        ]

    def end(self, state: State) -> int | None:
        """Accept where the machine does, once the pattern has matched."""
        inner, at = state
        return self.machine.end(inner) if at is None else None

    def _drop_matched(self, positions: list[State]) -> list[State]:
        """Return [None] once the pattern has matched: nothing more is required."""
        return [None] if any(self.begins.end(position) is not None for position in positions) else positions


@dataclass(frozen=True, slots=True)
class WithMarks:
    """Accepts what a machine over digits accepts, with misplaced marks among them.

    It costs a repair, and one more for each mark after the first.
    """

    machine: Machine
    marks: str

    def begin(self) -> Costs:
        """Return the states before the first character."""
        return [((state, 0), cost + 1) for state, cost in self.machine.begin()]

    def step(self, state: State, symbol: str) -> Costs:
        """Follow a character from a state: 0 before the first, 1 behind digits alone, 2 behind a mark too."""
        inner, phase = state
        if symbol in DIGITS:
            return [((there, phase or 1), cost) for there, cost in self.machine.step(inner, symbol)]
        if symbol in self.marks and phase:
            return [((inner, 2), phase - 1)]
        return []

    def end(self, state: State) -> int | None:
        """Accept where the machine does."""
        inner, _ = state
        return self.machine.end(inner)


# Words beside a number, with the marks that separate them from it, as `strings.trim` removes them.
_BEFORE = Pattern(r"(?:[□ .,:/\-]*□[.,:/\-]*)? *")
_BEHIND = Pattern(r" *(?:□[□ .,:/\-]*)?")


def allow_words(machine: Machine) -> Concatenation:
    """Allow words beside the number of a machine."""
    return Concatenation((_BEFORE, machine, _BEHIND))
