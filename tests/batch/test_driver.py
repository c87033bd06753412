"""Every input ends exactly once in the ledger, whoever is killed, and nothing is done twice without need."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sutja.batch import BatchError, Job, driver, pool, run_batch
from sutja.errors import SutjaError


@pytest.fixture
def texts(tmp_path):
    """Fifty files: most are read, some are to be checked, one is bad, one is not there."""
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(50):
        (folder / f"{i:02d}.txt").write_text({7: "bad", 9: "9?", 11: "a\nb"}.get(i, str(i)))
    return [str(folder / f"{i:02d}.txt") for i in range(51)]


def make_job(tmp_path, seconds=0.0):
    return Job("batch_tasks:open_texts", {"log": str(tmp_path / "log"), "seconds": seconds})


def read_log(tmp_path):
    log = tmp_path / "log"
    return log.read_text().split() if log.exists() else []


def read_lines(out):
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_lines_are_in_order_and_each_input_ends_once(texts, tmp_path):
    out = tmp_path / "out.jsonl"
    summary = run_batch(make_job(tmp_path), [*texts, texts[0]], out, 2)
    assert summary.statuses == {"read": 48, "rejected": 1, "failed": 2}
    assert summary.processed == 51
    lines = read_lines(out)
    assert [line["source"] for line in lines] == sorted([*texts, texts[11]])
    assert sorted(read_log(tmp_path)) == [f"{i:02d}.txt" for i in range(51)]


def test_a_second_run_does_what_is_new_or_changed(texts, tmp_path):
    out = tmp_path / "out.jsonl"
    run_batch(make_job(tmp_path), texts[:50], out, 1)
    first = out.read_bytes()
    assert run_batch(make_job(tmp_path), texts[:50], out, 1).processed == 0
    assert out.read_bytes() == first
    Path(texts[3]).write_text("new")
    assert run_batch(make_job(tmp_path), texts, out, 1).processed == 2  # and the one that is not there
    assert read_lines(out)[3]["text"] == "new"
    other = Job("batch_tasks:open_texts", make_job(tmp_path).options, ("other weights",))
    assert run_batch(other, texts[:5], out, 1).processed == 5


@pytest.mark.parametrize(("block", "n_workers"), [(driver.BLOCK, 2), (1, 1)])
def test_an_input_that_kills_its_worker_fails_alone(texts, tmp_path, monkeypatch, block, n_workers):
    monkeypatch.setattr(driver, "BLOCK", block)
    Path(texts[20]).write_text("kill")
    out = tmp_path / "out.jsonl"
    summary = run_batch(make_job(tmp_path), texts[:50], out, n_workers)
    assert summary.statuses == {"read": 47, "rejected": 1, "failed": 2}
    [dead] = [line for line in read_lines(out) if line["source"] == texts[20]]
    assert "died" in dead["error"]


def test_workers_that_are_killed_from_outside_lose_nothing(texts, tmp_path, monkeypatch):
    started, killed, start = [], [], pool.Worker

    def start_and_remember(job):
        worker = start(job)
        started.append(worker.process.pid)
        return worker

    def kill_sometimes(done, total):
        if done >= 12 * (len(killed) + 1):
            killed.append(started[-1])
            os.kill(started[-1], signal.SIGKILL)

    monkeypatch.setattr(pool, "Worker", start_and_remember)
    monkeypatch.setattr(driver, "BLOCK", 4)
    out = tmp_path / "out.jsonl"
    summary = run_batch(make_job(tmp_path), texts[:50], out, 2, progress=kill_sometimes)
    assert sum(summary.statuses.values()) == 50
    assert len(set(killed)) >= 2
    assert summary.statuses == {"read": 48, "rejected": 1, "failed": 1}


def test_a_killed_driver_resumes_and_repeats_a_block_at_most(texts, tmp_path):
    script = (
        "import sys; from pathlib import Path; from sutja.batch import Job, driver, run_batch\n"
        "driver.BLOCK = 4\n"
        "if __name__ == '__main__':\n"
        f"    options = {{'log': {str(tmp_path / 'log')!r}, 'seconds': 0.02}}\n"
        f"    out = Path({str(tmp_path / 'out.jsonl')!r})\n"
        "    run_batch(Job('batch_tasks:open_texts', options), sys.argv[1:], out, 2)\n"
    )
    (tmp_path / "drive.py").write_text(script)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(tmp_path / "drive.py"), *texts[:50]]
    for n_before in (8, 24):
        running = subprocess.Popen(command, env=environment)
        while len(read_log(tmp_path)) < n_before and running.poll() is None:
            time.sleep(0.01)
        running.kill()
        running.wait()
        assert not (tmp_path / "out.jsonl").exists()
    for _ in range(500):  # workers end when they notice that the driver has gone
        time.sleep(0.01)
        n_begun = len(read_log(tmp_path))
        time.sleep(0.05)
        if n_begun == len(read_log(tmp_path)):
            break
    subprocess.run(command, env=environment, check=True)
    lines = read_lines(tmp_path / "out.jsonl")
    assert [line["source"] for line in lines] == sorted([*texts[:50], texts[11]])
    repeated = len(read_log(tmp_path)) - 50
    assert 0 <= repeated <= 2 * 2 * 2 * 4  # two kills, two workers, a block each and what was not yet told


def test_models_that_cannot_be_opened_end_the_run(texts, tmp_path):
    with pytest.raises(BatchError, match="no such model"):
        run_batch(Job("batch_tasks:open_nothing"), texts, tmp_path / "out.jsonl", 2)
    with pytest.raises(BatchError, match="die again and again"):
        run_batch(Job("batch_tasks:open_death"), texts[:1], tmp_path / "out.jsonl", 1)


def test_a_ledger_is_one_programs_at_a_time_and_nothing_else(texts, tmp_path):
    path = driver.name_ledger(tmp_path / "out.jsonl")
    held = driver.Ledger(path, "key")
    with pytest.raises(SutjaError, match="another program has the ledger open"):
        run_batch(make_job(tmp_path), texts, tmp_path / "out.jsonl", 1)
    held.close()
    path.write_bytes(b"no database, but text" * 100)
    with pytest.raises(SutjaError, match="cannot be used as a ledger"):
        run_batch(make_job(tmp_path), texts, tmp_path / "out.jsonl", 1)
