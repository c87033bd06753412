"""Characters of the transcriber: ten digits, the signs that stand beside them, a gap, and "some letter".

The labels of real cheques often leave out separators that are written there; such labels say nothing about
the characters in `DONT_CARE`.
"""

DIGITS = "0123456789"
SEPARATORS = ".,-/#*$€£₹¥+:()%='"
SPACE = " "  # a gap clearly wider than between the digits of one group
LETTER = "□"  # any letter or sign outside this charset

CHARSET = DIGITS + SEPARATORS + SPACE + LETTER  # network class i + 1 is CHARSET[i]; class 0 is the CTC blank
DONT_CARE = SEPARATORS + SPACE + LETTER  # characters that a label of digits alone says nothing about
