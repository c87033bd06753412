"""`SecondReader`: another recogniser asked about the same crops, its frames told in our charset.

A recogniser that fails in other ways than ours is worth more than either alone. PP-OCRv6's small recogniser
(PaddleOCR, Apache-2.0) writes 18,708 characters; each frame's probabilities are added up by what our charset
calls them: a digit, a separator, a gap, or some letter. The frames then go through our own constrained
search, so that kinds, separators and letters mean the same for both.

Letters: B batch, T frames, K classes of our charset with the blank, M classes of the recogniser.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutja.charset import CHARSET, LETTER
from sutja.errors import InferenceError, ModelFileError, SutjaError
from sutja.grammar import Grammar
from sutja.model_file import Card, ModelFile, Preprocessing
from sutja.reading.decode import Glyph, Hypothesis, decode
from sutja.reading.second.line_reader import map_frames
from sutja.runtime import Session
from sutja.signals.preprocessing.normalisation import COLUMNS_PER_FRAME, Normalised
from sutja.signals.preprocessing.text_line import TextLineParams, measure_width, to_text_line

PACKAGE = "rapidocr"
WEIGHTS = "models/PP-OCRv6_rec_small.onnx"  # in the package
SHA256 = "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"
BATCH_COLUMNS = 2048  # columns of lines that run together
NARROW = 64  # columns of the shortest line where many are short
ALPHABET = ("", *CHARSET)
_REMEDY = f"install it: pip install '{PACKAGE}>=3.10,<3.11'; or read with effort fast"
_SURE_LETTER = 0.9  # probability from which a letter is believed against a reader of digits
_FLOOR = 1e-7  # probability of a class that the recogniser gives none
# Signs that are written like one of ours, beside the wide forms of Unicode.
_LIKE = {
    **dict.fromkeys("–—−‐‑", "-"),
    "、": ",",
    **dict.fromkeys("。·", "."),
    ";": ":",
    **dict.fromkeys("’‘`′", "'"),
    "×": "*",
}


@dataclass(frozen=True, slots=True)
class ReadText:
    """Text that a line says, all of its letters, as the likeliest class of each frame has it.

    Attributes
    ----------
    text : str
        Characters as the recogniser writes them, n of them.
    confidences : tuple[float, ...]
        (n,) probability of each.
    places : tuple[tuple[float, float], ...]
        (n,) first and last column of each, in pixels of the crop.
    """

    text: str
    confidences: tuple[float, ...]
    places: tuple[tuple[float, float], ...]

    @property
    def confidence(self) -> float:
        """Mean probability of the characters; 0 for no text."""
        return sum(self.confidences) / len(self.confidences) if self.confidences else 0.0


@dataclass(frozen=True, slots=True)
class SecondAnswer:
    """The answer to one crop.

    Attributes
    ----------
    hypotheses : list[Hypothesis]
        Hypotheses in our charset, likeliest first.
    line : tuple[Glyph, ...]
        All characters of the crop, of any kind, in frames of the first reader.
    witness : list[Hypothesis] | None
        Hypotheses of a third reader that was asked as well; None where it was not, or where its answer is
        this one.
    """

    hypotheses: list[Hypothesis]
    line: tuple[Glyph, ...]
    witness: list[Hypothesis] | None = None


def combine_answers(
    hypotheses: list[Hypothesis], text: SecondAnswer | None, own: Sequence[Hypothesis]
) -> SecondAnswer:
    """Combine hypotheses in our charset alone with the answer of a reader that knows letters.

    Where there is a letter or a sign that our charset lacks, only the second one can tell it from a digit; it
    is not believed where two others agree on the digits.

    Parameters
    ----------
    hypotheses : list[Hypothesis]
        Hypotheses of the first of the two.
    text : SecondAnswer | None
        Answer of the other, if it was asked.
    own : Sequence[Hypothesis]
        Hypotheses of the first reader of all.
    """
    if text is None:
        return SecondAnswer(hypotheses, ())
    if own and hypotheses and own[0].digits is not None and own[0].digits == hypotheses[0].digits:
        return SecondAnswer(hypotheses, text.line, text.hypotheses)
    letter = ALPHABET.index(LETTER)
    knows_more = any(_class_of(g.text) == letter and g.probability >= _SURE_LETTER for g in text.line)
    return text if knows_more else SecondAnswer(hypotheses, text.line, text.hypotheses)


def _make_glyphs(text: ReadText, normalised: Normalised) -> tuple[Glyph, ...]:
    """Make glyphs of the characters of a line, in frames of the normalised picture."""
    columns = normalised.scale_x * COLUMNS_PER_FRAME
    return tuple(
        Glyph(symbol, p, round((x0 - normalised.x0) / columns), round((x1 - normalised.x0) / columns))
        for symbol, p, (x0, x1) in zip(text.text, text.confidences, text.places, strict=True)
    )


class SecondReader:
    """PP-OCRv6's small recogniser, on the weights that the package `rapidocr` carries.

    Parameters
    ----------
    threads : int
        Threads the network may use.
    params : TextLineParams
        Sizes of its input.
    providers : Sequence[str] | None
        As for `sutja.runtime.Session`.

    Raises
    ------
    SutjaError
        The package is not installed, or its weights are not those that this version was calibrated with.
    InferenceError
        The engine cannot load the network.
    """

    def __init__(
        self, threads: int = 1, params: TextLineParams | None = None, providers: Sequence[str] | None = None
    ) -> None:
        self._params = params or TextLineParams()
        data, source = load_weights(WEIGHTS, SHA256)
        card = Card("transcribe", "PP-OCRv6 small", tuple(CHARSET), Preprocessing("text-line"), threshold=1.0)
        self._session = Session(ModelFile(card, data, source), threads, providers)
        self._characters = list_characters(self._session.metadata())
        self._grouping = _Grouping(self._characters)

    def read(
        self,
        crops: Sequence[NDArray[np.uint8]],
        normalised: Sequence[Normalised],
        grammar: Grammar | None = None,
    ) -> list[list[Hypothesis]]:
        """Return what each crop may say, likeliest first, as `sutja.reading.decode.decode` does.

        Parameters are those of `answer`.
        """
        return [answer.hypotheses for answer in self.answer(crops, normalised, grammar)]

    def answer(
        self,
        crops: Sequence[NDArray[np.uint8]],
        normalised: Sequence[Normalised],
        grammar: Grammar | None = None,
        *,
        narrow: bool = False,
    ) -> list[SecondAnswer]:
        """Return what each crop may say, and all that is written there in characters of any kind.

        Parameters
        ----------
        crops : Sequence[NDArray[uint8]]
            (H, W) or (H, W, 3) RGB, each of one number.
        normalised : Sequence[Normalised]
            The same as the first reader sees them; the frames of the answers are told in theirs.
        grammar : Grammar | None
            Of the kind that is asked for, if one is.
        narrow : bool
            True to pad short crops to few columns, which takes half of the time and reads as well; answers
            differ a little.
        """
        params = replace(self._params, min_width=NARROW) if narrow else self._params
        found: dict[int, SecondAnswer] = {}
        for indices, probabilities in self._run(crops, params):
            grouped = self._grouping.log_probs(probabilities)
            texts = self._join_characters(crops, indices, probabilities, params)
            for i, log_probs, text in zip(indices, grouped, texts, strict=True):
                frame_map = map_frames(crops[i], normalised[i], len(log_probs), params)
                hypotheses = decode(log_probs[None], ALPHABET, grammar)[0]
                found[i] = SecondAnswer(
                    [replace(hypothesis, frame_map=frame_map) for hypothesis in hypotheses],
                    _make_glyphs(text, normalised[i]),
                )
        return [found[index] for index in range(len(crops))]

    def compute_log_probs(self, crops: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Return log probabilities (T, K) of each crop's frames; T depends on the crop's own width alone."""
        found: dict[int, NDArray[np.float32]] = {}
        for indices, probabilities in self._run(crops, self._params):
            found.update(zip(indices, self._grouping.log_probs(probabilities), strict=True))
        return [found[index] for index in range(len(crops))]

    def read_text(self, crops: Sequence[NDArray[np.uint8]]) -> list[ReadText]:
        """Read each of some lines with all letters that the recogniser knows.

        Parameters
        ----------
        crops : Sequence[NDArray[uint8]]
            (H, W) or (H, W, 3) RGB, each of one line of text.
        """
        found: dict[int, ReadText] = {}
        for indices, probabilities in self._run(crops, self._params):
            texts = self._join_characters(crops, indices, probabilities, self._params)
            found.update(zip(indices, texts, strict=True))
        return [found[index] for index in range(len(crops))]

    def _join_characters(
        self,
        crops: Sequence[NDArray[np.uint8]],
        indices: Sequence[int],
        probabilities: NDArray[np.float32],
        params: TextLineParams,
    ) -> list[ReadText]:
        """Join the likeliest classes of frames (B, T, M) to the texts of B of the crops."""
        likeliest = probabilities.argmax(axis=2)
        values = np.take_along_axis(probabilities, likeliest[:, :, None], axis=2)[:, :, 0]
        found = []
        for index, classes, sure in zip(indices, likeliest, values, strict=True):
            width, padded = measure_width(crops[index], params)
            pixels = crops[index].shape[1] / width * padded / len(classes)
            found.append(self._join_frames(classes, sure, pixels))
        return found

    def _join_frames(self, classes: NDArray[np.int64], sure: NDArray[np.float32], pixels: float) -> ReadText:
        """Join frames (T,) of one class to characters; a frame has so many pixels of the crop."""
        starts = np.flatnonzero(np.diff(classes, prepend=-1))
        ends = [*starts[1:], len(classes)]
        text, confidences, places = [], [], []
        for start, end in zip(starts, ends, strict=True):
            if classes[start]:
                text.append(self._characters[classes[start]])
                confidences.append(float(sure[start:end].max()))
                places.append((float(start * pixels), float(end * pixels)))
        return ReadText("".join(text), tuple(confidences), tuple(places))

    def _run(
        self, crops: Sequence[NDArray[np.uint8]], params: TextLineParams
    ) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Yield the probabilities (B, T, M) of crops of one width, with the indices of these."""
        lines = [to_text_line(crop, params) for crop in crops]
        by_width: dict[int, list[int]] = defaultdict(list)
        for index, line in enumerate(lines):
            by_width[line.shape[2]].append(index)
        for width, indices in by_width.items():
            size = max(1, BATCH_COLUMNS // width)
            for start in range(0, len(indices), size):
                some = indices[start : start + size]
                yield some, self._session.run(np.stack([lines[i] for i in some]))


class _Grouping:
    """Sums over the recogniser's classes that our charset calls the same.

    Parameters
    ----------
    characters : Sequence[str]
        The M characters of the recogniser's classes; the first stands for the blank.
    """

    def __init__(self, characters: Sequence[str]) -> None:
        classes = list_classes(characters)
        letter = ALPHABET.index(LETTER)
        self._letters = (classes == letter).astype(np.float32)  # nearly all of the M
        self._letter = letter
        others = np.flatnonzero(classes != letter)
        self._order = others[np.argsort(classes[others], kind="stable")]
        self._present, self._starts = np.unique(classes[self._order], return_index=True)
        self._size = len(characters)

    def log_probs(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return log probabilities (B, T, K) of probabilities (B, T, M)."""
        if probabilities.ndim != 3 or probabilities.shape[2] != self._size:
            raise InferenceError(
                f"gave {probabilities.shape}, not {self._size} classes a frame",
                where=f"package {PACKAGE}",
                remedy=f"install the version of {PACKAGE} that this package asks for",
            )
        grouped = np.full((*probabilities.shape[:2], len(ALPHABET)), _FLOOR, np.float32)
        sums = np.add.reduceat(probabilities[:, :, self._order], self._starts, axis=2)
        grouped[:, :, self._present] = np.maximum(sums, _FLOOR)
        grouped[:, :, self._letter] = np.maximum(probabilities @ self._letters, _FLOOR)
        log_probs: NDArray[np.float32] = np.log(grouped / grouped.sum(axis=2, keepdims=True))
        return log_probs


def list_classes(characters: Sequence[str]) -> NDArray[np.int64]:
    """List the class of our charset that each of the recogniser's M characters belongs to, (M,)."""
    return np.array([0, *(_class_of(character) for character in characters[1:])])


def _class_of(character: str) -> int:
    """Return the class of our charset that a character belongs to."""
    is_wide = unicodedata.decomposition(character[:1]).startswith("<wide>")
    narrow = unicodedata.normalize("NFKC", character) if is_wide else character
    plain = _LIKE.get(narrow, narrow)
    return ALPHABET.index(plain if len(plain) == 1 and plain in CHARSET else LETTER)


def list_characters(metadata: Mapping[str, str]) -> list[str]:
    """List the characters of the recogniser's classes, as its file's metadata has them; the blank is ""."""
    listed = metadata.get("character", "").split("\n")
    return ["", *listed, " "]


def find_weights(name: str = WEIGHTS) -> Path:
    """Return where weights of the installed package are; by default the recogniser's.

    Raises
    ------
    SutjaError
        The package is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise SutjaError("the second reader's package is not installed", where=PACKAGE, remedy=_REMEDY)
    return Path(spec.origin).parent / name


def is_installed() -> bool:
    """Tell whether the package with the second reader is installed."""
    return find_spec(PACKAGE) is not None


def load_weights(name: str, checksum: str) -> tuple[bytes, str]:
    """Read weights of the installed package, and check that they are the ones calibrated with.

    Parameters
    ----------
    name : str
        Path in the package.
    checksum : str
        SHA-256 of the file.

    Returns
    -------
    tuple[bytes, str]
        The weights, and their name for messages.

    Raises
    ------
    SutjaError
        The package is not installed, or these are other weights.
    """
    path = find_weights(name)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"the second reader's weights cannot be read ({error.strerror})", where=str(path), remedy=_REMEDY
        ) from error
    if sha256(data).hexdigest() != checksum:
        raise ModelFileError(
            "these are not the weights that the second reader was calibrated with",
            where=str(path),
            remedy=_REMEDY,
        )
    return data, f"{PACKAGE}/{name}"
