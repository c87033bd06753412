"""The contest as a whole: fair parts, a whole table, and the same table however often it was killed."""

import os
import signal
import time
from dataclasses import replace

import numpy as np
import pytest
from labelled_blobs import blobs
from sklearn.dummy import DummyClassifier

from sutja.comparison import study as contest
from sutja.comparison.data.inputs import prepare
from sutja.comparison.execution import backends
from sutja.comparison.execution.folder_lock import alone_in
from sutja.comparison.execution.table import DONE, FAILED, PASSED_OVER, SLOW, TUNING, Row, Table
from sutja.comparison.execution.worker_pool import stopped_note
from sutja.comparison.learners.catalogue import choose
from sutja.comparison.study import Terms, hold
from sutja.errors import ComparisonError

CHEAP = ("mlp-s", "decision-tree", "k-nn", "logistic-regression")


def pictures(n=300, seed=0, groups=False):
    X, y = blobs(n, seed=seed)
    X = (np.clip(X[:, 0] / 3 + 0.3, 0, 1) * 255).astype(np.uint8)
    return prepare(X, y, np.arange(n) // 3 if groups else None)


def without_timings(table):
    """All that another run has too."""
    return {
        key: replace(row, fit_seconds=0, predict_seconds=0, memory_mb=0) for key, row in table.rows.items()
    }


def silent(line):
    pass


def test_every_fit_of_the_grid_is_in_the_table(tmp_path, here):
    learners = choose(CHEAP, True)
    lines = []
    table = hold(pictures(), learners, Terms((40, 80, 160), 2, trials=3), tmp_path, here, say=lines.append)
    assert len(table.rows) == len(CHEAP) * 3 * 2
    for row in table.rows.values():
        assert row.status == DONE
        assert 0 <= row.error < 0.75
        assert table.has_answers(row.key)
        assert row.fit_seconds > 0
        assert row.parameters > 0
        assert row.predict_operations > 0
    assert table.rows["mlp-s", 160, 0].together == 2
    stored = Table(tmp_path)
    assert list(stored.rows) == sorted(stored.rows)
    assert {row.learner for row in Table(tmp_path, TUNING).rows.values()} == set(CHEAP)
    assert "left" in lines[-1]
    assert not (tmp_path / contest.MATERIAL).exists()


def test_a_comparison_gone_on_with_does_nothing_twice(tmp_path, here, monkeypatch):
    learners, terms = choose(CHEAP, True), Terms((40, 80), 2, trials=2)
    first = without_timings(hold(pictures(), learners, terms, tmp_path, here, say=silent))
    monkeypatch.setattr(type(here), "run", lambda self, tasks: iter(pytest.fail("a fit") for _ in tasks))
    again = hold(pictures(), learners, terms, tmp_path, here, say=silent)
    assert without_timings(again) == first


def test_another_comparison_is_not_mixed_in(tmp_path, here):
    learners = choose(("k-nn",), True)
    hold(pictures(), learners, Terms((40, 80), 1, trials=1), tmp_path, here, say=silent)
    with pytest.raises(ComparisonError, match="other data"):
        hold(pictures(seed=1), learners, Terms((40, 80), 1, trials=1), tmp_path, here, say=silent)
    with pytest.raises(ComparisonError, match="other seeds"):
        hold(pictures(), learners, Terms((40, 80), 2, trials=1), tmp_path, here, say=silent)


def test_killed_at_any_moment_the_table_becomes_the_same(tmp_path, here):
    inputs, learners = pictures(), choose(CHEAP, True)
    terms = Terms((40, 80, 160), 2, trials=3)
    whole = hold(inputs, learners, terms, tmp_path / "whole", here, say=silent)
    rng, kills = np.random.default_rng(), 0
    for _ in range(12):
        child = os.fork()
        if child == 0:
            try:
                hold(inputs, learners, terms, tmp_path / "broken", here, say=silent)
            finally:
                os._exit(0)
        time.sleep(float(rng.exponential(0.25)))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        kills += os.WIFSIGNALED(status)
    broken = hold(inputs, learners, terms, tmp_path / "broken", here, say=silent)
    assert kills
    assert without_timings(broken) == without_timings(whole)
    for key in whole.rows:
        assert np.array_equal(broken.answers(key), whole.answers(key))


def test_a_stack_that_is_not_whole_is_trained_again(tmp_path, here):
    inputs, learners = pictures(), choose(("mlp-s",), True)
    terms = Terms((40, 80), 3, trials=1)
    whole = hold(inputs, learners, terms, tmp_path, here, say=silent)
    table = Table(tmp_path)
    table.forget([("mlp-s", 80, 1)])
    table.close()
    again = hold(inputs, learners, terms, tmp_path, here, say=silent)
    assert without_timings(again) == without_timings(whole)


def test_nothing_of_the_test_part_is_learnt_or_chosen_by(tmp_path, here):
    inputs = pictures(groups=True)
    (_, learn, _), (_, held, _), (_, test, _) = (inputs.parts[part] for part in ("learn", "held", "test"))
    groups = np.arange(300) // 3
    for one, two in ((learn, held), (learn, test), (held, test)):
        assert not set(groups[one]) & set(groups[two])
    asked = []

    class Listening(type(here)):
        def run(self, tasks):
            for task, outcome in super().run(tasks):
                asked.append((task.part, TUNING if task.part == "held" else "sweep"))
                yield task, outcome

    hold(inputs, choose(CHEAP, True), Terms((40, 80), 1, trials=2), tmp_path, Listening(), say=silent)
    assert set(asked) == {("held", TUNING), ("test", "sweep")}


def test_a_folder_is_of_one_comparison_at_a_time(tmp_path, here):
    learners, terms = choose(("k-nn",), True), Terms((40, 80), 1, trials=1)
    with alone_in(tmp_path), pytest.raises(ComparisonError, match="another comparison is at work"):
        hold(pictures(), learners, terms, tmp_path, here, say=silent)
    assert len(hold(pictures(), learners, terms, tmp_path, here, say=silent).rows) == 2


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_asked_to_end_it_leaves_nothing_but_what_is_done(tmp_path, here, ending):
    class Signalled(type(here)):
        """Is asked to end in the middle, as by a scheduler."""

        def run(self, tasks):
            for number, pair in enumerate(super().run(tasks)):
                yield pair
                if number == 2:
                    os.kill(os.getpid(), ending)
                    time.sleep(5)

    learners, terms = choose(("decision-tree",), True), Terms((40, 80, 160), 2, trials=1)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.signal(ending, signal.default_int_handler if ending == signal.SIGINT else signal.SIG_DFL)
            hold(pictures(), learners, terms, tmp_path, Signalled(), say=silent)
        except SystemExit as leaving:
            code = leaving.code
        except KeyboardInterrupt:
            code = 130
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 128 + ending
    assert len(Table(tmp_path).rows) == 3
    assert not (tmp_path / contest.MATERIAL).exists()
    assert len(hold(pictures(), learners, terms, tmp_path, here, say=silent).rows) == 6


def test_a_fit_that_was_stopped_at_its_limit_is_not_tried_again(tmp_path, here):
    inputs, learners = pictures(), choose(("k-nn", "decision-tree"), True)
    hold(inputs, learners, Terms((40, 80, 160), 1, trials=1, limit=30.0), tmp_path, here, say=silent)
    table = Table(tmp_path)
    table.forget([("k-nn", 80, 0), ("k-nn", 160, 0), ("decision-tree", 80, 0)])
    table.add([Row("k-nn", 80, 0, SLOW, note=stopped_note(30.0, 30.0))])
    table.add([Row("decision-tree", 80, 0, SLOW, note=stopped_note(30.0, 7.0))])
    table.close()
    again = hold(inputs, learners, Terms((40, 80, 160), 1, trials=1, limit=30.0), tmp_path, here, say=silent)
    assert again.rows["k-nn", 80, 0].status == SLOW
    assert again.rows["k-nn", 160, 0].status == PASSED_OVER
    assert again.rows["decision-tree", 80, 0].status == DONE  # for want of time alone
    more = hold(inputs, learners, Terms((40, 80, 160), 1, trials=1, limit=60.0), tmp_path, here, say=silent)
    assert {row.status for row in more.rows.values()} == {DONE}


def test_tries_of_a_stack_cut_off_by_a_kill_are_made_together(tmp_path, here):
    inputs, learners, terms = (
        pictures(),
        choose(("mlp-s",), True),
        Terms((40, 80), 1, trials=4, tune_seconds=3600.0),
    )
    whole = hold(inputs, learners, terms, tmp_path, here, say=silent)
    table = Table(tmp_path, TUNING)
    tries = {key: row.error for key, row in table.rows.items()}
    assert len(tries) == 4
    table.forget([("mlp-s", n, place) for _, n, place in tries if place > 1])
    table.close()
    again = hold(inputs, learners, terms, tmp_path, here, say=silent)
    found = Table(tmp_path, TUNING).rows
    assert {key: row.error for key, row in found.items()} == tries
    assert {row.together for row in found.values()} == {4}
    assert without_timings(again) == without_timings(whole)


def test_another_estimator_of_that_name_is_another_comparison(tmp_path, here):
    terms = Terms((40, 80), 1, trials=1)
    for strategy in ("prior", "prior", "uniform"):
        learners = choose({"mine": DummyClassifier(strategy=strategy)}, True)
        if strategy == "prior":
            hold(pictures(), learners, terms, tmp_path, here, say=silent)
        else:
            with pytest.raises(ComparisonError, match="other learners"):
                hold(pictures(), learners, terms, tmp_path, here, say=silent)


def test_who_draws_from_the_whole_process_draws_by_its_seed(tmp_path, here):
    class Drawing(DummyClassifier):
        def predict(self, X):
            return np.random.randint(0, 4, len(X))  # noqa: NPY002

    learners, terms = choose({"drawing": Drawing()}, True), Terms((40, 80), 2, trials=1)
    one = hold(pictures(), learners, terms, tmp_path / "one", here, say=silent)
    np.random.rand(7)  # noqa: NPY002
    two = hold(pictures(), learners, terms, tmp_path / "two", here, say=silent)
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
def test_whoever_fails_hangs_or_dies_stops_nobody_else(tmp_path, engine):
    own = {"sleeper": Sleeper(), "failing": Failing(), "dying": Dying(), "talking": Talking()}
    learners = choose([*own.items(), "decision-tree"], True)
    begun = time.monotonic()
    table = hold(
        pictures(), learners, Terms((40, 80, 160), 1, trials=1, limit=4.0), tmp_path, engine, say=silent
    )
    assert time.monotonic() - begun < 300
    of = {(name, n): table.rows[name, n, 0] for name, n, _ in table.rows}
    assert [of["decision-tree", n].status for n in (40, 80, 160)] == [DONE] * 3
    assert [of["talking", n].status for n in (40, 80, 160)] == [DONE] * 3
    assert [of["sleeper", n].status for n in (40, 80)] == [DONE, SLOW]
    assert of["sleeper", 160].status in (PASSED_OVER, SLOW)  # the latter where both were in hand at once
    assert of["failing", 40].status == FAILED
    assert of["failing", 40].note == "ArithmeticError: it cannot count"
    assert of["dying", 40].status == FAILED
    assert "process ended" in of["dying", 40].note
