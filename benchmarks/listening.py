"""Spoken numbers heard rightly, beside PocketSphinx with a grammar of numbers, on the same recordings.

Digits of six speakers (`fsdd`), digits and number words of speakers who were not learnt from (`an4`), spoken
strings of one unseen speaker (a test set as a whole), strings over the telephone (`hyke`) and single digits
of four more sets by others than learnt from, recordings without a number (telephone calls, other words,
counting in Korean, noise, music), and the seconds that an hour takes on one thread.

    python benchmarks/listening.py                  # validation parts, while developing
    python benchmarks/listening.py --part test      # the published figures, once all choices are made
    python benchmarks/listening.py --speakers runs/listen/speakers.json    # fsdd, one speaker left out, too
    python benchmarks/listening.py --second-listener whisper-base/    # Whisper asked where ours is unsure

The answers with one speaker left out are those of `recipes/listener_finish.py answers`.
"""

from __future__ import annotations

import os

# Before the libraries that read them are loaded:
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import _long_recording
import _pocketsphinx as sphinx
import _recordings
from _machine import (
    DRAFTS,
    format_path,
    format_table,
    keep_peer_rows,
    list_kept_rows,
    make_result_path,
    save_result,
    track,
    warn_if_busy,
    write_json,
)
from _recordings import LabelledRecording
from _scores import Case, Rate, count_false_numbers, format_percent, make_rate, tally
from _sutja_models import find_data_folder, make_parser

from sutja.errors import SutjaError
from sutja.listening import Listener
from sutja.metrics import edit_distance
from sutja.model_file.bundled import find_model
from sutja.signals.audio import RATE

FIGURE = "listening"
DEFAULT = "spoken"
WORDS_SET = "an4, number words"  # the set whose grammar needs more than digits
DIGITS = "single digits, all sets"


def make_case(take: LabelledRecording, recognised: Sequence[str], confidence: float, accepted: bool) -> Case:
    """An answer to a recording: several numbers are kept apart, so that "12 3" is not "123"."""
    return Case(
        " ".join(take.digits), " ".join(recognised) or None, confidence, accepted and bool(recognised)
    )


def answer_with_sutja(listener: Listener, takes: Sequence[LabelledRecording], what: str) -> list[Case]:
    """Transcribe with sutja; a recording is accepted if all its numbers are, or any where none was said."""
    cases = []
    for take in track(takes, what, len(takes)):
        numbers = listener.listen(take.samples, RATE).numbers
        every = all if take.digits else any
        confidence = [number.confidence for number in numbers]
        sure = (min if take.digits else max)(confidence, default=0.0)
        accepted = every(number.accepted for number in numbers)
        cases.append(make_case(take, [number.digits for number in numbers], sure, accepted))
    return cases


def answer_with_sphinx(
    name: str, part: str, takes: Sequence[LabelledRecording], *, fresh: bool
) -> list[Case]:
    """Transcribe with PocketSphinx, stored from one run to the next; it gives no confidence."""
    grammar = "numbers" if name == WORDS_SET else "digits"
    digest = sha256(f"{name} {part} {grammar} {[take.name for take in takes]}".encode()).hexdigest()[:16]
    kept = DRAFTS / f"pocketsphinx-{digest}.json"
    if fresh or not kept.is_file():
        stored = [
            sphinx.transcribe(take.samples, grammar)
            for take in track(takes, f"{name}: {sphinx.PEER}", len(takes))
        ]
        write_json(kept, stored)
    stored = json.loads(kept.read_text(encoding="utf-8"))
    return [make_case(take, recognised, 1.0, True) for take, recognised in zip(takes, stored, strict=True)]


def count_digit_errors(cases: Sequence[Case]) -> dict[str, float | int | None]:
    """Edits that turn the heard digits into the true ones, per true digit."""
    true = [case.truth.replace(" ", "") for case in cases]
    edits = sum(
        edit_distance((case.digits or "").replace(" ", ""), t) for case, t in zip(cases, true, strict=True)
    )
    digits = sum(map(len, true))
    return {"edits": edits, "digits": digits, "rate": round(edits / digits, 5) if digits else None}


def make_row(name: str, reader: str, cases: Sequence[Case]) -> dict[str, Any]:
    """Make the row of a listener that heard a set; PocketSphinx gives no confidence to judge."""
    if name in _recordings.NO_NUMBER:
        return {"set": name, "reader": reader, **count_false_numbers(cases)}
    figures = {**tally(cases), "digit_error": count_digit_errors(cases)}
    if reader == sphinx.PEER:
        figures |= {"accepted": make_rate(0, 0), "wrong_of_accepted": make_rate(0, 0), "ece": None}
    return {"set": name, "reader": reader, **figures}


def measure(listeners: dict[str, Listener], args: argparse.Namespace, root: Path) -> list[dict[str, Any]]:
    """A row for each set and listener, and one for the single digits of all sets together."""
    rows = []
    single: dict[str, list[Case]] = {reader: [] for reader in listeners}
    for name, read in {**_recordings.NUMBERS, **_recordings.NO_NUMBER}.items():
        takes = read(root, args.part)[: args.limit]
        if not takes:  # the spoken strings are a test set as a whole
            continue
        for reader, listener in listeners.items():
            cases = answer_with_sutja(listener, takes, f"{name}: {reader}")
            rows.append(make_row(name, reader, cases))
            single[reader] += [case for case in cases if len(case.truth) == 1]
        if not args.no_peers:
            rows.append(
                make_row(name, sphinx.PEER, answer_with_sphinx(name, args.part, takes, fresh=args.fresh))
            )
    return [*(make_row(DIGITS, reader, cases) for reader, cases in single.items()), *rows]


def measure_left_out(path: Path, part: str) -> list[dict[str, Any]]:
    """Digits of each speaker of `fsdd` as a listener hears them that has learnt from the five others."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    if stored["test"] != (part == "test"):
        has = "all" if stored["test"] else "no test"
        raise SystemExit(
            f"error: {path} has answers to {has} recordings, which are not those of the {part} part; "
            "make others with recipes/listener_finish.py answers"
        )
    rows, shares = [], []
    for speaker in sorted({answer["speaker"] for answer in stored["answers"]}):
        mine = [answer for answer in stored["answers"] if answer["speaker"] == speaker]
        right = make_rate(sum(answer["heard"] == answer["digit"] for answer in mine), len(mine))
        shares.append(float(right["rate"] or 0.0))
        rows.append({"set": f"fsdd, without {speaker}", "reader": "sutja", "n": len(mine), "right": right})
    n = len(stored["answers"])
    hits = sum(answer["heard"] == answer["digit"] for answer in stored["answers"])
    mean = {**make_rate(hits, n), "rate": round(sum(shares) / len(shares), 5)}
    return [*rows, {"set": "fsdd, mean of those left out", "reader": "sutja", "n": n, "right": mean}]


def format_rows(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a table, in percent."""
    headers = (
        "set",
        "reader",
        "n",
        "right (95 %)",
        "digit error",
        "any number",
        "accepted (95 %)",
        "wrong of these",
    )
    nothing: Rate = make_rate(0, 0)
    lines = []
    for row in rows:
        error = row.get("digit_error", {}).get("rate")
        lines.append(
            (
                row["set"],
                row["reader"],
                row["n"],
                format_percent(row.get("right", nothing), interval=True),
                "–" if error is None else f"{100 * error:.2f}",
                format_percent(row.get("answered", nothing)),
                format_percent(row.get("accepted", nothing), interval=True),
                format_percent(row.get("wrong_of_accepted", nothing)),
            )
        )
    return format_table(headers, lines)


def load_listener(name: str, second_listener: Path | None = None) -> Listener:
    """A listener on one thread."""
    import cv2

    cv2.setNumThreads(1)
    try:
        return Listener(name, threads=1, second_listener=second_listener)
    except SutjaError as error:
        raise SystemExit(f"error: {error}") from error


def describe_listener(name: str, listener: Listener) -> dict[str, Any]:
    """Describe a model: its card's name, its terms, and the file's size and checksum."""
    data = find_model(name).read_bytes()
    card = listener.card
    return {
        "name": card.name,
        "open_terms": card.open_terms,
        "created": card.created,
        "bytes": len(data),
        "sha256": sha256(data).hexdigest(),
        "threshold": listener.threshold,
        "trained_on": {entry.name: entry.items for entry in card.training_data},
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    parser = make_parser(__doc__, model=False)
    parser.add_argument("--model", default=DEFAULT, metavar="FILE|NAME", help=f"by default {DEFAULT}")
    parser.add_argument("--speakers", type=Path, metavar="FILE", help="answers with one speaker left out")
    parser.add_argument("--second-listener", type=Path, metavar="FOLDER", help="a faster-whisper model")
    parser.add_argument(
        "--no-hour", action="store_true", help="keep the hour and the stream as measured before"
    )
    args = parser.parse_args(argv)
    load_before = warn_if_busy()
    listener, root = load_listener(args.model), find_data_folder()
    listeners = {f"sutja {listener.card.name}": listener}
    if args.second_listener is not None:
        both = f"{listener.card.name}, then {args.second_listener.absolute().name}"
        listeners[f"sutja {both}"] = load_listener(args.model, args.second_listener)
    rows = measure(listeners, args, root)
    if args.speakers is not None:
        rows += measure_left_out(args.speakers, args.part)
    kept = make_result_path(FIGURE, args.part, args.limit)
    if args.no_hour:
        before = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
        hour, stream = before.get("hour", []), before.get("stream")
    else:
        short = bool(args.limit)
        hour = _long_recording.time_hour(listener, root, peers=not args.no_peers, short=short)
        stream = _long_recording.watch_stream(listener, root, short=short)
    if args.no_peers:
        rows = keep_peer_rows(kept, rows)
        if not args.no_hour:
            hour += [row for row in list_kept_rows(kept, (), "hour") if row["reader"] == sphinx.PEER]
    content = {
        "part": args.part,
        "model": describe_listener(args.model, listener),
        "load_before": load_before,
        "rows": rows,
        "hour": hour,
        "stream": stream,
    }
    path = save_result(kept, FIGURE, content, ("soundfile", "soxr", *sphinx.PEER_PACKAGES))
    print(format_rows(rows))
    print(_long_recording.format_rows(hour))
    if stream:
        print(
            "{seconds:,} s in a stream: {warm_mb} MB after {warm_seconds} s, at most {most_mb}".format_map(
                stream
            )
        )
    print(f"part: {args.part}; {sphinx.PEER} accepts all that it hears; kept in {format_path(path)}")


if __name__ == "__main__":
    main()
