"""Fuzz one reader of bytes with atheris: python tests/fuzz READER SECONDS.

`benchmarks/fuzzing.py` (`make fuzz`) does so with all of them, and counts; it asks a process that has loaded
them (`--serve`), since to instrument them takes as long as a short run. All seconds are those of a processor,
since on a busy machine anything takes long by the clock.
"""

import ctypes
import faulthandler
import os
import signal
import sys
import time
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


def end_after(function: Callable[[bytes], object], seconds: float) -> Callable[[bytes], None]:
    """Ask libFuzzer to end, as SIGUSR1 does, once this process has been on the processor for some seconds."""
    end = time.process_time() + seconds

    def call(data: bytes) -> None:
        function(data)
        if time.process_time() >= end:
            os.kill(os.getpid(), signal.SIGUSR1)

    return call


def load_readers() -> None:
    """Load the readers so that atheris sees which way they go."""
    import atheris

    with atheris.instrument_imports(include=["sutja"]):
        import fuzz.readers
        import fuzz.seeds  # noqa: F401


def fuzz_one(name: str, seconds: int) -> None:
    """Fuzz one reader in this process, which libFuzzer ends."""
    import atheris

    load_readers()
    from fuzz.readers import try_reader
    from fuzz.seeds import make_seeds

    corpus, findings = OUT / name, OUT / "findings"
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    for i, seed in enumerate(make_seeds()[name]):
        (corpus / f"seed-{i}").write_bytes(seed)
    options = [
        f"-timeout={DEAD}",
        f"-report_slow_units={DEAD}",
        "-rss_limit_mb=3000",
        "-print_final_stats=1",
        f"-artifact_prefix={findings}/{name}-",
    ]
    try_once = end_after(limit_processor(partial(try_reader, name), LONGEST), seconds)
    atheris.Setup([sys.argv[0], *options, "-verbosity=0", str(corpus)], try_once)
    print(
        f"fuzzing since {time.time()}", file=sys.stderr, flush=True
    )  # starting takes long on a busy machine
    atheris.Fuzz()


def serve() -> None:
    """Fuzz in a fork whenever a line asks for it: a reader, seconds, and the file for what is said.

    The answer to each is a line with the exit status and the processor seconds.
    """
    load_readers()
    for line in sys.stdin:
        name, seconds, log = line.rstrip("\n").split("\t")
        pid = os.fork()
        if not pid:
            said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            nothing = os.open(os.devnull, os.O_RDONLY)
            for source, target in ((nothing, 0), (said, 1), (said, 2)):
                os.dup2(source, target)
            try:
                fuzz_one(name, int(seconds))
            finally:
                os._exit(1)  # libFuzzer exits by itself
        _, status, usage = os.wait4(pid, 0)
        print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, flush=True)


def main() -> None:
    """Fuzz the reader that is named, or serve, or list all."""
    if sys.argv[1:] == ["--serve"]:
        serve()
        return
    if sys.argv[1:] == ["--list"]:
        from fuzz.readers import READERS

        print(*READERS)
        return
    fuzz_one(sys.argv[1], int(sys.argv[2]))


if __name__ == "__main__":
    main()
