"""`compare`: what other code calls. Nothing heavy is imported before it is called."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sutja.comparison.collect import Comparison


def compare(
    X: Any,
    y: Any,
    *,
    learners: Any = None,
    sizes: Sequence[int] | None = None,
    groups: Any = None,
    test: tuple[Any, Any] | None = None,
    seeds: int = 3,
    budget: float | None = None,
    trials: int = 12,
    limit: float = 1800.0,
    eras: bool = False,
    out: str | Path | None = None,
    engine: str = "joblib",
    jobs: int = 0,
    address: str = "",
    device: str = "auto",
    classes: Sequence[str] | None = None,
    source: str = "X",
    notes: Sequence[str] = (),
    say: Callable[[str], None] | None = None,
    since: float | None = None,
) -> Comparison:
    """Find out by experiment whether data need a deep network, and what more labels would bring.

    Networks and baselines learn from nested subsets that grow by doubling, with several seeds, each tuned in
    the same time on validation items, and answer one test set. Nothing is chosen by the test set.

    Parameters
    ----------
    X : Any
        (n, F) numbers, or pictures (n, H, W) or (n, H, W, 3), uint8 or from 0 to 1. A memory-mapped array
        larger than memory will do.
    y : Any
        (n,) classes.
    learners : Any
        Names (see `sutja.comparison.learners.catalogue`), scikit-learn estimators of your own, pairs of a
        name and an estimator, or a mapping of such; None takes three networks and the seven baselines.
    sizes : Sequence[int] | None
        Numbers of labels; None takes all labels that are there to learn from, half of them, a quarter, ...
    groups : Any
        (n,) writer, document, ... of each item; none is both learnt from and tested on.
    test : tuple[Any, Any] | None
        Items and classes to test on; None sets a fifth aside.
    seeds : int
        How often each is fitted, each time on another subset.
    budget : float | None
        Seconds for all of it; None takes as long as it takes.
    trials : int
        Settings of each learner to try; 1 tunes nothing.
    limit : float
        Seconds after which a fit is stopped.
    eras : bool
        Also learn as people did in 1958, 1986, 1989, 1998, 2012 and 2015.
    out : str | Path | None
        Folder for the table, from which a comparison that was stopped goes on; None keeps none.
    engine : str
        "joblib", "dask" or "ray".
    jobs : int
        Fits at once; 0 takes the cores there are.
    address : str
        Of a running cluster of dask or ray.
    device : str
        "auto", "cpu" or "cuda", for networks.
    classes : Sequence[str] | None
        Names, where y is numbers from 0.
    source : str
        What to call the data.
    notes : Sequence[str]
        Lines for the report.
    say : Callable[[str], None] | None
        Takes lines of progress; None is silent.
    since : float | None
        When the budget began, by `time.monotonic`; None for now.

    Raises
    ------
    SutjaError
        Nothing can be compared on these data; the message says why, and what can be done.

    Examples
    --------
    >>> found = compare(X, y, budget=600)  # doctest: +SKIP
    >>> print(found.crossover("convnet-s", "svm-rbf"))  # doctest: +SKIP
    >>> found.predict_error(20_000)  # doctest: +SKIP
    """
    begun = time.monotonic() if since is None else since
    from sutja.comparison import study as contest
    from sutja.comparison.collect import collect
    from sutja.comparison.data.inputs import prepare
    from sutja.comparison.execution import backends
    from sutja.comparison.learners import catalogue as known

    tell = say or _silent
    terms = contest.Terms(
        _sizes(sizes),
        seeds,
        math.inf if budget is None else _seconds(budget, "budget"),
        trials,
        limit=_seconds(limit, "limit"),
        device=device,
    )
    chosen_engine = backends.choose(engine, jobs, address)
    inputs = prepare(X, y, groups, test, classes=classes, source=source, notes=notes)
    chosen = known.choose(learners, inputs.pictures, eras)
    for note in inputs.notes:
        tell(note)
    try:
        with tempfile.TemporaryDirectory(prefix="sutja-") as temporary:
            folder = Path(out) if out is not None else Path(temporary)
            table = contest.hold(inputs, chosen, terms, folder, chosen_engine, say=tell, begun=begun)
            kept = None if out is None else folder
            return collect(inputs, chosen, terms, table, chosen_engine, kept, begun)
    finally:
        chosen_engine.close()


def _sizes(wanted: Any) -> tuple[Any, ...]:
    """Numbers of labels, one or several; they are checked where it is known how many there are."""
    if wanted is None:
        return ()
    try:
        return tuple(wanted)
    except TypeError:
        return (wanted,)


def _seconds(value: Any, where: str) -> float:
    from sutja.errors import ComparisonError

    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise ComparisonError(
            f"{value!r} is no time", where=where, remedy="give seconds, such as 600"
        ) from error


def _silent(line: str) -> None:
    """Takes progress, and says nothing."""
