"""Fuzz every reader of bytes with atheris, guided by coverage.

`make fuzz`, or: python tests/fuzz SECONDS [READER...].

Each reader runs in a process of its own, from the seeds and the corpus in out/fuzz/READER. What fails is kept
in out/fuzz/findings; mend it, and put the file into tests/fuzz/findings as READER-NAME.
"""

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
OUT = TESTS.parent / "out" / "fuzz"
sys.path.insert(0, str(TESTS))


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
        "-timeout=20",
        "-rss_limit_mb=3000",
        f"-artifact_prefix={findings}/{name}-",
    ]
    atheris.Setup([sys.argv[0], *options, "-verbosity=0", str(corpus)], lambda data: try_reader(name, data))
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
