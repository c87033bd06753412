"""The engine of Ray: the same lines as without it, a whole ledger, and what kills fails alone."""

import json

import pytest

from sutja.batch import BatchError, Job, run_batch
from sutja.batch.ray_engine import make_ray_engine


def test_without_ray_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(BatchError, match="pip install 'ray\\[data\\]'"):
        make_ray_engine()


@pytest.mark.ray
def test_ray_gives_the_same_lines_and_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", ":".join(__import__("sys").path))
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
