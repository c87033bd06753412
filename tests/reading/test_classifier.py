"""The classifier from end to end, with a model that answers what the test draws."""

import math
from concurrent.futures import ThreadPoolExecutor

import answering
import numpy as np
import pytest
from answering import CLASSES, GAIN, draw
from PIL import Image

import sutja
from sutja.errors import InferenceError, ModelFileError, NotYetError, PictureError, SutjaError, ThresholdError
from sutja.model_file import Calibration, Preprocessing, RiskCounts, Scaling, bundled, read_model, write_model
from sutja.reading import Classifier, Reader, open_reader


@pytest.fixture
def make(tmp_path):
    """A classifier whose card, or network, differs from the plain one."""

    def make_classifier(network=None, max_error=None, **card):
        write_model(tmp_path / "c.onnx", network or answering.make_network(), answering.make_card(**card))
        return Classifier(tmp_path / "c.onnx", max_error=max_error)

    return make_classifier


def softmax(logits):
    weights = np.exp(np.array(logits) - max(logits))
    return weights / weights.sum()


def test_one_picture(make):
    answer = make().classify(draw("7"))
    assert (answer.label, answer.accepted, answer.alternatives) == ("7", True, ())
    assert answer.confidence == pytest.approx(1 / (1 + 4 * math.exp(-GAIN)))
    assert isinstance(answer.confidence, float)


def test_doubt_shows_in_confidence_and_alternatives(make):
    answer = make().classify(draw("1", 0.8, A=0.8, ten=0.6))
    p = softmax([0, GAIN * 0.8, 0, GAIN * 0.8, GAIN * 0.6])
    assert answer.label in ("1", "A")
    assert not answer.accepted
    assert answer.confidence == pytest.approx(p[1], abs=1e-6)
    assert {answer.label, answer.alternatives[0].text} == {"1", "A"}
    assert [a.text for a in answer.alternatives[1:]] == ["ten"]
    assert answer.alternatives[1].confidence == pytest.approx(p[4], abs=1e-6)
    assert answer.to_dict()["alternatives"][1] == {"text": "ten", "confidence": pytest.approx(p[4], abs=1e-6)}


def every_way(classifier, picture, tmp_path):
    """The answers to one picture by each way in."""
    Image.fromarray(picture).save(tmp_path / "p.png")
    yield classifier.classify(picture)
    yield classifier.classify(tmp_path / "p.png")
    yield classifier.classify(str(tmp_path / "p.png"))
    yield classifier.classify((tmp_path / "p.png").read_bytes())
    yield classifier.classify(Image.fromarray(picture))
    yield classifier.classify(np.repeat(picture[:, :, None], 3, axis=2))
    yield from classifier.classify([picture, draw("0")])[:1]
    yield from classifier.classify((draw("0"), picture))[1:]
    best, confidence = classifier.predict_with_confidence(picture[None])
    label = classifier.classes[best[0]]
    yield sutja.Classification(label, float(confidence[0]), bool(confidence[0] >= classifier.threshold))


@pytest.mark.parametrize(
    "card",
    [
        {},
        {"scaling": Scaling((0.3,))},
        {"scaling": Scaling((0.3, 0.3, 0.2, 0.5, 0.3), (0.0, 0.4, 0.0, -1.0, 0.0))},
        {"calibration": Calibration(points=((0.1, 0.2), (0.99, 0.8)))},
    ],
    ids=["plain", "temperature", "vector", "isotonic"],
)
def test_every_way_in_gives_one_answer(make, card, tmp_path):
    classifier = make(threshold=0.6, **card)
    for picture in (draw("7"), draw("1", 0.8, A=0.75)):
        answers = list(every_way(classifier, picture, tmp_path))
        assert len({(a.label, a.accepted) for a in answers}) == 1
        assert [a.confidence for a in answers] == pytest.approx(
            [answers[0].confidence] * len(answers), abs=1e-6
        )
        assert len({tuple(b.text for b in a.alternatives) for a in answers[:-1]}) == 1


def test_the_card_scales(make):
    raw = make().classify(draw("1", 0.6))
    cooled = make(scaling=Scaling((0.25,))).classify(draw("1", 0.6))
    assert cooled.confidence < raw.confidence
    p = softmax([0, GAIN * 0.6 * 0.25, 0, 0, 0])
    assert cooled.confidence == pytest.approx(p[1], abs=1e-6)


def test_the_card_calibrates_and_the_others_share_the_rest(make):
    answer = make(calibration=Calibration(points=((0.5, 0.6), (0.99, 0.7)))).classify(draw("1", 1.0, A=0.9))
    assert answer.confidence < 0.7
    assert answer.confidence + sum(a.confidence for a in answer.alternatives) <= 1.0 + 1e-9
    assert answer.alternatives[0].confidence == pytest.approx(1 - answer.confidence, abs=1e-3)


def test_pictures_of_any_size(make):
    large = np.repeat(np.repeat(draw("A"), 40, axis=0), 60, axis=1)
    assert make().classify(large).label == "A"
    assert make().predict_log_proba(np.stack([large] * 3)).shape == (3, 5)


def test_many_pictures_keep_their_order(make):
    labels = [CLASSES[i % 5] for i in range(700)]
    classifier = make()
    pictures = [draw(label) for label in labels]
    assert [answer.label for answer in classifier.classify(pictures)] == labels
    best, confidence = classifier.predict_with_confidence(np.stack(pictures))
    assert [CLASSES[i] for i in best] == labels
    assert (confidence > 0.99).all()
    assert classifier.classify([]) == []


def test_threads_do_not_mix_their_pictures(make):
    classifier = make()
    labels = [CLASSES[i * 7 % 5] for i in range(2000)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(classifier.classify, [draw(label) for label in labels]))
    assert [answer.label for answer in answers] == labels


def test_three_channels(make):
    classifier = make(
        answering.make_network(channels=3),
        preprocessing=Preprocessing("pixels", {"height": 5, "width": 2, "channels": 3}),
    )
    assert classifier.classify(np.repeat(draw("0")[:, :, None], 3, axis=2)).label == "0"
    assert classifier.classify(draw("ten")).label == "ten"


def test_pages(make, tmp_path):
    path = tmp_path / "bad.png"
    path.write_text("hello")
    pages = list(make().read_many([draw("7"), path, draw("A"), draw("ten")], crop=True))
    assert [page.error is None for page in pages] == [True, False, True, True]
    [number] = pages[0].numbers
    assert (number.text, number.digits, number.value, number.kind) == ("7", "7", "7", "number")
    assert number.box.to_list() == [0, 0, 2, 5]
    assert [character.text for character in number.characters] == ["7"]
    assert (pages[2].numbers[0].digits, pages[2].numbers[0].value) == ("", None)
    assert pages[3].numbers[0].characters == ()
    assert make().read(draw("1"), crop=True).numbers[0].text == "1"
    with pytest.raises(NotYetError):
        make().read(draw("1"))
    with pytest.raises(NotYetError):
        make().read_many([draw("1")])


def test_errors_of_a_picture_are_raised(make, tmp_path):
    with pytest.raises(PictureError, match=r"none\.png: there is no such file"):
        make().classify(tmp_path / "none.png")
    with pytest.raises(PictureError, match="empty"):
        make().classify([draw("1"), b""])


def test_a_largest_error_chooses_the_threshold(make):
    counts = RiskCounts(100, ((0.95, 80, 0), (0.6, 100, 5)))
    chosen = make(thresholds=counts, max_error=0.01)
    assert (chosen.threshold, chosen.choice.accepted) == (0.95, 80)
    with pytest.raises(ThresholdError):
        make(max_error=0.01)


def test_each_model_has_its_own_way_of_use(make, model_path):
    make()
    path = model_path.parent / "c.onnx"
    write_model(path, answering.make_network(), answering.make_card())
    assert isinstance(open_reader(path), Classifier)
    assert isinstance(open_reader(read_model(model_path)), Reader)
    with pytest.raises(
        ModelFileError, match=r"to classify, not to transcribe; use it with sutja\.Classifier"
    ):
        Reader(path)
    with pytest.raises(ModelFileError, match=r"to transcribe, not to classify; use it with sutja\.Reader"):
        Classifier(model_path)


@pytest.mark.parametrize("options", [{"kind": "amount"}, {"country": "DE"}, {"detector": "pages"}])
def test_a_classifier_takes_no_kind(make, model_path, options):
    make()
    path = model_path.parent / "c.onnx"
    write_model(path, answering.make_network(), answering.make_card())
    with pytest.raises(SutjaError, match=f"single characters, which have no {next(iter(options))}"):
        open_reader(path, **options)


def test_the_default_is_the_bundled_one_for_digits(make, tmp_path, monkeypatch):
    make()
    monkeypatch.setattr(bundled, "bundled_path", {"digits": tmp_path / "c.onnx"}.get)
    assert Classifier().classify(draw("7")).label == "7"


@pytest.mark.parametrize(
    ("card", "match"),
    [
        ({"preprocessing": Preprocessing("fourier")}, "preprocessing 'fourier'"),
        ({"preprocessing": Preprocessing("pixels", {"colour": 1})}, "cannot use"),
        ({"preprocessing": Preprocessing("pixels", {"height": 5, "width": 2, "std": 0.0})}, "cannot use"),
        ({"preprocessing": Preprocessing("pixels", {"height": 9, "width": 2})}, r"wants .*\[1, 5, 2\]"),
        (
            {"preprocessing": Preprocessing("pixels", {"height": 5, "width": 2, "channels": 3})},
            r"makes \[3, 5, 2\]",
        ),
    ],
)
def test_a_card_this_version_cannot_serve(make, card, match):
    with pytest.raises(ModelFileError, match=match):
        make(**card)


def test_a_network_of_another_size_is_refused(make):
    network = answering.make_network(rows="H", classes="K")
    with pytest.raises(InferenceError, match=r"\(1, 1, 6, 2\) → \(1, 5\)"):
        make(network, preprocessing=Preprocessing("pixels", {"height": 6, "width": 2}))


@pytest.mark.parametrize("gain", [math.nan, math.inf])
def test_answers_that_are_no_numbers_are_refused(make, gain):
    network = answering.make_network()
    network.graph.initializer[0].raw_data = np.float32(gain).tobytes()
    network.graph.node[2].op_type = "Identity"
    del network.graph.node[2].attribute[:]
    classifier = make(network)
    for ask in (
        lambda: classifier.classify(draw("1")),
        lambda: classifier.classify([draw("1")]),
        lambda: classifier.predict_with_confidence(draw("1")[None]),
    ):
        with pytest.raises(InferenceError, match="no log probability"):
            ask()


def test_a_picture_that_the_network_fails_on_does_not_stop_the_others(make):
    classifier = make()
    run = classifier._session.run

    def fail_on_seven(batch):
        if (batch[:, 0, CLASSES.index("7")] > 0.5).any():
            raise InferenceError("the engine failed", where="model answering")
        return run(batch)

    classifier._session.run = fail_on_seven
    pages = list(classifier.read_many([draw("1"), draw("7"), draw("0")], crop=True))
    assert [[number.text for number in page.numbers] for page in pages] == [["1"], [], ["0"]]
    assert [page.error for page in pages] == [None, "<array>: model answering: the engine failed", None]
    with pytest.raises(InferenceError, match="the engine failed"):
        classifier.read(draw("7"), crop=True)
    classifier._session.run = lambda batch: fail_on_seven(np.ones_like(batch))
    with pytest.raises(InferenceError, match="the engine failed"):
        list(classifier.read_many([draw("1")], crop=True))


def test_without_a_bundled_classifier_the_error_says_how_to_make_one(monkeypatch):
    monkeypatch.setattr(bundled, "DEFAULTS", {"classify": "none-of-this-name"})
    with pytest.raises(ModelFileError, match="sutja train classify"):
        Classifier()
