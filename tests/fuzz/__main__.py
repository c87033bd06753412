"""Fuzz every reader of bytes with atheris, guided by coverage.

`make fuzz`, or: python tests/fuzz SECONDS [READER...].

Each reader runs in a process of its own, from the seeds and the corpus in out/fuzz/READER. What fails is kept
in out/fuzz/findings; mend it, and put the file into tests/fuzz/findings as READER-NAME. What takes long is
judged by its processor time, since on a busy machine anything takes long by the clock.
"""

import ctypes
import faulthandler
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
OUT = TESTS.parent / "out" / "fuzz"
LONGEST = 20.0  # seconds on the processor that an input may take
DEAD = 600  # seconds on the clock after which a reader that waits waits for ever
sys.path.insert(0, str(TESTS))


def limit_processor(function: Callable[[bytes], object], seconds: float) -> Callable[[bytes], None]:
    """Limit what a call takes of this process's processor time; one that takes more aborts the process.

    The abort comes from C, where a signal handler of Python's would have to wait until the call returns, and
    libFuzzer keeps the input of an abort. The Python stack is written to standard error before.
    """
    c = ctypes.CDLL(None)
    c.signal.argtypes, c.signal.restype = [ctypes.c_int, ctypes.c_void_p], ctypes.c_void_p
    c.signal(signal.SIGPROF, ctypes.cast(c.abort, ctypes.c_void_p))
    faulthandler.register(signal.SIGPROF, chain=True)

    def call(data: bytes) -> None:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        function(data)
        signal.setitimer(signal.ITIMER_PROF, 0)

    return call


def fuzz_one(name: str, seconds: int) -> None:
    """Fuzz one reader in this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["sutja"]):
        from fuzz.readers import try_reader
        from fuzz.seeds import make_seeds

    corpus, findings = OUT / name, OUT / "findings"
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    for i, seed in enumerate(make_seeds()[name]):
        (corpus / f"seed-{i}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={DEAD}",
        "-rss_limit_mb=3000",
        f"-artifact_prefix={findings}/{name}-",
    ]
    try_once = limit_processor(partial(try_reader, name), LONGEST)
    atheris.Setup([sys.argv[0], *options, "-verbosity=0", str(corpus)], try_once)
    atheris.Fuzz()


def main() -> None:
    """Fuzz the readers one after the other, and say which failed."""
    if sys.argv[1:2] == ["--one"]:
        fuzz_one(sys.argv[2], int(sys.argv[3]))
        return
    from fuzz.readers import READERS

    seconds, names = int(sys.argv[1]), sys.argv[2:] or list(READERS)
    failed = []
    for name in names:
        print(f"{name}: {seconds} seconds", flush=True)
        command = [sys.executable, str(Path(__file__).parent), "--one", name, str(seconds)]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace")
        if done.returncode:
            failed.append(name)
            print(done.stderr[-3000:], flush=True)
    print(f"{len(names)} readers, {len(failed)} with findings: {', '.join(failed) or 'none'}; see {OUT}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
