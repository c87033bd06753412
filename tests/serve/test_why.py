"""Why did it take so long? The sliders, the steps and the sources, in a real browser."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from serve.page.test_studies import ROW, SUMMARY
from serve.serving import run_server
from serve.test_page import WCAG, browser, open_view

from sutja.serve.settings import Settings

__all__ = ["browser", "open_view"]  # the fixtures
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address():
    """The address of a server."""
    with run_server(Settings()) as address:
        yield address


def test_the_story_sets_the_sliders(open_view):
    page = open_view("why")
    steps = page.locator(".step")
    expect(steps).to_have_count(6)
    expect(page.locator(".story .current")).to_have_count(1)
    steps.nth(2).click()
    expect(page.locator("#slider-algorithm")).to_have_attribute("aria-valuetext", "Zip-code network, 1989")
    expect(page.locator(".verdict-line")).to_contain_text("Random forest and Zip-code network, 1989 cross")
    expect(page.locator(".crossing")).not_to_have_count(0)
    steps.nth(3).click()
    expect(page.locator("#slider-data")).to_have_attribute("aria-valuetext", "200 examples")
    expect(page.locator(".verdict-line")).to_contain_text("Support-vector machine")
    steps.nth(4).click()
    expect(page.locator("input[name=study]:checked + span")).to_have_text("MNIST")
    assert "{" not in page.locator(".story").text_content()


def test_who_was_measured_on_less_is_compared_on_that(open_view):
    page = open_view("why")
    page.locator("input[name=study]").nth(1).check(force=True)
    expect(page.locator("#slider-data")).to_have_attribute("aria-valuetext", "10,000 examples")
    page.locator("#slider-algorithm").focus()
    page.keyboard.press("ArrowLeft")
    verdict = page.locator(".verdict-line")
    expect(verdict).to_contain_text("ReLU and dropout, 2012 was measured with 800 examples at most")
    expect(verdict).to_contain_text("ReLU and dropout, 2012 leads with 5.3 % wrong")


def test_sliders_move_by_keyboard(open_view):
    page = open_view("why")
    page.locator(".step").nth(2).click()
    expect(page.locator(".standings b")).to_have_count(4)
    compute = page.locator("#slider-compute")
    compute.focus()
    page.keyboard.press("Home")
    expect(page.locator(".standings")).to_contain_text("even its smallest fit")
    assert "operations" in compute.get_attribute("aria-valuetext")
    page.keyboard.press("End")
    expect(page.locator(".standings")).not_to_contain_text("even its smallest fit")
    page.locator("#slider-algorithm").focus()
    page.keyboard.press("Home")
    expect(page.locator(".standings")).to_contain_text("Perceptron, 1958")
    expect(page.locator(".story .current")).to_have_count(0)


def test_years_and_crossings_by_hand(open_view):
    page = open_view("why")
    found = page.evaluate(
        """async () => {
            const { Study, Machines } = await import("/static/js/why/study.js");
            const fit = (learner, labels, error, fit_operations) => {
                const kind = learner === "net" ? "network" : "baseline";
                const [low, high] = [error - 0.01, error + 0.01];
                return { learner, kind, labels, seeds: 1, error, low, high, fit_operations, parameters: 1 };
            };
            const tree = "decision-tree";
            const few = [fit("net", 100, 0.4, 1e7), fit(tree, 100, 0.3, 1e6)];
            const fits = [...few, fit("net", 400, 0.1, 1e9), fit(tree, 400, 0.2, 1e7)];
            const labels = { learn: 400, test: 9 };
            const study = new Study({ source: "x", chance: 0.9, labels, years: {}, published: {}, fits });
            const early = { name: "a", year: 1960, flops: 1000, price: 10 };
            const late = { name: "b", year: 1980, flops: 1e6, price: 100 };
            const prices = { index: { 1960: 10, 1980: 100, 2024: 100 } };
            const data = { car: 100, days: 1, prices, marks: [], machines: [late, early] };
            const machines = new Machines(data);
            const day = 86400;
            return {
                stands: [1e8, 1e9, 1e6].map((most) => study.stand("net", 400, most)?.labels ?? null),
                crossing: study.findCrossing("net", tree),
                none: study.findCrossing("net", "net"),
                years: [1e2, 1e3, 1e3 * 10 ** 1.5, 1e6, 1e7].map((speed) => machines.findYear(speed * day)),
                operations: machines.findOperations(1970) / day,
            };
        }"""
    )
    assert found["stands"] == [100, 400, None]
    assert found["crossing"]["labels"] == pytest.approx(200)
    assert (found["crossing"]["first"], found["crossing"]["then"]) == ("decision-tree", "net")
    assert found["crossing"]["clear"]
    assert found["none"] is None
    years = found["years"]
    assert [one["year"] for one in years] == [1960, 1960, 1970, 1980, 1980]
    assert [one["early"] for one in years] == [True, True, False, False, False]
    assert [one["late"] for one in years] == [False, False, False, False, True]
    assert found["operations"] == pytest.approx(1e3 * 10**1.5)


@pytest.mark.parametrize(
    ("locale", "scheme", "width"), [("en", "light", 1280), ("ko", "dark", 390)], ids=["english", "korean"]
)
def test_axe_finds_nothing(open_view, locale, scheme, width):
    page = open_view("why", locale=locale, color_scheme=scheme, viewport={"width": width, "height": 800})
    page.locator("summary").click()
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_ones_own_study_comes_first(browser, tmp_path):
    rows = [
        {**ROW, "learner": name, "kind": kind, "labels": labels, "error": error, "low": error, "high": error}
        for name, kind in (("mlp-s", "network"), ("k-nn", "baseline"))
        for labels, error in ((50, 0.3), (100, 0.2))
    ]
    summary = {**SUMMARY, "source": "my letters", "eras": [], "measured": rows}
    (tmp_path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    with run_server(Settings(studies=(str(tmp_path),))) as address:
        context = browser.new_context(locale="en")
        page = context.new_page()
        page.goto(f"{address}/#why")
        expect(page.locator("input[name=study]:checked + span")).to_have_text("my letters")
        expect(page.locator("#slider-algorithm")).to_have_attribute("aria-valuetext", "mlp-s")
        expect(page.locator(".standings b")).to_have_text(["20 %", "20 %"])
        expect(page.locator("input[name=study]")).to_have_count(3)
        context.close()
