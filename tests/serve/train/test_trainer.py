"""The trainer: one training at a time, seen by all who look on, over when nobody does."""

import asyncio
import sys
from pathlib import Path

import pytest

from sutja.serve.problems import ProblemError
from sutja.serve.train import trainer as module
from sutja.serve.train.trainer import Trainer, find_obstacle

WORKER = (sys.executable, str(Path(__file__).with_name("echo_worker.py")))


def run(use, **options):
    """Use a trainer in a loop, and close it."""

    async def main():
        trainer = Trainer(None, WORKER, **options)
        try:
            return await use(trainer)
        finally:
            await trainer.close()

    return asyncio.run(main())


async def watch_until(trainer, kind, after=""):
    """Watch until a message of a kind comes; the names and messages up to it."""
    seen = []
    async with asyncio.timeout(20):
        async for name, message in trainer.watch(after):
            seen.append((name, message))
            if message["type"] == kind:
                return seen
    return seen


def kinds(seen):
    """Kinds of messages."""
    return [message["type"] for _, message in seen]


def test_a_training_is_watched_by_who_comes_late_too():
    async def use(trainer):
        assert (await trainer.describe())["data"] == ["digits"]
        await trainer.start({"era": "1986"})
        first = await watch_until(trainer, "epoch")
        with pytest.raises(ProblemError, match="going on") as refused:
            await trainer.start({"era": "1986"})
        assert refused.value.status == 409
        await trainer.stop()
        assert not trainer.running
        late = await watch_until(trainer, "ended")
        rest = await watch_until(trainer, "ended", first[-1][0])
        return first, late, rest

    first, late, rest = run(use)
    assert kinds(first)[0] == "started"
    assert [kind for kind in kinds(late) if kind != "look"] == ["started", "epoch", "ended"]
    assert [kind for kind in kinds(rest) if kind != "look"] == ["ended"]


def test_the_network_answers_to_a_drawing():
    async def use(trainer):
        await trainer.start({"era": "1986"})
        await watch_until(trainer, "epoch")
        await trainer.draw(bytes(784))
        async with asyncio.timeout(20):
            async for _, message in trainer.watch(""):
                if message["type"] == "look" and "probabilities" in message:
                    return message
        return None

    look = run(use)
    assert look["probabilities"] == [1.0]
    assert look["weights"] == "second"


def test_the_model_is_kept():
    async def use(trainer):
        with pytest.raises(ProblemError, match="nothing was trained"):
            await trainer.save("mine")
        await trainer.start({"era": "1986"})
        await watch_until(trainer, "epoch")
        return await trainer.save("mine")

    assert run(use) == b"model"


def test_what_fails_is_told_and_the_next_training_begins():
    async def use(trainer):
        seen = []
        for era in ("fails", "dies"):
            await trainer.start({"era": era})
            seen.append((await watch_until(trainer, "failed"))[-1][1]["detail"])
        await trainer.start({"era": "1986"})
        await watch_until(trainer, "epoch")
        return seen

    assert run(use) == ["makes no sense", "the training ended before its time"]


def test_it_ends_when_nobody_looks_on(monkeypatch):
    monkeypatch.setattr(module, "GRACE", 0.05)
    monkeypatch.setattr(module, "IDLE", 0.05)

    async def use(trainer):
        await trainer.start({"era": "1986"})
        await watch_until(trainer, "epoch")
        process = trainer._process
        while trainer._process is not None:
            await asyncio.sleep(0.01)
        await process.wait()
        return trainer.running

    assert run(use) is False


def test_a_stream_ends_by_itself(monkeypatch):
    monkeypatch.setattr(module, "WATCH", 0.05)

    async def use(trainer):
        await trainer.describe()
        return [message async for _, message in trainer.watch("")]

    assert run(use) == []


def test_obstacles():
    assert find_obstacle(1) is None
    assert find_obstacle(2) == "workers"

    async def use():
        with pytest.raises(ProblemError) as refused:
            await Trainer("train", WORKER).describe()
        return refused.value.status

    assert asyncio.run(use()) == 503
