"""Recordings of any kind become one channel at 16 kHz; what is none is named, with a way out."""

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from sutja.errors import SoundError
from sutja.signals.audio import RATE, SoundStream, load_sound, measure_seconds


def tone(seconds=1.0, rate=RATE, hertz=440.0, amplitude=0.5):
    """A sine, float32 (n,)."""
    t = np.arange(round(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


def encoded(samples, rate=RATE, kind="WAV", subtype=None):
    """The bytes of a file."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


def loudest_hertz(samples):
    """The frequency with the most power."""
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.fft.rfftfreq(len(samples), 1 / RATE)[spectrum.argmax()])


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [
        ("WAV", "PCM_16"),
        ("WAV", "PCM_U8"),
        ("WAV", "PCM_24"),
        ("WAV", "FLOAT"),
        ("WAV", "ULAW"),
        ("WAV", "IMA_ADPCM"),
        ("FLAC", "PCM_16"),
        ("OGG", "VORBIS"),
        ("OGG", "OPUS"),
        ("MP3", None),
        ("AIFF", "PCM_16"),
        ("AU", "PCM_16"),
    ],
)
@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_every_format_at_every_rate_keeps_length_pitch_and_loudness(kind, subtype, rate):
    sound = load_sound(encoded(tone(2.0, rate), rate, kind, subtype))
    assert sound.samples.dtype == np.float32
    assert sound.seconds == pytest.approx(2.0, abs=0.1)  # MP3 and Opus pad
    middle = sound.samples[8000:24000]
    assert loudest_hertz(middle) == pytest.approx(440.0, abs=2.0)
    assert float(np.sqrt((middle**2).mean())) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


@given(rate=st.integers(4000, 100_000), n=st.integers(1, 30_000))
def test_resampling_keeps_the_length(rate, n):
    sound = load_sound(np.zeros(n, np.float32), rate)
    assert abs(len(sound.samples) - n * RATE / rate) <= 1


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_blocks_make_no_difference(rate):
    noise = np.random.default_rng(0).normal(0, 0.1, 5 * rate).astype(np.float32)
    parts = list(SoundStream(noise, rate).read_blocks(seconds=0.37))
    assert len(parts) > 10
    np.testing.assert_allclose(np.concatenate(parts), load_sound(noise, rate).samples, atol=1e-5)


def test_a_file_and_its_samples_are_one(tmp_path):
    path = tmp_path / "tone.wav"
    path.write_bytes(encoded(tone()))
    assert np.array_equal(load_sound(path).samples, load_sound(path.read_bytes()).samples)
    assert load_sound(path).source == str(path)
    assert load_sound(path.read_bytes()).source == "<bytes>"


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.float16, np.float64])
def test_arrays_of_any_number_type(dtype):
    wave = tone().astype(np.float64)
    if np.dtype(dtype).kind in "iu":
        info = np.iinfo(dtype)
        middle = (info.max + info.min + 1) // 2
        wave = np.round(wave * (info.max - middle)) + middle
    sound = load_sound(wave.astype(dtype), RATE)
    np.testing.assert_allclose(sound.samples, tone(), atol=0.02)


def test_floats_in_steps_of_sixteen_bits_are_scaled():
    np.testing.assert_allclose(load_sound(tone() * 32768, RATE).samples, tone(), atol=1e-4)


@pytest.mark.parametrize("channels", [2, 6, 64])
def test_channels_are_mixed(channels):
    one = load_sound(np.repeat(tone()[:, None], channels, axis=1), RATE).samples
    np.testing.assert_allclose(one, tone(), atol=1e-5)


def test_channels_that_cancel_one_another_are_not_lost():
    samples = load_sound(np.stack([tone(), -tone()], axis=1), RATE).samples
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.01)


def test_the_header_can_be_overruled():
    data = encoded(tone(1.0, 8000), 44100)
    assert load_sound(data).seconds == pytest.approx(8000 / 44100, abs=0.01)
    assert load_sound(data, 8000).seconds == pytest.approx(1.0, abs=0.01)


def open_ended(data):
    """A WAV as a program writes it that does not know how much is to come."""
    at = data.index(b"data") + 4
    return data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :]


def test_a_wav_of_unknown_length_is_whole():
    assert load_sound(open_ended(encoded(tone()))).seconds == pytest.approx(1.0)


MP4 = b"\0\0\0\x20ftypisom" + bytes(500)
BAD = {
    "nothing": (b"", "is empty"),
    "text": (b"one two three\n" * 50, "is text"),
    "MP4": (MP4, "MP4 or QuickTime video; take the sound out"),
    "M4A": (MP4.replace(b"isom", b"M4A "), "M4A"),
    "Matroska": (b"\x1aE\xdf\xa3" + bytes(99), "Matroska or WebM video"),
    "AVI": (b"RIFF\x10\0\0\0AVI LIST" + bytes(99), "AVI video"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(99), "picture, not a recording; read it with: sutja read"),
    "noise": (bytes(range(256)) * 9, "not a recording of a known format"),
    "half a header": (encoded(tone())[:30], "damaged or cut short"),
    "no samples": (encoded(tone()[:0]), "holds no sound"),
    "cut WAV": (encoded(tone(4.0))[:70_000], "cut short: 2.2 of 4.0 seconds"),
    "cut FLAC": (encoded(tone(4.0), kind="FLAC")[:-8_000], "damaged or cut short"),
    "cut OGG": (encoded(tone(30.0), kind="OGG")[:-9_000], "damaged or cut short"),
    "not a number": (encoded(np.array([0, np.nan, 0] * 99, np.float32), subtype="FLOAT"), "no numbers"),
    "endless": (encoded(np.array([0, np.inf, 0] * 99, np.float32), subtype="FLOAT"), "no numbers"),
    "huge": (encoded(np.array([0, 1e30, 0] * 99, np.float32), subtype="FLOAT"), "as large as 1e"),
    "slow": (encoded(tone(1.0, 100), 100), "100 samples a second, which no recording"),
    "MATLAB": (encoded(tone(), kind="MAT5"), "MAT5 file, which is not supported"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_named_with_a_way_out(tmp_path, name):
    data, what = BAD[name]
    path = tmp_path / "bad.wav"
    path.write_bytes(data)
    with pytest.raises(SoundError, match=what) as caught:
        load_sound(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "; " in str(caught.value)
    with pytest.raises(SoundError, match=what):
        load_sound(data)


@pytest.mark.parametrize("cut", [200, 500, 1000, 5000, 9999])
@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3"])
def test_a_file_that_is_cut_anywhere_never_passes_for_whole(kind, cut):
    if kind == "MP3" and cut == 9999:
        cut = 9500  # up to 0.3 s may be the encoder's own padding
    data = encoded(np.random.default_rng(1).normal(0, 0.1, 8 * RATE).astype(np.float32), kind=kind)
    with pytest.raises(SoundError):
        load_sound(data[: len(data) * cut // 10_000 - (cut == 9999)])


def test_a_broken_ogg_in_memory_is_opened_in_a_child_alone(monkeypatch):
    broken, whole = bytearray(encoded(tone(), kind="OGG")), encoded(tone(), kind="OGG")
    broken[40:60] = bytes(20)
    opened, sound_file = [], soundfile.SoundFile
    monkeypatch.setattr(soundfile, "SoundFile", lambda file: opened.append(file) or sound_file(file))
    with pytest.raises(SoundError, match="damaged or cut short"):
        SoundStream(bytes(broken))
    assert not opened
    SoundStream(whole).close()
    assert len(opened) == 1


def test_the_length_that_a_header_tells():
    assert measure_seconds(encoded(tone(1.5), kind="OGG")) == pytest.approx(1.5, abs=0.01)
    assert measure_seconds(encoded(tone(1.5))) == 1.5
    assert measure_seconds(tone(), RATE) is None
    with pytest.raises(SoundError, match="not a recording"):
        measure_seconds(bytes(range(256)))


def test_places_without_a_file(tmp_path):
    with pytest.raises(SoundError, match="no such file; check the path"):
        load_sound(tmp_path / "none.wav")
    with pytest.raises(SoundError, match="is a folder"):
        load_sound(tmp_path)
    with pytest.raises(SoundError, match="cannot be read"):
        load_sound("nul\0.wav")
    with pytest.raises(SoundError, match="is no regular file"):
        load_sound("/dev/zero")
    with pytest.raises(SoundError, match="list is no recording"):
        load_sound([0.0])


@pytest.mark.parametrize(
    ("array", "rate", "what"),
    [
        (np.zeros(5), None, "pass sample_rate"),
        (np.zeros(5), 10, "no recording of speech has"),
        (np.zeros(5), float("nan"), "no recording of speech has"),
        (np.zeros((2, 16000)), RATE, "more channels than samples"),
        (np.zeros((5, 0)), RATE, "more channels than samples"),
        (np.zeros((5, 2, 2)), RATE, r"\(5, 2, 2\) is no sound"),
        (np.zeros(5, bool), RATE, "array of bool"),
        (np.zeros(5, complex), RATE, "array of complex"),
        (np.zeros(0), RATE, "holds no sound"),
        (np.array([np.nan, 0.0]), RATE, "no numbers"),
    ],
)
def test_arrays_that_are_no_sound(array, rate, what):
    with pytest.raises(SoundError, match=what):
        load_sound(array, rate)


def test_ten_milliseconds_are_a_recording():
    assert len(load_sound(tone(0.01)[:160], RATE).samples) == 160


@given(data=st.binary(max_size=300))
def test_any_bytes_give_sound_or_an_error(data):
    try:
        assert np.isfinite(load_sound(data).samples).all()
    except SoundError as error:
        said = str(error)
    else:
        return
    assert "; " in said
