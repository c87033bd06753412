"""`sutja audit`: a sample of the accepted numbers of a run, and the error that a person's answers show."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sutja.cli.execution.errors import FAILED, report_errors
from sutja.cli.execution.results import count
from sutja.cli.output.collisions import check_outputs


@click.command()
@click.argument("results", metavar="RESULTS")
@click.option(
    "--n", "size", type=click.IntRange(1), default=500, show_default=True, help="Size of the sample."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the sample.")
@click.option("--out", metavar="FILE", help="CSV of the sample; by default RESULTS.audit.csv.")
@click.option("--answers", metavar="FILE", help="The sample with its column truth filled in.")
@click.option(
    "--max-error",
    type=click.FloatRange(0.0, 1.0, max_open=True),
    metavar="SHARE",
    help="With --answers: error that was certified; the alarm says if it no longer holds.",
)
@click.option("--model", metavar="FILE|NAME", help="Compare the confidences with this model's calibration.")
@click.option(
    "--format", "format_name", type=click.Choice(("text", "json")), default="text", show_default=True
)
def audit(
    results: str,
    size: int,
    seed: int,
    out: str | None,
    answers: str | None,
    max_error: float | None,
    model: str | None,
    format_name: str,
) -> None:
    """Measure how many of the accepted numbers in RESULTS are wrong, by a sample that a person checks.

    RESULTS are those of `sutja read` or `sutja listen`, JSON lines or Parquet. Without --answers, a
    sample is drawn into a CSV: write what really stands at each place into its column truth, "-" for no
    number. With --answers, the error of all accepted numbers is told with its 95 % interval.

    Exit status: 0 if all is well, 1 if there is an alarm.
    """
    with report_errors("stopped"):
        from sutja.batch.audit import draw_sample, format_sample, judge, read_answers, to_json

        alarms = _find_drift(Path(results), model) if model else []
        if answers is None:
            target = out or f"{results}.audit.csv"
            check_outputs([results], [target])
            sample, total = draw_sample(Path(results), size, seed)
            from sutja.atomic import write_atomic

            write_atomic(Path(target), format_sample(sample).encode("utf-8", "surrogateescape"))
            click.echo(f"{len(sample):,} of {count(total, 'accepted number')} in {target}", err=True)
        else:
            found = judge(read_answers(Path(answers)))
            alarms += found.list_alarms(max_error)
            if format_name == "json":
                click.echo(to_json(found, alarms))
            else:
                click.echo(
                    f"wrong among the accepted numbers: {found.error.format()}, {found.error.k:,} of "
                    f"{found.error.n:,} answered; the confidences promise {100 * found.expected:.2f} %"
                )
        for alarm in alarms:
            click.echo(f"alarm: {alarm}", err=True)
        sys.exit(FAILED if alarms else 0)


def _find_drift(results: Path, model: str) -> list[str]:
    """Find out whether the confidences of a run are unlike those that the model was calibrated on."""
    from sutja.batch.audit import iter_numbers, measure_drift
    from sutja.model_file.bundled import open_model

    card = open_model(model).card
    joint = card.fields or card.second_reader
    confidences = [number.confidence for number, _ in iter_numbers(results)]
    distance, most = measure_drift(confidences, joint.thresholds if joint else card.thresholds)
    if distance <= most:
        return []
    what = f"they differ by {distance:.3f}, by chance at most {most:.3f}"
    alarm = (
        f"the confidences are unlike those of the model's calibration ({what}); its guarantee may not hold"
    )
    return [alarm]
