"""The second reader: its weights, its classes told in our charset, its answers beside ours."""

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image

from sutja.charset import CHARSET, LETTER
from sutja.errors import InferenceError, ModelFileError, SutjaError
from sutja.model_file import ModelFile, format_card, parse_card
from sutja.model_file.bundled import open_model
from sutja.reading import Reader, open_reader
from sutja.reading.second import second_reader
from sutja.reading.second.line_reader import BUNDLED, LineReader, open_line_reader
from sutja.reading.second.second_reader import ALPHABET, SHA256, SecondReader, _Grouping
from sutja.signals.preprocessing.normalisation import NormaliseParams, normalise

CROP = "examples/postcode.png"


@pytest.fixture(scope="module")
def second():
    return SecondReader()


def load(name):
    with Image.open(name) as picture:
        return np.asarray(picture.convert("RGB"))


def test_classes_are_added_up_by_what_our_charset_calls_them():
    characters = ["", "7", "７", "A", "é", "½", "²", "—", " "]
    probabilities = np.arange(1, 10, dtype=np.float32)[None, None] / 45
    found = np.exp(_Grouping(characters).log_probs(probabilities))[0, 0]
    expected = {"": 1, "7": 2 + 3, LETTER: 4 + 5 + 6 + 7, "-": 8, " ": 9}
    for symbol, share in zip(ALPHABET, found, strict=True):
        assert share == pytest.approx(expected.get(symbol, 0) / 45, abs=1e-5)


def test_another_number_of_classes_is_refused():
    with pytest.raises(InferenceError, match="not 2 classes"):
        _Grouping(["", "1"]).log_probs(np.ones((1, 4, 3), np.float32))


def test_digits_are_read_and_stand_where_they_are_written(second):
    pixels = load(CROP)
    line = normalise(pixels, NormaliseParams())
    best = second.read([pixels], [line])[0][0]
    assert best.digits == "10115"
    assert best.probability > 0.9
    first = Reader(effort="fast").read(CROP, crop=True).numbers[0]
    pairs = zip(best.list_glyphs(), first.characters, strict=True)
    for glyph, character in pairs:
        centre = line.x0 + (glyph.first + glyph.last) / 2 * 2 * line.scale_x
        assert character.box.x0 - 6 <= centre <= character.box.x1 + 6


def test_an_answer_does_not_depend_on_the_company(second):
    crops = [load(f"examples/{name}.png") for name in ("postcode", "date", "a-lone-digit")]
    alone = [second.compute_log_probs([crop])[0] for crop in crops]
    for one, together in zip(alone, second.compute_log_probs(crops), strict=True):
        assert one.shape == together.shape == (len(one), len(CHARSET) + 1)
        assert np.allclose(one, together, atol=1e-3)


def test_without_its_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(second_reader, "find_spec", lambda name: None)
    with pytest.raises(SutjaError, match="pip install 'rapidocr"):
        Reader("numbers-open", effort="normal")
    with pytest.raises(SutjaError, match="effort fast"):
        Reader()
    assert Reader(effort="fast").read(CROP, crop=True).numbers[0].digits == "10115"


def test_other_weights_are_refused(monkeypatch, tmp_path):
    (tmp_path / "other.onnx").write_bytes(b"other")
    monkeypatch.setattr(second_reader, "find_weights", lambda name: tmp_path / "other.onnx")
    with pytest.raises(ModelFileError, match="not the weights"):
        SecondReader()
    monkeypatch.setattr(second_reader, "find_weights", lambda name: tmp_path / "missing.onnx")
    with pytest.raises(ModelFileError, match="cannot be read"):
        SecondReader()


def test_the_bundled_models_are_calibrated_with_one():
    lines = sha256(open_model(BUNDLED).data).hexdigest()
    for name, checksum in (("numbers", lines), ("numbers-open", SHA256)):
        calibration = open_model(name).card.second_reader
        assert calibration is not None
        assert calibration.sha256 == checksum
        assert calibration.thresholds.cases > 500


def test_a_line_reader_of_other_weights_is_refused():
    with pytest.raises(ModelFileError, match="not the weights"):
        open_line_reader("0" * 64)


def test_the_line_reader_reads_and_says_where(second):
    pixels = load(CROP)
    line = normalise(pixels, NormaliseParams())
    reader = LineReader(open_model(BUNDLED))
    best = reader.read([pixels], [line])[0][0]
    assert best.digits == "10115"
    ours = [glyph.first for glyph in best.list_glyphs()]
    theirs = [glyph.first for glyph in second.read([pixels], [line])[0][0].list_glyphs()]
    assert np.allclose(ours, theirs, atol=12)
    crops = [load(f"examples/{name}.png") for name in ("postcode", "date", "a-lone-digit")]
    alone = [reader.compute_log_probs([crop])[0] for crop in crops]
    for one, together in zip(alone, reader.compute_log_probs(crops), strict=True):
        assert np.allclose(one, together, atol=1e-3)


def test_the_line_reader_refuses_another_preprocessing():
    with pytest.raises(ModelFileError, match="preprocessing"):
        LineReader(open_model("numbers"))


def test_efforts_are_what_they_say():
    assert Reader().effort == "normal"
    numbers = {
        effort: Reader(effort=effort).read(CROP, crop=True).numbers[0] for effort in ("fast", "normal")
    }
    assert {number.digits for number in numbers.values()} == {"10115"}
    with pytest.raises(SutjaError, match="no effort 'most'"):
        Reader(effort="most")


def test_a_model_without_a_calibration_reads_alone_and_says_so_when_asked():
    file = open_model("numbers")
    plain = ModelFile(replace(file.card, second_reader=None), file.data, "mine.onnx")
    assert Reader(plain).effort == "fast"
    with pytest.raises(SutjaError, match="does not say how to weigh"):
        Reader(plain, effort="normal")
    with pytest.raises(SutjaError, match="no effort"):
        open_reader("digits", effort="normal")


def test_the_calibration_survives_the_card():
    card = open_model("numbers").card
    assert parse_card(format_card(card)).second_reader == card.second_reader


def test_fields_of_a_detector_that_was_never_measured_take_the_threshold_of_the_model_alone():
    class Nothing:
        def detect_arrays(self, pictures):
            return [[] for _ in pictures]

    reader = Reader(detector=Nothing())
    assert reader.threshold != reader.card.threshold
    assert reader.open_page_reader().threshold == reader.card.threshold
