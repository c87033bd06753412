"""`Listener`: recordings in, numbers with an honest confidence and their times out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from sutja.confidence import Calibrator, resolve_threshold
from sutja.errors import InferenceError, ModelFileError, SoundError, SutjaError
from sutja.grammar import grammar_for
from sutja.listening.acoustic import Ear
from sutja.listening.chunks import Cutter, Piece
from sutja.listening.numbers import Judge, choose
from sutja.listening.second_pass import Echo
from sutja.listening.segments import islands
from sutja.listening.symbols import alphabet_of
from sutja.listening.utterances import PAUSE, Run, Runs
from sutja.model_file import Card
from sutja.model_file.bundled import Model, open_model
from sutja.signals.audio import RATE, SoundSource, SoundStream, sound_name
from sutja.types import Recording, SpokenNumber

LEAST_PAUSE, MOST_PAUSE = 0.2, 30.0  # seconds
_LIVE = 0.8  # seconds of pause after which live sound is listened to


class Listener:
    """Hears numbers in recordings with one model.

    Parameters
    ----------
    model : Model
        A path to a model file, the name of a bundled model, a model that was read, or None for the bundled
        "spoken".
    threads : int
        Threads the network may use.
    max_error : float | None
        Largest share of wrong answers among the accepted ones, like 0.01: chooses the threshold that kept it
        on the model's validation cases (`choice` says how surely). None takes the model's own threshold.
    kind : str
        What the numbers are: "number", "amount", "postcode", "date", "check" (a number with a check digit),
        or "auto" for any.
    country : str | None
        Whose postcodes, whose order of dates: ISO 3166 in two letters, or None.
    pause : float
        Seconds; a longer pause ends a number.

    Raises
    ------
    ModelFileError, InferenceError
        If the model cannot be loaded.
    ThresholdError
        If no threshold kept `max_error`.
    SutjaError
        If there is no such kind, country or pause.
    """

    def __init__(
        self,
        model: Model = None,
        threads: int = 1,
        max_error: float | None = None,
        *,
        kind: str = "auto",
        country: str | None = None,
        pause: float = PAUSE,
    ) -> None:
        self._grammar = grammar_for(kind, country)
        if not LEAST_PAUSE <= pause <= MOST_PAUSE:
            raise SutjaError(
                f"{pause} seconds are no pause to tell numbers by",
                where="pause",
                remedy=f"give {LEAST_PAUSE} to {MOST_PAUSE:.0f}",
            )
        file = open_model(model, "listen")
        self.card: Card = file.card
        threshold, self.choice = resolve_threshold(file.card.threshold, file.card.thresholds, max_error)
        self._judge = Judge(Calibrator(file.card.calibration.points), threshold)
        self._pause = pause
        try:
            self._alphabet = alphabet_of(file.card.classes)
        except ModelFileError as error:
            raise ModelFileError(str(error), where=f"model {file.source}") from error
        self._ear = Ear(file, threads)

    @property
    def threshold(self) -> float:
        """The confidence from which a number is accepted."""
        return self._judge.threshold

    def listen(self, source: SoundSource, sample_rate: int | None = None) -> Recording:
        """The numbers said in one recording.

        Parameters
        ----------
        source : SoundSource
            A path or the bytes of a WAV, FLAC, OGG or MP3 file, or an array (n,) or (n, channels): integers
            over the whole range of their type, or floats in [-1, 1].
        sample_rate : int | None
            Of an array, samples a second; of a file, instead of what its header says.

        Returns
        -------
        Recording
            Its numbers in the order they were said; none where none was said.

        Raises
        ------
        SoundError
            If it cannot be read to its end.
        InferenceError
            If the engine fails.
        """
        stream = SoundStream(source, sample_rate)
        hearing = self._hearing()
        found = [number for block in stream.blocks() for number in hearing.push(block)]
        found += hearing.finish()
        return Recording(stream.source, hearing.seconds, tuple(found))

    def listen_many(
        self, sources: Iterable[SoundSource], sample_rate: int | None = None
    ) -> Iterator[Recording]:
        """The numbers said in any number of recordings, one after the other, whatever their length.

        One that cannot be heard gives a `Recording` whose `error` says why. Of one that is cut short the
        numbers are given that were said, with a pause behind them, before the cut.

        Parameters
        ----------
        sources, sample_rate : Iterable[SoundSource] or int | None
            As for `listen`; asked for as they are needed.
        """
        for source in sources:
            hearing = self._hearing()
            found: list[SpokenNumber] = []
            try:
                stream = SoundStream(source, sample_rate)
                for block in stream.blocks():
                    found += hearing.push(block)
                found += hearing.finish()
            except (SoundError, InferenceError, MemoryError) as error:
                seconds = hearing.seconds or None
                yield Recording(sound_name(source), seconds, tuple(found), _reason(error, source))
            else:
                yield Recording(stream.source, hearing.seconds, tuple(found))

    def live(self, blocks: Iterable[NDArray[np.float32]]) -> Iterator[SpokenNumber]:
        """Numbers as they are said: each comes once a pause behind it is long enough.

        Parameters
        ----------
        blocks : Iterable[NDArray[float32]]
            float32 (n,) at `sutja.signals.audio.RATE`, as they come.
        """
        hearing = self._hearing(min(_LIVE, self._pause))
        for block in blocks:
            yield from hearing.push(block)
        yield from hearing.finish()

    def _hearing(self, patience: float | None = None) -> Hearing:
        return Hearing(self, patience)


class Hearing:
    """One recording on its way from blocks to numbers.

    Parameters
    ----------
    listener : Listener
        Whose model is used.
    patience : float | None
        As for `sutja.listening.chunks.Cutter`.
    """

    def __init__(self, listener: Listener, patience: float | None = None) -> None:
        self._listener = listener
        self._cutter = Cutter(patience)
        self._runs = Runs(listener._pause)
        self._echo = Echo(listener._ear, listener._alphabet, listener._pause)
        self._heard = 0  # samples that were listened to
        self._n = 0  # samples that came

    @property
    def seconds(self) -> float:
        """How much sound came so far."""
        return self._n / RATE

    def push(self, block: NDArray[np.float32]) -> Iterator[SpokenNumber]:
        """The numbers that are complete with one more block."""
        self._n += len(block)
        self._echo.push(block)
        for piece in self._cutter.push(block):
            yield from self._piece(piece)

    def finish(self) -> Iterator[SpokenNumber]:
        """The numbers that are left at the end."""
        for piece in self._cutter.finish():
            yield from self._piece(piece)
        for run in self._runs.finish():
            yield from self._numbers(run)

    def _piece(self, piece: Piece) -> Iterator[SpokenNumber]:
        stretch, self._heard = self._listener._ear.hear(piece, self._heard)
        if stretch is not None:
            for island in islands(stretch, self._listener._alphabet):
                for run in self._runs.push(island):
                    yield from self._numbers(run)
        for run in self._runs.passed(self._heard / RATE):
            yield from self._numbers(run)

    def _numbers(self, run: Run) -> Iterator[SpokenNumber]:
        for reading in self._echo.settle(run):
            heard = choose(reading, self._listener._grammar)
            if heard is not None:
                yield self._listener._judge.number(heard, self.seconds)


def _reason(error: SutjaError | MemoryError, source: SoundSource) -> str:
    if isinstance(error, MemoryError):
        error = SoundError("does not fit in memory", source=sound_name(source), remedy="cut it into parts")
    return str(error)
