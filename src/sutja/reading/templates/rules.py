"""Rules across the fields of a form: `total = a + b`, `sum(votes) <= registered`, `issued <= due`.

The language is that of Python's expressions, read by its own parser, of which sums, products, comparisons and
a few functions are allowed. Nothing is ever run as Python.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from sutja.errors import SutjaError
from sutja.grammar.checks import parse_checked
from sutja.grammar.dates import FIRST_YEAR, LAST_YEAR

_COMPARISONS: dict[type[ast.cmpop], Callable[[Decimal, Decimal], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
STANDARDS = ("luhn", "ean", "isbn", "iban")  # functions that check a field's check digit
_FUNCTIONS = ("sum", "min", "max", "date", *STANDARDS)
_SIGNS = str.maketrans({"≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "−": "-"})
_SINGLE_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
_LARGEST = 1e15  # constant
_DEEPEST = 200  # operations within one another
_BY_CHANCE = {"equal": 1e-3, "order": 0.5, "check": 0.1, "date": 0.4}


@dataclass(frozen=True, slots=True)
class FieldValue:
    """Value of a field for rules.

    Attributes
    ----------
    digits : str
        Its digits; "" where it is empty.
    number : Decimal | None
        Number, or days of a date (ordinal of the proleptic Gregorian calendar); None where it has none.
    """

    digits: str
    number: Decimal | None


Values: TypeAlias = Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule across fields; made by `parse_rule`.

    Attributes
    ----------
    text : str
        Rule as it was written.
    fields : tuple[str, ...]
        Names of the fields that it takes.
    by_chance : float
        Probability that it holds for numbers that have nothing to do with one another.
    """

    text: str
    fields: tuple[str, ...]
    by_chance: float
    tree: ast.expr
    families: Mapping[str, tuple[str, ...]]

    def holds(self, values: Values) -> bool | None:
        """Tell whether it holds for values of its fields; None where a value is missing or out of bounds."""
        try:
            return _evaluate(self.tree, values, self.families) != 0
        except (_MissingError, ArithmeticError):
            return None


class _MissingError(Exception):
    """A field has no value."""


def parse_rule(text: str, names: Collection[str]) -> Rule:
    """Parse a rule.

    Parameters
    ----------
    text : str
        Rule. In `sum`, `min` and `max` a name stands for all fields of that name with a number behind:
        `sum(votes)` is that of votes1, votes2 and so on.
    names : Collection[str]
        Names of the fields that there are.

    Raises
    ------
    SutjaError
        If it is no rule, or names what is no field.

    >>> rule = parse_rule("total = a + b", ["a", "b", "total"])
    >>> rule.fields
    ('total', 'a', 'b')
    """
    plain = _SINGLE_EQUALS.sub("==", text.translate(_SIGNS)).strip()
    try:
        tree = ast.parse(plain, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise SutjaError(
            f"{text!r} cannot be understood as a rule", remedy='write it like "total = a + b"'
        ) from error
    if _measure_depth(tree) > _DEEPEST:
        raise SutjaError(
            f"{text!r:.60} has more than {_DEEPEST} operations within one another", remedy="use sum(…)"
        )
    families: dict[str, tuple[str, ...]] = {}
    fields = list(dict.fromkeys(_list_fields(tree, text, names, families)))
    if not (isinstance(tree, ast.Compare) or (isinstance(tree, ast.Call) and _name_of(tree) in _TESTS)):
        raise SutjaError(f"{text!r} compares nothing", remedy='write it like "total = a + b"')
    if not fields:
        raise SutjaError(f"{text!r} names no field", remedy=f"the fields are {', '.join(names)}")
    return Rule(text, tuple(fields), _measure_chance(tree), tree, families)


_TESTS = (*STANDARDS, "date")


def _measure_depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [inner for node in level for inner in ast.iter_child_nodes(node)]
    return depth


def _measure_chance(tree: ast.expr) -> float:
    if isinstance(tree, ast.Call):
        return _BY_CHANCE["date" if _name_of(tree) == "date" else "check"]
    assert isinstance(tree, ast.Compare)
    chance = 1.0
    for comparison in tree.ops:
        chance *= _BY_CHANCE["equal" if isinstance(comparison, ast.Eq) else "order"]
    return max(chance, 1e-6)


def _name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _list_fields(
    node: ast.expr, text: str, names: Collection[str], families: dict[str, tuple[str, ...]]
) -> list[str]:
    """List the fields of a rule, and check that it has nothing but what is allowed."""
    if isinstance(node, ast.Name):
        if node.id in names:
            return [node.id]
        raise SutjaError(
            f"{text!r} names {node.id!r}, which is no field", remedy=f"the fields are {', '.join(names)}"
        )
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        if not abs(node.value) <= _LARGEST:  # type: ignore[arg-type]
            raise SutjaError(f"{text!r:.60} has a number beyond {_LARGEST:g}", remedy="use smaller ones")
        return []
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        inner = [node.left, node.right]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = [node.operand]
    elif isinstance(node, ast.Compare) and all(type(op) in _COMPARISONS for op in node.ops):
        inner = [node.left, *node.comparators]
    elif isinstance(node, ast.Call) and _name_of(node) in _FUNCTIONS and node.args and not node.keywords:
        return _list_arguments(node, text, names, families)
    else:
        raise SutjaError(
            f"{text!r} has more than sums, products and comparisons",
            remedy=f"use + - * = < <= > >= and the functions {', '.join(_FUNCTIONS)}",
        )
    return [name for part in inner for name in _list_fields(part, text, names, families)]


def _list_arguments(
    call: ast.Call, text: str, names: Collection[str], families: dict[str, tuple[str, ...]]
) -> list[str]:
    function = _name_of(call)
    least, most = {"date": (3, 3), **dict.fromkeys(STANDARDS, (1, 1))}.get(function, (1, 10_000))
    if not least <= len(call.args) <= most:
        raise SutjaError(f"{text!r} gives {function} {len(call.args)} values", remedy=f"it takes {least}")
    found: list[str] = []
    for argument in call.args:
        if isinstance(argument, ast.Name) and argument.id not in names and function in ("sum", "min", "max"):
            numbered = re.compile(rf"{re.escape(argument.id)}_?\d+")
            family = tuple(name for name in names if numbered.fullmatch(name))
            if family:
                families[argument.id] = family
                found += family
                continue
        found += _list_fields(argument, text, names, families)
    return found


def _evaluate(node: ast.expr, values: Values, families: Mapping[str, tuple[str, ...]]) -> Decimal:
    if isinstance(node, ast.Name):
        number = values[node.id].number
        if number is None:
            raise _MissingError
        return number
    if isinstance(node, ast.Constant):
        return Decimal(str(node.value))
    if isinstance(node, ast.UnaryOp):
        return -_evaluate(node.operand, values, families)
    if isinstance(node, ast.BinOp):
        operation = _OPERATIONS[type(node.op)]
        return operation(_evaluate(node.left, values, families), _evaluate(node.right, values, families))
    if isinstance(node, ast.Call):
        return _call(_name_of(node), node.args, values, families)
    assert isinstance(node, ast.Compare)
    parts = [_evaluate(part, values, families) for part in (node.left, *node.comparators)]
    pairs = zip(parts, node.ops, parts[1:], strict=False)
    return Decimal(all(_COMPARISONS[type(op)](left, right) for left, op, right in pairs))


def _call(
    function: str, arguments: list[ast.expr], values: Values, families: Mapping[str, tuple[str, ...]]
) -> Decimal:
    if function in STANDARDS:
        [field] = arguments
        assert isinstance(field, ast.Name)
        digits = values[field.id].digits
        if not digits:
            raise _MissingError
        found = parse_checked(digits)
        return Decimal(found is not None and found.standard in (function, None))
    numbers: list[Decimal] = []
    for argument in arguments:
        if isinstance(argument, ast.Name) and argument.id in families:
            members = [values[name].number for name in families[argument.id]]
            if any(member is None for member in members):
                raise _MissingError
            numbers += [member for member in members if member is not None]
        else:
            numbers.append(_evaluate(argument, values, families))
    if function == "date":
        return _count_days(*(int(number) for number in numbers))
    return {"sum": sum, "min": min, "max": max}[function](numbers)  # type: ignore[operator, no-any-return]


def _count_days(day_of_month: int, month: int, year: int) -> Decimal:
    """Return the ordinal of a date, 0 where the calendar has none; years of two digits by POSIX's window."""
    if 0 <= year < 100:
        year += 2000 if year < 69 else 1900
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Decimal(0)
    try:
        return Decimal(date(year, month, day_of_month).toordinal())
    except ValueError:
        return Decimal(0)


def make_value(digits: str, value: str | None, kind: str) -> FieldValue:
    """Make the value of a field for rules.

    Parameters
    ----------
    digits : str
        Digits that were read; "" for an empty field, which counts 0 unless it is a date.
    value : str | None
        Value as `sutja.grammar.TypedNumber` has it.
    kind : str
        Kind of the field.
    """
    if kind == "date":
        try:
            return FieldValue(digits, Decimal(date.fromisoformat(value or "").toordinal()))
        except ValueError:
            return FieldValue(digits, None)
    try:
        return FieldValue(digits, Decimal(value if value is not None else digits or "0"))
    except InvalidOperation:
        return FieldValue(digits, None)
