"""Further looks: what is heard at one speed alone is in doubt, and long sure numbers are left as they are."""

import numpy as np
import pytest
from steerable_listener import make_card, make_network, say, silence

from sutja.listening import Listener
from sutja.listening.second_pass import KEPT, SHORT, SPEEDS
from sutja.model_file import write_model
from sutja.signals.audio import RATE


@pytest.fixture
def listener(tmp_path):
    write_model(tmp_path / "m.onnx", make_network(), make_card())
    return Listener(tmp_path / "m.onnx")


@pytest.fixture
def looks(listener, monkeypatch):
    """The speeds at which sound is listened to again."""
    found = []
    real = listener._ear.hear_at

    def hear_at(sound, start, speed):
        found.append(speed)
        return real(sound, start, speed)

    monkeypatch.setattr(listener._ear, "hear_at", hear_at)
    return found


def test_short_numbers_are_listened_to_again_and_long_sure_ones_are_not(listener, looks):
    assert len(listener.listen(say("one two"), RATE).numbers) == 1
    assert looks == list(SPEEDS)
    looks.clear()
    [number] = listener.listen(say(" ".join(["five"] * (SHORT + 1))), RATE).numbers
    assert number.digits == "5" * (SHORT + 1)
    assert looks == []


def test_times_of_further_looks_are_those_of_the_recording(listener):
    sound = np.concatenate([silence(2.0), say("one two")])
    stretch = [listener._ear.hear_at(sound, 3 * RATE, speed) for speed in SPEEDS]
    for one in stretch:
        surest = int(one.log_probs[:, 0].argmin())
        assert one.start + one.frame * surest == pytest.approx(5.4, abs=0.5)


def test_what_no_further_look_hears_is_no_number(listener, monkeypatch):
    quiet = listener._ear.hear_at(silence(3.0), 0, 1.0)
    monkeypatch.setattr(listener._ear, "hear_at", lambda *_: quiet)
    assert listener.listen(say("one two"), RATE).numbers == ()


def test_sound_is_forgotten_in_time(listener):
    hearing = listener._hearing()
    for _ in range(20):
        list(hearing.push(say("one 2.5 two 2.5")))
    echo = hearing._echo
    kept = sum(map(len, echo._blocks)) / RATE
    assert KEPT - 10 < kept <= KEPT + 10
    assert echo._end == hearing._n
