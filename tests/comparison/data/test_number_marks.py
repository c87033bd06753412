"""Numbers as tables have them in other countries."""

import numpy as np
import pytest

from sutja.comparison.data.number_marks import write_plainly
from sutja.comparison.data.sources import load_source


@pytest.mark.parametrize(
    ("cells", "delimiter", "plain"),
    [
        (["1,5", "-0,25", "7"], ";", ["1.5", "-0.25", "7"]),
        (["1,234", "0,5"], "\t", ["1.234", "0.5"]),
        (["1.234,50", "12"], ";", ["1234.50", "12"]),
        (["1 234,5", "2\u202f000,25"], ";", ["1234.5", "2000.25"]),
        (["1,234", "56", "7,000,000"], ",", ["1234", "56", "7000000"]),
        (["1,234.5", ""], ",", ["1234.5", ""]),
        (["1,234.5", "3"], ";", ["1234.5", "3"]),
        (["1,5", "2,25"], ",", ["1.5", "2.25"]),
        (["1.5", "2"], ",", None),
        (["1,5", "red"], ";", None),
        (["red, green", "blue"], ",", None),
        (["1,2,3", "4"], ",", None),
        (["", "-"], ",", None),
    ],
)
def test_commas_have_one_sense_in_a_column(cells, delimiter, plain):
    assert write_plainly(cells, delimiter) == plain


def test_a_table_with_decimal_commas(tmp_path):
    rows = [f"{i},5;{'ab'[i % 2]}" for i in range(50)]
    (tmp_path / "t.csv").write_text("\n".join(["x;label", *rows]))
    source = load_source(str(tmp_path / "t.csv"))
    np.testing.assert_allclose(source.X[:, 0], np.arange(50) + 0.5)
    assert source.notes[1] == "numbers with commas in x are read as such"
