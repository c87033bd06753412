"""Readers take whatever people have, can be pickled, and used from threads."""

import io
import logging
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import sutja
from sutja.errors import InferenceError, PictureError

EXAMPLES = Path(__file__).parents[2] / "examples"
CROP, DIGIT = EXAMPLES / "postcode.png", EXAMPLES / "a-lone-digit.png"
SOUND = EXAMPLES / "sounds" / "stocktaking.ogg"


@pytest.fixture(scope="module")
def reader():
    return sutja.Reader(effort="fast")


def list_forms(path):
    """The same picture in every form that people have it in."""
    array = np.asarray(Image.open(path).convert("RGB"))
    return [
        str(path),
        path,
        path.read_bytes(),
        io.BytesIO(path.read_bytes()),
        Image.open(path).convert("RGB"),
        array,
        torch.from_numpy(array.copy()).permute(2, 0, 1),
        torch.from_numpy(array.copy()).permute(2, 0, 1).float() / 255,
    ]


def test_a_crop_reads_alike_whatever_it_comes_as(reader):
    pages = [reader.read(source, crop=True) for source in list_forms(CROP)]
    assert {page.numbers[0].digits for page in pages} == {pages[0].numbers[0].digits}
    for page in pages:
        assert page.annotate().size == pages[0].annotate().size
    assert reader.read(list_forms(CROP), crop=True) == [
        reader.read(source, crop=True) for source in list_forms(CROP)
    ]


def test_a_list_goes_on_after_a_bad_picture(reader, tmp_path):
    good, bad = reader.read([CROP, tmp_path / "none.png"], crop=True)
    assert good.error is None
    assert "there is no such file" in str(bad.error)


def test_all_pages_of_a_document_in_one_call(reader, tmp_path):
    path = tmp_path / "two.pdf"
    page = Image.open(EXAMPLES / "pages" / "letter.png").convert("L").resize((300, 400))
    page.save(path, save_all=True, append_images=[page])
    assert [found.page for found in reader.read_many(str(path))] == [1, 2]
    with pytest.raises(PictureError, match="holds several pages; read them with read_many"):
        reader.read(path)


def test_classifiers_detectors_and_listeners_take_them_too():
    classifier, detector, listener = sutja.Classifier(), sutja.Detector(), sutja.Listener()
    assert {classifier.classify(source).label for source in list_forms(DIGIT)} == {
        classifier.classify(DIGIT).label
    }
    scenes = [detector.detect_scene(source) for source in list_forms(CROP)]
    assert len({len(scene.detections) for scene in scenes}) == 1
    assert scenes[2].annotate().width > 0
    heard = listener.listen(SOUND)
    assert listener.listen(io.BytesIO(SOUND.read_bytes())).numbers == heard.numbers
    assert next(listener.listen_many(SOUND)) == heard


def test_they_can_be_pickled(reader):
    assert pickle.loads(pickle.dumps(reader)).read(CROP, crop=True) == reader.read(CROP, crop=True)  # noqa: S301
    classifier = sutja.Classifier()
    classifier.threshold = 0.25
    again = pickle.loads(pickle.dumps(classifier))  # noqa: S301
    assert again.threshold == 0.25
    assert again.classify(DIGIT) == classifier.classify(DIGIT)
    detector = sutja.Detector(str(EXAMPLES.parent / "src" / "sutja" / "weights" / "pages.onnx"))
    data = pickle.dumps(detector)
    assert len(data) > 100_000  # a file of one's own travels along
    assert pickle.loads(data).detect(CROP) == detector.detect(CROP)  # noqa: S301
    listener = sutja.Listener(pause=1.5)
    assert pickle.loads(pickle.dumps(listener)).listen(SOUND) == listener.listen(SOUND)  # noqa: S301
    assert len(pickle.dumps(listener)) < 1_000


def test_threads_may_share_a_reader(reader):
    paths = [path for path in sorted(EXAMPLES.glob("*.png")) if path.name != "blank.png"]
    alone = [reader.read(path, crop=True) for path in paths]
    classifier = sutja.Classifier()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda path: reader.read(path, crop=True), paths * 2)) == alone * 2
        labels = list(pool.map(lambda path: classifier.classify(path).label, paths * 4))
    assert labels == [classifier.classify(path).label for path in paths] * 4


def test_providers_are_those_of_the_engine():
    assert sutja.Classifier(providers=["CPUExecutionProvider"]).classify(DIGIT).label
    for kind in (sutja.Reader, sutja.Classifier, sutja.Detector, sutja.Listener):
        with pytest.raises(InferenceError, match=r"this onnxruntime has no WarpProvider, but .*CPU"):
            kind(providers=["WarpProvider"])


def test_readers_log_what_they_do(caplog):
    with caplog.at_level(logging.DEBUG, logger="sutja"):
        sutja.Reader(effort="fast").read(EXAMPLES / "pages" / "letter.png")
    assert "opened with CPUExecutionProvider" in caplog.text
    assert "letter.png, page 1: " in caplog.text
