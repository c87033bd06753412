"""The open models of a process, and the lanes that run them: one for what is quick, one for what is long."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial

from prometheus_client import Counter, Gauge, Histogram

from sutja.serve.lanes import Lane
from sutja.serve.options import ClassifyOptions, Options, ReadOptions
from sutja.serve.settings import Settings
from sutja.serve.tasks import open_task
from sutja.types import Result

INPUTS = Counter("sutja_inputs", "Files that were processed.", ["verb"])
NUMBERS = Counter("sutja_numbers", "Numbers that were given.", ["verb", "accepted"])
REQUESTS = Gauge("sutja_requests", "Requests that are being answered.", ["lane"], multiprocess_mode="livesum")
SECONDS = Histogram(
    "sutja_seconds",
    "Seconds from a request's files to their results.",
    ["verb"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
CROPS, PAGES = ReadOptions(crop=True), ReadOptions()  # opened before the server says that it is ready


class Models:
    """Runs options on bytes, with models that are opened once.

    Parameters
    ----------
    settings : Settings
        Models, threads and limits.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ready = False
        limits = settings.limits
        opener = partial(open_task, settings)
        self._quick = Lane(opener, limits.queue, limits.pages)
        self._long = Lane(opener, limits.queue, limits.pages)

    def choose_lane(self, options: Hashable) -> Lane:
        """Choose the lane of some options, so that crops never wait behind a document."""
        quick = isinstance(options, ClassifyOptions) or (isinstance(options, ReadOptions) and options.crop)
        return self._quick if quick else self._long

    async def run(self, options: Options, sources: Sequence[bytes]) -> list[list[Result]]:
        """Run bytes with some options, and give the results of each.

        Raises
        ------
        ProblemError, SutjaError
            As `Lane.run` does.
        """
        verb = type(options).__name__.removesuffix("Options").lower()
        lane = self.choose_lane(options)
        in_progress = REQUESTS.labels("quick" if lane is self._quick else "long")
        with in_progress.track_inprogress(), SECONDS.labels(verb).time():
            results = await lane.run(options, sources)
        INPUTS.labels(verb).inc(len(sources))
        for result in (one for some in results for one in some):
            for number in getattr(result, "numbers", ()):
                NUMBERS.labels(verb, str(number.accepted).lower()).inc()
        return results

    async def prepare(self) -> None:
        """Open the models that most requests want."""
        first = (CROPS,) if self.settings.only_open else (CROPS, PAGES)  # there is no open detector
        for options in first:
            await self.choose_lane(options).prepare(options)
        self.ready = True

    def close(self) -> None:
        """Finish what was taken, and stop."""
        self.ready = False
        self._quick.close()
        self._long.close()
