"""`compare`, the function that other code calls. Nothing heavy is imported before it is called."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sutja.comparison.result import Comparison


def compare(
    X: Any,
    y: Any,
    *,
    learners: Any = None,
    sizes: Sequence[int] | None = None,
    groups: Any = None,
    test: tuple[Any, Any] | None = None,
    seeds: int = 3,
    most_seeds: int = 10,
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
    columns: Sequence[str] | None = None,
    log: Callable[[str], None] | None = None,
    since: float | None = None,
) -> Comparison:
    """Find out by experiment if data need a deep network, and what more labels would bring.

    Networks and baselines learn from nested subsets that grow by doubling, with several seeds. Each is tuned
    on the validation part, with the same time, and answers the same test part, by which nothing is chosen.

    Parameters
    ----------
    X : Any
        (n, F) numbers, words and empty cells, as an array or a DataFrame; or pictures (n, H, W) or
        (n, H, W, 3), uint8 or from 0 to 1. A memory-mapped array larger than memory will do. Words are
        encoded and empty cells filled by scikit-learn, as the notes of the result say.
    y : Any
        (n,) classes.
    learners : Any
        Names (see `sutja.comparison.learners.catalogue`), scikit-learn estimators of your own, pairs of a
        name and an estimator, or a mapping of such; None takes three networks and the seven baselines.
    sizes : Sequence[int] | None
        Numbers of labels; None takes all labels of the train part, half of them, a quarter, ...
    groups : Any
        (n,) writer, document, ... of each item; all items of a group go to the same part.
    test : tuple[Any, Any] | None
        Items and classes of the test part; None sets a fifth of the items aside.
    seeds : int
        Number of fits of each learner and size, each on another subset.
    most_seeds : int
        Number up to which time that is left of a budget goes to further fits of the same, the cheapest
        first; no more than `seeds` for none.
    budget : float | None
        Seconds for everything; None for no limit.
    trials : int
        Number of settings of each learner to try; 1 tunes nothing.
    limit : float
        Seconds after which a fit is stopped.
    eras : bool
        Add the methods of 1958, 1986, 1989, 1998, 2012 and 2015, and today's.
    out : str | Path | None
        Folder of the table, from which a stopped comparison can be resumed; None keeps none.
    engine : str
        "joblib", "dask" or "ray".
    jobs : int
        Number of fits at a time; 0 for the number of cores.
    address : str
        Address of a running cluster of Dask or Ray.
    device : str
        Device of networks: "auto", "cpu" or "cuda".
    classes : Sequence[str] | None
        Names of the classes, if y holds numbers from 0.
    source : str
        Name of the data.
    notes : Sequence[str]
        Lines for the report.
    columns : Sequence[str] | None
        Names of the columns of features, for messages; None takes those of a DataFrame.
    log : Callable[[str], None] | None
        Called with lines of progress; None is silent.
    since : float | None
        Start of the budget, by `time.monotonic`; None for now.

    Returns
    -------
    Comparison
        The result, all of it in memory.

    Raises
    ------
    SutjaError
        Nothing can be compared on these data; the message says why, and what to do.

    Examples
    --------
    >>> result = compare(X, y, budget=600)  # doctest: +SKIP
    >>> print(result.crossover("convnet-s", "svm-rbf"))  # doctest: +SKIP
    >>> result.predict_error(20_000)  # doctest: +SKIP
    """
    start = time.monotonic() if since is None else since
    from sutja.comparison.data.inputs import prepare_inputs
    from sutja.comparison.execution.backends import make_engine
    from sutja.comparison.learners.catalogue import choose_learners
    from sutja.comparison.result import collect_result
    from sutja.comparison.study import StudySettings, run_study

    log = log or _discard
    settings = StudySettings(
        _to_sizes(sizes),
        seeds,
        math.inf if budget is None else _to_seconds(budget, "budget"),
        trials,
        limit=_to_seconds(limit, "limit"),
        device=device,
        most_seeds=most_seeds,
    )
    chosen_engine = make_engine(engine, jobs, address)
    try:
        chosen_engine.warm()  # the processes start while the data are checked
        inputs = prepare_inputs(
            X, y, groups, test, classes=classes, source=source, notes=notes, columns=columns
        )
        chosen = choose_learners(learners, inputs.pictures, eras)
        for note in inputs.notes:
            log(note)
        with tempfile.TemporaryDirectory(prefix="sutja-") as temporary:
            folder = Path(out) if out is not None else Path(temporary)
            table = run_study(inputs, chosen, settings, folder, chosen_engine, log=log, start=start)
            kept = None if out is None else folder
            return collect_result(inputs, chosen, settings, table, chosen_engine, kept, start)
    finally:
        chosen_engine.close()


def _to_sizes(sizes: Any) -> tuple[Any, ...]:
    """Return one or several numbers of labels as a tuple; they are checked when the data are known."""
    if sizes is None:
        return ()
    try:
        return tuple(sizes)
    except TypeError:
        return (sizes,)


def _to_seconds(value: Any, where: str) -> float:
    from sutja.errors import ComparisonError

    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise ComparisonError(
            f"{value!r} is not a time", where=where, remedy="give seconds, such as 600"
        ) from error


def _discard(line: str) -> None:
    """Discard a line of progress."""
