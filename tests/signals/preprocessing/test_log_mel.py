"""Log-mel features: where a tone lands, what loudness does not change, what is no sound."""

import json
from dataclasses import replace

import numpy as np
import pytest

from sutja.signals.preprocessing.log_mel import LogMelParams, log_mel

PARAMS = LogMelParams()


def tone(hertz, seconds=0.5, loud=0.3):
    return (loud * np.sin(2 * np.pi * hertz * np.arange(round(seconds * 16_000)) / 16_000)).astype(np.float32)


def mel(hertz):
    return 1127 * np.log1p(hertz / 700)


@pytest.mark.parametrize("hertz", [200, 440, 1000, 3000, 6500])
def test_a_tone_is_loudest_in_its_own_band(hertz):
    edges = np.linspace(mel(PARAMS.low), mel(PARAMS.high), PARAMS.mels + 2)
    band = int(np.abs(edges[1:-1] - mel(hertz)).argmin())
    found = log_mel(tone(hertz), PARAMS)[20].argmax()
    assert abs(int(found) - band) <= 1


def test_power_is_that_of_a_plain_fourier_transform():
    """Against a transform written out, frame by frame, up to the segment's own loudness."""
    rng = np.random.default_rng(0)
    sound = rng.normal(0, 0.1, 1600).astype(np.float32)
    features = log_mel(sound, PARAMS)
    padded = np.pad(sound.astype(float) - np.median(sound[::7]), (120, 400))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    hertz = np.arange(257) * 16_000 / 512
    edges = np.linspace(mel(PARAMS.low), mel(PARAMS.high), PARAMS.mels + 2)
    rows = []
    for t in range(10):
        spectrum = np.abs(np.fft.rfft(padded[160 * t : 160 * t + 400] * window, 512)) ** 2
        spectrum *= np.abs(1 - 0.97 * np.exp(-2j * np.pi * hertz / 16_000)) ** 2
        rows.append(
            [
                spectrum
                @ np.clip(np.minimum((mel(hertz) - a) / (b - a), (c - mel(hertz)) / (c - b)), 0, None)
                for a, b, c in zip(edges, edges[1:], edges[2:], strict=False)
            ]
        )
    decibels = 10 * np.log10(rows)
    loud = np.percentile(decibels.mean(1), PARAMS.loud)
    expected = np.maximum(decibels - loud + PARAMS.span, 0) / PARAMS.unit
    assert features.shape == (10, 64)
    np.testing.assert_allclose(features, expected, atol=2e-3)


def test_loudness_does_not_matter():
    rng = np.random.default_rng(1)
    sound = (tone(500) + rng.normal(0, 0.02, 8000)).astype(np.float32)
    assert np.abs(log_mel(sound, PARAMS) - log_mel(sound * np.float32(0.01), PARAMS)).max() < 1e-3


@pytest.mark.parametrize(("n", "frames"), [(0, 0), (1, 1), (160, 1), (161, 2), (16_000, 100)])
def test_a_frame_for_every_hop(n, frames):
    assert log_mel(np.zeros(n, np.float32), PARAMS).shape == (frames, 64)


def test_silence_is_nought_and_is_not_lifted_to_a_roar():
    assert not log_mel(np.zeros(8000, np.float32), PARAMS).any()
    faint = np.random.default_rng(2).normal(0, 1e-9, 8000).astype(np.float32)
    assert not log_mel(faint, PARAMS).any()
    pause = np.concatenate([tone(500), np.zeros(8000, np.float32)])
    assert not log_mel(pause, PARAMS)[55:].any()


def test_a_margin_is_silence_that_changes_nothing_else():
    sound = np.random.default_rng(4).normal(0, 0.1, 16_001).astype(np.float32)
    within = log_mel(sound, LogMelParams(margin=16))
    assert within.shape == (101 + 32, 64)
    np.testing.assert_array_equal(within[16:-16], log_mel(sound, PARAMS))
    assert not within[:16].any()
    assert not within[-16:].any()
    assert not len(log_mel(sound[:0], LogMelParams(margin=16)))


def test_what_is_no_number_counts_as_silence():
    sound = tone(500)
    sound[100:200] = np.nan
    sound[300] = np.inf
    assert np.isfinite(log_mel(sound, PARAMS)).all()


def test_long_sound_is_looked_at_as_short_sound_is():
    """Blocks inside leave no seam."""
    sound = np.random.default_rng(3).normal(0, 0.1, 16_000 * 15).astype(np.float32)
    sound[::7] = 0.0  # the whole and the part have the same median
    whole = log_mel(sound, PARAMS)
    loud = LogMelParams(loud=0.0)
    assert whole.shape == (1500, 64)
    a, b = log_mel(sound, loud), log_mel(sound[160 * 1001 :], loud)
    assert np.ptp(a[1011:1401] - b[10:400]) < 1e-3


def test_parameters_go_through_json():
    params = LogMelParams(span=50.0, stride=2)
    assert LogMelParams.from_json(json.loads(json.dumps(params.to_json()))) == params
    with pytest.raises(ValueError, match="wings are not known"):
        LogMelParams.from_json({"wings": 2})


ROBUST = LogMelParams(smoothing=9, loudest=8, ceiling=18.0)


def test_an_offset_changes_nothing():
    sound = np.random.default_rng(5).normal(0, 0.05, 16_000).astype(np.float32)
    np.testing.assert_allclose(log_mel(sound + np.float32(0.3), PARAMS), log_mel(sound, PARAMS), atol=1e-2)


def test_a_click_leaves_the_features_of_speech_as_they_are_and_is_cut_down():
    speech = np.random.default_rng(6).normal(0, 0.01, 16_000).astype(np.float32)
    clicked = speech.copy()
    for start in (3_200, 8_000, 12_800):
        clicked[start : start + 220] = 0.9
    features = log_mel(clicked, ROBUST)
    far = np.r_[0:17, 25:47, 55:77, 85:100]
    np.testing.assert_allclose(features[far], log_mel(speech, ROBUST)[far], atol=0.1)
    highest = (ROBUST.span + ROBUST.ceiling) / ROBUST.unit
    assert features.mean(axis=1).max() == pytest.approx(highest, abs=0.01)
    assert log_mel(clicked, replace(ROBUST, ceiling=300.0)).mean(axis=1).max() > highest + 0.2
    assert np.abs(log_mel(clicked, PARAMS)[far] - log_mel(speech, PARAMS)[far]).max() > 0.3


def test_speech_of_few_bands_is_not_cut_down():
    """The mean of a telephone's bands is far below the loud ones; these are no click."""
    spectrum = np.fft.rfft(np.random.default_rng(8).normal(0, 0.1, 16_000))
    hertz = np.fft.rfftfreq(16_000, 1 / 16_000)
    spectrum[(hertz < 300) | (hertz > 3400)] = 0.0
    sound = np.fft.irfft(spectrum).astype(np.float32)
    open_ended = replace(ROBUST, ceiling=300.0)
    np.testing.assert_array_equal(log_mel(sound, ROBUST)[2:-2], log_mel(sound, open_ended)[2:-2])


def test_a_word_between_long_pauses_is_as_loud_as_one_alone():
    rng = np.random.default_rng(7)
    word = rng.normal(0, 0.1, 16_000 * 3 // 10).astype(np.float32)
    pause = rng.normal(0, 1e-4, 16_000 * 7).astype(np.float32)
    alone = log_mel(word, ROBUST)
    features = log_mel(np.concatenate([pause, word, pause]), ROBUST)[700:730]
    np.testing.assert_allclose(features[5:25], alone[5:25], atol=0.05)
