"""The page in a real browser: it draws, reads, and checks by keyboard; in both languages, dark and light."""

import csv
import json
import os
import re
import zipfile

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import find_chromium
from PIL import Image
from playwright.sync_api import expect, sync_playwright
from serve.conftest import EXAMPLES
from serve.serving import run_server

from sutja.reading import Classifier, Reader
from sutja.reading.templates import Template
from sutja.serve.settings import Settings

pytestmark = pytest.mark.browser
PICTURE = np.zeros((28, 28), np.uint8)
PICTURE[4:24, 12:16] = 255
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
TIMEOUT = 60_000  # ms; on a busy machine a browser is slow
expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="module")
def desk_folder(tmp_path_factory):
    """A folder with a page of twelve numbers, and results that are sure of none."""
    folder = tmp_path_factory.mktemp("desk")
    Image.fromarray(np.full((600, 300), 255, np.uint8)).save(folder / "a.png")
    alternatives = [{"text": "44", "confidence": 0.2}]
    numbers = [
        {
            "text": str(10 + i),
            "confidence": 0.5,
            "accepted": False,
            "alternatives": alternatives,
            "box": [20, 10 + 45 * i, 120, 40 + 45 * i],
            "characters": [],
        }
        for i in range(12)
    ]
    (folder / "results.jsonl").write_text(
        json.dumps({"source": "a.png", "page": 1, "numbers": numbers}) + "\n"
    )
    return folder


@pytest.fixture(scope="module")
def address(desk_folder):
    """The address of a server with numbers to check."""
    check = str(desk_folder / "results.jsonl")
    with run_server(
        Settings(check=check, pictures=str(desk_folder), out=str(desk_folder / "out"))
    ) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    """Chromium; one that runs already where SUTJA_BROWSER is the address of its debugging port."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium
        if running := os.environ.get("SUTJA_BROWSER"):
            yield chromium.connect_over_cdp(running)
            return
        browser = chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def open_view(browser, address):
    """Open a view of the page in a new window; whatever the page complains of is a failure."""
    contexts, complaints = [], []

    def note(message):
        if message.type == "error" and "status of 422" not in message.text:  # what is no picture is told so
            complaints.append(message.text)

    def open_view(name, **options):
        context = browser.new_context(
            **{"locale": "en", "viewport": {"width": 1280, "height": 900}, **options}
        )
        context.set_default_timeout(TIMEOUT)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/#{name}")
        page.wait_for_selector(f"main[data-view={name}]")
        return page

    yield open_view
    for context in contexts:
        context.close()
    assert not complaints


def press(page, target, key="Enter"):
    """Go to an element with the Tab key alone, and press a key on it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            page.keyboard.press(key)
            return
    raise AssertionError(f"{target} is not reached by Tab")


def draw(page, points):
    """Draw a stroke with the mouse, in parts of the pad."""
    box = page.locator("canvas.pad").bounding_box()
    for i, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if i == 0:
            page.mouse.down()
    page.mouse.up()


def test_a_drawing_is_thought_about_stroke_by_stroke(open_view):
    page = open_view("draw")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".digit")).to_have_text("?")
    draw(page, [(0.5, 0.15), (0.5, 0.4), (0.49, 0.65), (0.49, 0.88)])
    expect(page.locator(".digit")).to_have_text("1")
    assert page.locator(".neuron").count() == 42
    best = page.locator(".neuron.best")
    expect(best).to_have_attribute("aria-label", "Output 1: probability 1.00")
    expect(page.locator(".evidence .answer b").first).to_have_text("1")
    draw(page, [(0.2, 0.2), (0.5, 0.15)])
    draw(page, [(0.2, 0.88), (0.8, 0.88)])
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".digit")).to_have_text("1")


def test_every_example_is_read(open_view):
    page = open_view("draw")
    for digit in range(10):
        page.locator(".examples button").nth(digit).click()
        expect(page.locator(".digit")).to_have_text(str(digit))


def test_the_page_computes_what_the_library_computes(open_view):
    page = open_view("draw")
    found = page.evaluate(
        """async (pixels) => {
            const { Network, listNetworks } = await import("/static/js/draw/network.js");
            const network = await Network.load((await listNetworks())[0]);
            const { verdict } = network.run(Uint8Array.from(pixels));
            return verdict;
        }""",
        PICTURE.reshape(-1).tolist(),
    )
    expected = Classifier("mlp").classify(PICTURE)
    assert found["label"] == expected.label
    assert found["accepted"] == expected.accepted
    assert found["confidence"] == pytest.approx(expected.confidence, abs=1e-4)


def test_networks_of_maps_are_watched(open_view):
    page = open_view("draw")
    for name, rows in (("digits", 4), ("lenet5", 7), ("lecun1989", 4)):
        page.locator(f"input[value={name}]").check(force=True)
        expect(page.locator(".tower .row")).to_have_count(rows)
        expect(page.locator(".digit")).to_have_text("3")


def test_neurons_are_reached_by_keyboard_and_pointer(open_view):
    page = open_view("draw")
    page.locator(".neuron").first.hover()
    expect(page.locator(".inspector h2")).to_have_text("Layer 1, neuron 1")
    page.locator(".neuron").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".inspector h2")).to_have_text("Layer 2, neuron 2")


def test_a_digit_is_drawn_by_keyboard(open_view):
    page = open_view("draw")
    page.locator("canvas.pad").focus()
    page.keyboard.press("Delete")
    page.keyboard.press("Space")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".digit")).to_have_text("1")


def test_a_page_is_read_and_a_recording_heard(open_view):
    page = open_view("read")
    letter = EXAMPLES / "pages" / "letter.png"
    page.locator("#files").set_input_files(letter)
    rows = page.locator(".result tbody tr")
    expected = Reader().read(letter)
    expect(rows).to_have_count(len(expected.numbers))
    assert page.locator(".sheet rect.box").count() == len(expected.numbers)
    assert rows.first.locator("td").first.text_content() == expected.numbers[0].text
    page.locator("#files").set_input_files(sorted((EXAMPLES / "sounds").glob("*.ogg"))[0])
    expect(page.locator("audio")).to_have_count(1)
    page.locator("#files").set_input_files(EXAMPLES / "truth.csv")
    expect(page.locator(".result .error")).to_contain_text("truth.csv")


def test_pages_of_a_pdf_have_their_pictures_and_a_sound_its_digits(open_view, tmp_path):
    page = open_view("read")
    pictures = [Image.open(EXAMPLES / "pages" / name).convert("RGB") for name in ("letter.png", "cheque.png")]
    pictures[0].save(tmp_path / "two.pdf", save_all=True, append_images=pictures[1:])
    page.locator("#files").set_input_files(tmp_path / "two.pdf")
    expect(page.locator(".result h2")).to_have_text(["two.pdf, page 2", "two.pdf"])
    for i in range(2):
        page.locator(".sheet").nth(i).scroll_into_view_if_needed()
        expect(page.locator(".sheet").nth(i).locator("image")).to_have_count(1)
    page.locator("#files").set_input_files(EXAMPLES / "sounds" / "stocktaking.ogg")
    expect(page.locator(".wave image")).to_have_count(1)
    digits = page.locator(".wave .heard").all_text_contents()
    assert digits == page.locator(".result").first.locator("td.number").all_text_contents()
    assert len(digits) > 1
    page.locator("button.time").last.click()
    expect(page.locator("audio")).to_have_js_property("ended", False)
    assert page.evaluate("document.querySelector('audio').currentTime") > 1


def test_a_photo_is_taken_where_there_is_a_camera(open_view):
    page = open_view("read", has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    expect(page.get_by_text("Take a photo")).to_be_visible()
    expect(page.locator("#camera")).to_have_attribute("capture", "environment")
    page.locator("#camera").set_input_files(EXAMPLES / "pages" / "cheque.png")
    expect(page.locator(".result h2")).to_have_text("cheque.png")


FORMS = EXAMPLES / "forms"


def test_a_template_is_drawn_named_tried_and_saved(open_view):
    page = open_view("templates")
    page.locator("#template-open").set_input_files(FORMS / "blank.png")
    expect(page.get_by_role("status").filter(has_text="blank.png, 0 fields")).to_be_visible()
    sheet = page.locator("svg.form")
    sheet.scroll_into_view_if_needed()
    width, height = Image.open(FORMS / "blank.png").size
    for field in json.loads((FORMS / "count.json").read_text(encoding="utf-8"))["fields"][1:3]:
        frame = sheet.bounding_box()
        scale = min(frame["width"] / width, frame["height"] / height)
        left = frame["x"] + (frame["width"] - scale * width) / 2
        x0, y0, x1, y1 = field["box"]
        page.mouse.move(left + scale * x0, frame["y"] + scale * y0)
        page.mouse.down()
        page.mouse.move(left + scale * x1, frame["y"] + scale * y1, steps=3)
        page.mouse.up()
        row = page.locator(".fields-table tbody tr").last
        row.get_by_label("Name").fill(field["name"])
        row.get_by_label("Digits").fill(str(field["digits"]))
        row.get_by_label("Comb").check()
    names = [name.input_value() for name in page.locator(".fields-table").get_by_label("Name").all()]
    expect(page.locator(".field-box text")).to_have_text(names)
    page.locator("#template-try").set_input_files(FORMS / "scan.jpg")
    expect(page.locator(".result")).to_have_count(1)
    expected = Reader().read_form(FORMS / "scan.jpg", Template.load(FORMS / "count.json"))
    shown = page.locator(".result td.number")
    expect(shown).to_have_text([str(expected[name].value) for name in names])
    page.locator("#template-rules").fill(f"{names[0]} > nothing")
    page.get_by_role("button", name="Save form.json").click()
    expect(page.get_by_role("alert").filter(has_text="nothing")).to_be_visible()
    page.locator("#template-rules").fill("")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save form.json").click()
    saved = Template.parse(
        download.value.path().read_text(encoding="utf-8"), (FORMS / "blank.png").read_bytes()
    )
    assert list(saved.names) == names
    assert all(field.comb for field in saved.fields)


def test_a_template_is_changed_by_keyboard(open_view):
    page = open_view("templates")
    page.locator("#template-open").set_input_files([FORMS / "count.json", FORMS / "blank.png"])
    boxes = page.locator(".field-box")
    count = len(Template.load(FORMS / "count.json").fields)
    expect(boxes).to_have_count(count)
    page.get_by_role("button", name="Add a field").click()
    expect(boxes).to_have_count(count + 1)
    expect(boxes.last).to_be_focused()
    before = boxes.last.get_attribute("aria-label")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(boxes.last).not_to_have_attribute("aria-label", before)
    expect(boxes.last).to_be_focused()
    page.keyboard.press("Delete")
    expect(boxes).to_have_count(count)


def test_a_network_trains_and_its_answer_changes(open_view):
    page = open_view("train")
    page.get_by_text("Perceptron, 1958").click()
    page.locator("#train-data").select_option("digits")
    page.locator("#train-labels").select_option("200")
    page.locator("#train-epochs").select_option("10")
    expect(page.locator("#train-hidden")).to_be_hidden()
    page.get_by_role("button", name="Start").click()
    status = page.locator(".training")
    expect(status).to_contain_text("7,850 weights and biases learn from 200")
    expect(status).to_contain_text("Finished.")
    expect(page.get_by_role("img", name="Wrong answers: on digits that it has not seen")).to_be_visible()
    expect(page.locator(".weights canvas")).to_be_visible()
    answers = set()
    for digit in range(10):
        page.locator(".examples button").nth(digit).click()
        page.wait_for_timeout(150)
        answers.add(page.locator(".digit").text_content())
    assert len(answers & set("0123456789")) > 3
    with page.expect_download() as download:
        page.get_by_role("button", name="Keep the model file").click()
    assert Classifier(download.value.path()).card.classes == tuple("0123456789")
    page.locator("#train-epochs").select_option("100")
    page.get_by_role("button", name="Start").click()
    expect(status).to_contain_text(re.compile(r"Epoch \d+ of 100"))
    page.get_by_role("button", name="Stop").click()
    expect(status).to_contain_text("Stopped.")
    page.get_by_role("button", name="Reset").click()
    expect(status).to_have_text("")


def test_ten_numbers_are_checked_by_keyboard(open_view, desk_folder):
    page = open_view("desk")
    field = page.locator("#answer")
    for i in range(10):
        expect(field).to_have_value(str(10 + i))
        expect(field).to_be_focused()
        if i == 3:
            page.keyboard.type("333")
        if i == 4:
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Escape" if i == 5 else "Enter")
    page.keyboard.press("Control+z")
    expect(field).to_have_value("19")
    page.keyboard.type("91")
    page.keyboard.press("Enter")
    expect(page.locator(".figures")).to_contain_text("10 of 12")
    expect(page.locator(".figures")).to_contain_text("4 were read wrong")
    with page.expect_download() as download:
        page.get_by_role("button", name="labels.csv").click()
    rows = list(csv.DictReader(download.value.path().read_text(encoding="utf-8").splitlines()))
    assert [row["text"] for row in rows] == ["10", "11", "12", "333", "44", "", "16", "17", "18", "91"]
    assert all((desk_folder / "out" / row["path"]).is_file() for row in rows)
    field.focus()
    for i in (20, 21):
        expect(field).to_have_value(str(i))
        page.keyboard.press("Enter")
    expect(field).to_have_value("")
    for i in (21, 20):  # the keys work where no number is shown
        page.keyboard.press("Control+z")
        expect(field).to_have_value(str(i))


def find_doubts(*names):
    """Find an example that the reader is not sure of, and the numbers in doubt."""
    reader = Reader()
    for name in names:
        numbers = reader.read(EXAMPLES / name).numbers
        if doubts := [number.text for number in numbers if not number.accepted]:
            return EXAMPLES / name, doubts
    raise AssertionError(f"the reader is sure of {', '.join(names)}")


def test_what_was_read_is_checked_at_once_by_keyboard_alone(open_view):
    page = open_view("read")
    path, doubts = find_doubts("forms/scan.jpg", "telephone.png", "a-lone-digit.png", "pages/letter.png")
    for _ in range(2):  # as what is pasted, which is always called the same
        with page.expect_file_chooser() as chooser:
            press(page, page.locator("#files"))
        chooser.value.set_files(path)
        expect(page.get_by_role("status").filter(has_text="Reading")).to_have_count(0)
    expect(page.locator(".result h2")).to_have_text([f"{path.stem} (2){path.suffix}", path.name])
    press(page, page.get_by_role("button", name=f"Check those in doubt ({2 * len(doubts)})"))
    for text in 2 * doubts:
        expect(page.locator("#answer")).to_have_value(text)
        expect(page.locator("#answer")).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.locator(".figures")).to_contain_text(f"{2 * len(doubts)} of {2 * len(doubts)}")
    with page.expect_download() as download:
        press(page, page.get_by_role("button", name="labels.zip"))
    names = zipfile.ZipFile(download.value.path()).namelist()
    assert {"labels.csv", f"pages/{path.name}", f"pages/{path.stem} (2){path.suffix}"} < set(names)
    assert sum(name.startswith("crops/") for name in names) == 2 * len(doubts)


def test_two_browsers_are_two_people_whatever_their_names(open_view):
    people = []
    for _ in range(2):
        page = open_view("desk")
        with page.expect_request("**/page/desk/take") as asked:
            page.reload()
        people.append(asked.value.post_data_json["person"])
    assert people[0] != people[1]
    assert all(person.startswith("1 (") for person in people)


@pytest.mark.parametrize("view", ["draw", "train", "read", "templates", "desk"])
@pytest.mark.parametrize(
    ("locale", "scheme", "width"), [("en", "light", 1280), ("ko", "dark", 390)], ids=["english", "korean"]
)
def test_axe_finds_nothing(open_view, view, locale, scheme, width):
    page = open_view(view, locale=locale, color_scheme=scheme, viewport={"width": width, "height": 800})
    page.wait_for_timeout(300)
    if view == "draw":
        page.wait_for_selector(".vectors li")
    if view == "train":
        page.wait_for_selector("#train-labels")
    if view == "templates":
        page.locator("#template-open").set_input_files([FORMS / "count.json", FORMS / "blank.png"])
        page.wait_for_selector(".field-box")
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.locator("html").get_attribute("lang") == locale
