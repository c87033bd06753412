"""Sounds taught beside words: where they come from, that they are learnt, and that they leave no trace."""

from types import SimpleNamespace

import numpy as np
import torch
from sounding import OTHER_CLASS, phrase, speaker, word

from sutja.grammar.number_words import OTHER, WORDS, classify_word
from sutja.nets.listener import Listener, ListenerConfig
from sutja.signals.preprocessing.log_mel import LogMelParams
from sutja.synthesis.speech.channel import NO_AUGMENTATION
from sutja.synthesis.speech.composer import SpeechComposer
from sutja.synthesis.speech.phonemes import PHONEMES, pronounce_classes, pronounce_words
from sutja.synthesis.speech.utterances import Utterance, load_utterances, save_utterances
from sutja.training import checkpoint
from sutja.training.listen import fit as listen
from sutja.training.listen.batches import make_batch, make_example
from sutja.training.listen.phonemes import ListenerWithPhonemes, drop_phoneme_head, phoneme_loss

SMALL = ListenerConfig(1 + len(WORDS), (8, 8, 16), 48, 2, 5)
PARAMS = LogMelParams()


def said(places):
    return " ".join(PHONEMES[place - 1] for place in places)


def test_number_words_have_sounds_and_other_words_none():
    every = {word_: pronounce_classes([classify_word(word_)]) for word_ in WORDS}
    assert every.pop(OTHER) == ()
    assert all(every.values())
    assert len(set(every.values())) == len(every)  # no two words sound the same
    assert said(pronounce_classes([classify_word("six"), classify_word("teen")])) == ""
    assert said(pronounce_classes([classify_word("two"), classify_word("five")])) == "t u f aɪ v"


def test_other_words_sound_as_a_program_says_them(monkeypatch):
    asked = []

    def espeak(command, *, input, **_):
        asked.append(input)
        return SimpleNamespace(stdout="ɐ_b_ˈaʊ_t\nɹ_ˈuː_b_aʊ_t\n ǃ_t_ˈiː\n")

    monkeypatch.setattr("sutja.synthesis.speech.phonemes.subprocess.run", espeak)
    known = pronounce_words(["T", "rubout", "about", "T"])
    assert asked == ["about\nrubout\nt\n"]
    assert {word_: said(places) for word_, places in known.items()} == {
        "t": "t i",
        "rubout": "ɹ u b aʊ t",
        "about": "ə b aʊ t",
    }


def test_sounds_are_kept_with_their_pieces(tmp_path):
    silence = np.zeros(160, np.int16)
    pieces = [
        Utterance(silence, (36,), "a", "x", (3, 1, 2)),
        Utterance(silence, (1,), "b", "x"),
        Utterance(silence, (), "", "n"),
    ]
    save_utterances(pieces, tmp_path / "some")
    assert [piece.phonemes for piece in load_utterances(tmp_path)] == [(3, 1, 2), (), ()]


def test_a_composed_recording_has_the_sounds_of_all_its_parts_or_none():
    digits, other = speaker("low", 0.9), word(OTHER_CLASS)
    made = SpeechComposer([*digits, other], [], 0, NO_AUGMENTATION)
    for _ in range(40):
        recording = made.sample()
        assert recording.phonemes == pronounce_classes(recording.classes)
    told = Utterance(other.samples, other.classes, other.speaker, other.source, (7, 7))
    for recording in (
        SpeechComposer([told], [], 0, NO_AUGMENTATION, kinds={"phrase": 1.0}).sample() for _ in range(3)
    ):
        assert recording.phonemes == (7, 7)


def test_rows_whose_sounds_are_not_known_or_do_not_fit_have_no_part_in_the_loss():
    scores = torch.randn(3, 6, 1 + len(PHONEMES), requires_grad=True)
    log_probs = scores.log_softmax(-1)
    sounds, lengths = torch.ones(3, 9, dtype=torch.long), torch.tensor([2, 0, 9])
    alone = phoneme_loss(log_probs[:1], sounds[:1], lengths[:1])
    assert float(alone.detach()) > 0
    torch.testing.assert_close(phoneme_loss(log_probs, sounds, lengths), alone)
    loss = phoneme_loss(log_probs[1:2], sounds[1:2], lengths[1:2])
    loss.backward()
    assert float(loss.detach()) == 0.0


def test_sounds_are_learnt_and_leave_no_trace(tmp_path):
    composer = SpeechComposer([phrase((1, 5, 3)), phrase((2, 8)), word(OTHER_CLASS)], [], 0, NO_AUGMENTATION)
    rows = [make_example(composer.sample(), PARAMS) for _ in range(16)]

    class ChunkSource:
        def take(self):
            return rows

    config = listen.ListenConfig(
        steps=60,
        lr=5e-3,
        frames=2000,
        chunks_per_epoch=1,
        epochs_per_chunk=1,
        evaluate_every=60,
        warm_up=2,
        augment=0.0,
        freeze_norms_after=0.5,
        ema=0.9,
        phoneme_weight=0.3,
    )
    state = listen.start(SMALL, config)
    assert isinstance(state.net, ListenerWithPhonemes)
    batch = make_batch([row for row in rows if row.phonemes])
    args = map(torch.from_numpy, (batch.phonemes, batch.phoneme_lengths))
    sounds, lengths = args

    def loss(net):
        with torch.no_grad():
            return float(phoneme_loss(net.compute_both(torch.from_numpy(batch.features))[1], sounds, lengths))

    before = loss(state.net)
    listen.ListenJob(state, ChunkSource(), config, {"same": rows[:4]}).fit(state, tmp_path, lambda _: None)
    assert loss(state.net.eval()) < 0.5 * before
    kept = listen.load_average(tmp_path / checkpoint.NAME)
    assert set(kept.state_dict()) == set(Listener(SMALL).state_dict())
    features = torch.from_numpy(batch.features)
    whole = state.flat.make_average().eval()
    with torch.no_grad():
        torch.testing.assert_close(kept(features), whole(features))


def test_a_listener_alone_keeps_its_weights():
    weights = Listener(SMALL).state_dict()
    assert drop_phoneme_head(weights) == dict(weights)
