"""What a number may look like, and what it is worth when there is no doubt.

`strings` has the string rules of the transcriber's answers; `amounts`, `numbers`, `dates`, `postcodes` and
`checks` have a kind each, as a text's meaning and as a pattern; `patterns` and `automaton` make of the
patterns what steers the decoding; `kinds` puts them together.
"""

from sutja.grammar.amounts import CURRENCY, value_of
from sutja.grammar.automaton import DEAD, Automaton
from sutja.grammar.conventions import check_country
from sutja.grammar.kinds import KINDS, REPAIR, Grammar, Kind, Typed, grammar_for, kind_of, typed
from sutja.grammar.strings import core, digits_of, is_number, own_part, trim

__all__ = [
    "CURRENCY",
    "DEAD",
    "KINDS",
    "REPAIR",
    "Automaton",
    "Grammar",
    "Kind",
    "Typed",
    "check_country",
    "core",
    "digits_of",
    "grammar_for",
    "is_number",
    "kind_of",
    "own_part",
    "trim",
    "typed",
    "value_of",
]
