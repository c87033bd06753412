"""The recipe of the listener on made-up sounds: training, the mean of runs, what was heard."""

import importlib
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sounding import OTHER_CLASS, phrase, speaker, word

from sutja.model_file import read_model
from sutja.runtime import Session
from sutja.synthesis.speech.utterances import Utterance, load_utterances, save_utterances
from sutja.training import checkpoint
from sutja.training.listen.fit import load_average
from sutja.training.listen.phonemes import drop_phoneme_head
from sutja.types import SpokenNumber

FOLDER = Path(__file__).resolve().parents[2] / "recipes"


@pytest.fixture
def recipe(monkeypatch):
    """The two scripts, found as for `python recipes/listener.py`."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("listener")


@pytest.fixture
def spoken_phrases(recipe):
    return importlib.import_module("_spoken_phrases")


@pytest.fixture
def finish(recipe):
    return importlib.import_module("listener_finish")


@pytest.fixture
def judge(recipe):
    return importlib.import_module("listener_judge")


@pytest.fixture
def sounds(tmp_path):
    """Pieces where the steps before the training leave them."""
    noise = [Utterance(np.arange(40_000, dtype=np.int16) % 50, (), "noise", "noise")]
    for part in ("train", "validation"):
        for name in ("fsdd", "an4"):
            who = f"{name}/{part}"
            said = [*speaker(who, 1.1), phrase((3, 4), who), word(OTHER_CLASS, who)]
            utterances = [Utterance(utterance.samples, utterance.classes, who, name) for utterance in said]
            save_utterances(utterances, tmp_path / "real" / f"{name}-{part}")
        save_utterances(noise, tmp_path / "real" / f"noise-{part}")
    return tmp_path


def test_two_runs_and_their_mean(sounds, recipe, finish, capsys, monkeypatch):
    monkeypatch.setattr(recipe, "ComposedRecordings", partial(recipe.ComposedRecordings, chunk=32))
    steps = ["--steps", "2", "--frames", "600", "--evaluate-every", "2"]
    recipe.main(["train", "--out", str(sounds), "--run", "one", *steps])
    recipe.main(
        [
            "train",
            "--out",
            str(sounds),
            "--run",
            "two",
            "--weights",
            str(sounds / "one"),
            *steps,
            "--sounds",
            "0.2",
            "--voice",
            "0.9",
            "--vary",
            "1.0",
        ]
    )
    assert "numbers right: fsdd" in capsys.readouterr().out
    finish.main(["soup", "--out", str(sounds), "--runs", "one", "two", "--run", "mean"])
    kept = [checkpoint.read(sounds / run / checkpoint.NAME) for run in ("one", "two", "mean")]
    states = [drop_phoneme_head(parts["average"]) for parts in kept]
    for name, value in states[2].items():
        if value.is_floating_point():
            assert torch.allclose(value, (states[0][name] + states[1][name]) / 2, atol=1e-6)
    finish.export_model(sounds, sounds / "mean", sounds / "raw.onnx", finish.make_raw_card("spoken"))
    assert (sounds / "raw.onnx").stat().st_size < 3_000_000
    features = np.random.default_rng(1).uniform(0, 3, (1, 80, 64)).astype(np.float32)
    [log_probs] = Session(read_model(sounds / "raw.onnx")).run(features)
    with torch.inference_mode():
        learnt = load_average(sounds / "mean" / checkpoint.NAME)(torch.from_numpy(features))[0].numpy()
    change = (log_probs - learnt) - (log_probs - learnt)[:, 1:2]  # of logits, against that of a number word
    expected = np.zeros(log_probs.shape[1])
    expected[[0, OTHER_CLASS]] = -0.5, -1.0  # nothing and other words are too likely for strangers
    assert np.allclose(change, expected, atol=0.02)


def test_a_speaker_left_out_is_learnt_from_by_no_run_of_the_mean(sounds, recipe, finish, monkeypatch):
    """Each run has all options of the recipe's own training, and the mean of the runs is exported."""
    seen, means = [], []

    def train(args, folder, without, shares):
        seen.append((args.seed, folder, tuple(without)))
        options = recipe.argparse.ArgumentParser()
        recipe.add_training(options)
        assert set(vars(options.parse_args([]))) - {"run", "without"} <= set(vars(args))

    monkeypatch.setattr(finish, "run", train)
    monkeypatch.setattr(finish, "average", lambda runs, to: means.append((list(runs), to)))
    monkeypatch.setattr(finish, "export_model", lambda out, weights, path, card: None)
    finish.main(["speakers", "--out", str(sounds), "--base", str(sounds / "base"), "--runs", "2"])
    theo = sounds / "speakers" / "theo"
    assert len(seen) == 2 * len(finish.SPEAKERS)
    assert [run for run in seen if "fsdd/theo" in run[2]] == [
        (seed, theo / str(seed), ("fsdd/theo",)) for seed in (0, 1)
    ]
    assert ([theo / "0", theo / "1"], theo) in means


def test_words_of_a_dictionary_are_said_but_none_that_sounds_like_a_number(
    tmp_path, recipe, spoken_phrases, monkeypatch, capsys
):
    path = tmp_path / "words.txt"
    path.write_text("won\nforty\nLondon\nox\nzebra\nwon't\ntable\n")
    one, other = spoken_phrases.pronounce_classes([spoken_phrases.classify_word("one")]), (1, 2, 3)
    monkeypatch.setattr(
        spoken_phrases,
        "pronounce_words",
        lambda words: {word: one if word == "won" else other for word in words},
    )
    assert spoken_phrases.load_words(path) == ["zebra", "table"]

    said = []

    def spoken(engine, count, seed, say):
        rng = np.random.default_rng(seed)
        for _ in range(count):
            phrase_ = say(rng)
            said.append(phrase_.words)
            yield Utterance(np.zeros(160, np.int16), phrase_.classes, "voice", engine)

    monkeypatch.setattr(spoken_phrases, "synthesise", spoken)
    words = ["--engine", "flite", "--count", "60", "--words", str(path)]
    recipe.main(["speak", "--out", str(tmp_path), *words])
    assert set(said) == {("zebra",), ("table",)}
    assert sorted(file.name for file in (tmp_path / "spoken").iterdir()) == [
        "flite-words-0-000050.pieces.npz",
        "flite-words-0-rest.pieces.npz",
    ]
    assert {utterance.classes for utterance in load_utterances(tmp_path / "spoken")} == {(OTHER_CLASS,)}
    with pytest.raises(SystemExit):
        recipe.main(["speak", "--engine", "festival", "--count", "1", "--words", str(path)])
    assert "festival says phrases alone" in capsys.readouterr().err


@pytest.mark.parametrize("engine", ["espeak-ng", "flite", "festival", "hibari", "kokoro"])
def test_every_voice_reads_numbers_out_when_asked(tmp_path, recipe, spoken_phrases, monkeypatch, engine):
    asked = []

    def source(voice, count, seed, say, *rest):
        asked.append(say)
        return iter([Utterance(np.zeros(160, np.int16), (OTHER_CLASS,), "voice", engine)])

    for name in ("synthesise", "synthesise_kokoro", "synthesise_hibari"):
        monkeypatch.setattr(spoken_phrases, name, source)
    for voice in ("Kokoro", "Hibari"):
        monkeypatch.setattr(spoken_phrases, voice, lambda folder: folder)
    monkeypatch.setenv("SUTJA_VOICES", str(tmp_path))
    recipe.main(["speak", "--out", str(tmp_path), "--engine", engine, "--count", "1", "--read-out"])
    recipe.main(["speak", "--out", str(tmp_path), "--engine", engine, "--count", "1"])
    assert asked[0] is spoken_phrases.make_long_number
    assert asked[1] is not spoken_phrases.make_long_number
    assert len(list((tmp_path / "spoken").glob(f"{engine}-read-*"))) == 1


def test_of_words_much_like_numbers_some_are_for_validation_alone(
    tmp_path, recipe, spoken_phrases, monkeypatch
):
    path = tmp_path / "words.txt"
    path.write_text("zebra\nheaven\ntree\ntent\nnein\n")
    near = {
        "tree": spoken_phrases.pronounce_classes([spoken_phrases.classify_word("three")])[1:],
        "heaven": spoken_phrases.pronounce_classes([spoken_phrases.classify_word("seven")])[1:],
        "tent": (*spoken_phrases.pronounce_classes([spoken_phrases.classify_word("ten")]), 2),
        "nein": spoken_phrases.pronounce_classes([spoken_phrases.classify_word("nine")]),
        "zebra": tuple(range(1, 9)),
    }
    monkeypatch.setattr(spoken_phrases, "pronounce_words", lambda words: {word: near[word] for word in words})
    assert spoken_phrases.load_near_words(path, validation=False) == ["tent", "tree"]  # "nein" is "nine"
    assert spoken_phrases.load_near_words(path, validation=True) == ["heaven"]

    said, parts = {}, []

    def spoken(engine, count, seed, say):
        said[seed] = say(np.random.default_rng(seed)).words
        return iter([Utterance(np.zeros(160, np.int16), (OTHER_CLASS,), "voice", engine)])

    def languages(count, seed, validation):
        parts.append(validation)
        return iter([Utterance(np.zeros(160, np.int16), (OTHER_CLASS,), "voice", "espeak-ng languages")])

    monkeypatch.setattr(spoken_phrases, "synthesise", spoken)
    monkeypatch.setattr(spoken_phrases, "synthesise_languages", languages)
    for seed in ("5", "9001"):
        speak = ["speak", "--out", str(tmp_path), "--engine", "espeak-ng", "--count", "1", "--seed", seed]
        recipe.main([*speak, "--near-words", str(path)])
        recipe.main([*speak, "--languages"])
    recipe.main(
        ["speak", "--out", str(tmp_path), "--engine", "flite", "--count", "1", "--seed", "6", "--counts"]
    )
    assert said[5][0] in ("tent", "tree")
    assert said[9001] == ("heaven",)
    assert len(said[6]) > 1
    assert parts == [False, True]
    for folder, seed in (("spoken", 5), ("held", 9001)):
        for part in ("near", "languages"):
            assert (tmp_path / folder / f"espeak-ng-{part}-{seed}-rest.pieces.npz").exists()
    assert (tmp_path / "spoken" / "flite-counts-6-rest.pieces.npz").exists()
    with pytest.raises(SystemExit):
        recipe.main(["speak", "--engine", "flite", "--count", "1", "--languages"])


def test_words_and_numbers_read_out_exclude_one_another(recipe, capsys):
    with pytest.raises(SystemExit):
        recipe.main(["speak", "--engine", "flite", "--count", "1", "--read-out", "--words", "words.txt"])
    assert "not allowed with" in capsys.readouterr().err


def test_what_is_left_out_is_not_trained_on(sounds, recipe):
    assert {utterance.source for utterance in recipe.list_utterances(sounds)} == {"fsdd", "an4"}
    assert {utterance.source for utterance in recipe.list_utterances(sounds, ["fsdd"])} == {"an4"}
    assert {utterance.speaker for utterance in recipe.list_utterances(sounds, ["fsdd/train"])} == {
        "an4/train"
    }
    assert not any("validation" in utterance.speaker for utterance in recipe.list_utterances(sounds))
    assert len(load_utterances(sounds / "real", ["fsdd-validation"])) == 13


class Says:
    """A listener that says certain numbers, whatever it is given."""

    def __init__(self, *digits):
        self.numbers = [SpokenNumber("", d, d, 0.9, True, 0.0, 1.0) for d in digits]

    def listen(self, samples, rate):
        return SimpleNamespace(numbers=self.numbers)


@pytest.mark.parametrize(
    ("said", "right", "missed"),
    [
        (("23",), [True], 0),
        (("2", "3"), [True, True], 0),
        (("24",), [False], 1),
        ((), [], 1),
        (("3",), [False], 1),
    ],
)
def test_numbers_heard_and_missed(judge, said, right, missed):
    assert [number.key for number in judge.find_truth((3, 4))] == ["23"]
    found = list(judge.make_cases(Says(*said), "set", [phrase((3, 4))]))
    assert [case.right for case in found if case.recognised] == right
    assert sum(not case.recognised for case in found) == missed
