"""Tables of the measured figures, one function for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from figures import (
    NONE,
    WEIGHTS,
    describe_source,
    find_all,
    load,
    make_table,
    mean_and_deviation,
    percent,
    read_card,
    write_count,
    write_share,
    write_span,
)
from server_table import make_server
from speed_table import make_speed

Row = Mapping[str, Any]
OURS = "sutja numbers"

# Task and test set of the README's table, in the two languages.
HEADLINES = {
    "amounts": ("Amounts cut out of real cheques", "실제 수표에서 잘라 낸 금액", "ORAND-CAR"),
    "cheques": ("Amounts found and read on whole cheques", "수표 전체에서 찾아 읽은 금액", "cheques"),
    "forms": (
        "Handwritten fields on drawn forms, found and read",
        "합성 서식의 손글씨 칸: 찾아서 읽기",
        "MNIST writers",
    ),
    "tables": ("Cells of printed tables, 1898–1904", "1898–1904년 인쇄 표의 칸", "weather tables"),
    "grids": ("Photos of sudoku grids, all 81 cells", "스도쿠 사진, 81칸 모두", "sudoku"),
    "sudoku": ("Single digits, cells of these photos", "숫자 하나, 위 사진의 칸", "sudoku"),
    "mnist": ("Single digits, handwritten", "숫자 하나, 손글씨", "MNIST"),
    "fsdd": ("Spoken digits", "음성: 숫자 하나", "FSDD"),
    "an4": ("Spoken number words, unknown speakers", "음성: 수, 처음 듣는 화자", "AN4"),
    "strings": (
        "Long spoken strings, one unknown speaker",
        "음성: 긴 숫자열, 처음 듣는 화자",
        "spoken-strings",
    ),
}
HEADERS = {
    "en": ("task", "test set", "n", "right (95% interval)", "accepted", "wrong of accepted", "best peer"),
    "ko": ("과제", "시험 자료", "n", "정답 (95% 구간)", "수락", "수락 중 오답", "가장 나은 비교 대상"),
}
COUNT = {"en": "{k:,} of {n:,}", "ko": "{n:,}건 중 {k:,}건"}
WITH_PEERS = "RapidOCR", "Tesseract", "PocketSphinx"


def _is_peer(row: Row) -> bool:
    return str(row["reader"]).startswith(WITH_PEERS)


def _best_peer(rows: Sequence[Row], right: str) -> str:
    peers = [row for row in rows if _is_peer(row)]
    if not peers:
        return NONE
    best = max(peers, key=lambda row: row[right]["rate"])
    ours = rows[0][right]["n"]
    n = f" (n = {best[right]['n']})" if best[right]["n"] != ours else ""
    return f"{best['reader'].split()[0]} {percent(best[right]['rate'])}{n}"


def _headline_cells() -> dict[str, tuple[Row, Row, Row, str]]:
    """Right, accepted, wrong of accepted, and the best peer of each headline."""
    cells: dict[str, tuple[Row, Row, Row, str]] = {}

    def add(key: str, rows: Sequence[Row], right: str, accepted: str, wrong: str) -> None:
        cells[key] = rows[0][right], rows[0][accepted], rows[0][wrong], _best_peer(rows, right)

    usual = "right", "accepted", "wrong_of_accepted"
    add("amounts", find_all(load("amounts")["rows"], set="orand-car"), *usual)
    add("cheques", load("cheques")["rows"], "right_value", *usual[1:])
    add("forms", find_all(load("forms")["rows"], layout="all"), "read", *usual[1:])
    tables = load("tables")["rows"]
    add("tables", tables, "right", "right_and_accepted", "not_right_of_accepted")
    wrong = tables[0]["not_right_of_accepted"]
    cells["tables"] = (
        tables[0]["right"],
        {"k": wrong["n"], "n": tables[0]["cells"], "rate": wrong["n"] / tables[0]["cells"]},
        wrong,
        cells["tables"][3],
    )
    grids = load("grids")
    nothing = {"k": 0, "n": 0}
    published = (
        f"{grids['published']['reader'].split(',')[0]} 2017: {percent(grids['published']['all_right'])}"
    )
    cells["grids"] = grids["rows"][0]["all_right"], nothing, nothing, published
    for name in ("sudoku", "mnist"):
        add(name, find_all(load("lone_digits")["rows"], set=name), *usual)
    spoken = load("listening")["rows"]
    for key, name in (
        ("fsdd", "fsdd, official split"),
        ("an4", "an4, number words"),
        ("strings", "spoken strings"),
    ):
        add(key, find_all(spoken, set=name), *usual)
    return cells


def make_headlines(language: str) -> str:
    """Make the README's table, in English ("en") or Korean ("ko")."""
    rows = []
    for key, (right, accepted, wrong, peer) in _headline_cells().items():
        english, korean, data = HEADLINES[key]
        rows.append(
            (
                english if language == "en" else korean,
                data,
                f"{right['n']:,}",
                write_share(right),
                write_share(accepted, interval=False),
                COUNT[language].format(**wrong) if wrong["n"] else NONE,
                peer,
            )
        )
    return make_table(HEADERS[language], rows)


def make_crops() -> str:
    """Make the table of crops of one number: both bundled readers and their peers."""
    rows = [
        (
            row["set"],
            _name_reader(row),
            f"{row['n']:,}",
            write_share(row["right"]),
            write_share(row["accepted"], interval=False),
            write_count(row["wrong_of_accepted"]),
            f"{row['ece']:.3f}" if row.get("ece") is not None else NONE,
        )
        for figure in ("amounts", "lone_digits")
        for row in load(figure)["rows"]
    ]
    headers = ("test set", "reader", "n", "right (95%)", "accepted", "wrong of accepted", "ECE")
    return _with_sources(
        make_table(headers, rows),
        ("amounts", "python benchmarks/amounts.py --part test", ("numbers", "numbers-open")),
        ("lone_digits", "python benchmarks/lone_digits.py --part test", ("numbers", "numbers-open")),
    )


def make_two_readers() -> str:
    """Make the table of one reader and two, source by source, each source left out of all fitting."""
    measured = load("two_readers-validation")["rows"]
    rows = []
    for source in dict.fromkeys(row["source"] for row in measured):
        by_effort = {row["effort"]: row for row in find_all(measured, model="numbers", source=source)}
        rows.append(
            (
                source,
                f"{by_effort['fast']['n']:,}",
                *(
                    percent(by_effort[effort]["right"]["rate"])
                    for effort in ("PP-OCRv6", "fast", "normal", "best")
                ),
                *(
                    text
                    for effort in ("PP-OCRv6", "fast", "normal", "best")
                    for text in (
                        percent(by_effort[effort]["accepted"]["rate"]),
                        write_count(by_effort[effort]["wrong_of_accepted"]),
                    )
                ),
            )
        )
    headers = (
        "source",
        "n",
        *(f"{effort}: right" for effort in ("PP-OCRv6", "fast", "normal", "best")),
        *(
            text
            for effort in ("PP-OCRv6", "fast", "normal", "best")
            for text in (f"{effort}: accepted", "wrong of these")
        ),
    )
    return _with_sources(
        make_table(headers, rows),
        ("two_readers-validation", "python benchmarks/two_readers.py", ("numbers",)),
    )


def _name_reader(row: Row) -> str:
    settings = row.get("way") or row.get("settings")
    return str(row["reader"]) if settings in (None, "as it comes") else f"{row['reader']} ({settings})"


def make_no_number() -> str:
    """Make the table of crops without a number."""
    rows = [
        (
            row["set"],
            _name_reader(row),
            f"{row['n']:,}",
            write_share(row["answered"]),
            write_count(row["accepted"]),
        )
        for row in load("no_number")["rows"]
    ]
    return _with_sources(
        make_table(("crops", "reader", "n", "answered with a number (95%)", "accepted"), rows),
        ("no_number", "python benchmarks/no_number.py --part test", ("numbers", "numbers-open")),
    )


def make_own_drawings() -> str:
    """Make the table of own drawings, and of what is no digit."""
    rows = [
        (
            row["model"],
            row["what"],
            f"{row['n']:,}",
            write_share(row["right"]) if "right" in row else "–",
            write_count(row["accepted"]),
            write_count(row["wrong_of_accepted"]) if "right" in row else "–",
        )
        for row in load("own_drawings")["rows"]
    ]
    return _with_sources(
        make_table(("model", "drawings", "n", "right (95%)", "accepted", "wrong of accepted"), rows),
        ("own_drawings", "python benchmarks/own_drawings.py --part test"),
    )


def make_calibration() -> str:
    """Make the table of calibration: expected calibration error and risk at several coverages."""
    coverages = (0.5, 0.7, 0.9)
    rows = []
    for model in load("calibration")["rows"]:
        for name, figures in model["sets"].items():
            risks = {risk["coverage"]: risk["risk"] for risk in figures["risk"]}
            rows.append(
                (
                    name,
                    f"sutja {model['model']['name']}",
                    f"{figures['answered']:,}",
                    percent(figures["mean_confidence"]),
                    write_share(figures["right"], interval=False),
                    f"{figures['ece']:.3f}",
                    *(write_count(risks[coverage]) if coverage in risks else NONE for coverage in coverages),
                )
            )
    headers = ("test set", "reader", "answers", "mean confidence", "right", "ECE")
    return _with_sources(
        make_table((*headers, *(f"wrong at {percent(c, 0)} coverage" for c in coverages)), rows),
        ("calibration", "python benchmarks/calibration.py --part test", ("numbers", "numbers-open")),
    )


def make_certified() -> str:
    """Make the table of thresholds replayed on fresh labels."""
    names = {
        "ltt": "learn then test",
        "sgr": "guaranteed risk",
        "none": "lowest threshold that fits the labels",
    }
    every = load("certified")["rows"]
    right = {
        (row["method"], row["labels"], row["max_error"]): write_share(row["promised"], interval=False)
        for row in find_all(every, sort="right")
    }
    rows = [
        (
            names[row["method"]],
            f"{row['labels']:,}",
            percent(row["max_error"], 0),
            write_share(row["promised"], interval=False),
            write_share(row["broken"]),
            percent(row["coverage"]) if row["coverage"] is not None else NONE,
            right.get((row["method"], row["labels"], row["max_error"]), NONE),
        )
        for row in find_all(every, sort="draws")
    ]
    headers = (
        *("method", "labels", "error at most", "threshold given", "broken (95%)", "mean coverage"),
        "given where all are right",
    )
    return _with_sources(
        make_table(headers, rows), ("certified", "python benchmarks/certified.py --part test")
    )


def make_forms() -> str:
    """Make the table of handwritten fields on drawn forms."""
    rows = [
        (
            row["layout"],
            _name_reader(row),
            f"{row['n']:,}",
            write_share(row["found"]),
            write_share(row["read"]),
            write_share(row["accepted"], interval=False),
            write_count(row["wrong_of_accepted"]),
        )
        for row in load("forms")["rows"]
        if row["layout"] == "all" or row["reader"] == OURS
    ]
    headers = ("layout", "reader", "fields", "found, IoU ≥ 0.5 (95%)", "read exactly (95%)", "accepted")
    return _with_sources(
        make_table((*headers, "wrong of accepted"), rows),
        ("forms", "python benchmarks/forms.py --part test", ("numbers", "pages")),
    )


def make_templates() -> str:
    """Make the table of forms read by a template that one scan gave."""
    rows = [
        (
            row["forms"],
            row["scan"],
            row["pages"],
            row["n"],
            write_share(row["right"]),
            write_share(row["accepted"], interval=False),
            write_count(row["wrong_of_accepted"]),
            f"{row['seconds_a_page']:.2f}",
        )
        for row in load("templates")["rows"]
    ]
    headers = (
        "forms",
        "template from",
        "pages",
        "fields",
        "right (95%)",
        "accepted",
        "wrong of accepted",
        "s a page",
    )
    return _with_sources(
        make_table(headers, rows),
        ("templates", "python benchmarks/templates.py --part test", ("numbers", "pages")),
    )


def make_cheques() -> str:
    """Make the table of amounts on whole cheques."""
    rows = [
        (
            _name_reader(row),
            row["n"],
            write_share(row["found"]),
            write_share(row["right_value"]),
            write_share(row["accepted"], interval=False),
            write_count(row["wrong_of_accepted"]),
            f"{row['seconds_a_page']:.2f}",
        )
        for row in load("cheques")["rows"]
    ]
    headers = ("reader", "cheques", "found, IoU ≥ 0.5 (95%)", "right value (95%)", "accepted")
    return _with_sources(
        make_table((*headers, "wrong of accepted", "s a page"), rows),
        ("cheques", "python benchmarks/cheques.py --part test", ("numbers", "pages")),
    )


def make_tables() -> str:
    """Make the table of the cells of printed tables."""
    rows = [
        (
            _name_reader(row),
            f"{row['cells']:,}",
            write_share(row["right"]),
            write_share(row["in_place"], interval=False) if row["reader"] == OURS else NONE,
            f"{row['not_right_of_accepted']['n']:,}",
            write_count(row["not_right_of_accepted"]),
            f"{row['seconds_a_page']:.1f}",
        )
        for row in load("tables")["rows"]
    ]
    headers = (
        "reader",
        "cells",
        "right (95%)",
        "right and in place",
        "accepted",
        "wrong of accepted",
        "s a page",
    )
    return _with_sources(
        make_table(headers, rows), ("tables", "python benchmarks/tables.py --part test", ("numbers", "pages"))
    )


def make_grids() -> str:
    """Make the table of sudoku grids and of receipts."""
    grids = load("grids")
    row = grids["rows"][0]
    first = make_table(
        ("reader", "photos", "all 81 cells right (95%)", "cells right (95%)", "right and accepted"),
        [
            (
                _name_reader(row),
                row["n"],
                write_share(row["all_right"]),
                write_share(row["cells_right"]),
                write_share(row["cells_right_and_accepted"], interval=False),
            ),
            (grids["published"]["reader"], NONE, percent(grids["published"]["all_right"]), NONE, NONE),
        ],
    )
    second = make_table(
        ("reader", "part", "receipts", "total among the amounts read", "s a page"),
        [
            (
                _name_reader(row),
                part,
                row["n"],
                write_count(row["total_read"]),
                f"{row['seconds_a_page']:.2f}",
            )
            for figure, part in (("receipts", "test"), ("receipts-validation", "validation"))
            for row in load(figure)["rows"]
        ],
    )
    return "\n\n".join(
        [
            _with_sources(first, ("grids", "python benchmarks/grids.py --part test", ("numbers", "pages"))),
            _with_sources(
                second, ("receipts", "python benchmarks/receipts.py --part test", ("numbers", "pages"))
            ),
        ]
    )


def make_pages() -> str:
    """Make the table of seconds a page, and of a thousand pages in a row."""
    content = load("pages")
    rows = [
        (_name_reader(row), row["numbers"], write_span(row["seconds"], row["least"], row["most"], 2))
        for row in content["a4_200_dpi"]
    ]
    mixed = content["mixed_pages"]
    memory = mixed["resident_mb"]
    text = (
        f"{mixed['pages']:,} mixed pages in a row: {mixed['numbers']:,} numbers, "
        f"{mixed['seconds_a_page']:.2f} s a page, "
        f"resident memory from {memory[0]:.0f} to {max(memory):.0f} MB; "
        f"{mixed['not_as_expected']} pages not as expected."
    )
    table = make_table(("reader", "numbers found", "s a page of A4 at 200 dpi, one thread"), rows)
    return _with_sources(f"{table}\n\n{text}", ("pages", "python benchmarks/pages.py", ("numbers", "pages")))


def make_listening() -> str:
    """Make the tables of recordings: numbers, recordings without one, and speakers left out."""
    content = load("listening")
    numbers, nothing, left_out = [], [], []
    for row in content["rows"]:
        if "answered" in row:
            answered = write_share(row["answered"])
            nothing.append((row["set"], row["reader"], row["n"], answered, write_count(row["accepted"])))
        elif "accepted" not in row:
            left_out.append((row["set"], f"{row['n']:,}", write_share(row["right"])))
        else:
            error = row["digit_error"]
            numbers.append(
                (
                    row["set"],
                    row["reader"],
                    f"{row['n']:,}",
                    write_share(row["right"]),
                    percent(error["rate"]),
                    write_share(row["accepted"], interval=False),
                    write_count(row["wrong_of_accepted"]),
                )
            )
    headers = ("test set", "listener", "n", "right (95%)", "digits wrong", "accepted", "wrong of accepted")
    tables = [
        make_table(headers, numbers),
        make_table(("recordings without a number", "listener", "n", "answered (95%)", "accepted"), nothing),
        make_table(("listener trained without one speaker", "n", "right (95%)"), left_out),
        make_table(
            ("listener", "an hour of", "measured", "seconds on one thread (least–most)"),
            [
                (
                    row["reader"],
                    row["form"],
                    f"{row['measured_seconds']:,.0f} s × {row['rounds']}",
                    write_span(row["wall_seconds_an_hour"], row["least"], row["most"], 1),
                )
                for row in content["hour"]
            ],
        ),
    ]
    if stream := content.get("stream"):
        tables.append(
            f"{stream['seconds'] / 3600:g} hours in a stream: {stream['warm_mb']:,.0f} MB after "
            f"{stream['warm_seconds'] / 60:g} minutes, at most {stream['most_mb']:,.0f} MB later."
        )
    return _with_sources(
        "\n\n".join(tables), ("listening", "python benchmarks/listening.py --part test", ("spoken",))
    )


def make_bccd() -> str:
    """Make the table of blood cells."""
    rows = []
    for figure, part in (("bccd-validation", "validation"), ("bccd", "test")):
        content = load(figure)
        run, summary = content["runs"][0], content["summary"]
        rows.append(
            (
                part,
                run["pictures"],
                f"{run['things']:,}",
                summary["runs"],
                percent(summary["ap50"]),
                percent(summary["ap"]),
                percent(summary["ap75"]),
                f"{summary['cpu_minutes']:.1f}",
            )
        )
    headers = (
        "part",
        "pictures",
        "cells",
        "runs",
        "AP at IoU 0.5",
        "AP",
        "AP at IoU 0.75",
        "CPU minutes of training",
    )
    return _with_sources(make_table(headers, rows), ("bccd", "python benchmarks/bccd.py --part test"))


def make_detector() -> str:
    """Make the table of milliseconds a frame of the detector."""
    content = load("detector")
    rows = [
        (
            row["model"].rpartition("/")[2].replace("pages.onnx", "bundled, of number fields"),
            f"{row['frame'][0]} × {row['frame'][1]} × {row['frame'][2]}",
            f"{row['macs'] / 1e6:,.0f}",
            f"{row['bytes'] / 1e6:.2f}",
            write_span(row["whole_ms"]["median"], row["whole_ms"]["least"], row["whole_ms"]["p95"], 2),
        )
        for row in content["rows"]
    ]
    headers = (
        "model",
        "frame",
        "million multiplications",
        "MB",
        "ms a frame, one thread (least–95th percentile)",
    )
    return _with_sources(make_table(headers, rows), ("detector", "python benchmarks/detector.py", ("pages",)))


def make_digits() -> str:
    """Make the table of networks that learn digits."""
    content = load("digits")
    rows = [
        (
            row["what"],
            row.get("by", "sutja"),
            row["runs"],
            f"{mean_and_deviation(row, 'error', 100)}%" if row.get("error") is not None else NONE,
            mean_and_deviation(row, "seconds", digits=3 if row.get("seconds", 1) < 0.1 else 2),
        )
        for row in content["rows"]
    ]
    headers = ("what", "by", "runs", "test error, mean ± deviation", "seconds of training")
    return _with_sources(make_table(headers, rows), ("digits", "python benchmarks/digits.py --part test"))


def make_single_image() -> str:
    """Make the table of microseconds for one picture."""
    rows = [
        (
            {"mlp": "784-16-16-10", "lenet5": "LeNet-5"}[row["name"]],
            f"{row['parameters']:,}",
            name,
            write_span(times["median_us"], times["least_us"], times["most_us"], 1),
        )
        for row in load("single_image")["rows"]
        for name, times in row["ways"].items()
    ]
    headers = ("network", "parameters", "called by", "µs a picture (least–most)")
    return _with_sources(make_table(headers, rows), ("single_image", "python benchmarks/single_image.py"))


def make_cold_start() -> str:
    """Make the table of what starting costs."""
    content = load("cold_start")
    rows = [
        (row["what"], write_span(row["median_seconds"], row["least"], row["most"], 2))
        for row in content["rows"]
    ]
    table = make_table(("what", f"seconds, median of {content['n']} (least–most)"), rows)
    return _with_sources(table, ("cold_start", "python benchmarks/cold_start.py", ("numbers",)))


def make_compare_budget() -> str:
    """Make the table of the fits done within a budget."""
    content = load("compare_budget")
    ours, loop = content["sutja"], content["learning_curve"]
    further = ours.get("further_seeds", 0)
    rows = [
        ("`sutja compare`", ours["fits"] - further, ours["grid"], further, f"{ours['seconds']:.0f}"),
        ("a loop over `learning_curve`", loop["fits"], ours["grid"], "–", f"{loop['seconds']:.0f}"),
    ]
    heads = (f"on {content['data']}, {content['seeds']} seeds", "fits done", "of", "further seeds", "seconds")
    table = make_table(heads, rows)
    return _with_sources(
        table, ("compare_budget", "python benchmarks/compare_budget.py --data mnist --budget 600 --part test")
    )


def make_compare_digits() -> str:
    """Make the table of the fits of `sutja compare digits`, learner by learner."""
    content = load("compare_digits")
    each = content["planned"] // len(content["done"])
    further = content["further"]
    rows = [(f"`{name}`", done, each, further.get(name, 0)) for name, done in content["done"].items()]
    rows.append(("all", content["fits"], content["planned"], content["further_seeds"]))
    table = make_table(("learner", "fits done", "of", "further seeds"), rows)
    took = (
        f"`sutja compare digits --budget {content['budget']:.0f}s`: {content['seconds']:.1f} s by the clock, "
        f"{content['cpu_seconds']:.0f} s of a processor, beside a load of {content['load_before']:.1f}."
    )
    return _with_sources(f"{took}\n\n{table}", ("compare_digits", "python benchmarks/compare_digits.py"))


def make_compare_extrapolation() -> str:
    """Make the table of errors expected from a tenth of the labels."""
    content = load("compare_extrapolation")
    rows: list[tuple[str, ...]] = [
        (
            row["data"],
            f"{row['learnt_from']:,}",
            f"{sum(error['held'] for error in row['errors'])} of {len(row['errors'])}",
            f"{sum(crossover['within'] for crossover in row['crossovers'])} of {len(row['crossovers'])}",
        )
        for row in content["rows"]
    ]
    covered, within = content["errors_held"], content["crossovers_within"]
    rows.append(("all", "", f"{covered[0]} of {covered[1]}", f"{within[0]} of {within[1]}"))
    headers = ("data", "labels", "errors within the 95% interval", "crossovers expected within a factor of 2")
    return _with_sources(
        make_table(headers, rows),
        ("compare_extrapolation", "python benchmarks/compare_extrapolation.py --part test"),
    )


def make_compare_checks() -> str:
    """Make the table of known crossovers, stacked networks, kills and clusters."""
    synthetic, stack, kills = (
        load("compare_synthetic"),
        load("compare_stack-validation"),
        load("compare_kills"),
    )
    low, high = synthetic["crossover_held_95"]
    covered = f"{percent(synthetic['crossover_held'])} of {synthetic['cases']}"
    networks = f"{stack['networks']:,} networks 784-16-16-10, {stack['epochs']:.0f} epochs"
    rows = [
        (
            "crossovers of drawn curves within their 95% interval",
            f"{covered} ({100 * low:.1f}–{100 * high:.1f})",
        ),
        (f"{networks} of {stack['n']:,} pictures, {stack['jobs']} processes", f"{stack['seconds']:.0f} s"),
        (
            f"killed {kills['kills']} times at random",
            (
                f"{kills['fits_lost']} fits lost, {kills['fits_done_again']} done again, "
                f"{kills['processes_left']} processes left; {_say_equal(kills['tables_equal'])}"
            ),
        ),
    ]
    for engine in ("dask", "ray"):
        cluster = load(f"compare_cluster-{engine}")
        rows.append(
            (
                f"a cluster of {cluster['workers_before']} ({engine}), one killed midway",
                f"{cluster['done']} of {cluster['fits']} fits done; {_say_equal(cluster['table_equal'])}",
            )
        )
    return _with_sources(
        make_table(("check", "result"), rows),
        ("compare_synthetic", "python benchmarks/compare_synthetic.py"),
        ("compare_stack-validation", "python benchmarks/compare_stack.py"),
        ("compare_kills", "python benchmarks/compare_kills.py"),
        ("compare_cluster-dask", "python benchmarks/compare_cluster.py --engine dask"),
        ("compare_cluster-ray", "python benchmarks/compare_cluster.py --engine ray"),
    )


def _say_equal(equal: bool) -> str:
    return "results equal to an unbroken run's" if equal else "results differ from an unbroken run's"


def make_models() -> str:
    """Make the table of the bundled models, from their cards."""
    rows = [
        (
            f"`{file.stem}`",
            (card := read_card(file.stem))["task"],
            f"{file.stat().st_size / 1e6:.2f}",
            "yes" if card["open_terms"] else "no",
            ", ".join(sorted({data["name"] for data in card["training_data"]})),
            card["created"][:10],
        )
        for file in sorted(WEIGHTS.glob("*.onnx"))
    ]
    return make_table(("model", "task", "MB", "open terms throughout", "trained on", "made"), rows)


def _with_sources(table: str, *sources: tuple[str, str] | tuple[str, str, Sequence[str]]) -> str:
    return table + "\n\n" + "  \n".join(describe_source(*source) for source in sources)


TABLES: dict[str, Callable[[], str]] = {
    "headlines": lambda: make_headlines("en"),
    "headlines-ko": lambda: make_headlines("ko"),
    "models": make_models,
    "crops": make_crops,
    "two-readers": make_two_readers,
    "no-number": make_no_number,
    "own-drawings": make_own_drawings,
    "calibration": make_calibration,
    "certified": make_certified,
    "forms": make_forms,
    "templates": make_templates,
    "cheques": make_cheques,
    "tables": make_tables,
    "grids": make_grids,
    "pages": make_pages,
    "listening": make_listening,
    "bccd": make_bccd,
    "detector": make_detector,
    "digits": make_digits,
    "single-image": make_single_image,
    "speed": make_speed,
    "cold-start": make_cold_start,
    "server": make_server,
    "compare-budget": make_compare_budget,
    "compare-digits": make_compare_digits,
    "compare-extrapolation": make_compare_extrapolation,
    "compare-checks": make_compare_checks,
}
