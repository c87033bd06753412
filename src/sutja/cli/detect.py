"""`sutja detect`: pictures in, boxes out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from sutja.cli.failures import FAILED, USAGE, stop, told
from sutja.cli.inputs import expand
from sutja.cli.output.file import Output
from sutja.cli.output.pages import format_for, printable
from sutja.cli.output.scenes import FORMATS, SceneWriter, scene_writer
from sutja.cli.progress import with_progress
from sutja.errors import SutjaError

if TYPE_CHECKING:
    from sutja.detection import Detector, Scene


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--model", metavar="FILE|NAME", help="What to find with; by default the number fields of pages."
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    help="How to print: by default a table, or what the name of --out says; coco is COCO's results.",
)
@click.option("--out", metavar="FILE", help="Write to FILE; it appears when all is done.")
@click.option(
    "--annotate",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Also draw what was found into a copy of each picture, in DIR.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0.0, 1.0),
    metavar="P",
    help="Give boxes from this confidence on; by default the model's own.",
)
@click.option(
    "--max-error",
    type=click.FloatRange(0.0, 1.0, max_open=True),
    metavar="SHARE",
    help="Give boxes so that at most this share of them was wrong on validation data, e.g. 0.05.",
)
@click.option("--threads", type=click.IntRange(1, 256), default=1, show_default=True, help="Threads to use.")
def detect(
    paths: tuple[str, ...],
    model: str | None,
    format_name: str | None,
    out: str | None,
    annotate: str | None,
    threshold: float | None,
    max_error: float | None,
    threads: int,
) -> None:
    """Find things in pictures: files, folders, or patterns like "scans/*.png".

    PNG, JPEG, TIFF, WebP, BMP and PDF. Exit status: 0 all were looked at, 1 some could not be (the others
    were), 2 wrong usage.
    """
    if threshold is not None and max_error is not None:
        raise click.UsageError("--threshold and --max-error exclude one another")
    names, unnamed = expand(paths, pages=True)
    detector = _make_detector(model, threads, max_error)
    if threshold is not None:
        detector.threshold = threshold
    every_name = [*names, *(page.source for page in unnamed)]
    writer = scene_writer(_format(format_name, out), every_name, detector.classes)
    scenes = _scenes(detector, names, [(page.source, page.error or "") for page in unnamed])
    if annotate is not None:
        scenes = _annotated(scenes, annotate, detector.classes)
    counts = _Counts()
    left = f"; {out} was not written" if out else ""
    with told(lambda: f"stopped after {counts.pictures} pictures{left}"), Output(out) as output:
        _write(scenes, writer, output, counts)
    if writer.for_people:
        click.echo(counts.summary(), err=True)
    sys.exit(FAILED if counts.failed else 0)


def _format(name: str | None, out: str | None) -> str:
    """The format asked for, or the one the name of the output file says; CSV is not made here."""
    found = format_for(name, out)
    if found not in FORMATS:
        raise click.UsageError(f"{found} is not made of boxes; choose one of {', '.join(FORMATS)}")
    return found


def _scenes(detector: Detector, names: list[str], unnamed: list[tuple[str, str]]) -> Iterator[Scene]:
    """What became of names that stand for nothing, then of the pictures."""
    from sutja.detection import Scene

    failed = (Scene(source, 1, None, None, error=error) for source, error in unnamed)
    return chain(failed, with_progress(detector.detect_many(names), len(names)))


def _write(scenes: Iterable[Scene], writer: SceneWriter, output: Output, counts: _Counts) -> None:
    output.write(writer.header())
    for scene in scenes:
        counts.add(scene)
        if scene.error is not None:
            click.echo(f"error: {printable(scene.error)}", err=True)
        output.write(writer.scene(scene))
    output.write(writer.footer())


class _Counts:
    """How the pictures came out."""

    def __init__(self) -> None:
        self.pictures = self.things = self.failed = 0

    def add(self, scene: Scene) -> None:
        self.pictures += 1
        self.failed += scene.error is not None
        self.things += len(scene.detections)

    def summary(self) -> str:
        """The counts in a line."""
        pictures = "1 picture" if self.pictures == 1 else f"{self.pictures:,} pictures"
        text = f"{pictures}: {self.things:,} found"
        return text + (f"; {self.failed:,} not read" if self.failed else "")


def _make_detector(model: str | None, threads: int, max_error: float | None) -> Detector:
    """The detector, or a line on the standard error and exit 2."""
    import cv2

    from sutja.detection import Detector

    cv2.setNumThreads(threads)
    try:
        detector = Detector(model, threads=threads, max_error=max_error)
    except SutjaError as error:
        stop(str(error), USAGE)
    if detector.choice is not None:
        click.echo(detector.choice.statement(), err=True)
    return detector


def _annotated(scenes: Iterable[Scene], folder: str, classes: tuple[str, ...]) -> Iterator[Scene]:
    """Draw each scene as it passes by."""
    from sutja.cli.output.annotate_scenes import SceneAnnotator

    annotator: Any = SceneAnnotator(folder, classes)

    def passing() -> Iterator[Scene]:
        for scene in scenes:
            if scene.error is None:
                annotator.draw(scene)
            yield scene

    return passing()
