"""`Listener`: recordings in, numbers with a calibrated confidence and their times out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sutja.confidence import Calibrator, resolve_threshold
from sutja.errors import InferenceError, ModelFileError, SoundError, SutjaError
from sutja.grammar import Grammar, make_grammar
from sutja.listening.acoustic import AcousticModel
from sutja.listening.chunks import Chunk, Chunker
from sutja.listening.hypotheses import ConfusionSet
from sutja.listening.numbers import AcceptanceRule, NumberHypothesis, choose_number
from sutja.listening.second_listener import SecondListener, WhisperListener, weigh
from sutja.listening.second_pass import SecondPass
from sutja.listening.segments import find_segments
from sutja.listening.speech_marks import SpeechMarks
from sutja.listening.symbols import make_alphabet
from sutja.listening.utterances import PAUSE, Utterance, UtteranceBuilder
from sutja.model_file import Card
from sutja.model_file.bundled import Model, keep_model, open_model
from sutja.runtime import Reopenable
from sutja.signals.audio import RATE, SoundSource, SoundStream
from sutja.signals.sources import list_sources, name_source
from sutja.types import Recording, Speech, SpokenNumber

MIN_PAUSE, MAX_PAUSE = 0.2, 30.0  # seconds
_LIVE_PAUSE = 0.8  # seconds of silence after which live sound is processed


class Listener(Reopenable):
    """Recognises numbers in recordings with one model.

    Parameters
    ----------
    model : Model
        A path to a model file, the name of a bundled model, a model that has been read, "open" for the
        bundled one that has learnt from data under open terms alone, or None for the bundled "spoken".
    threads : int
        Threads that the network may use.
    max_error : float | None
        Largest share of wrong answers among the accepted ones, like 0.01: chooses the threshold that kept it
        on the model's validation cases (`choice` says how surely). None takes the model's own threshold.
    kind : str
        Kind of the numbers: "number", "amount", "postcode", "date", "check" (a number with a check digit), or
        "auto" for any.
    country : str | None
        Country whose postcodes and order of dates count, as two letters of ISO 3166, or None.
    pause : float
        Seconds; a longer pause ends a number.
    mark_speech : bool
        Tell where something was said that is no part of a number.
    second_listener : str | os.PathLike[str] | SecondListener | None
        Another recogniser, or the folder of a faster-whisper model (``pip install 'sutja[whisper]'``): asked
        about numbers that are not accepted, and weighed with this one.
    providers : Sequence[str] | None
        Execution providers of onnxruntime, by preference, like ("CUDAExecutionProvider",); None for the
        processor.

    Attributes
    ----------
    card : Card
        The card of the model.
    choice : ThresholdChoice | None
        Figures of the validation cases at the threshold, where `max_error` chose it.

    Raises
    ------
    ModelFileError, InferenceError
        If the model cannot be loaded.
    ThresholdError
        If no threshold kept `max_error`.
    SutjaError
        If there is no such kind or country, or the pause is out of range.
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
        mark_speech: bool = False,
        second_listener: str | os.PathLike[str] | SecondListener | None = None,
        providers: Sequence[str] | None = None,
    ) -> None:
        grammar = make_grammar(kind, country)
        if not MIN_PAUSE <= pause <= MAX_PAUSE:
            raise SutjaError(
                f"numbers cannot be told apart by pauses of {pause} seconds",
                where="pause",
                remedy=f"give {MIN_PAUSE} to {MAX_PAUSE:.0f}",
            )
        file = open_model(model, "listen")
        self._arguments = {
            "model": keep_model(model, file),
            "threads": threads,
            "max_error": max_error,
            "kind": kind,
            "country": country,
            "pause": pause,
            "mark_speech": mark_speech,
            "second_listener": second_listener,
            "providers": providers,
        }
        self.card: Card = file.card
        threshold, self.choice = resolve_threshold(file.card.threshold, file.card.thresholds, max_error)
        try:
            alphabet = make_alphabet(file.card.classes)
        except ModelFileError as error:
            raise ModelFileError(str(error), where=f"model {file.source}") from error
        long_points = file.card.long_calibration.points
        rule = AcceptanceRule(
            Calibrator(file.card.calibration.points),
            threshold,
            Calibrator(long_points) if long_points else None,
        )
        second = (
            WhisperListener(second_listener, threads)
            if isinstance(second_listener, str | os.PathLike)
            else second_listener
        )
        self._pipeline = Pipeline(
            AcousticModel(file, threads, providers), alphabet, pause, grammar, rule, mark_speech, second
        )

    @property
    def threshold(self) -> float:
        """The confidence from which a number is accepted."""
        return self._pipeline.rule.threshold

    def listen(self, source: SoundSource, sample_rate: int | None = None) -> Recording:
        """Recognise the numbers of one recording.

        Parameters
        ----------
        source : SoundSource
            A path, an address or the bytes of a WAV, FLAC, OGG or MP3 file, a file that is open, or an array
            or a tensor (n,) or (n, channels): integers over the whole range of their type, or floats in [-1,
            1].
        sample_rate : int | None
            Samples a second of an array; of a file, instead of what its header says.

        Returns
        -------
        Recording
            Its numbers in the order they were said; none where none was said.

        Raises
        ------
        SoundError
            If the recording cannot be read to its end.
        InferenceError
            If the engine fails.
        """
        sound = SoundStream(source, sample_rate)
        stream = NumberStream(self._pipeline)
        numbers = [number for block in sound.read_blocks() for number in stream.push(block)]
        numbers += stream.finish()
        return Recording(
            sound.source, stream.seconds, tuple(numbers), other_speech=stream.find_other_speech(numbers)
        )

    def listen_many(
        self, sources: SoundSource | Iterable[SoundSource], sample_rate: int | None = None
    ) -> Iterator[Recording]:
        """Recognise the numbers of any number of recordings, one after the other, whatever their length.

        A recording that cannot be read, or on which the engine fails, gives a `Recording` whose `error` says
        why, with the numbers before the fault that were followed by a pause.

        Parameters
        ----------
        sources : Iterable[SoundSource]
            Recordings as for `listen`, asked for as they are needed; one alone will do.
        sample_rate : int | None
            As for `listen`.
        """
        for source in list_sources(sources):
            stream = NumberStream(self._pipeline)
            numbers: list[SpokenNumber] = []
            try:
                sound = SoundStream(source, sample_rate)
                for block in sound.read_blocks():
                    numbers += stream.push(block)
                numbers += stream.finish()
            except (SoundError, InferenceError, MemoryError) as error:
                seconds = stream.seconds or None
                speech = stream.find_other_speech(numbers)
                message = _explain(error, source)
                yield Recording(name_source(source), seconds, tuple(numbers), message, speech)
            else:
                speech = stream.find_other_speech(numbers)
                yield Recording(sound.source, stream.seconds, tuple(numbers), other_speech=speech)

    def listen_live(self, blocks: Iterable[NDArray[np.float32]]) -> Iterator[SpokenNumber]:
        """Recognise numbers as they are said: each comes once the pause behind it is long enough.

        Parameters
        ----------
        blocks : Iterable[NDArray[float32]]
            float32 (n,) at `sutja.signals.audio.RATE`, as they come.
        """
        stream = NumberStream(self._pipeline, min(_LIVE_PAUSE, self._pipeline.pause))
        for block in blocks:
            yield from stream.push(block)
        yield from stream.finish()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Parts that all recordings of a listener share: the network, its alphabet, and the caller's settings."""

    model: AcousticModel
    alphabet: Sequence[str]
    pause: float
    grammar: Grammar | None
    rule: AcceptanceRule
    mark_speech: bool
    second: SecondListener | None


class NumberStream:
    """Takes the blocks of one recording and gives its numbers.

    Parameters
    ----------
    pipeline : Pipeline
        The listener's network and choices.
    endpoint_pause : float | None
        As for `sutja.listening.chunks.Chunker`.
    """

    def __init__(self, pipeline: Pipeline, endpoint_pause: float | None = None) -> None:
        self._pipeline = pipeline
        self._chunker = Chunker(endpoint_pause)
        self._utterances = UtteranceBuilder(pipeline.pause)
        self._second_pass = SecondPass(pipeline.model, pipeline.alphabet, pipeline.pause)
        self._processed = 0  # samples whose emissions counted
        self._received = 0  # samples
        self._speech = SpeechMarks() if pipeline.mark_speech else None

    @property
    def seconds(self) -> float:
        """Seconds of sound received so far."""
        return self._received / RATE

    def push(self, block: NDArray[np.float32]) -> Iterator[SpokenNumber]:
        """Add a block, float32 (n,), and give the numbers that it completes."""
        self._received += len(block)
        self._second_pass.push(block)
        for chunk in self._chunker.push(block):
            yield from self._process(chunk)

    def finish(self) -> Iterator[SpokenNumber]:
        """Give the numbers that are left at the end."""
        for chunk in self._chunker.finish():
            yield from self._process(chunk)
        for utterance in self._utterances.finish():
            yield from self._decode(utterance)

    def find_other_speech(self, numbers: Sequence[SpokenNumber]) -> tuple[Speech, ...] | None:
        """Find the speech that is no part of these numbers; None where it is not asked for."""
        return None if self._speech is None else self._speech.find_between(numbers)

    def _process(self, chunk: Chunk) -> Iterator[SpokenNumber]:
        emissions, self._processed = self._pipeline.model.emit(chunk, self._processed)
        if emissions is not None:
            for segment in find_segments(emissions, self._pipeline.alphabet):
                if self._speech is not None:
                    self._speech.push(segment)
                for utterance in self._utterances.push(segment):
                    yield from self._decode(utterance)
        for utterance in self._utterances.advance(self._processed / RATE):
            yield from self._decode(utterance)

    def _decode(self, utterance: Utterance) -> Iterator[SpokenNumber]:
        numbers = self._second_pass.resolve(utterance)
        chosen = [choose_number(number, self._pipeline.grammar) for number in numbers]
        for number, found in zip(chosen, numbers, strict=True):
            if number is not None:
                if len(numbers) == 1:
                    number = self._ask_second(number, found, utterance)
                yield self._pipeline.rule.apply(number, self.seconds)

    def _ask_second(
        self, number: NumberHypothesis, found: ConfusionSet, utterance: Utterance
    ) -> NumberHypothesis:
        """Ask the second listener, if there is one, about the only number of an utterance in doubt."""
        pipeline = self._pipeline
        if pipeline.second is None or pipeline.grammar is not None:
            return number
        cut = None if pipeline.rule.accepts(number) else self._second_pass.cut_sound(utterance)
        if cut is None:
            return number
        return weigh(number, found.posteriors, pipeline.second.transcribe(cut[0]))


def _explain(error: SutjaError | MemoryError, source: SoundSource) -> str:
    if isinstance(error, MemoryError):
        error = SoundError("does not fit in memory", source=name_source(source), remedy="cut it into parts")
    return str(error)
