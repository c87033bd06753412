"""Fields read in a second on one thread, from files on disk, beside RapidOCR and Tesseract on the same files.

All readers take turns for several rounds on one processor. Then the time of sutja by stage, and the
arithmetic: what its network multiplies for a crop, what the processor could multiply at most, and the rate
this allows. Last, the time of a crop at efforts fast and normal on validation crops of all sources, beside
the second reader's network alone.

    python benchmarks/speed.py [--rounds 3] [--peer rapidocr]
"""

from __future__ import annotations

import os

# Before the libraries that read them are loaded:
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import _crops
import _source_times
import _speed_readers
from _machine import format_path, format_table, list_kept_rows, make_result_path, save_result, warn_if_busy
from _macs import count_macs, count_parameters, measure_peak_macs
from _peers import PEERS_PACKAGES
from _stage_times import Stages, time_stages
from _sutja_models import describe_model, find_data_folder, list_models, load_reader, make_parser

from sutja.model_file import read_model
from sutja.model_file.bundled import find_model

FIGURE = "speed"
PART = "validation"
ROUNDS = 3  # with fewer the figure is a try


def pin_process() -> int | None:
    """Keep this process and those it starts on one processor: which one; None where none can be chosen."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    processor = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processor})
    return processor


def compute_arithmetic(model: str, stages: Stages, crops: int, rate: float) -> dict[str, Any]:
    """MACs a crop, the processor's peak, the rate they allow, and how near sutja comes to it.

    Parameters
    ----------
    stages : Stages
        With the shapes of the batches that the network was run on.
    crops, rate : int or float
        How many crops these were, and how many were read in a second of processor time.
    """
    proto = _load(model)
    widths = {shape[1:] for shape in stages.batches}
    each = {shape: count_macs(proto, (1, *shape)) for shape in widths}
    macs = sum(shape[0] * each[shape[1:]] for shape in stages.batches) / crops
    peak = measure_peak_macs()
    limit = peak["best"] / macs
    network = stages.seconds["network"] / crops
    return {
        "parameters": count_parameters(proto),
        "macs_per_crop": round(macs),
        "network_runs_per_crop": round(sum(shape[0] for shape in stages.batches) / crops, 3),
        "peak_macs_per_second": peak,
        "limit_fields_per_second": round(limit, 1),
        "network_share_of_peak": round(macs / network / peak["best"], 4),
        "reached_share_of_limit": round(rate / limit, 4),
    }


def _load(model: str) -> Any:
    import onnx

    return onnx.load_model_from_string(read_model(find_model(model)).data)


def measure(model: str, paths: Sequence[Path], rounds: int, peers: Sequence[str]) -> dict[str, Any]:
    """Measure the rates, the stages and the arithmetic."""
    reader = load_reader(model)
    readers = _speed_readers.make_sutja_readers(reader) | _speed_readers.make_peers(peers)
    results = _speed_readers.measure_rates(readers, paths, rounds)
    stages = time_stages(reader, paths)
    rate = results[0]["fields_per_cpu_second"]
    counts = compute_arithmetic(model, stages, len(paths), rate)
    out = {"contest": results, "stages": stages.shares(), "arithmetic": counts}
    if "rapidocr" in peers:
        macs, peak = _speed_readers.count_rapidocr_macs(paths), counts["peak_macs_per_second"]["best"]
        reached = macs * _find_best(results, _speed_readers.RAPIDOCR) / peak
        out["rapidocr"] = {"macs_per_crop": round(macs), "share_of_peak": round(reached, 4)}
        out["times_rapidocr_recogniser"] = round(rate / _find_best(results, _speed_readers.RAPIDOCR), 1)
    if "tesseract" in peers:
        out["times_tesseract"] = round(rate / _find_best(results, _speed_readers.TESSERACT), 1)
    return out


def _find_best(results: Sequence[dict[str, Any]], reader: str) -> float:
    """Return the rate of a peer by processor time, which other work disturbs less, in its fastest way."""
    return float(max(row["fields_per_cpu_second"] for row in results if row["reader"] == reader))


def format_results(out: dict[str, Any]) -> str:
    """Format the rates, the stages and the arithmetic."""
    headers = ("reader", "way", "fields/s", "from", "to", "fields/s of processor time")
    rows = [
        (r["reader"], r["way"], r["fields_per_second"], r["least"], r["most"], r["fields_per_cpu_second"])
        for r in out["contest"]
    ]
    stages = [
        (name, f"{1e6 * s['seconds_per_crop']:.0f}", f"{100 * s['share']:.1f}")
        for name, s in out["stages"].items()
    ]
    a = out["arithmetic"]
    peak = a["peak_macs_per_second"]["best"] / 1e9
    limit = (
        f"{a['macs_per_crop'] / 1e6:.1f} M MACs a crop ({a['network_runs_per_crop']} runs of the network)\n"
        f"at the {peak:.1f} G MACs/s of a matrix product allow "
        f"{a['limit_fields_per_second']:,.0f} fields/s:\n"
        f"the network reaches {100 * a['network_share_of_peak']:.0f} % of this, "
        f"the whole {100 * a['reached_share_of_limit']:.0f} %"
    )
    lines = [
        format_table(headers, rows),
        "",
        format_table(("stage of sutja", "µs a crop", "%"), stages),
        "",
        limit,
    ]
    if "times_rapidocr_recogniser" in out:
        lines.append(
            f"{out['times_rapidocr_recogniser']} times RapidOCR's recogniser "
            f"({out['rapidocr']['macs_per_crop'] / 1e6:.0f} M MACs a crop, "
            f"{100 * out['rapidocr']['share_of_peak']:.0f} % of that rate)"
        )
    if "times_tesseract" in out:
        lines.append(f"{out['times_tesseract']} times Tesseract")
    if "sources" in out:
        found = out["sources"]
        means = ", ".join(f"{name} {value:.1f}" for name, value in found["mean"].items())
        lines.append(f"ms of processor time a crop, mean of {found['n']} crops of all sources: {means}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show."""
    parser = make_parser(__doc__, part=False)
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"turns of each reader (default: {ROUNDS})"
    )
    parser.add_argument(
        "--peer",
        action="append",
        choices=_speed_readers.PEERS,
        help="measure this peer alone, again for more; what was measured of others before is kept",
    )
    parser.add_argument(
        "--per-source",
        type=int,
        default=_source_times.PER_SOURCE,
        help="validation crops of each source that are timed (default: %(default)s)",
    )
    args = parser.parse_args(argv)
    load = warn_if_busy()
    processor = pin_process()
    crops = _crops.subsample(_crops.load_orand_car(find_data_folder(), PART), args.limit)
    paths = [crop.path for crop in crops if crop.path is not None]
    model = list_models(args.model)[0]
    few = args.limit or (args.rounds if args.rounds < ROUNDS else None)
    path = make_result_path(FIGURE, limit=few)
    out = measure(model, paths, args.rounds, () if args.no_peers else args.peer or _speed_readers.PEERS)
    out["sources"] = _source_times.time_sources(model, PART, args.limit or args.per_source)
    kept = list_kept_rows(path, [row["reader"] for row in out["contest"]], "contest")
    out["contest"] += [row for row in kept if not row["reader"].startswith("sutja")]
    content = {
        "model": describe_model(model),
        "set": "orand-car",
        "part": PART,
        "n": len(paths),
        "rounds": args.rounds,
        "threads": 1,
        "load_before": load,
        "pinned_to_one_processor": processor is not None,
        **out,
    }
    save_result(path, FIGURE, content, PEERS_PACKAGES)
    print(format_results(out))
    print(f"{len(paths)} crops, {args.rounds} rounds, medians; kept in {format_path(path)}")


if __name__ == "__main__":
    main()
