"""Composed recordings: their labels are what is said, at any strength, and a seed gives the same ones."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from sounding import OTHER_CLASS, chord, phrase, speaker, word

from sutja.grammar.number_words import (
    OTHER,
    PAUSE,
    SPELLINGS,
    WORDS,
    classify_word,
    find_numbers,
    label_words,
)
from sutja.synthesis.speech import channel
from sutja.synthesis.speech.accents import DEVANAGARI, LATIN, SCRIPTS, respell, transliterate
from sutja.synthesis.speech.channel import NO_AUGMENTATION, Augmentation
from sutja.synthesis.speech.composer import KINDS, SpeechComposer
from sutja.synthesis.speech.music import make_music
from sutja.synthesis.speech.phrases import make_count, make_long_number, make_phrase, say_whole
from sutja.synthesis.speech.utterances import (
    RATE,
    cut_at_pauses,
    load_utterances,
    save_utterances,
    trim_silence,
)

ONLY = dict.fromkeys(KINDS, 0.0)


def utterances():
    return [*speaker("low", 0.9), *speaker("high", 1.2), word(OTHER_CLASS), phrase((3, 4)), phrase((36, 8))]


def heard_chords(samples):
    """The classes of the chords in a clean recording, by matching each."""
    level = np.convolve(np.abs(samples), np.ones(400) / 400, mode="same")
    edges = np.flatnonzero(np.diff((level > 0.05 * level.max()).astype(int)))
    found = []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        spectrum = np.abs(np.fft.rfft(samples[start:stop], 16_384))
        scores = {
            c: max(
                float(spectrum[:8192] @ np.abs(np.fft.rfft(chord(c, pitch), 16_384))[:8192])
                for pitch in (0.9, 1.0, 1.2)
            )
            for c in (*range(1, 12), OTHER_CLASS)
        }
        found.append(max(scores, key=scores.get))
    return found


@pytest.mark.parametrize("kind", ["string", "word", "phrase"])
def test_the_label_is_what_is_said(kind):
    made = SpeechComposer(utterances()[:22], [], 5, NO_AUGMENTATION, kinds=ONLY | {kind: 1.0})
    right = 0
    for _ in range(30):
        recording = made.sample()
        right += heard_chords(recording.samples) == list(recording.classes)
    assert right >= (12 if kind == "string" else 28)  # words said without a pause run into one another


def test_every_kind_at_full_strength_keeps_its_bookkeeping():
    made = SpeechComposer(
        utterances(), [np.arange(9000, dtype=np.int16) % 100], 1, Augmentation(1.0, 1.0, 1.0, 1.0)
    )
    lengths = Counter()
    for _ in range(120):
        recording = made.sample()
        assert recording.samples.dtype == np.float32
        assert np.isfinite(recording.samples).all()
        assert 0 < np.abs(recording.samples).max() <= 1.0
        assert all(1 <= c <= len(WORDS) for c in recording.classes)
        assert (OTHER_CLASS, OTHER_CLASS) not in zip(recording.classes, recording.classes[1:], strict=False)
        lengths[len(recording.classes)] += 1
    assert lengths[0] >= 1  # noise alone
    assert max(lengths) >= 6


def test_a_seed_gives_the_same_recordings():
    one, same, other = (SpeechComposer(utterances(), [], seed) for seed in (3, 3, 4))
    first, second, third = ([made.sample() for _ in range(5)] for made in (one, same, other))
    for a, b in zip(first, second, strict=True):
        assert a.classes == b.classes
        assert np.array_equal(a.samples, b.samples)
    assert any(
        a.classes != c.classes or len(a.samples) != len(c.samples) for a, c in zip(first, third, strict=True)
    )


def test_rooms_and_lines_keep_every_sample_in_its_place():
    rng = np.random.default_rng(0)
    sound = np.zeros(RATE, np.float32)
    sound[4000:4400] = chord(4)[:400]
    for _ in range(20):
        out = channel.apply_channel(sound, Augmentation(1.0, 1.0, 1.0, 1.0), rng)
        assert out.shape == sound.shape
        assert np.abs(out).argmax() >= 3990  # nothing comes before it is said
    assert len(channel.change_speed(sound, 1.25)) == pytest.approx(RATE / 1.25, abs=2)
    assert channel.change_speed(sound, 2.0)[2000:2200].std() > 0


@pytest.mark.parametrize("ratio", [0.85, 1.3, 1.7, 2.2])
def test_haste_shortens_what_is_said_and_keeps_its_tones(ratio):
    sound = np.concatenate([chord(3, seconds=0.5), chord(7, seconds=0.5)])
    quick = channel.stretch_time(sound, ratio)
    assert len(quick) == pytest.approx(len(sound) / ratio, abs=0.04 * RATE)
    middle = len(quick) // 2
    for c, half in ((3, quick[: middle - 800]), (7, quick[middle + 800 :])):
        tone, plain = (
            np.abs(np.fft.rfft(x * np.hanning(len(x)), 16_384)) for x in (half, chord(c, seconds=0.5))
        )
        assert tone.argmax() == pytest.approx(plain.argmax(), abs=8)
    assert np.abs(quick).max() < 1.3 * np.abs(sound).max()


@pytest.mark.parametrize("n", [0, 1, 700, 1200])
def test_haste_leaves_what_is_too_short(n):
    sound = np.ones(n, np.float32)
    assert len(channel.stretch_time(sound, 1.5)) <= n


def test_strings_in_haste_are_said_quicker_than_people_speak_words_but_no_quicker_than_they_can():
    rates = []
    for changes in (NO_AUGMENTATION, Augmentation(0.0, 0.0, 0.0, 0.0, haste=1.0)):
        made = SpeechComposer(utterances(), [], 4, changes, kinds=ONLY | {"string": 1.0})
        said = [made.sample() for _ in range(150)]
        rates.append([len(one.classes) / (len(one.samples) / RATE) for one in said])
    assert max(rates[1]) > 1.3 * max(rates[0])
    assert max(rates[1]) < 8.0


def test_in_some_strings_a_word_comes_again_and_again():
    made = SpeechComposer(utterances(), [], 6, NO_AUGMENTATION, kinds=ONLY | {"string": 1.0})
    said = [made.sample().classes for _ in range(300)]
    same = [np.mean([a == b for a, b in pairwise(row)]) for row in said if len(row) > 4]
    assert np.median(same) < 0.3
    assert np.mean(np.array(same) > 0.5) > 0.03


def test_noise_is_as_loud_as_was_asked():
    rng = np.random.default_rng(0)
    sound, noise = np.tile(chord(3, seconds=0.5), 4), channel.make_noise(32_000, rng)
    for ratio in (0.0, 10.0, 20.0):
        added = channel.add_noise(sound, noise, ratio) - sound
        quieter = 20 * np.log10(np.sqrt(np.square(sound).mean()) / np.sqrt(np.square(added).mean()))
        assert quieter == pytest.approx(ratio, abs=3.0)


@pytest.mark.parametrize("seconds", [0.3, 4])
def test_music_fills_its_time_and_is_never_twice_the_same(seconds):
    n = round(seconds * RATE)
    made = [make_music(n, np.random.default_rng(seed)) for seed in (0, 0, *range(1, 9))]
    assert np.array_equal(made[0], made[1])
    assert all(sound.shape == (n,) and np.isclose(np.abs(sound).max(), 1) for sound in made)
    assert not any(np.array_equal(a, b) for a, b in pairwise(made[1:]))


def test_noise_alone_is_music_at_times():
    made = SpeechComposer([word(OTHER_CLASS)], [], 2, NO_AUGMENTATION, kinds=ONLY | {"noise": 1.0})
    flatness = []  # of the spectrum: near 1 for noise, small where there are tones
    for _ in range(40):
        power = np.abs(np.fft.rfft(made.sample().samples[:6000])) ** 2 + 1e-12
        flatness.append(np.exp(np.log(power).mean()) / power.mean())
    assert min(flatness) < 0.01
    assert max(flatness) > 0.1


def test_other_words_stand_before_behind_and_within_strings():
    made = SpeechComposer(utterances(), [], 9, NO_AUGMENTATION, kinds=ONLY | {"string": 1.0})
    said = [made.sample().classes for _ in range(200)]
    places = Counter(
        "before" if i == 0 else "behind" if i == len(row) - 1 else "within"
        for row in said
        for i, c in enumerate(row)
        if c == OTHER_CLASS
    )
    assert min(places[place] for place in ("before", "behind", "within")) >= 1


def test_numbers_that_are_read_out_are_long_and_say_digits_again():
    rng = np.random.default_rng(5)
    phrases = [make_long_number(rng) for _ in range(400)]
    assert all(phrase.classes == tuple(label_words(list(phrase.words))) for phrase in phrases)
    words = [[word for word in phrase.words if word != PAUSE] for phrase in phrases]
    assert np.mean([len(some) for some in words]) > 5
    pairs = [a == b for some in words for a, b in pairwise(some)]
    assert 0.15 < np.mean(pairs) < 0.4
    assert any(len(set(some)) == 1 and len(some) > 3 for some in words)


def test_counts_stand_in_sentences_ten_and_hundred_more_often_than_others():
    rng = np.random.default_rng(6)
    phrases = [make_count(rng) for _ in range(400)]
    assert all(phrase.classes == tuple(label_words(list(phrase.words))) for phrase in phrases)
    found = [find_numbers(list(phrase.words)) for phrase in phrases]
    assert all(len(numbers) == 1 for numbers in found)
    counts = Counter(numbers[0].value for numbers in found)
    assert counts["10"] > 100
    assert counts["100"] > 60
    assert sum(OTHER_CLASS in phrase.classes for phrase in phrases) > 350


def test_phrases_say_numbers():
    rng = np.random.default_rng(0)
    seen = Counter()
    for _ in range(6000):
        phrase_ = make_phrase(rng)
        assert phrase_.classes
        seen.update(phrase_.classes)
    assert set(range(1, len(WORDS))) - set(seen) == set()  # every word is said
    for _ in range(200):
        said = say_whole(rng)
        (number,) = find_numbers(said)
        assert 1 <= int(number.value) <= 999_999


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two hundred and six", "two hundred and six"),
        ("call me and go", "□"),
        ("a hundred", "hundred"),
        ("five , six", "five six"),
        ("my number is nought and one", "□ nought □ one"),
        ("treble o", "triple oh"),
    ],
)
def test_labels(text, expected):
    assert [WORDS[c - 1] for c in label_words(text.split())] == expected.split()


def test_spelled_accents_cover_every_word():
    for word_ in set(WORDS) - {OTHER}:
        assert word_ in DEVANAGARI
        assert word_ in LATIN
        for language in SCRIPTS:
            text = transliterate((word_,), language)
            assert text
            assert language in ("hi", "mr") or not any("\u0900" <= c <= "\u097f" for c in text)
    assert transliterate(("two", ",", "five"), "hi") == "टू, फाइव्"
    assert transliterate(("cheese",), "hi") is None
    assert respell(("one", "cheese")) is None
    assert all(classify_word(spelled) == classify_word(plain) for spelled, plain in SPELLINGS.items())


def test_pieces_come_back_from_disk(tmp_path):
    kept = utterances()
    save_utterances(kept[:3], tmp_path / "one")
    save_utterances(kept[3:], tmp_path / "two")
    back = load_utterances(tmp_path)
    assert len(back) == len(kept)
    for a, b in zip(kept, back, strict=True):
        assert np.array_equal(a.samples, b.samples)
        assert (a.classes, a.speaker, a.source) == (b.classes, b.speaker, b.source)
    assert len(load_utterances(tmp_path, ["two"])) == len(kept) - 3


def test_words_with_pauses_are_told_apart():
    silence = np.zeros(RATE // 3, np.float32)
    sound = np.concatenate([silence, chord(1), silence, chord(2), silence, chord(3)])
    words = cut_at_pauses(sound, 3)
    assert len(words) == 3
    assert all(0.2 < len(word_) / RATE < 0.4 for word_ in words)
    assert cut_at_pauses(sound, 4) is None
    assert len(trim_silence(sound)) < len(sound)


def test_clicks_are_short_and_louder_than_what_is_said():
    rng = np.random.default_rng(0)
    sound = (0.01 * np.sin(np.arange(RATE) / 20)).astype(np.float32)
    changed = []
    for _ in range(20):
        clicked = channel.add_clicks(sound, rng)
        assert clicked.shape == sound.shape
        assert clicked.dtype == np.float32
        changed.append(np.count_nonzero(clicked != sound))
        assert np.abs(clicked).max() > 0.9 * np.abs(sound).max()
    assert 0 < np.median(changed) < 3 * 0.035 * RATE
    assert not channel.add_clicks(np.zeros(RATE, np.float32), rng).any()


def test_16_bits_are_whole_steps_within_full_scale():
    rounded = channel.round_to_16_bits(np.array([-2.0, 0.1234567, 1.0], np.float32))
    assert rounded.tolist() == [-1.0, 4045 / 32768, 32767 / 32768]
