"""Studies of "Why did it take so long?": what `sutja compare` measured, as the page shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from sutja.errors import SutjaError
from sutja.regular_files import read_regular

BUNDLED = Path(__file__).parents[1] / "static" / "data" / "studies.json"
SUMMARY = "summary.json"  # in the folder of a comparison
_MOST_BYTES = 50_000_000
_MEASURED = ("learner", "kind", "labels", "seeds", "error", "low", "high", "fit_operations", "parameters")
_DIGITS = 4  # significant ones that are kept


def read_study(path: Path) -> dict[str, Any]:
    """Read what the page shows of a comparison.

    Parameters
    ----------
    path : Path
        Folder that `sutja compare` wrote, or its `summary.json`.

    Returns
    -------
    dict[str, Any]
        `source`, `chance`, `labels` (numbers of items to learn from and to test on), `years` and `published`
        of the eras, and `fits`: for each learner and number of labels the error, its 95 % interval, the
        operations to learn, and the parameters.

    Raises
    ------
    SutjaError
        There is no finished comparison, or it is not one.
    """
    file = path / SUMMARY if path.is_dir() else path
    remedy = "name a folder that sutja compare wrote; the same command with its --out finishes one"
    try:
        summary = json.loads(read_regular(file, _MOST_BYTES))
        return _shorten(summary)
    except OSError as error:
        raise SutjaError(
            f"cannot be read ({error.strerror or error})", where=str(file), remedy=remedy
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SutjaError("is not the summary of a comparison", where=str(file), remedy=remedy) from error


def _shorten(summary: Mapping[str, Any]) -> dict[str, Any]:
    eras = summary["eras"]
    source = str(summary["source"])
    published = {
        era["name"]: era["published"][source] for era in eras if source in era.get("published", {})
    } | dict(summary["published"])
    fits = [{name: _round(row[name]) for name in _MEASURED} for row in summary["measured"]]
    if not fits:
        raise ValueError("no fit is done")
    return {
        "source": source,
        "chance": _round(float(summary["chance"])),
        "labels": {name: int(summary["labels"][name]) for name in ("learn", "test")},
        "years": {era["name"]: int(era["year"]) for era in eras},
        "published": published,
        "fits": fits,
    }


def _round(value: Any) -> Any:
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value


def list_studies(paths: Sequence[str]) -> list[dict[str, Any]]:
    """List a person's own studies and the bundled ones, in this order.

    Raises
    ------
    SutjaError
        As `read_study` does.
    """
    bundled: list[dict[str, Any]] = json.loads(BUNDLED.read_bytes())
    return [*(read_study(Path(path)) for path in paths), *bundled]


def make_router(paths: Sequence[str]) -> APIRouter:
    """Make the route of the studies."""
    router = APIRouter(prefix="/page/studies")
    studies = list_studies(paths)

    @router.get("")
    def list_all() -> list[dict[str, Any]]:
        return studies

    return router
