"""The lines of docs/onnx.md, which need nothing of sutja, answer as the library does."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

import sutja
from sutja.grammar import keep_digits
from sutja.model_file.bundled import bundled_path
from sutja.signals.audio import load_sound

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def page():
    """The names that the page's code defines."""
    text = (ROOT / "docs" / "onnx.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    assert "sutja." not in code.replace('"sutja.card"', "")
    names: dict = {}
    exec(compile(code, "docs/onnx.md", "exec"), names)
    return names


def test_classifying(page, tmp_path):
    model = str(bundled_path("mlp"))
    classifier = sutja.Classifier(model)
    pictures = load_digits().images[:40]
    for index, pixels in enumerate(pictures):
        path = tmp_path / f"{index}.png"
        small = Image.fromarray((pixels * 15.9).astype(np.uint8)).resize((20, 20))
        Image.fromarray(np.pad(np.asarray(small), 4)).save(path)
        label, probability = page["classify"](model, path)
        answer = classifier.classify(path)
        assert label == answer.label
        assert 0 < probability <= 1


@pytest.mark.parametrize(
    "name", ["postcode", "meter", "invoice-number", "telephone", "cheque-amount", "receipt-total", "date"]
)
def test_reading_a_crop(page, name):
    path = EXAMPLES / f"{name}.png"
    text = page["read_crop"](str(bundled_path("numbers")), path)
    number = sutja.Reader(effort="fast").read(path, crop=True).numbers[0]
    assert keep_digits(text) == number.digits


@pytest.mark.parametrize("name", ["cheque", "letter", "table"])
def test_detecting(page, name):
    path = EXAMPLES / "pages" / f"{name}.png"
    detector = sutja.Detector()
    frame = detector.predict_frame(np.asarray(Image.open(path).convert("L")), 0.5)
    detected = page["detect"](str(bundled_path("pages")), path)
    assert len(detected) > 0
    assert abs(len(detected) - len(frame)) <= 1
    for label, score, box in detected:
        near = np.abs(frame.boxes - np.clip(box, 0, None)).max(1).argmin()
        if np.abs(frame.boxes[near] - np.clip(box, 0, None)).max() < 3:
            assert detector.classes[frame.labels[near]] == label
            assert score == pytest.approx(frame.scores[near], abs=0.02)


def test_listening(page):
    sound = load_sound(EXAMPLES / "sounds" / "stocktaking.ogg")
    words = page["listen"](str(bundled_path("spoken")), sound.samples)
    heard = sutja.Listener().listen(EXAMPLES / "sounds" / "stocktaking.ogg")
    assert " ".join(number.text for number in heard.numbers) == " ".join(words)
