"""Free memory: the least that the machine, the control groups and `ulimit` leave."""

import os
import resource
import subprocess
import sys

import pytest
import torch

from sutja import memory


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine with 1 GB of free memory and no limits but those that a test makes."""
    (tmp_path / "meminfo").write_text("MemTotal: 2000000 kB\nMemAvailable: 976562 kB\n")
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_GROUPS", tmp_path)
    monkeypatch.setattr(memory, "_OWN_GROUP", tmp_path / "cgroup")
    monkeypatch.setattr(resource, "getrlimit", lambda limit: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return tmp_path


FREE = 976562 * 1024


@pytest.mark.parametrize("text", [None, "MemTotal: 900 kB\n"])
def test_all_memory_counts_where_the_system_does_not_say_what_is_free(text, machine, monkeypatch):
    (machine / "meminfo").unlink()
    if text is not None:
        (machine / "meminfo").write_text(text)
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 3, "SC_PAGE_SIZE": 4096}.__getitem__)
    assert memory.measure_free_memory() == 3 * 4096
    monkeypatch.delattr(os, "sysconf")
    assert memory.measure_free_memory() == float("inf")


def group(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_of", ".")).write_text(text)


def test_without_limits_it_is_what_the_machine_has(machine):
    assert memory.measure_free_memory() == FREE
    (machine / "cgroup").write_text("0::/mine\n")
    group(machine / "mine", memory_ofmax="max\n", memory_ofcurrent="5\n")
    assert memory.measure_free_memory() == FREE


def test_the_container_above_counts(machine):
    (machine / "cgroup").write_text("0::/outer/mine\n")
    stat = "anon 1\ninactive_file 100\n"
    group(machine / "outer/mine", memory_ofmax="max", memory_ofcurrent="700", memory_ofstat=stat)
    group(machine / "outer", memory_ofmax="1000", memory_ofcurrent="800", memory_ofstat=stat)
    assert memory.measure_free_memory() == 1000 - 800 + 100


def test_control_groups_of_the_first_version(machine):
    (machine / "cgroup").write_text("4:cpu:/x\n5:memory:/mine\n")
    stat = "total_inactive_file 50\n"
    files = {"memory.limit_in_bytes": "1000", "memory.usage_in_bytes": "900", "memory.stat": stat}
    group(machine / "memory/mine", **files)
    assert memory.measure_free_memory() == 150
    (machine / "memory/mine/memory.limit_in_bytes").write_text("9223372036854771712")  # none
    assert memory.measure_free_memory() == FREE


@pytest.mark.parametrize("limit", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_ulimit_counts(limit):
    code = (
        f"import resource; resource.setrlimit(resource.{limit}, (3 * 10**8, -1))\n"
        "from sutja.memory import measure_free_memory; print(measure_free_memory())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 1e7 < float(done.stdout) < 3e8


def test_labels_that_fit(monkeypatch):
    monkeypatch.setattr(memory, "measure_free_memory", lambda: 1000.0)
    assert memory.count_labels_that_fit(10, 20) == (1000 / 10 - 20) / 4
    assert memory.count_labels_that_fit(10, 200) == 0


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_a_lack_of_memory_is_known(error):
    assert memory.is_out_of_memory(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("the memory of past episodes is empty"),
        RuntimeError("expected a memory format, got out of memory_format"),
        KeyError("memory"),
    ],
)
def test_a_word_about_memory_is_no_lack_of_it(error):
    assert not memory.is_out_of_memory(error)
