"""A network trained with silence around each chunk gets it, and times stay those of the recording."""

from dataclasses import replace

import numpy as np
import pytest
import steerable_listener
from steerable_listener import make_card, make_network, say, silence, tone

from sutja.errors import ModelFileError
from sutja.listening import Listener
from sutja.listening.acoustic import AcousticModel
from sutja.listening.chunks import Chunk
from sutja.model_file import Preprocessing, read_model, write_model
from sutja.signals.audio import RATE


def write_listener(folder, margin):
    """Write the steerable listener, with so many frames of silence around a chunk."""
    params = replace(steerable_listener.PARAMS, margin=margin)
    path = folder / f"listener{margin}.onnx"
    write_model(path, make_network(), make_card(preprocessing=Preprocessing("log-mel", params.to_json())))
    return path


@pytest.fixture(scope="module")
def margin(tmp_path_factory):
    """A listener with a margin."""
    return Listener(write_listener(tmp_path_factory.mktemp("margin"), 16))


def recognise(listener, samples):
    """Recognise digits and times."""
    return [(n.digits, n.start, n.end) for n in listener.listen(samples, RATE).numbers]


@pytest.mark.parametrize("text", ["one two three", "□ five hundred and six 2.5 double oh seven"])
def test_times_are_those_without_a_margin(margin, listener, text):
    for (digits, start, end), plain in zip(
        recognise(margin, say(text)), recognise(listener, say(text)), strict=True
    ):
        assert digits == plain[0]
        assert (start, end) == pytest.approx(plain[1:], abs=0.05)


def test_what_fills_a_recording_lies_within_it(margin):
    sound = np.concatenate([tone("four"), silence(0.1), tone("nine")])
    [(digits, start, end)] = recognise(margin, sound)
    assert digits == "49"
    assert 0.0 <= start < end <= len(sound) / RATE


@pytest.mark.parametrize("between", ["pauses", "speech"])
def test_chunks_join_without_their_margins(margin, between):
    """Nothing is recognised twice where chunks meet, and no time slips."""
    rest = silence(9.0) if between == "pauses" else np.concatenate([tone("□", 0.4), silence(0.05)] * 20)
    parts = [part for _ in range(6) for part in (say("twenty one"), rest)]
    lengths = np.cumsum([0, *(len(part) for part in parts)])
    found = recognise(margin, np.concatenate(parts))
    assert [digits for digits, *_ in found] == ["21"] * 6
    assert [start for _, start, _ in found] == pytest.approx(lengths[:-1:2] / RATE, abs=0.35)
    alternating = " ".join(("one", "two", "three")[i % 3] for i in range(110))
    [(digits, *_)] = recognise(margin, say(alternating, gap=0.45))
    assert digits == "".join("123"[i % 3] for i in range(110))


def test_the_margin_of_the_last_chunk_alone_is_kept(tmp_path):
    acoustic = AcousticModel(read_model(write_listener(tmp_path, 16)))
    sound, frames = say("one two three"), -(-len(say("one two three")) // 640)
    first, _ = acoustic.emit(Chunk(sound, 0), 0)
    assert (first.start, len(first.log_probs)) == (pytest.approx(-0.16), frames + 4)
    last, end = acoustic.emit(Chunk(sound, 32_000, final=True), 32_000)
    assert (last.start, len(last.log_probs)) == (pytest.approx(2.0), frames + 4)
    assert end == 32_000 + len(sound)


def test_a_margin_is_whole_frames_of_the_answer(tmp_path):
    with pytest.raises(ModelFileError, match=r"a margin of 3 frames.*; make the model file again"):
        Listener(write_listener(tmp_path, 3))
