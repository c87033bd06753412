"""A study as a whole: fair parts, a whole table, and the same table however often it was killed."""

import math
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from labelled_blobs import blobs
from sklearn.dummy import DummyClassifier

from sutja.comparison import study
from sutja.comparison.data.arrays import PARTS
from sutja.comparison.data.inputs import prepare_inputs
from sutja.comparison.execution import backends
from sutja.comparison.execution.folder_lock import lock_folder
from sutja.comparison.execution.table import TUNING, Row, Status, Table
from sutja.comparison.execution.tasks import Outcome, Reason, explain_stop
from sutja.comparison.learners.catalogue import choose_learners
from sutja.comparison.study import StudySettings, run_study
from sutja.errors import ComparisonError

CHEAP = ("mlp-s", "decision-tree", "k-nn", "logistic-regression")


def pictures(n=300, seed=0, groups=False):
    X, y = blobs(n, seed=seed)
    X = (np.clip(X[:, 0] / 3 + 0.3, 0, 1) * 255).astype(np.uint8)
    return prepare_inputs(X, y, np.arange(n) // 3 if groups else None)


def without_timings(table):
    """All that another run has too."""
    return {
        key: replace(row, cost=replace(row.cost, fit_seconds=0, predict_seconds=0, memory_mb=0))
        for key, row in table.rows.items()
    }


def discard(line):
    pass


def test_every_fit_of_the_grid_is_in_the_table(tmp_path, engine):
    learners = choose_learners(CHEAP, True)
    lines = []
    table = run_study(
        pictures(), learners, StudySettings((40, 80, 160), 2, trials=3), tmp_path, engine, log=lines.append
    )
    assert len(table.rows) == len(CHEAP) * 3 * 2
    for row in table.rows.values():
        assert row.status == Status.DONE
        assert 0 <= row.error < 0.75
        assert table.has_answers(row.key)
        assert row.cost.fit_seconds > 0
        assert row.cost.parameters > 0
        assert row.cost.predict_operations > 0
    assert table.rows["mlp-s", 160, 0].cost.together == 2
    stored = Table(tmp_path)
    assert list(stored.rows) == sorted(stored.rows)
    assert {row.learner for row in Table(tmp_path, TUNING).rows.values()} == set(CHEAP)
    assert "left" in lines[-1]
    assert not (tmp_path / study.DATA).exists()


def test_what_is_left_of_a_budget_goes_to_further_seeds(tmp_path, engine):
    inputs, learners = pictures(), choose_learners(("mlp-s", "k-nn"), True)
    terms = StudySettings((40, 80), 1, budget=600.0, trials=1, most_seeds=3)
    lines = []
    table = run_study(inputs, learners, terms, tmp_path, engine, log=lines.append)
    grid = {row.key for row in table.rows.values() if row.seed == 0}
    assert len(grid) == 2 * 2
    assert {row.status for row in table.rows.values()} == {Status.DONE}
    seeds = [row.seed for row in table.rows.values()]
    assert max(seeds) == 2
    assert f"{len(seeds) - len(grid)} fits with further seeds in the time that was left" in lines[-1]
    resumed = run_study(inputs, learners, replace(terms, budget=math.inf), tmp_path, engine, log=discard)
    assert without_timings(resumed) == without_timings(table)  # they are kept, and no more are made


def test_without_a_budget_there_are_no_further_seeds(tmp_path, engine):
    terms = StudySettings((40, 80), 1, trials=1)
    table = run_study(pictures(), choose_learners(("k-nn",), True), terms, tmp_path, engine, log=discard)
    assert {row.seed for row in table.rows.values()} == {0}


def test_a_resumed_study_runs_no_fit_twice(tmp_path, engine, monkeypatch):
    learners, terms = choose_learners(CHEAP, True), StudySettings((40, 80), 2, trials=2)
    first = without_timings(run_study(pictures(), learners, terms, tmp_path, engine, log=discard))
    monkeypatch.setattr(type(engine), "run", lambda self, tasks: iter(pytest.fail("a fit") for _ in tasks))
    resumed = run_study(pictures(), learners, terms, tmp_path, engine, log=discard)
    assert without_timings(resumed) == first


def test_a_folder_of_another_comparison_is_refused(tmp_path, engine):
    learners = choose_learners(("k-nn",), True)
    run_study(pictures(), learners, StudySettings((40, 80), 1, trials=1), tmp_path, engine, log=discard)
    with pytest.raises(ComparisonError, match="other data"):
        run_study(
            pictures(seed=1), learners, StudySettings((40, 80), 1, trials=1), tmp_path, engine, log=discard
        )
    with pytest.raises(ComparisonError, match="other seeds"):
        run_study(pictures(), learners, StudySettings((40, 80), 2, trials=1), tmp_path, engine, log=discard)


def test_killed_at_any_moment_the_table_becomes_the_same(tmp_path, engine):
    inputs, learners = pictures(), choose_learners(CHEAP, True)
    terms = StudySettings((40, 80, 160), 2, trials=3)
    whole = run_study(inputs, learners, terms, tmp_path / "whole", engine, log=discard)
    rng, kills = np.random.default_rng(), 0
    for _ in range(12):
        child = os.fork()
        if child == 0:
            try:
                run_study(inputs, learners, terms, tmp_path / "broken", engine, log=discard)
            finally:
                os._exit(0)
        time.sleep(float(rng.exponential(0.25)))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        kills += os.WIFSIGNALED(status)
    broken = run_study(inputs, learners, terms, tmp_path / "broken", engine, log=discard)
    assert kills
    assert without_timings(broken) == without_timings(whole)
    for key in whole.rows:
        assert np.array_equal(broken.load_answers(key), whole.load_answers(key))


def test_a_stack_that_is_not_whole_is_trained_again(tmp_path, engine):
    inputs, learners = pictures(), choose_learners(("mlp-s",), True)
    terms = StudySettings((40, 80), 3, trials=1)
    whole = run_study(inputs, learners, terms, tmp_path, engine, log=discard)
    table = Table(tmp_path)
    table.remove([("mlp-s", 80, 1)])
    table.close()
    resumed = run_study(inputs, learners, terms, tmp_path, engine, log=discard)
    assert without_timings(resumed) == without_timings(whole)


def test_the_test_part_is_neither_learnt_from_nor_tuned_on(tmp_path, engine):
    inputs = pictures(groups=True)
    (_, train, _), (_, validation, _), (_, test, _) = (inputs.parts[part] for part in PARTS)
    groups = np.arange(300) // 3
    for one, two in ((train, validation), (train, test), (validation, test)):
        assert not set(groups[one]) & set(groups[two])
    asked = []

    class Listening(type(engine)):
        def run(self, tasks):
            for task, outcome in super().run(tasks):
                asked.append((task.part, TUNING if task.part == "validation" else "sweep"))
                yield task, outcome

    run_study(
        inputs,
        choose_learners(CHEAP, True),
        StudySettings((40, 80), 1, trials=2),
        tmp_path,
        Listening(),
        log=discard,
    )
    assert set(asked) == {("validation", TUNING), ("test", "sweep")}


def test_a_folder_holds_one_running_comparison(tmp_path, engine):
    learners, terms = choose_learners(("k-nn",), True), StudySettings((40, 80), 1, trials=1)
    with lock_folder(tmp_path), pytest.raises(ComparisonError, match="another comparison is running"):
        run_study(pictures(), learners, terms, tmp_path, engine, log=discard)
    assert len(run_study(pictures(), learners, terms, tmp_path, engine, log=discard).rows) == 2


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_a_study_cleanly(tmp_path, engine, ending):
    class Signalled(type(engine)):
        """Is asked to end in the middle, as by a scheduler."""

        def run(self, tasks):
            for number, pair in enumerate(super().run(tasks)):
                yield pair
                if number == 2:
                    os.kill(os.getpid(), ending)
                    time.sleep(5)

    learners, terms = choose_learners(("decision-tree",), True), StudySettings((40, 80, 160), 2, trials=1)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.signal(ending, signal.default_int_handler if ending == signal.SIGINT else signal.SIG_DFL)
            run_study(pictures(), learners, terms, tmp_path, Signalled(), log=discard)
        except SystemExit as leaving:
            code = leaving.code
        except KeyboardInterrupt:
            code = 130
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 128 + ending
    assert len(Table(tmp_path).rows) == 3
    assert not (tmp_path / study.DATA).exists()
    assert len(run_study(pictures(), learners, terms, tmp_path, engine, log=discard).rows) == 6


def test_a_fit_that_was_stopped_at_its_limit_is_not_tried_again(tmp_path, engine):
    inputs, learners = pictures(), choose_learners(("k-nn", "decision-tree"), True)
    run_study(
        inputs, learners, StudySettings((40, 80, 160), 1, trials=1, limit=30.0), tmp_path, engine, log=discard
    )
    table = Table(tmp_path)
    table.remove([("k-nn", 80, 0), ("k-nn", 160, 0), ("decision-tree", 80, 0)])
    table.add([Row("k-nn", 80, 0, Status.TOO_SLOW, note=explain_stop(30.0, Reason.TIME_LIMIT))])
    table.add([Row("decision-tree", 80, 0, Status.TOO_SLOW, note=explain_stop(30.0, Reason.BUDGET))])
    table.close()
    resumed = run_study(
        inputs, learners, StudySettings((40, 80, 160), 1, trials=1, limit=30.0), tmp_path, engine, log=discard
    )
    assert resumed.rows["k-nn", 80, 0].status == Status.TOO_SLOW
    assert resumed.rows["k-nn", 160, 0].status == Status.PASSED_OVER
    assert resumed.rows["decision-tree", 80, 0].status == Status.DONE  # for want of time alone
    more = run_study(
        inputs, learners, StudySettings((40, 80, 160), 1, trials=1, limit=60.0), tmp_path, engine, log=discard
    )
    assert {row.status for row in more.rows.values()} == {Status.DONE}


def test_trials_of_an_incomplete_stack_are_run_together(tmp_path, engine):
    inputs, learners, terms = (
        pictures(),
        choose_learners(("mlp-s",), True),
        StudySettings((40, 80), 1, trials=4, tune_seconds=3600.0),
    )
    whole = run_study(inputs, learners, terms, tmp_path, engine, log=discard)
    table = Table(tmp_path, TUNING)
    tries = {key: row.error for key, row in table.rows.items()}
    assert len(tries) == 4
    table.remove([("mlp-s", n, place) for _, n, place in tries if place > 1])
    table.close()
    resumed = run_study(inputs, learners, terms, tmp_path, engine, log=discard)
    found = Table(tmp_path, TUNING).rows
    assert {key: row.error for key, row in found.items()} == tries
    assert {row.cost.together for row in found.values()} == {4}
    assert without_timings(resumed) == without_timings(whole)


def test_another_estimator_of_that_name_is_another_comparison(tmp_path, engine):
    terms = StudySettings((40, 80), 1, trials=1)
    for strategy in ("prior", "prior", "uniform"):
        learners = choose_learners({"mine": DummyClassifier(strategy=strategy)}, True)
        if strategy == "prior":
            run_study(pictures(), learners, terms, tmp_path, engine, log=discard)
        else:
            with pytest.raises(ComparisonError, match="other learners"):
                run_study(pictures(), learners, terms, tmp_path, engine, log=discard)


def test_an_estimator_that_draws_globally_is_seeded(tmp_path, engine):
    class Drawing(DummyClassifier):
        def predict(self, X):
            return np.random.randint(0, 4, len(X))  # noqa: NPY002

    learners, terms = choose_learners({"drawing": Drawing()}, True), StudySettings((40, 80), 2, trials=1)
    one = run_study(pictures(), learners, terms, tmp_path / "one", engine, log=discard)
    np.random.rand(7)  # noqa: NPY002
    two = run_study(pictures(), learners, terms, tmp_path / "two", engine, log=discard)
    assert without_timings(one) == without_timings(two)


class Sleeper(DummyClassifier):
    """Never done with more than a few items."""

    def fit(self, X, y):
        if len(X) > 50:
            time.sleep(600)
        return super().fit(X, y)


class Failing(DummyClassifier):
    def fit(self, X, y):
        raise ArithmeticError("it cannot count\nthat far")


class Dying(DummyClassifier):
    def fit(self, X, y):
        os.kill(os.getpid(), signal.SIGKILL)


class Talking(DummyClassifier):
    def fit(self, X, y):
        print("x" * 100_000, flush=True)
        return super().fit(X, y)


@pytest.mark.parametrize("engine", [backends.Engine("joblib", 2)])
def test_a_fit_that_fails_hangs_or_dies_stops_no_other(tmp_path, engine):
    own = {"sleeper": Sleeper(), "failing": Failing(), "dying": Dying(), "talking": Talking()}
    learners = choose_learners([*own.items(), "decision-tree"], True)
    start = time.monotonic()
    table = run_study(
        pictures(),
        learners,
        StudySettings((40, 80, 160), 1, trials=1, limit=4.0),
        tmp_path,
        engine,
        log=discard,
    )
    assert time.monotonic() - start < 300
    of = {(name, n): table.rows[name, n, 0] for name, n, _ in table.rows}
    assert [of["decision-tree", n].status for n in (40, 80, 160)] == [Status.DONE] * 3
    assert [of["talking", n].status for n in (40, 80, 160)] == [Status.DONE] * 3
    assert [of["sleeper", n].status for n in (40, 80)] == [Status.DONE, Status.TOO_SLOW]
    assert of["sleeper", 160].status in (
        Status.PASSED_OVER,
        Status.TOO_SLOW,
    )  # the latter where both were in hand at once
    assert of["failing", 40].status == Status.FAILED
    assert of["failing", 40].note == "ArithmeticError: it cannot count"
    assert of["dying", 40].status == Status.FAILED
    assert "process ended" in of["dying", 40].note


def run_failing(tmp_path, engine, reason, note):
    """Run a study of a learner whose fits on 80 labels fail, and return the statuses by size."""

    class FailingEngine(type(engine)):
        def run(self, tasks):
            for task in tasks:
                if task.labels == 80:
                    yield task, Outcome.failed(note, reason=reason)
                else:
                    yield from super().run([task])

    learners, settings = choose_learners(("k-nn",), True), StudySettings((40, 80, 160), 1, trials=1)
    table = run_study(pictures(), learners, settings, tmp_path, FailingEngine(), log=discard)
    return [table.rows["k-nn", n, 0].status for n in (40, 80, 160)]


def test_a_word_about_memory_does_not_give_a_learner_up(tmp_path, engine):
    statuses = run_failing(tmp_path, engine, Reason.ERROR, "KeyError: 'memory' is not a setting")
    assert statuses == [Status.DONE, Status.FAILED, Status.DONE]


def test_a_lack_of_memory_gives_a_learner_up(tmp_path, engine):
    statuses = run_failing(tmp_path, engine, Reason.OUT_OF_MEMORY, "killed")
    assert statuses == [Status.DONE, Status.FAILED, Status.PASSED_OVER]


def test_the_settings_of_a_study_outlive_a_power_failure(tmp_path, engine, monkeypatch):
    """Files and their folder are synchronised with the disk; a table that is replaced too."""
    synchronised, fsync = set(), os.fsync

    def record(handle):
        synchronised.add(os.readlink(f"/proc/self/fd/{handle}"))  # noqa: PTH115
        fsync(handle)

    monkeypatch.setattr(os, "fsync", record)
    settings = StudySettings((40, 80), 1, trials=2)
    run_study(pictures(), choose_learners(("k-nn",), True), settings, tmp_path, engine, log=discard)
    assert {str(tmp_path), str(tmp_path / "answers")} <= synchronised
    for name in ("comparison.json", "results.csv", "tuning.csv", "answers/k-nn-80-0.npy"):
        path = tmp_path / name
        assert any(Path(one).parent == path.parent and path.name in Path(one).name for one in synchronised), (
            name
        )


def test_a_disk_that_is_full_leaves_the_settings_of_before(tmp_path, engine, monkeypatch):
    learners, settings = choose_learners(("k-nn",), True), StudySettings((40, 80), 1, trials=1)
    run_study(pictures(), learners, settings, tmp_path, engine, log=discard)
    before = (tmp_path / study.SETTINGS).read_bytes()

    def fail(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ComparisonError, match="No space left on device"):
        run_study(pictures(), learners, settings, tmp_path, engine, log=discard)
    assert (tmp_path / study.SETTINGS).read_bytes() == before


def test_a_folder_of_an_earlier_version_is_resumed(tmp_path, engine, monkeypatch):
    """States and columns of the table are written as they always were."""
    learners, settings = (
        choose_learners(("k-nn",), True),
        StudySettings((40, 80, 160), 1, trials=1, limit=30.0),
    )
    whole = run_study(pictures(), learners, settings, tmp_path, engine, log=discard)
    lines = (tmp_path / "results.csv").read_text().splitlines()
    assert lines[0] == (
        "learner,labels,seed,status,error,fit_seconds,predict_seconds,memory_mb,fit_operations,"
        "predict_operations,parameters,together,device,settings,note"
    )
    lines[2:] = [
        "k-nn,80,0,too slow,,,,,,,,1,cpu,,stopped at the limit of 30 s",
        'k-nn,160,0,passed over,,,,,,,,1,cpu,,"slower than a fit may be"',
    ]
    (tmp_path / "results.csv").write_text("\n".join(lines) + "\n")
    resumed = run_study(pictures(), learners, settings, tmp_path, engine, log=discard)
    assert without_timings(resumed)["k-nn", 40, 0] == without_timings(whole)["k-nn", 40, 0]
    statuses = [resumed.rows["k-nn", n, 0].status for n in (80, 160)]
    assert statuses == [Status.TOO_SLOW, Status.PASSED_OVER]
