"""`sutja detect`: pictures in, boxes out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from sutja.cli.execution.errors import FAILED, USAGE, report_errors
from sutja.cli.execution.inputs import expand, open_inputs
from sutja.cli.execution.many import BatchOptions, batch_options, check_batch, process_all, run_many
from sutja.cli.execution.options import (
    PROVIDERS,
    annotate_option,
    choose_model,
    device_option,
    max_error_option,
    open_option,
    output_options,
    threads_option,
)
from sutja.cli.execution.progress import show_progress
from sutja.cli.execution.results import (
    Counts,
    call_each,
    choose_text_place,
    opening_model,
    report_threshold,
    tell_terms,
    write_results,
)
from sutja.cli.messages import tell
from sutja.cli.output.collisions import check_outputs
from sutja.cli.output.scenes import SCENE_FORMATS, SceneTable, make_scene_writer
from sutja.cli.output.writer import ENDINGS, choose_format
from sutja.types import Scene

if TYPE_CHECKING:
    from sutja.detection import Detector


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--model", metavar="FILE|NAME", help="Detector to use; by default the one of number fields on pages."
)
@open_option
@output_options(SCENE_FORMATS)
@annotate_option("the detections")
@click.option(
    "--threshold",
    type=click.FloatRange(0.0, 1.0),
    metavar="P",
    help="Least confidence of a detection; by default the threshold of the model.",
)
@max_error_option("detections", 0.05)
@threads_option
@device_option
@batch_options
def detect(
    paths: tuple[str, ...],
    model: str | None,
    only_open: bool,
    format_name: str | None,
    out: str | None,
    annotate: str | None,
    threshold: float | None,
    max_error: float | None,
    threads: int,
    device: str,
    resume: bool,
    workers: int | None,
    engine: str | None,
    address: str | None,
) -> None:
    """Detect objects in pictures: files, folders, patterns like "scans/*.png", addresses, or - for the input.

    Formats: PDF, PNG, JPEG, TIFF, WebP and BMP.

    Exit status: 0 if every picture could be read, 1 if some could not (the others were read), 2 for wrong
    usage.
    """
    if threshold is not None and max_error is not None:
        raise click.UsageError("--threshold and --max-error exclude one another")
    model = choose_model(model, only_open)
    names, failed = expand(paths, pages=True)
    check_outputs([*names, *paths, model], [out], [(annotate, ".png")])
    batch = BatchOptions(resume, workers, engine, address)
    check_batch(batch, out, _choose_format(format_name, out), annotate is not None)
    refused = [Scene(page.source, 1, None, None, error=page.error) for page in failed]
    if batch.given:
        options: dict[str, Any] = {"model": model, "threads": threads, "max_error": max_error}
        options |= {"threshold": threshold, "providers": PROVIDERS[device]}
        run_many("detect", {"model:detect": model}, options, names, refused, str(out), batch)
    detector = _open_detector(model, threads, max_error, device)
    if threshold is not None:
        detector.threshold = threshold
    format_name = _choose_format(format_name, out)
    sources = [*names, *(page.source for page in failed)]
    with report_errors("stopped", USAGE):
        writer = make_scene_writer(format_name, sources, detector.classes, out)
    inputs = open_inputs(names)
    found = process_all(detector.detect_many, inputs)
    scenes: Iterable[Scene] = chain(refused, show_progress(found, len(names)))
    if annotate is not None:
        from sutja.cli.output.annotate import SceneAnnotator

        annotator = SceneAnnotator(annotate, detector.classes, inputs)
        scenes = call_each(scenes, lambda scene: annotator.save(scene) if scene.error is None else None)
    counts = Counts("picture")
    write_results(scenes, writer, choose_text_place(format_name, out), counts)
    if isinstance(writer, SceneTable):
        tell(counts.summarize(f"{counts.items:,} found"))
    sys.exit(FAILED if counts.failed else 0)


def _choose_format(name: str | None, out: str | None) -> str:
    """Choose the format; refuse an output file that stands for a format of pages."""
    if name == "coco":  # JSON too
        return name
    return choose_format(name, out, ENDINGS)


def _open_detector(model: str | None, threads: int, max_error: float | None, device: str) -> Detector:
    from sutja.detection import Detector

    with opening_model(threads):
        providers = PROVIDERS[device]
        detector = Detector(model, threads=threads, max_error=max_error, providers=providers)
    report_threshold(detector.choice)
    tell_terms(detector.card)
    return detector
