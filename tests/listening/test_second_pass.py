"""The second pass: what one speed alone finds is in doubt, and long sure numbers are left as they are."""

import numpy as np
import pytest
from steerable_listener import make_card, make_network, say, silence

from sutja.listening import Listener
from sutja.listening.hypotheses import SHORT_WORDS
from sutja.listening.listener import NumberStream
from sutja.listening.second_pass import BUFFER_SECONDS, SPEEDS
from sutja.model_file import Calibration, write_model
from sutja.signals.audio import RATE


@pytest.fixture
def listener(tmp_path):
    write_model(tmp_path / "m.onnx", make_network(), make_card())
    return Listener(tmp_path / "m.onnx")


@pytest.fixture
def speeds(listener, monkeypatch):
    """The speeds at which sound is run again."""
    found = []
    real = listener._pipeline.model.emit_at_speed

    def emit_at_speed(sound, start, speed):
        found.append(speed)
        return real(sound, start, speed)

    monkeypatch.setattr(listener._pipeline.model, "emit_at_speed", emit_at_speed)
    return found


def test_short_numbers_are_run_again_and_long_sure_ones_are_not(listener, speeds):
    assert len(listener.listen(say("one two"), RATE).numbers) == 1
    assert speeds == list(SPEEDS)
    speeds.clear()
    [number] = listener.listen(say(" ".join(["five"] * (SHORT_WORDS + 1))), RATE).numbers
    assert number.digits == "5" * (SHORT_WORDS + 1)
    assert speeds == []


def test_numbers_of_more_words_have_a_calibration_of_their_own(tmp_path):
    """One pass is surer than the mean of several: the same probability means less."""
    maps = {"calibration": ((0.5, 0.8), (0.9, 0.95)), "long_calibration": ((0.5, 0.3), (0.9, 0.4))}
    card = make_card(**{name: Calibration(points=points) for name, points in maps.items()})
    write_model(tmp_path / "two.onnx", make_network(), card)
    listener = Listener(tmp_path / "two.onnx")
    for words, confidence in ((1, 0.95), (SHORT_WORDS, 0.95), (SHORT_WORDS + 1, 0.4)):
        [number] = listener.listen(say(" ".join(["five"] * words)), RATE).numbers
        assert number.confidence == pytest.approx(confidence)
        assert number.accepted == (confidence > 0.9)


def test_times_of_further_passes_are_those_of_the_recording(listener):
    sound = np.concatenate([silence(2.0), say("one two")])
    for speed in SPEEDS:
        emissions = listener._pipeline.model.emit_at_speed(sound, 3 * RATE, speed)
        surest = int(emissions.log_probs[:, 0].argmin())
        assert emissions.start + emissions.frame * surest == pytest.approx(5.4, abs=0.5)


def test_what_no_further_pass_finds_is_no_number(listener, monkeypatch):
    quiet = listener._pipeline.model.emit_at_speed(silence(3.0), 0, 1.0)
    monkeypatch.setattr(listener._pipeline.model, "emit_at_speed", lambda *_: quiet)
    assert listener.listen(say("one two"), RATE).numbers == ()


def test_sound_is_forgotten_in_time(listener):
    stream = NumberStream(listener._pipeline)
    for _ in range(20):
        list(stream.push(say("one 2.5 two 2.5")))
    second_pass = stream._second_pass
    kept = sum(map(len, second_pass._blocks)) / RATE
    assert BUFFER_SECONDS - 10 < kept <= BUFFER_SECONDS + 10
    assert second_pass._end == stream._received
