"""Load the data of the benchmarks of `sutja compare`. Letters: n items, F features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from _sutja_models import find_data_folder
from numpy.typing import NDArray

from sutja.data.labelled.load import load_labelled
from sutja.data.sets.recordings import read_fsdd
from sutja.data.split.fixed import RULES, is_test, is_validation
from sutja.data.split.hold_out import hold_out

DATA = ("mnist", "usps", "digits", "fsdd")
_BANDS, _FRAMES, _WINDOW = 20, 20, 256  # of a spectrogram; samples, 32 ms at 8 kHz
_VALIDATION = 0.2

Items = tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]


def load_data(
    name: str, part: str, limit: int | None = None, resize: tuple[int, int] | None = None
) -> dict[str, Any]:
    """Load items for `sutja.compare`: X, y, groups and test.

    Parameters
    ----------
    name : str
        One of `DATA`.
    part : str
        "test" for the set's own test part; "validation" sets a part of the training items aside instead.
    limit : int | None
        At most so many items.
    resize : tuple[int, int] | None
        Height and width to which pictures are resized.
    """
    learn, tested = _fsdd(part) if name == "fsdd" else _pictures(name, part, resize)
    X, y, groups = learn
    if limit is not None:
        some = np.random.default_rng(0).permutation(len(y))[:limit]
        X, y, groups = X[some], y[some], None if groups is None else groups[some]
    last = slice(None) if limit is None else slice(limit)
    return {"X": X, "y": y, "groups": groups, "test": (tested[0][last], tested[1][last]), "source": name}


def choose_study_folder(folder: Path, name: str, part: str, limit: int | None) -> Path:
    """Return the folder of a study among others."""
    return folder / f"{name}-{part}-{limit or 'all'}"


def _pictures(name: str, part: str, resize: tuple[int, int] | None) -> tuple[Items, Items]:
    train = load_labelled(name, "train", resize)
    y = np.array(train.classes)[train.labels]
    if part == "test":
        test = load_labelled(name, "test", resize).in_classes(train.classes)
        tested = test.images, np.array(test.classes)[test.labels], None
        return (train.images, y, train.groups), tested
    keys = train.groups.tolist() if train.groups is not None else list(range(len(train)))
    if RULES[name].official_test:
        is_tested = np.array([is_validation(name, key) for key in keys])
    else:
        is_tested = hold_out(train.labels, train.groups, _VALIDATION)
    return _split(train.images, y, train.groups, is_tested)


def _fsdd(part: str) -> tuple[Items, Items]:
    """Load spectrograms of spoken digits, (n, 400); all of a speaker are in one part."""
    records = read_fsdd(find_data_folder())
    X = np.stack([make_spectrogram(record.path) for record in records])
    y, speakers = (np.array([getattr(record, what) for record in records]) for what in ("text", "group"))
    in_test = np.array([is_test("fsdd", speaker) for speaker in speakers])
    if part == "test":
        return _split(X, y, speakers, in_test)
    X, y, speakers = X[~in_test], y[~in_test], speakers[~in_test]
    return _split(X, y, speakers, speakers == np.unique(speakers)[0])


def _split(
    X: NDArray[Any], y: NDArray[Any], groups: NDArray[Any] | None, is_tested: NDArray[np.bool_]
) -> tuple[Items, Items]:
    of = None if groups is None else groups[~is_tested]
    return (X[~is_tested], y[~is_tested], of), (X[is_tested], y[is_tested], None)


def make_spectrogram(path: Path) -> NDArray[np.float32]:
    """Return log energies of 20 bands, wider at high frequencies, in 20 parts of a recording, (400,)."""
    sound, _ = soundfile.read(path, dtype="float32")
    sound = np.pad(sound, (0, max(0, 2 * _WINDOW - len(sound))))
    frames = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[:: _WINDOW // 2]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1)) ** 2
    edges = np.unique(np.geomspace(2, power.shape[1], _BANDS + 3).astype(int))[: _BANDS + 1]
    bands = np.add.reduceat(power, edges[:-1], axis=1)[:, :_BANDS]
    parts = np.array_split(np.arange(len(bands)), _FRAMES) if len(bands) >= _FRAMES else None
    if parts is None:
        rows = bands[np.linspace(0, len(bands) - 1, _FRAMES).round().astype(int)]
    else:
        rows = np.stack([bands[part].mean(0) for part in parts])
    log = np.log(rows + 1e-6)
    return np.asarray((log - log.mean()).ravel(), np.float32)
