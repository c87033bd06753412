"""Recordings in, numbers out: of any length, in any pieces, and never one that was not said."""

import io
import tracemalloc

import numpy as np
import pytest
import soundfile
from steerable_listener import WORDS, make_card, make_network, say, silence, tone

import sutja
from sutja.errors import InferenceError, ModelFileError, SoundError, SutjaError, ThresholdError
from sutja.listening import Listener
from sutja.listening.chunks import MAX_SECONDS
from sutja.model_file import Calibration, Preprocessing, read_model, write_model
from sutja.signals.audio import RATE


def digits(recording):
    """The digits of each number."""
    return [number.digits for number in recording.numbers]


def encoded(samples, rate=RATE, kind="WAV", subtype=None):
    """The bytes of a file."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


def test_numbers_with_their_words_value_confidence_and_times(listener):
    samples = say("0.32 five hundred and six 2.5 double oh seven")
    recording = listener.listen(samples, RATE)
    first, second = recording.numbers
    assert (first.text, first.digits, first.value) == ("five hundred and six", "506", "506")
    assert (second.text, second.digits, second.value) == ("double oh seven", "007", "007")
    assert first.confidence > 0.99
    assert first.accepted
    begin = 0.2 + 0.32  # two pauses
    assert begin - 0.2 < first.start <= begin
    assert begin + 1.08 <= first.end < begin + 1.3
    assert second.start == pytest.approx(first.end + 2.5, abs=0.3)
    assert recording.seconds == pytest.approx(
        len(say("0.32 five hundred and six 2.5 double oh seven")) / RATE
    )


@pytest.mark.parametrize("words", ["", "□", "oh", "□ oh □", "and", "double"])
def test_nothing_said_gives_no_number(listener, words):
    assert listener.listen(say(words), RATE).numbers == ()


def test_a_lone_word_among_others_is_never_accepted(listener):
    [number] = listener.listen(say("□ one □"), RATE).numbers
    assert not number.accepted
    assert number.confidence <= 0.2
    [number] = listener.listen(say("one"), RATE).numbers
    assert number.accepted


def test_any_file_gives_the_answer_of_its_samples(listener, tmp_path):
    samples = say("one nine eight four")
    [whole] = listener.listen(samples, RATE).numbers
    for kind in ("WAV", "FLAC", "OGG", "MP3"):
        [number] = listener.listen(encoded(samples, kind=kind)).numbers
        assert number.digits == whole.digits
        assert number.start == pytest.approx(whole.start, abs=0.1)
    path = tmp_path / "year.flac"
    path.write_bytes(encoded(samples, kind="FLAC"))
    assert listener.listen(path).source == str(path)
    stereo = np.stack([samples, samples], axis=1)
    assert digits(listener.listen(stereo, RATE)) == ["1984"]


@pytest.mark.parametrize("pauses", [True, False])
def test_a_long_recording_is_heard_as_its_parts_are(listener, pauses):
    """Numbers at known times, in silence or in speech that never pauses."""
    between = silence(9.0) if pauses else np.concatenate([tone("□", 0.4), silence(0.05)] * 20)
    said = ["one two three", "twenty one", "five five five five five", "nine oh"] * 4
    parts, times, at = [], [], 0
    for text in said:
        parts += [say(text), between]
        times.append(at / RATE)
        at += len(parts[-2]) + len(between)
    recording = listener.listen(np.concatenate(parts), RATE)
    assert recording.seconds > 5 * MAX_SECONDS
    assert digits(recording) == ["123", "21", "55555", "90"] * 4
    assert [number.start for number in recording.numbers] == pytest.approx(times, abs=0.35)


def test_a_number_across_a_cut_is_one_number(listener):
    """Digits said for a minute without a long pause, wherever the cuts fall."""
    text = " ".join(WORDS[i % 10] for i in range(110))
    assert digits(listener.listen(say(text, gap=0.45), RATE)) == ["".join(str(i % 10) for i in range(110))]


def test_memory_stays_flat(listener):
    second = np.concatenate([say("one two"), silence(2.5)])

    def blocks(n):
        for _ in range(n):
            yield second

    def peak(n):
        tracemalloc.start()
        found = sum(1 for _ in listener.listen_live(blocks(n)))
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found == n
        return size

    peak(5)
    assert peak(60) < 1.5 * peak(25)


def test_silence_costs_nothing_and_noise_gives_nothing(listener, monkeypatch):
    runs = []
    real = listener._pipeline.model._run
    monkeypatch.setattr(
        listener._pipeline.model, "_run", lambda samples: runs.append(len(samples)) or real(samples)
    )
    assert listener.listen(np.zeros(120 * RATE, np.float32), RATE).numbers == ()
    assert runs == []
    noise = np.random.default_rng(0).normal(0, 0.1, 30 * RATE).astype(np.float32)
    assert listener.listen(noise, RATE).numbers == ()
    assert sum(runs) < 40 * RATE


SPOKEN = say("one two three 3.0 four")
HOSTILE = {
    "10 ms": (tone("one")[:160], RATE),
    "one sample": (np.ones(1, np.float32), RATE),
    "clipped": (np.sign(np.random.default_rng(1).normal(0, 1, 3 * RATE)).astype(np.float32), RATE),
    "steady": (np.full(3 * RATE, 0.7, np.float32), RATE),
    "8 bit silence": (np.full(3 * RATE, 128, np.uint8), RATE),
    "a chord": (sum(np.sin(2 * np.pi * f * np.arange(9000) / RATE) / 5 for f in (4100, 4500, 5100)), RATE),
    "tiny": (np.random.default_rng(1).normal(0, 1e-6, 3 * RATE), RATE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_speech_gives_no_number(listener, name):
    samples, rate = HOSTILE[name]
    assert listener.listen(samples, rate).numbers == ()


@pytest.mark.parametrize("level", [1e-2, 1.0, 30000.0])
def test_loudness_makes_no_difference(listener, level):
    assert digits(listener.listen(SPOKEN * level, RATE)) == ["123", "4"]


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (np.array([0.0, np.nan] * 99), RATE),
        (np.zeros(0), RATE),
        (np.zeros((2, 99)), RATE),
        (np.zeros(99), None),
        (np.zeros(99), 3),
        (b"", None),
        (b"one two", None),
        ("none.wav", None),
        (encoded(SPOKEN)[:90_000], None),
        (encoded(SPOKEN, kind="FLAC")[:-3000], None),
    ],
)
def test_what_cannot_be_heard_is_an_error_with_a_way_out(listener, samples, rate):
    with pytest.raises(SoundError, match="; "):
        listener.listen(samples, rate)
    [recording] = listener.listen_many([samples], rate)
    assert recording.error
    assert recording.numbers == ()


def test_one_bad_recording_never_stops_the_others(listener):
    recordings = list(listener.listen_many([encoded(SPOKEN), b"x", encoded(say("five"))]))
    assert [digits(recording) for recording in recordings] == [["123", "4"], [], ["5"]]
    assert [recording.error is None for recording in recordings] == [True, False, True]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (InferenceError("the engine failed", remedy="update onnxruntime"), "the engine failed; update"),
        (MemoryError(), "<bytes>: does not fit in memory; cut it into parts"),
    ],
)
def test_a_failure_on_one_recording_never_stops_the_others(listener, monkeypatch, fault, reason):
    real = listener._pipeline.model._run

    def fail_on_long_chunks(samples):
        if len(samples) > 4 * RATE:
            raise fault
        return real(samples)

    monkeypatch.setattr(listener._pipeline.model, "_run", fail_on_long_chunks)
    long = np.concatenate([say("one two"), silence(5.0)])
    recordings = list(listener.listen_many([encoded(say("one")), encoded(long), encoded(say("five"))]))
    assert [digits(recording) for recording in recordings] == [["1"], [], ["5"]]
    assert recordings[0].error is None is recordings[2].error
    assert recordings[1].error.startswith(reason)


def test_of_a_recording_that_is_cut_short_the_numbers_before_are_given(listener):
    samples = np.concatenate([say("one two"), silence(30.0), say("three four"), silence(1.0)])
    [recording] = listener.listen_many([encoded(samples)[:-40_000]])
    assert digits(recording) == ["12"]
    assert "cut short" in recording.error
    assert recording.seconds == pytest.approx(len(samples) / RATE - 1.25, abs=0.1)


def test_ten_hours_in_a_stream(listener):
    """Ten hours of silence with a number at the end, as blocks."""

    def blocks():
        quiet = silence(600.0)
        for _ in range(60):
            yield quiet
        yield say("four two")

    [number] = listener.listen_live(blocks())
    assert number.digits == "42"
    assert number.start == pytest.approx(36_000.08, abs=0.3)


def test_kinds(model_path):
    listen = Listener(model_path, kind="check").listen
    valid, broken = (
        say("four zero zero six three eight one three three three nine three one"),
        say("four zero zero"),
    )
    [number] = listen(valid, RATE).numbers
    assert (number.value, number.accepted) == ("4006381333931", True)
    [number] = listen(broken, RATE).numbers
    assert (number.value, number.accepted) == (None, False)
    [number] = (
        Listener(model_path, kind="postcode", country="DE").listen(say("one zero one one five"), RATE).numbers
    )
    assert number.value == "10115"
    [number] = (
        Listener(model_path, kind="date", country="DE").listen(say("two two one one two six"), RATE).numbers
    )
    assert number.value == "2026-11-22"
    [number] = Listener(model_path, kind="amount").listen(say("five hundred and six"), RATE).numbers
    assert number.value == "506"


def test_calibration_and_threshold_come_from_the_card(tmp_path):
    path = tmp_path / "m.onnx"
    points = ((0.0, 0.0), (1.0, 0.8))
    write_model(path, make_network(), make_card(calibration=Calibration(points=points), threshold=0.85))
    listener = Listener(path)
    [number] = listener.listen(say("one two three four"), RATE).numbers
    assert 0.3 < number.confidence <= 0.8
    assert not number.accepted
    assert listener.threshold == 0.85
    with pytest.raises(ThresholdError):
        Listener(path, max_error=0.01)


def test_models_that_do_not_fit_are_refused(tmp_path, model_path):
    with pytest.raises(ModelFileError, match="is a model to transcribe, not to listen"):
        Listener("numbers")
    file = read_model(model_path)
    for card, what in (
        (make_card(preprocessing=Preprocessing("mfcc")), "wants the preprocessing 'mfcc'"),
        (make_card(preprocessing=Preprocessing("log-mel", {"colour": 3})), "colour"),
        (make_card(preprocessing=Preprocessing("log-mel", {"rate": 8000, "high": 3800})), "listens at 8000"),
        (make_card(preprocessing=Preprocessing("log-mel", {"hop": 0})), "hop must be"),
        (make_card(classes=(*WORDS[:-1], "gazillion")), "gazillion"),
    ):
        write_model(tmp_path / "m.onnx", file.data, card)
        with pytest.raises(ModelFileError, match=what):
            Listener(tmp_path / "m.onnx")
    write_model(tmp_path / "m.onnx", make_network(stride=8), make_card())
    with pytest.raises(InferenceError, match=r"not \(1, "):
        Listener(tmp_path / "m.onnx").listen(say("one"), RATE)


@pytest.mark.parametrize(
    "choice", [{"kind": "colour"}, {"country": "Germany"}, {"pause": 0.0}, {"threads": 0}]
)
def test_choices_that_make_no_sense(model_path, choice):
    with pytest.raises(SutjaError):
        Listener(model_path, **choice)


def test_the_public_name():
    assert sutja.Listener is Listener
