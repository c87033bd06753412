"""Lanes: together what waits together, no more than fits, nothing for whom has gone, all that was taken."""

import asyncio
import threading

import pytest

from sutja.errors import SutjaError
from sutja.serve.lanes import Lane
from sutja.serve.problems import ProblemError
from sutja.types import Page


class Echo:
    """A task that answers a page named as its source, once it may; it notes its batches."""

    def __init__(self, batch=4):
        self.batch, self.batches = batch, []
        self.started, self.may = threading.Event(), threading.Event()

    def run(self, sources):
        self.batches.append(list(sources))
        self.started.set()
        assert self.may.wait(10)
        for index, source in enumerate(sources):
            if source == b"broken":
                raise SutjaError("cannot be run")
            for page in range(source.count(b"p")):
                yield index, Page(source.decode(), page + 1, None, None)


@pytest.fixture
def echo():
    """The task, and a lane of four places that opens it under any key."""
    task = Echo()
    lane = Lane(lambda key: task, limit=4, most_pages=3)
    yield task, lane
    task.may.set()
    lane.close()


async def begin(lane, task, *sources):
    """Begin requests, the first of which holds the lane."""
    first = asyncio.ensure_future(lane.run("key", [sources[0]]))
    await asyncio.to_thread(task.started.wait, 10)
    rest = [asyncio.ensure_future(lane.run("key", [source])) for source in sources[1:]]
    await asyncio.sleep(0.01)
    return [first, *rest]


def test_what_waits_together_runs_together(echo):
    task, lane = echo

    async def run():
        requests = await begin(lane, task, b"p1", b"p2", b"pp3", b"4")
        task.may.set()
        return await asyncio.gather(*requests)

    answers = asyncio.run(run())
    assert task.batches == [[b"p1"], [b"p2", b"pp3", b"4"]]
    assert [[page.source for page in some] for (some,) in answers] == [["p1"], ["p2"], ["pp3"] * 2, []]


def test_beyond_the_limit_requests_are_told_to_wait(echo):
    task, lane = echo

    async def run():
        requests = await begin(lane, task, b"p", b"p", b"p", b"p", b"p")
        with pytest.raises(ProblemError) as refused:
            await lane.run("key", [b"p"])
        task.may.set()
        await asyncio.gather(*requests)
        return refused.value

    refused = asyncio.run(run())
    assert refused.status == 429
    assert refused.headers == {"retry-after": "1"}


def test_who_has_gone_is_not_worked_for(echo):
    task, lane = echo

    async def run():
        requests = await begin(lane, task, b"p1", b"p2", b"p3")
        requests[1].cancel()
        await asyncio.sleep(0.01)
        task.may.set()
        return await asyncio.gather(*requests, return_exceptions=True)

    answers = asyncio.run(run())
    assert isinstance(answers[1], asyncio.CancelledError)
    assert task.batches == [[b"p1"], [b"p3"]]


def test_an_error_is_told_to_its_batch_and_the_lane_lives_on(echo):
    task, lane = echo
    task.may.set()
    with pytest.raises(SutjaError, match="cannot be run"):
        asyncio.run(lane.run("key", [b"broken"]))
    assert asyncio.run(lane.run("key", [b"p"]))[0][0].source == "p"


@pytest.mark.parametrize(("bad", "reason"), [(b"broken", "cannot be run"), (b"pppp", "more than 3 pages")])
def test_an_error_never_touches_who_waits_beside_it(echo, bad, reason):
    task, lane = echo

    async def run():
        requests = await begin(lane, task, b"p", b"p1", bad, b"p2")
        task.may.set()
        return await asyncio.gather(*requests, return_exceptions=True)

    first, one, error, two = asyncio.run(run())
    assert task.batches[1] == [b"p1", bad, b"p2"]
    assert [some[0][0].source for some in (first, one, two)] == ["p", "p1", "p2"]
    assert reason in str(error)


def test_a_document_of_too_many_pages_is_refused(echo):
    task, lane = echo
    task.may.set()
    with pytest.raises(SutjaError, match="more than 3 pages"):
        asyncio.run(lane.run("key", [b"pppp"]))


def test_what_was_taken_is_finished_before_the_lane_closes():
    task = Echo()
    lane = Lane(lambda key: task, limit=4, most_pages=3)

    async def run():
        requests = await begin(lane, task, b"p1", b"p2")
        closing = asyncio.ensure_future(asyncio.to_thread(lane.close))
        await asyncio.sleep(0.01)
        with pytest.raises(ProblemError, match="closing"):
            await lane.run("key", [b"p"])
        task.may.set()
        await closing
        return await asyncio.gather(*requests)

    assert [some[0][0].source for some in asyncio.run(run())] == ["p1", "p2"]


def test_few_tasks_stay_open():
    opened = []

    def open_task(key):
        opened.append(key)
        task = Echo()
        task.may.set()
        return task

    lane = Lane(open_task, limit=4, most_pages=3)
    for key in (*range(9), 8, 0):
        asyncio.run(lane.run(key, [b"p"]))
    lane.close()
    assert opened == [*range(9), 0]
