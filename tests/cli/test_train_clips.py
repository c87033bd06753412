"""`sutja train classify` on short recordings: a folder a word."""

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from sounding import chord

from sutja.cli import main
from sutja.errors import PictureError, SoundError
from sutja.model_file import read_model
from sutja.reading.classifier import Classifier
from sutja.signals.spectrogram import make_spectrogram

WORDS = {"left": 1, "right": 12, "stop": 31}


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Twelve clips of each of three words, of different lengths and loudness."""
    folder = tmp_path_factory.mktemp("clips")
    rng = np.random.default_rng(0)
    for name, c in WORDS.items():
        (folder / name).mkdir()
        for i in range(12):
            before, after = (np.zeros(int(n), np.float32) for n in rng.integers(200, 16_000, 2))
            sound = np.concatenate([before, chord(c, rng.uniform(0.95, 1.05)), after]) * rng.uniform(0.1, 2)
            soundfile.write(folder / name / f"{i}.flac", sound, 16_000)
    return folder


@pytest.fixture(scope="module")
def trained(clips, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    command = ["train", "classify", str(clips), "--epochs", "120", "--out", str(out), "--threads", "1"]
    done = CliRunner().invoke(
        main, [*command, "--net", "mlp", "--hidden", "24", "--augment", "none", "--lr", "2e-3"]
    )
    assert done.exit_code == 0, done.output
    assert f"--model {out / 'model.onnx'} CLIP" in done.output
    return out / "model.onnx"


def test_words_are_told_apart(clips, trained):
    card = read_model(trained).card
    assert (card.task, card.classes, card.preprocessing.name) == ("classify", tuple(WORDS), "clip")
    classifier = Classifier(trained)
    right = [classifier.classify(path).label == path.parent.name for path in sorted(clips.rglob("*.flac"))]
    assert np.mean(right) > 0.9
    page = classifier.read(str(clips / "stop" / "0.flac"), crop=True)
    assert page.error is None
    done = CliRunner().invoke(main, ["evaluate", str(trained), str(clips)])
    assert done.exit_code == 0, done.output


def test_a_broken_clip_is_named(trained, tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF" + bytes(8))
    with pytest.raises(PictureError, match=r"broken\.wav"):
        Classifier(trained).classify(tmp_path / "broken.wav")
    (page,) = Classifier(trained).read_many([tmp_path / "broken.wav"], crop=True)
    assert page.error.count("broken.wav") == 1


def test_recordings_and_pictures_do_not_mix(clips, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "0.flac").write_bytes((clips / "left" / "0.flac").read_bytes())
    (tmp_path / "b" / "0.png").write_bytes(b"")
    done = CliRunner().invoke(main, ["train", "classify", str(tmp_path), "--out", str(tmp_path / "run")])
    assert done.exit_code != 0
    assert "1 of its 2 files are recordings" in done.output


def test_a_clip_is_shown_about_its_middle():
    sound = np.concatenate([np.zeros(40_000, np.float32), chord(5), np.zeros(30_000, np.float32)])
    picture = make_spectrogram(sound, 16_000)
    assert picture.shape == (64, 128)
    assert picture.any()
    alone = make_spectrogram(chord(5), 16_000)
    assert abs(int(picture.sum(dtype=int)) - int(alone.sum(dtype=int))) < 0.05 * alone.sum(dtype=int)
    heard = np.flatnonzero(picture.any(axis=0))
    assert abs((heard[0] + heard[-1]) / 2 - 63.5) < 3
    for n in (0, 200_000):
        with pytest.raises(SoundError):
            make_spectrogram(np.zeros(n, np.float32), 16_000)
