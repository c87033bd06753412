"""Free memory: the least that the machine, the control groups and `ulimit` leave."""

import os
import resource
import subprocess
import sys

import pytest

from sutja import memory


def test_the_system_tells_what_is_free(tmp_path, monkeypatch):
    told = tmp_path / "meminfo"
    told.write_text("MemTotal: 900 kB\nMemAvailable: 300 kB\n")
    monkeypatch.setattr(memory, "_MEMINFO", told)
    assert memory.memory_limit() == 300 * 1024


@pytest.mark.parametrize("told", [None, "MemTotal: 900 kB\n"])
def test_where_it_does_not_all_memory_counts_or_there_is_no_limit(told, tmp_path, monkeypatch):
    if told is not None:
        (tmp_path / "meminfo").write_text(told)
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 3, "SC_PAGE_SIZE": 4096}.__getitem__)
    assert memory.memory_limit() == 3 * 4096
    monkeypatch.delattr(os, "sysconf")
    assert memory.memory_limit() == float("inf")


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine with 1 GB free and no limits but those that a test makes."""
    monkeypatch.setattr(memory, "memory_limit", lambda: 1e9)
    monkeypatch.setattr(memory, "_GROUPS", tmp_path)
    monkeypatch.setattr(memory, "_OWN_GROUP", tmp_path / "cgroup")
    monkeypatch.setattr(resource, "getrlimit", lambda limit: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return tmp_path


def group(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_of", ".")).write_text(text)


def test_without_limits_it_is_what_the_machine_has(machine):
    assert memory.free_memory() == 1e9
    (machine / "cgroup").write_text("0::/mine\n")
    group(machine / "mine", memory_ofmax="max\n", memory_ofcurrent="5\n")
    assert memory.free_memory() == 1e9


def test_the_container_above_counts(machine):
    (machine / "cgroup").write_text("0::/outer/mine\n")
    stat = "anon 1\ninactive_file 100\n"
    group(machine / "outer/mine", memory_ofmax="max", memory_ofcurrent="700", memory_ofstat=stat)
    group(machine / "outer", memory_ofmax="1000", memory_ofcurrent="800", memory_ofstat=stat)
    assert memory.free_memory() == 1000 - 800 + 100


def test_control_groups_of_the_first_version(machine):
    (machine / "cgroup").write_text("4:cpu:/x\n5:memory:/mine\n")
    stat = "total_inactive_file 50\n"
    files = {"memory.limit_in_bytes": "1000", "memory.usage_in_bytes": "900", "memory.stat": stat}
    group(machine / "memory/mine", **files)
    assert memory.free_memory() == 150
    (machine / "memory/mine/memory.limit_in_bytes").write_text("9223372036854771712")  # none
    assert memory.free_memory() == 1e9


@pytest.mark.parametrize("limit", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_ulimit_counts(limit):
    code = (
        f"import resource; resource.setrlimit(resource.{limit}, (3 * 10**8, -1))\n"
        "from sutja.memory import free_memory; print(free_memory())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 1e7 < float(done.stdout) < 3e8


def test_labels_that_fit(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1000.0)
    assert memory.labels_that_fit(10, 20) == (1000 / 10 - 20) / 4
    assert memory.labels_that_fit(10, 200) == 0
