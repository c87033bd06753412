"""Machines put together, and made into one automaton that is in one state at a time.

The automaton is built as it is walked (lazy subset construction, Rabin and Scott 1959): a state stands for
all states that its machines may be in, each with the least repairs it took. A grammar of a hundred and fifty
countries so costs no more than the few states that are ever asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

from sutja.charset import DIGITS
from sutja.grammar.patterns import Costs, Machine, Pattern, State

DEAD = -1  # no text goes on from here
_Set: TypeAlias = "frozenset[tuple[State, int]]"


class Automaton:
    """What one of several machines accepts, with the least repairs that any of them needs.

    Parameters
    ----------
    machines : Sequence[Machine]
        At least one.
    most : int
        Repairs; a text that takes more is not accepted.

    Attributes
    ----------
    start
        The state before anything was read.
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
        """The state that a character leads to, or `DEAD`."""
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
        """How many states were asked for so far."""
        return len(self._sets)

    def walk(self, state: int, text: str) -> int:
        """The state that a text leads to, or `DEAD`."""
        for symbol in text:
            if state == DEAD:
                return DEAD
            state = self.step(state, symbol)
        return state

    def repairs(self, state: int) -> int | None:
        """The least repairs of a text that ends here, or None where it may not end."""
        return self._ends[state]

    def least(self, state: int) -> int:
        """The repairs that a text has taken at least when it comes to this state."""
        return self._least[state]

    def accepts(self, text: str) -> int | None:
        """The least repairs that `text` takes, or None where it is not accepted."""
        state = self.walk(self.start, text)
        return None if state == DEAD else self.repairs(state)

    def _number(self, reached: dict[State, int]) -> int:
        """The number of the state that stands for a set of states."""
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
class Row:
    """One machine after the other."""

    machines: tuple[Machine, ...]

    def begin(self) -> Costs:
        """The states before anything was read."""
        return self._onward([((0, state), cost) for state, cost in self.machines[0].begin()])

    def step(self, state: State, symbol: str) -> Costs:
        """Where a character leads from a state."""
        i, inner = state
        return self._onward([((i, there), cost) for there, cost in self.machines[i].step(inner, symbol)])

    def end(self, state: State) -> int | None:
        """The last machine says so."""
        i, inner = state
        return self.machines[i].end(inner) if i == len(self.machines) - 1 else None

    def _onward(self, states: list[tuple[State, int]]) -> list[tuple[State, int]]:
        """With the states of the next machine, wherever one may end."""
        for (i, inner), cost in states:  # grows as it is walked
            repairs = self.machines[i].end(inner)
            if repairs is not None and i + 1 < len(self.machines):
                states += [((i + 1, s), cost + repairs + c) for s, c in self.machines[i + 1].begin()]
        return states


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a machine accepts, if its digits begin as a pattern says."""

    machine: Machine
    begins: Pattern

    def begin(self) -> Costs:
        """The states before anything was read."""
        starts = [state for state, _ in self.begins.begin()]
        return [((state, at), cost) for state, cost in self.machine.begin() for at in self._shortened(starts)]

    def step(self, state: State, symbol: str) -> Costs:
        """Where a character leads from a state."""
        inner, at = state
        if at is None or symbol not in DIGITS:
            places = [at]
        else:
            places = self._shortened([there for there, _ in self.begins.step(at, symbol)])
        return [((there, place), c) for there, c in self.machine.step(inner, symbol) for place in places]

    def end(self, state: State) -> int | None:
        """The machine's own, once the pattern was there."""
        inner, at = state
        return self.machine.end(inner) if at is None else None

    def _shortened(self, places: list[State]) -> list[State]:
        """None alone where the pattern has been there: nothing more is asked."""
        return [None] if any(self.begins.end(place) is not None for place in places) else places


@dataclass(frozen=True, slots=True)
class Parted:
    """What a machine over digits accepts, with marks among them that are not in their place.

    It costs a repair, and one more for each mark after the first.
    """

    machine: Machine
    marks: str

    def begin(self) -> Costs:
        """The states before anything was read."""
        return [((state, 0), cost + 1) for state, cost in self.machine.begin()]

    def step(self, state: State, symbol: str) -> Costs:
        """Where a character leads from a state: 0 nothing read, 1 digits alone, 2 a mark too."""
        inner, seen = state
        if symbol in DIGITS:
            return [((there, seen or 1), cost) for there, cost in self.machine.step(inner, symbol)]
        if symbol in self.marks and seen:
            return [((inner, 2), seen - 1)]
        return []

    def end(self, state: State) -> int | None:
        """The machine's own."""
        inner, _ = state
        return self.machine.end(inner)


# Words beside a number, with the marks that part them from it, as `strings.trim` takes them off.
_BEFORE = Pattern(r"(?:[□ .,:/\-]*□[.,:/\-]*)? *")
_BEHIND = Pattern(r" *(?:□[□ .,:/\-]*)?")


def beside_words(machine: Machine) -> Row:
    """The machine of a number that may stand beside words."""
    return Row((_BEFORE, machine, _BEHIND))
