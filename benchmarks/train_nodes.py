"""Train on two machines: two network namespaces with a cable between them, and a worker that is killed.

The digits that come with scikit-learn are learnt by one process, by two in namespaces of their own that
torchrun brings together over the network, and by two again, one of which is killed once there is a
checkpoint. What they have learnt is compared by the loss on the validation part after each epoch; weights
that hardly matter drift apart by rounding, which AdamW makes much of. Needs Linux, `ip` and the rights of
root.

    python benchmarks/train_nodes.py
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
from _machine import ROOT, format_path, make_result_path, save_result

FIGURE = "train_nodes"
EPOCHS = 8
PORT = 29400
_PATIENCE = 1200  # seconds for a run, which takes one on a machine that is free
_SPACES = ("sutja-first", "sutja-second")
_ADDRESSES = ("10.77.77.1", "10.77.77.2")
_CABLES = ("sutja-a", "sutja-b")


def run_ip(*words: str) -> None:
    """Run `ip`."""
    subprocess.run(["ip", *words], check=True)


@contextlib.contextmanager
def two_machines() -> Iterator[None]:
    """Make two network namespaces with a cable between them, for the time of the context."""
    made: list[str] = []
    try:
        for space in _SPACES:
            run_ip("netns", "add", space)
            made.append(space)
        run_ip("link", "add", _CABLES[0], "type", "veth", "peer", "name", _CABLES[1])
        for space, cable, address in zip(_SPACES, _CABLES, _ADDRESSES, strict=True):
            run_ip("link", "set", cable, "netns", space)
            run_ip("-n", space, "addr", "add", f"{address}/24", "dev", cable)
            for device in (cable, "lo"):
                run_ip("-n", space, "link", "set", device, "up")
        yield
    finally:
        for space in made:
            run_ip("netns", "del", space)


def make_command(out: Path, epochs: int) -> list[str]:
    """Make the words of a training, behind those of what runs modules."""
    options = ["--net", "lenet5", "--batch-size", "64", "--device", "cpu", "--threads", "1"]
    return ["-m", "sutja", "train", "classify", *options, "--epochs", str(epochs), "--out", str(out)]


def start(words: Sequence[str], log: Path, **variables: str) -> subprocess.Popen[bytes]:
    """Start a process that writes into a log."""
    path = os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", **variables}
    with log.open("wb") as file:
        return subprocess.Popen(words, env=environment, stdout=file, stderr=file)


def finish(process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for the end of a process, which has to be a good one."""
    try:
        code = process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        code = -1
    if code:
        raise SystemExit(f"error: it ended with {code}, and said:\n{log.read_text(errors='replace')[-3000:]}")


def train_alone(folder: Path, epochs: int) -> Path:
    """Train by one process; return the folder of the run."""
    out, log = folder / "one", folder / "one.log"
    finish(start([sys.executable, *make_command(out, epochs)], log), log)
    return out


def train_on_two(folder: Path, name: str, epochs: int, kill: bool) -> tuple[Path, int]:
    """Train by a process in each namespace, and kill one on the way or not.

    Returns
    -------
    tuple[Path, int]
        The folder of the run, and how often the processes were started anew.
    """
    out = folder / name
    logs = [folder / f"{name}-{number}.log" for number in (0, 1)]
    nodes = []
    for number, (space, cable, address) in enumerate(zip(_SPACES, _CABLES, _ADDRESSES, strict=True)):
        torchrun = ["-m", "torch.distributed.run", "--nnodes", "2", "--nproc-per-node", "1"]
        torchrun += ["--max-restarts", "3", "--rdzv-backend", "c10d", "--rdzv-id", name]
        torchrun += ["--rdzv-endpoint", f"{_ADDRESSES[0]}:{PORT}", "--local-addr", address]
        torchrun += ["--rdzv-conf", f"is_host={int(not number)},join_timeout={_PATIENCE}"]
        words = ["ip", "netns", "exec", space, sys.executable, *torchrun, *make_command(out, epochs)]
        nodes.append(start([*words, "--resume"], logs[number], GLOO_SOCKET_IFNAME=cable, LOGLEVEL="INFO"))
    if kill:
        kill_worker(nodes[1], out)
    for node, log in zip(nodes, logs, strict=True):
        finish(node, log)
    said = "".join(log.read_text(encoding="utf-8", errors="replace") for log in logs)
    return out, said.count("will restart worker group")


def kill_worker(node: subprocess.Popen[bytes], out: Path) -> None:
    """Kill what trains on a machine, as soon as there is a checkpoint."""
    until = time.monotonic() + _PATIENCE
    while node.poll() is None and not list(out.glob("checkpoint*")):
        if time.monotonic() > until:
            raise SystemExit("error: no checkpoint was written")
        time.sleep(0.05)
    workers = [one for one in psutil.Process(node.pid).children(recursive=True) if "train" in one.cmdline()]
    workers = [one for one in workers if "torch.distributed.run" not in one.cmdline()]
    if not workers:
        raise SystemExit("error: it was over before it could be killed; ask for more --epochs")
    workers[-1].kill()
    print("killed a worker", file=sys.stderr)


def read_losses(out: Path) -> list[float]:
    """Read the loss on the validation part after each epoch."""
    with (out / "results.csv").open(encoding="utf-8", newline="") as file:
        return [float(row["validation_loss"]) for row in csv.DictReader(file)]


def compare(out: Path, other: Path) -> float:
    """Return how far the losses of two runs are apart at most, as a share of them."""
    pairs = zip(read_losses(out), read_losses(other), strict=True)
    return max(abs(one - two) / one for one, two in pairs)


def main(argv: Sequence[str] | None = None) -> None:
    """Train three times, and keep how far the losses are apart."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=EPOCHS, metavar="N")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="sutja-nodes-") as name, two_machines():
        folder = Path(name)
        began = time.monotonic()
        alone = train_alone(folder, args.epochs)
        seconds = {"one": time.monotonic() - began}
        content: dict[str, Any] = {"epochs": args.epochs, "seconds": seconds}
        for kind, kill in (("two", False), ("killed", True)):
            began = time.monotonic()
            out, restarts = train_on_two(folder, kind, args.epochs, kill)
            seconds[kind] = time.monotonic() - began
            content[kind] = {"apart": compare(alone, out), "restarts": restarts}
            print(f"{kind}: {content[kind]}", file=sys.stderr)
    path = make_result_path(FIGURE, limit=None if args.epochs >= EPOCHS else 1)
    print(f"written to {format_path(save_result(path, FIGURE, content, ['torch']))}")


if __name__ == "__main__":
    main()
