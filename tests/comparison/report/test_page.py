"""The report says what the fits showed, needs no other file, and suits screen readers."""

import base64
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image
from simulated_fits import SIZES, make_comparison, power_law

from sutja.comparison.analysis.advice import advise
from sutja.comparison.report.markup import make_data_url
from sutja.comparison.report.page import write_report
from sutja.comparison.report.summary import summarise
from sutja.errors import ComparisonError

EARLY, LATE, WORSE = power_law(0.04, 0.9, 0.35), power_law(0.003, 8.0, 0.75), power_law(0.1, 1.0, 0.3)
KINDS = {"net": "network", "forest": "baseline", "weak": "baseline", "1989-zip-code": "era"}
VOID = {"meta", "img", "br", "link", "input", "path", "use"}


@pytest.fixture(scope="module")
def pays():
    """A network that is overtaken by nobody from some hundred labels on."""
    curves = {"net": LATE, "forest": EARLY, "weak": WORSE, "1989-zip-code": power_law(0.03, 2.0, 0.5)}
    return make_comparison(curves, KINDS, pictures=True, notes=("a <note>",))


class Page(HTMLParser):
    """Checks that all tags that are opened are closed, and collects the tags."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.headings = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def find(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def page(pays, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    path = write_report(pays, folder)
    parsed = Page()
    parsed.feed(path.read_text())
    assert not parsed.open
    return parsed, path


def test_the_page_needs_no_other_file(page):
    parsed, path = page
    text = re.sub(r'xmlns(:\w+)?="[^"]*"', "", path.read_text())
    assert not re.search(r'(src|href)="(?!data:|#)', text)
    assert "@import" not in text
    assert "http" not in re.sub(r"<!DOCTYPE[^>]*>", "", text)
    assert not parsed.find("script")


def test_the_page_suits_screen_readers_and_phones(page):
    parsed, path = page
    assert parsed.find("html")[0]["lang"] == "en"
    assert "width=device-width" in parsed.find("meta")[1]["content"]
    assert all(picture["alt"] for picture in parsed.find("img"))
    assert parsed.find("img")
    assert all(drawing.get("aria-label") and drawing["role"] == "img" for drawing in parsed.find("svg"))
    assert len(parsed.find("svg")) == 7
    assert all(head.get("scope") in ("row", "col") for head in parsed.find("th"))
    ids = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = {table["aria-labelledby"] for table in parsed.find("table")}
    assert named <= set(ids)
    levels = [int(tag[1]) for tag, _ in parsed.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert "@media print" in path.read_text()


def test_text_from_outside_is_escaped(page):
    text = page[1].read_text()
    assert "a &lt;note&gt;" in text
    assert "<note>" not in text
    assert "&lt;fast&gt;" in text


def test_figures_are_files_too(page):
    folder = page[1].parent / "figures"
    names = {path.stem for path in folder.glob("*.svg")}
    assert names == {path.stem for path in folder.glob("*.png")}
    costs = {"cost-seconds", "cost-operations", "cost-answer", "cost-memory"}
    assert names == {"curves", "eras", "era-curves"} | costs
    with Image.open(folder / "curves.png") as picture:
        assert min(picture.size) > 400
    assert (folder / "curves.svg").read_text().startswith("<svg")


def test_the_summary_has_the_figures(page, pays):
    summary = json.loads((page[1].parent / "summary.json").read_text())
    assert summary["advice"] == advise(pays)
    assert summary["labels"] == {"learn": SIZES[-1], "validation": 100, "test": 500}
    (crossing,) = [one for one in summary["crossovers"] if {one["first"], one["second"]} == {"net", "forest"}]
    assert crossing["kind"] == "at"
    assert crossing["low"] < crossing["labels"] < crossing["high"]
    assert summary["eras"][0]["published"]["usps"]["error"] == 0.05


def test_the_summary_has_each_learner_on_each_size(page, pays):
    summary = json.loads((page[1].parent / "summary.json").read_text())
    rows = {(row["learner"], row["labels"]): row for row in summary["measured"]}
    assert len(rows) == len(summary["measured"]) == 4 * len(SIZES)
    for standing in pays.standings:
        row = rows[standing.learner, standing.labels]
        figures = row["error"], row["low"], row["high"]
        assert figures == pytest.approx((standing.error, standing.low, standing.high), rel=1e-6)
        assert row["kind"] == standing.kind
        assert row["seeds"] == 2
        assert row["fit_operations"] == standing.cost.fit_operations


def test_the_summary_has_all_pairs_and_the_laws_with_intervals(page, pays):
    summary = json.loads((page[1].parent / "summary.json").read_text())
    pairs = {frozenset((one["first"], one["second"])) for one in summary["crossovers"]}
    assert pairs == {frozenset(pair) for pair in (("net", "forest"), ("net", "weak"), ("forest", "weak"))}
    law = summary["curves"]["net"]
    for name in ("a", "b", "c"):
        low, high = law["intervals"][name]
        assert low <= law[name] <= high
        assert high > low
    assert summary["planned"] == {"fits": 4 * len(SIZES) * 2, "sizes": list(SIZES)}
    assert summary["not_begun"] == {"fits": {}, "seconds": 0}


def test_fits_that_were_not_started_are_in_the_report(pays, tmp_path):
    rows = tuple(row for row in pays.rows if row.learner != "net" or row.labels <= 100)
    text = write_report(replace(pays, rows=rows), tmp_path).read_text()
    assert "56, of these 46 done, 10 not started" in text
    assert "net from 200 labels on" in text


def test_further_seeds_are_counted_apart_from_the_grid(pays, tmp_path):
    again = [
        row for row in pays.rows if row.learner == "forest" and row.seed == 0 and row.labels < max(SIZES)
    ]
    further = tuple(replace(row, seed=2) for row in again)
    answers = {row.key: pays.answers[row.learner, row.labels, 0] for row in further}
    rows = (*(row for row in pays.rows if row.key != ("net", min(SIZES), 1)), *further)
    findings = replace(pays, rows=rows, answers=pays.answers | answers)
    text = write_report(findings, tmp_path).read_text()
    said = (
        f"In the time left, {len(again)} more fits were made with further seeds, the cheapest with 3 in all."
    )
    assert said in text
    assert said in str(findings)
    assert "56, of these 55 done, 1 not started" in text
    assert "55 of 56 fits done" in str(findings)
    assert "Seeds of each fit" in text
    assert summarise(findings)["further_seeds"] == {"fits": len(again)}
    assert "further seeds" not in str(pays)


def test_the_numbers_of_the_figure_are_listed_below_it(page):
    text = page[1].read_text()
    assert "<ol><li>net overtakes forest at " in text


def test_the_report_is_small_even_with_large_pictures(page, pays, tmp_path):
    assert page[1].stat().st_size < 1_000_000
    noise = np.random.default_rng(0).integers(0, 256, (600, 400, 3), np.uint8)
    pictures = dict.fromkeys(pays.data.pictures, noise)
    large = replace(pays, data=replace(pays.data, pictures=pictures))
    assert write_report(large, tmp_path).stat().st_size < 3_000_000
    assert picture_of(make_data_url(noise)).size == (64, 96)
    assert picture_of(make_data_url(noise[:8, :8])).size == (8, 8)


def picture_of(url):
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def test_the_published_figure_stands_beside_the_measured_one(page):
    text = page[1].read_text()
    assert "Neural Computation 1989" in text
    assert "5.0 %" in text


def test_advice_where_a_network_pays(pays):
    advice = advise(pays)
    assert advice.startswith("A deep network pays off here: with 3,200 labels net")
    assert "With fewer labels forest would be better: net overtakes it at " in advice
    assert pays.predict_error(20_000).learner == "net"
    assert pays.crossover("forest", "net").second == "net"


def test_advice_where_it_does_not():
    curves = {"net": power_law(0.05, 2.0, 0.5), "forest": power_law(0.02, 0.5, 0.5)}
    advice = advise(make_comparison(curves, {"net": "network", "forest": "baseline"}))
    assert advice.startswith("This does not need a deep network")
    assert "No number of labels within reach" in advice or "More labels would change it" in advice


def test_advice_within_the_noise():
    advice = advise(
        make_comparison({"net": EARLY, "forest": EARLY}, {"net": "network", "forest": "baseline"})
    )
    assert "within the noise" in advice


def test_shuffled_labels_beat_nobody(tmp_path):
    findings = make_comparison(
        {"net": lambda n: np.full(np.shape(n), 0.9), "forest": lambda n: np.full(np.shape(n), 0.91)},
        {"net": "network", "forest": "baseline"},
    )
    assert not findings.better_than_chance
    assert advise(findings).startswith("No learner beats chance")
    assert "No learner beats chance" in write_report(findings, tmp_path).read_text()


def test_a_report_without_fits_can_be_written(tmp_path):
    findings = make_comparison({}, {"net": "network"})
    path = write_report(findings, tmp_path)
    assert "No learner was fitted" in path.read_text()
    assert summarise(findings)["standings"] == []


def test_impossible_questions_are_refused(pays):
    with pytest.raises(ComparisonError, match="no learner 'nobody'"):
        pays.crossover("net", "nobody")
    with pytest.raises(ComparisonError, match="not a number of labels"):
        pays.predict_error(0)
    few = make_comparison({"net": EARLY}, {"net": "network"}, sizes=(50, 100))
    with pytest.raises(ComparisonError, match="fewer than three sizes"):
        few.predict_error(1000)
    assert "too few sizes" in advise(few)


def test_shared_mistakes_come_in_order_with_the_commonest_answer(pays):
    shared = pays.shared_mistakes
    assert shared
    wrong = [mistake.n_wrong for mistake in shared]
    assert wrong == sorted(wrong, reverse=True)
    assert shared[0].answer == str((pays.data.truth[shared[0].item] + 1) % 10)


def test_the_plot_is_a_figure(pays):
    assert pays.plot().axes[0].get_xscale() == "log"
