"""Requests that schemathesis draws from the API's description, with all of its checks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from _machine import ROOT

KINDS = {"read": 3, "listen": 1, "detect": 1, "classify": 1}  # of forms: of crops, of pages, with a template
HOOKS = ROOT / "tests" / "fuzz"  # its described.py gives the requests real files
TOKEN = "a-token-of-the-benchmark"
PATIENCE = 120  # seconds that an answer may take where the machine has other work


def run_schemathesis(address: str, examples: int, verb: str | None, kind: int) -> dict[str, Any]:
    """Send requests to a verb with a kind of form, or to all other routes, and return the report."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"),
            *("--checks", "all", "--header", f"Authorization: Bearer {TOKEN}", "--seed", "0", "--no-shrink"),
            *("--max-examples", str(examples), "--continue-on-failure"),
            *("--request-timeout", str(PATIENCE), "--max-response-time", str(PATIENCE)),
            *("--report", "json", "--report-json-path", str(report)),
        ]
        if verb is None:
            command += [part for one in KINDS for part in ("--exclude-path", f"/v1/{one}")]
        else:
            command += ["--include-path", f"/v1/{verb}"]
        path = os.pathsep.join([str(HOOKS), *(part for part in sys.path if part)])
        environment = {
            **os.environ,
            "PYTHONPATH": path,
            "SUTJA_VERB": verb or "read",
            "SUTJA_KIND": str(kind),
        }
        environment["SCHEMATHESIS_HOOKS"] = "described"
        subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, check=False)
        content: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return content


def measure_schema(address: str, examples: int) -> dict[str, Any]:
    """Send requests to every route, and count them and what a check found."""
    requests, failures, operations = 0, [], 0
    runs = [(verb, kind) for verb, kinds in KINDS.items() for kind in range(kinds)]
    for verb, kind in [*runs, (None, 0)]:
        report = run_schemathesis(address, examples, verb, kind)
        requests += report["test_cases"]["generated"]
        operations += 0 if kind else report["operations"]["tested"]
        failures += [f"{', '.join(one['operations'])}: {one['title']}" for one in report["failures"]]
        failures += [str(error)[:200] for error in report["errors"]]
        print(
            f"schema: {verb or 'other routes'}: {requests:,} requests, {len(failures)} failures", flush=True
        )
    return {"requests": requests, "operations": operations, "failures": failures}
