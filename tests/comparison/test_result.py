"""A comparison at a prompt, in a notebook, as a table and as JSON."""

import json

import pandas
import pytest
from simulated_fits import make_comparison, power_law

from sutja.comparison.analysis.advice import Sign, advise, choose_sign
from sutja.comparison.report.summary import summarise
from sutja.comparison.result import Comparison

EARLY, LATE = power_law(0.04, 0.9, 0.35), power_law(0.003, 8.0, 0.75)
KINDS = {"net": "network", "forest": "baseline"}


@pytest.fixture(scope="module")
def pays():
    return make_comparison({"net": LATE, "forest": EARLY}, KINDS)


def test_the_sign_goes_with_the_verdict(pays):
    assert choose_sign(pays) is Sign.PAYS
    assert advise(pays).startswith("A deep network pays off")
    other = make_comparison({"net": EARLY, "forest": LATE}, KINDS)
    assert choose_sign(other) is Sign.NOT_NEEDED
    assert "does not need a deep network" in advise(other)
    alone = make_comparison({"forest": LATE}, {"forest": "baseline"})
    assert choose_sign(alone) is Sign.OPEN
    assert summarise(pays)["verdict"] == "pays"


def test_at_a_prompt_and_in_a_notebook(pays):
    assert repr(pays).startswith("<Comparison of ")
    assert repr(pays).endswith("A deep network pays off on these data.>")
    assert "✔ A deep network pays off on these data." in str(pays)
    page = pays._repr_html_()
    assert "✔" in page
    assert "data:image/png;base64," in page
    assert "<table>" in page


def test_as_a_table_and_as_json(pays):
    frame = pays.to_df("pandas")
    assert isinstance(frame, pandas.DataFrame)
    assert len(frame) == len(pays.rows)
    assert {"learner", "labels", "seed", "error"} <= set(frame.columns)
    back = Comparison.from_dict(json.loads(pays.to_json()))
    assert advise(back) == advise(pays)
    assert summarise(back) == summarise(pays)
