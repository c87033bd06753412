"""The fixed splits of the catalogue: which items are validation and test data.

Of the sets of the catalogue: one table, one hash, the same answer for ever. Every set has one rule in
`RULES`. A rule names the key of an item: all items with one key are on the same side, so that a writer, a
document or a grid that was photographed twice never stands on both. Where the set comes with an official
test set, that one is used; elsewhere a fifth of the keys is set aside by hash, for the whole project. Nothing
is drawn at random: the hash of ``"set/key"`` decides, so the answer depends neither on the order of the files
nor on which of them are there.

A person's own data is split by `sutja.data.split.hold_out`.
"""

from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType

TEST_SHARE = 0.2  # of the keys, where there is no official test set
VALIDATION_SHARE = 0.1  # of the training keys, where there is an official test set
N_FOLDS = 5  # out-of-fold predictions on what is not set aside


@dataclass(frozen=True)
class SplitRule:
    """Rule that splits one set.

    Attributes
    ----------
    key : str
        Key of an item, in words.
    official_test : bool
        The set comes with its own test set; then `is_validation` splits its training part.
        Otherwise `is_test` sets keys aside and `assign_fold` splits the rest.
    note : str
        Why this key.
    hashed_as : str
        Name that the hash takes in place of the set's own. Sets that share their books or writers share it,
        so that nobody is in the training part of one and in the test part of another.
    """

    key: str
    official_test: bool = False
    note: str = ""
    hashed_as: str = ""

    @property
    def by_group(self) -> bool:
        """True if the key stands for a writer, a document or the like, and not for one item alone."""
        return not self.key.startswith("row number")


RULES = MappingProxyType(
    {
        "mnist": SplitRule("writer (QMNIST column 2)", official_test=True, note="no writer is in both parts"),
        "usps": SplitRule("row number in the file, from 0", official_test=True, note="writers are not known"),
        "orand-car": SplitRule("file name without its ending", note="writers are not known"),
        "exam-digits": SplitRule("quiz (column group)", note="students are not known, and may be in several"),
        "sudoku": SplitRule(
            "the 81 digits, row by row",
            note="one grid is on up to 14 photos; see sutja.data.sets.sudoku_mnist",
        ),
        "cheques": SplitRule(
            "file name up to .rf., with copies of one cheque joined by a table in sutja.data.sets.fields",
            note="most writers are not known",
        ),
        "fsdd": SplitRule("speaker", note="six speakers only: report leave-one-speaker-out, not this split"),
        "spoken-strings": SplitRule("file name without its ending", note="one speaker"),
        "an4": SplitRule("speaker"),
        "telephone-speech": SplitRule("call: the file name up to its last underscore"),
        "receipts": SplitRule("file name without its ending"),
        "weather-tables": SplitRule("file name without its ending"),
        "bccd": SplitRule("file name without its ending", note="train.txt and val.txt: the published split"),
        "digits": SplitRule("row number, from 0", note="writers are not known"),
        "registers": SplitRule("book (column group)"),
        "registers-pages": SplitRule(
            "book, by the file name", note="books of registers, on the same side", hashed_as="registers"
        ),
        "births": SplitRule("page (column group)", note="one hand wrote them all"),
        "parish-rows": SplitRule("book (column group)"),
        "parish-dates": SplitRule(
            "book (column group)", note="books of parish-rows, on the same side", hashed_as="parish-rows"
        ),
        "volunteers": SplitRule("writer (column group)"),
        "volunteers-lines": SplitRule(
            "writer (column group)", note="writers of volunteers, on the same side", hashed_as="volunteers"
        ),
        "volunteers-pages": SplitRule(
            "writer, by the file name", note="writers of volunteers, on the same side", hashed_as="volunteers"
        ),
        "no-numbers": SplitRule(
            "writer (column group)", note="writers of volunteers, on the same side", hashed_as="volunteers"
        ),
        "results-id": SplitRule("file name without its ending"),
        "results-id2": SplitRule("file name without its ending", note="five forms: best a test as a whole"),
        "receipts-my": SplitRule("file name without its ending", note="one receipt a shop"),
        "meter-digits": SplitRule(
            "letters that the owner named the digits by", note="the file name tells no more of the meter"
        ),
        "lcd-digits": SplitRule(
            "thousands of the frame number", note="frames that follow one another show the same clock"
        ),
        "pen-digits": SplitRule("writer"),
        "hyke": SplitRule("speaker"),
        "speech-commands": SplitRule("speaker"),
        "iitg": SplitRule("speaker"),
        "sixteen": SplitRule("speaker"),
        "four": SplitRule("speaker", note="four speakers only: better leave each out in turn"),
        "korean": SplitRule(
            "speaker",
            note="hashed as korean-2, since by its own name no speaker would be in the test part",
            hashed_as="korean-2",
        ),
    }
)


def is_test(dataset: str, key: str | int) -> bool:
    """Return True if the items with this key are test data.

    Parameters
    ----------
    dataset : str
        A name in `RULES` whose set has no official test set.
    key : str or int
        As `RULES[dataset].key` says.

    Raises
    ------
    ValueError
        Unknown set, or one with an official test set: use that one.
    """
    if _rule(dataset).official_test:
        raise ValueError(f"{dataset} comes with an official test set; is_test is for sets without one")
    return _fraction(dataset, "", key) < TEST_SHARE


def is_validation(dataset: str, key: str | int) -> bool:
    """Return True if training items with this key are validation data; for sets with an official test set.

    Raises
    ------
    ValueError
        Unknown set, or one without an official test set: use `assign_fold`.
    """
    if not _rule(dataset).official_test:
        raise ValueError(f"{dataset} has no official test set; use fold_of on what is_test leaves")
    return _fraction(dataset, "validation/", key) < VALIDATION_SHARE


def assign_fold(dataset: str, key: str | int, n: int = N_FOLDS) -> int:
    """Fold, 0 to n - 1, of the items with this key; independent of `is_test`.

    Raises
    ------
    ValueError
        Unknown set, or n below 2.
    """
    _rule(dataset)
    if n < 2:
        raise ValueError(f"a split into folds needs at least 2 of them, not {n}")
    return int(_fraction(dataset, "fold/", key) * n)


def assign_part(dataset: str, key: str | int, n: int = N_FOLDS) -> str | int:
    """``"test"``, or the fold (0 to n - 1) of an item that is not kept aside."""
    return "test" if is_test(dataset, key) else assign_fold(dataset, key, n)


def _rule(dataset: str) -> SplitRule:
    try:
        return RULES[dataset]
    except KeyError:
        raise ValueError(f"no split rule for {dataset!r}; there are: {', '.join(sorted(RULES))}") from None


def _fraction(dataset: str, purpose: str, key: str | int) -> float:
    """Number in [0, 1) that the text set/purposekey alone decides."""
    name = RULES[dataset].hashed_as or dataset
    digest = sha256(f"{name}/{purpose}{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
