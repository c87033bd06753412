"""What the transcriber can write: ten digits, the signs that stand beside them, a gap, and "some letter".

The labels of real cheques often leave out separators that are drawn; `DONT_CARE` names what such a label
says nothing of.
"""

DIGITS = "0123456789"
SEPARATORS = ".,-/#*$€£₹¥+:()%='"
SPACE = " "  # a gap clearly wider than between the digits of one group
LETTER = "□"  # any letter or sign outside this charset: seen, not told apart

CHARSET = DIGITS + SEPARATORS + SPACE + LETTER  # network class i + 1 is CHARSET[i]; class 0 is the CTC blank
DONT_CARE = SEPARATORS + SPACE + LETTER  # what a digits-only label is silent about
