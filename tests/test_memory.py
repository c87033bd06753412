"""How much memory there is, as far as the system tells."""

import os

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
