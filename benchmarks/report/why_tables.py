"""Tables, sentences and drawings of *Why did deep learning take seventy years?*, in two languages."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from itertools import pairwise
from typing import Any

from figures import NONE, ROOT, describe_source, load, make_table
from why_words import FIRST, FOREST, NAMES, NEW, STROKES, TODAY, TREE, VECTORS, WORDS

from sutja.comparison.learners.eras import ERAS

Fit = Mapping[str, Any]

MACHINES = ROOT / "src" / "sutja" / "serve" / "static" / "data" / "machines.json"
COMMAND = "python benchmarks/why.py --part test --folder runs/why --bundle"
COMPARED = (STROKES, TODAY, TREE, FOREST, VECTORS)
FEW = 200  # labels
SECONDS_A_DAY = 86_400


@cache
def find_fits(source: str) -> dict[tuple[str, int], Fit]:
    """Return the fits of a study by learner and number of labels."""
    (study,) = [one for one in load("why")["studies"] if one["source"] == source]
    return {(fit["learner"], fit["labels"]): fit for fit in study["fits"]}


def list_sizes(source: str) -> list[int]:
    """Return the numbers of labels of a study."""
    return sorted({labels for _, labels in find_fits(source)})


def find_most(source: str, learner: str) -> Fit:
    """Return the fit of a learner on the most labels."""
    return max((fit for (name, _), fit in find_fits(source).items() if name == learner), key=_count_labels)


def _count_labels(fit: Fit) -> int:
    return int(fit["labels"])


@cache
def load_machines() -> dict[str, Any]:
    """Read the machines, their prices and sources."""
    content: dict[str, Any] = json.loads(MACHINES.read_text(encoding="utf-8"))
    return content


def list_speeds() -> list[tuple[int, float, Mapping[str, Any]]]:
    """Return year, operations a second for a car's price, and machine, of those quicker than all before."""
    content = load_machines()
    index = content["prices"]["index"]
    speeds: list[tuple[int, float, Mapping[str, Any]]] = []
    for machine in content["machines"]:
        price = machine["price"] * index["2024"] / index[str(machine["year"])]
        speed = machine["flops"] * content["car"] / price
        if not speeds or speed > speeds[-1][1]:
            speeds.append((machine["year"], speed, machine))
    return speeds


def find_year(operations: float) -> tuple[int, str]:
    """Find the year in which a car's price bought so many operations: that, before, or after."""
    speed = operations / (load_machines()["days"] * SECONDS_A_DAY)
    speeds = list_speeds()
    if speed <= speeds[0][1]:
        return speeds[0][0], "before"
    for (year, least, _), (next_year, most, _) in pairwise(speeds):
        if speed <= most:
            part = math.log(speed / least) / math.log(most / least)
            return math.floor(year + part * (next_year - year) + 0.5), "about"
    return speeds[-1][0], "after"


def write_error(fit: Fit) -> str:
    """Write an error in percent."""
    return f"{100 * fit['error']:.1f}%"


def write_power(count: float) -> str:
    """Write a large number as a power of ten."""
    exponent = math.floor(math.log10(count))
    return (
        f"{count / 10**exponent:.1f} · 10{str(exponent).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    )


def make_eras(language: str) -> str:
    """Make the table of the eras on all postal digits."""
    words, rows = WORDS[language], []
    for name, era in ERAS.items():
        if (name, FEW) not in find_fits("usps"):
            continue
        fit = find_most("usps", name)
        year, how = find_year(fit["fit_operations"])
        published = era.published.get("usps")
        rows.append(
            (
                era.year if name != TODAY else load("why")["date"][:4],
                NAMES[language][name],
                era.novelty if language == "en" else NEW[name],
                f"{fit['labels']:,}",
                write_error(fit),
                f"{100 * fit['low']:.1f}–{100 * fit['high']:.1f}%",
                f"{100 * published.error:.1f}%" if published else NONE,
                write_power(fit["fit_operations"]),
                words[how].format(year),
            )
        )
    return f"{make_table(words['eras'].split('|'), rows)}\n\n{describe_source('why', COMMAND)}"


def make_curves(language: str, source: str) -> str:
    """Make the table of five learners by number of labels."""
    fits = find_fits(source)
    rows = [
        (f"{labels:,}", *(_write_cell(fits.get((name, labels))) for name in COMPARED))
        for labels in list_sizes(source)
    ]
    names = NAMES[language]
    headers = [f"{names[name]} (1989)" if name == STROKES else names[name] for name in COMPARED]
    return make_table([WORDS[language]["labels"], *headers], rows)


def _write_cell(fit: Fit | None) -> str:
    return NONE if fit is None else f"{write_error(fit)} ± {100 * (fit['high'] - fit['low']) / 2:.1f}"


def make_machines(language: str) -> str:
    """Make the table of the machines."""
    rows = [
        (
            year,
            machine["name"],
            write_power(machine["flops"]),
            f"${machine['price']:,.0f}",
            write_power(speed),
            f"[{machine['source']}]({machine['url']})",
        )
        for year, speed, machine in list_speeds()
    ]
    return make_table(WORDS[language]["machines"].split("|"), rows)


def tell_algorithm(language: str) -> str:
    """Tell what the algorithm alone changed."""
    errors = {name: write_error(find_most("usps", name)) for name in (FIRST, STROKES, TODAY)}
    operations = find_most("usps", TODAY)["fit_operations"]
    return WORDS[language]["algorithm"].format(
        first=errors[FIRST],
        strokes=errors[STROKES],
        today=errors[TODAY],
        operations=write_power(operations),
        year=_tell_year(language, operations),
    )


def tell_few(language: str) -> str:
    """Tell how learners stand with few labels."""
    fits = {name: find_fits("usps")[name, FEW] for name in (STROKES, TODAY, VECTORS)}
    times = fits[STROKES]["fit_operations"] / fits[VECTORS]["fit_operations"]
    return WORDS[language]["few"].format(
        few=FEW,
        vectors=write_error(fits[VECTORS]),
        strokes=write_error(fits[STROKES]),
        today=write_error(fits[TODAY]),
        times=f"{times:.0f}",
    )


def tell_data(language: str) -> str:
    """Tell what more labels change: from few to the most that all of the learners learned from."""
    names = {"tree": TREE, "vectors": VECTORS, "strokes": STROKES, "today": TODAY}
    fits = find_fits("mnist")
    many = max(n for n in list_sizes("mnist") if all((name, n) in fits for name in names.values()))
    times = {
        key: f"{fits[name, FEW]['error'] / fits[name, many]['error']:.1f}" for key, name in names.items()
    }
    return WORDS[language]["data"].format(few=FEW, many=f"{many:,}", **times)


def tell_photographs(language: str) -> str:
    """Tell what a network for photographs took."""
    operations = load_machines()["marks"][0]["operations"]
    return WORDS[language]["photographs"].format(
        operations=write_power(operations), year=_tell_year(language, operations)
    )


def _tell_year(language: str, operations: float) -> str:
    year, how = find_year(operations)
    return WORDS[language]["year" if how == "about" else f"year-{how}"].format(year)


# The drawing: error against labels, both by powers of ten.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 420, 60, 170, 16, 50
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
COLOURS = {STROKES: "#0e8578", TODAY: "#14b3a2", TREE: "#c2521f", FOREST: "#8a63d2", VECTORS: "#2f78c4"}


def draw_curves(language: str, source: str) -> str:
    """Draw the learning curves of five learners as SVG that reads on light and dark paper."""
    fits, sizes = find_fits(source), list_sizes(source)
    shown = [fit for (name, _), fit in fits.items() if name in COMPARED]
    least, most = min(fit["low"] for fit in shown) * 0.85, max(fit["high"] for fit in shown) * 1.1

    def x(labels: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(labels / sizes[0]) / math.log(sizes[-1] / sizes[0])

    def y(error: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * math.log(error / most) / math.log(least / most)

    parts = [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#8884"/>'
        f'<text x="{LEFT - 8}" y="{y(tick) + 5:.1f}" text-anchor="end">{100 * tick:g}%</text>'
        for tick in TICKS
        if least < tick < most
    ]
    parts += [
        f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle">{size:,}</text>'
        for size in sizes
    ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(
        f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{WORDS[language]["labels"]}</text>'
    )
    ends: list[float] = []
    for name in sorted(COMPARED, key=lambda one: find_most(source, one)["error"], reverse=True):
        line = [fits[name, size] for size in sizes if (name, size) in fits]
        ends.append(max(y(line[-1]["error"]), ends[-1] + 19 if ends else 0))
        parts += _draw_line(line, COLOURS[name], NAMES[language][name], x, y, ends[-1])
    style = "text{font:15px system-ui,sans-serif;fill:#808890}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<style>{style}</style>{''.join(parts)}</svg>\n"
    )


def _draw_line(line: Sequence[Fit], colour: str, label: str, x: Any, y: Any, end: float) -> list[str]:
    points = " ".join(f"{x(fit['labels']):.1f},{y(fit['error']):.1f}" for fit in line)
    band = [f"{x(fit['labels']):.1f},{y(fit['high']):.1f}" for fit in line]
    band += [f"{x(fit['labels']):.1f},{y(fit['low']):.1f}" for fit in reversed(line)]
    dots = [
        f'<circle cx="{x(fit["labels"]):.1f}" cy="{y(fit["error"]):.1f}" r="4" fill="{colour}"/>'
        for fit in line
    ]
    return [
        f'<polygon points="{" ".join(band)}" fill="{colour}" opacity="0.15"/>',
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="3"/>',
        *dots,
        f'<text x="{WIDTH - RIGHT + 12}" y="{end + 5:.1f}" style="fill:{colour}">{label}</text>',
    ]


_MAKERS: Mapping[str, Callable[[str], str]] = {
    "eras": make_eras,
    "postal": partial(make_curves, source="usps"),
    "mnist": partial(make_curves, source="mnist"),
    "machines": make_machines,
    "algorithm": tell_algorithm,
    "few": tell_few,
    "data": tell_data,
    "photographs": tell_photographs,
}
_ENDINGS = {"en": "", "ko": "-ko"}
WHY_TABLES: dict[str, Callable[[], str]] = {
    f"why-{name}{ending}": partial(make, language)
    for language, ending in _ENDINGS.items()
    for name, make in _MAKERS.items()
}
WHY_DRAWINGS: dict[str, Callable[[], str]] = {
    f"docs/assets/why-{source}{ending}.svg": partial(draw_curves, language, source)
    for language, ending in _ENDINGS.items()
    for source in ("usps", "mnist")
}
