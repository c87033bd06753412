"""The engine of Ray: the same lines as without it, a whole ledger, and what kills fails alone."""

import json
import signal
import sys
from types import SimpleNamespace

import pytest

from sutja.batch import BatchError, Job, Outcome, run_batch
from sutja.batch.inputs import Input
from sutja.batch.ray_engine import make_ray_engine


def test_without_ray_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BatchError, match="pip install ray"):
        make_ray_engine()


class TaskError(Exception):
    """As Ray's: it tells of an error in a task."""

    def __init__(self, cause):
        super().__init__("a task failed")
        self.cause = cause


def imitate_ray(work, started):
    """Ray as far as the engine uses it: a task is done at once, but by the first `started` actors alone."""
    results, actors, killed = {}, [], []

    def make_method(name, is_ready):
        def call(*arguments):
            reference = object()
            results[reference] = (work if name == "process" else list) if is_ready else None, arguments
            return reference

        return SimpleNamespace(remote=call)

    def make_actor(job):
        is_ready = len(actors) < started
        actors.append(
            SimpleNamespace(**{n: make_method(n, is_ready) for n in ("process", "wait_until_ready")})
        )
        return actors[-1]

    def wait(references, num_returns):
        ready = [one for one in references if results[one][0] is not None]
        assert ready, "it would wait for ever"
        return ready[-1:], [one for one in references if one is not ready[-1]]

    def get(reference):
        function, arguments = results.pop(reference)
        return function(*arguments)

    return SimpleNamespace(
        is_initialized=lambda: True,
        remote=lambda **options: lambda kind: SimpleNamespace(remote=make_actor),
        wait=wait,
        get=get,
        kill=killed.append,
        killed=killed,
        exceptions=SimpleNamespace(RayError=TaskError),
    )


BLOCKS = [[Input(f"{i}-{j}") for j in range(3)] for i in range(20)]


def test_every_block_comes_back_once_though_some_actors_never_start(monkeypatch):
    def work(block):
        return [Outcome(one.name, None, "read", "", "") for one in block]

    ray = imitate_ray(work, started=2)
    monkeypatch.setitem(sys.modules, "ray", ray)
    outcomes = list(make_ray_engine()(Job("none:none"), iter(BLOCKS), 5))
    assert sorted(one.name for some in outcomes for one in some) == sorted(
        one.name for block in BLOCKS for one in block
    )
    assert len(ray.killed) == 5
    assert list(make_ray_engine()(Job("none:none"), iter([]), 5)) == []


@pytest.mark.parametrize(
    ("cause", "told"),
    [(BatchError("the model is gone"), "^the model is gone$"), (MemoryError(), "Ray gave up .* goes on")],
)
def test_an_error_of_an_actor_is_told(monkeypatch, cause, told):
    def work(block):
        raise TaskError(cause)

    ray = imitate_ray(work, started=1)
    monkeypatch.setitem(sys.modules, "ray", ray)
    with pytest.raises(BatchError, match=told):
        list(make_ray_engine()(Job("none:none"), iter(BLOCKS), 1))
    assert len(ray.killed) == 1


def test_a_cluster_that_does_not_start_is_told(monkeypatch):
    def fail(**options):
        raise Exception("The current node timed out during startup.\nmore")  # as Ray does

    ray = SimpleNamespace(is_initialized=lambda: False, init=fail)
    monkeypatch.setitem(sys.modules, "ray", ray)
    with pytest.raises(BatchError, match=r"engine ray: no ray cluster answers .*timed out during startup"):
        list(make_ray_engine()(Job("none:none"), iter(BLOCKS), 1))


def test_sigterm_stays_with_the_program_while_and_after_ray_starts(monkeypatch):
    raised = []
    ray = imitate_ray(lambda block: [], started=1)
    ray.is_initialized, ray.shutdown = lambda: False, lambda: None

    def exit_silently(number, frame):
        sys.exit(1)

    def init(**options):
        signal.signal(signal.SIGTERM, exit_silently)
        if not raised:
            signal.raise_signal(signal.SIGTERM)

    def stop(number, frame):
        raised.append(number)
        raise KeyboardInterrupt

    ray.init = init
    monkeypatch.setitem(sys.modules, "ray", ray)
    before = signal.signal(signal.SIGTERM, stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(make_ray_engine()(Job("none:none"), iter(BLOCKS), 1))
        assert raised == [signal.SIGTERM]
        list(make_ray_engine()(Job("none:none"), iter(BLOCKS), 1))
        assert signal.getsignal(signal.SIGTERM) is stop
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.ray
def test_ray_gives_the_same_lines_and_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
    (tmp_path / "in").mkdir()
    names = [str(tmp_path / "in" / f"{i:02d}.txt") for i in range(90)]
    for i, name in enumerate(names[:-1]):
        (tmp_path / "in" / name).write_text({7: "bad", 9: "9?", 11: "a\nb", 20: "kill"}.get(i, str(i)))
    job = Job("batch_tasks:open_texts", {"log": str(tmp_path / "log")})
    run_batch(job, names, tmp_path / "plain.jsonl", 2)
    summary = run_batch(job, names, tmp_path / "ray.jsonl", 2, engine=make_ray_engine())
    assert summary.statuses == {"read": 86, "rejected": 1, "failed": 3}
    assert (tmp_path / "ray.jsonl").read_bytes() == (tmp_path / "plain.jsonl").read_bytes()
    again = run_batch(job, names, tmp_path / "ray.jsonl", 2, engine=make_ray_engine())
    assert again.processed == 2  # what killed, and what is not there
    texts = [json.loads(line).get("text") for line in (tmp_path / "ray.jsonl").read_text().splitlines()]
    assert texts.count(None) == 1
