"""The grammar of numbers: how they are written, and which value they have when there is no doubt.

`strings` has the string rules of the transcriber's answers; `amounts`, `numbers`, `dates`, `postcodes` and
`checks` have a kind each: a parser, and patterns; `signs` tells what stands beside a number, `lines` finds
one among letters, `serials` tests those that letters belong to, `month_names` parses dates with a month in
words; `patterns` and `automaton` turn the patterns into automata that constrain decoding; `kinds` puts them
together; `number_words` has English number words.
"""

from sutja.grammar.amounts import CURRENCY, may_end_in_stroke, parse_value
from sutja.grammar.automata.automaton import DEAD, Automaton
from sutja.grammar.conventions import check_country
from sutja.grammar.kinds import (
    KINDS,
    REPAIR,
    Grammar,
    Kind,
    TypedNumber,
    infer_kind,
    make_digit_grammar,
    make_grammar,
)
from sutja.grammar.month_names import fold_letters, parse_written_date
from sutja.grammar.serials import Serial, parse_serial
from sutja.grammar.signs import Signs, find_signs
from sutja.grammar.strings import canonicalise, is_number, keep_digits, locate_number, trim

__all__ = [
    "CURRENCY",
    "DEAD",
    "KINDS",
    "REPAIR",
    "Automaton",
    "Grammar",
    "Kind",
    "Serial",
    "Signs",
    "TypedNumber",
    "canonicalise",
    "check_country",
    "find_signs",
    "fold_letters",
    "infer_kind",
    "is_number",
    "keep_digits",
    "locate_number",
    "make_digit_grammar",
    "make_grammar",
    "may_end_in_stroke",
    "parse_serial",
    "parse_value",
    "parse_written_date",
    "trim",
]
