"""Sessions: a model runs, and what goes wrong in the engine is said in plain words."""

import importlib
import os
import subprocess
import sys

import numpy as np
import pytest
from onnx import TensorProto, helper

from sutja.errors import InferenceError
from sutja.model_file import Card, ModelFile, Preprocessing
from sutja.runtime import BoundRun, Session

CARD = Card("transcribe", "negative", ("1",), Preprocessing("normalise"))


def model_file(operator="Neg"):
    """A model of one operator, made without the checks of a model file."""
    graph = helper.make_graph(
        [helper.make_node(operator, ["x"], ["y"])],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["B", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["B", 2])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return ModelFile(CARD, model.SerializeToString(), "one.onnx")


class Wrapper:
    """A session of which only the public functions can be seen."""

    def __init__(self, session):
        for name in ("io_binding", "get_inputs", "get_outputs", "run_with_iobinding"):
            setattr(self, name, getattr(session, name))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_model_runs(threads):
    session = Session(model_file(), threads)
    assert session.input_shape() == [None, 2]
    assert session.run(np.ones((3, 2), np.float32)).tolist() == [[-1, -1]] * 3


def test_the_callers_arithmetic_is_left_alone():
    # An option of the engine makes the calling thread flush small numbers to zero for good.
    Session(model_file()).run(np.ones((1, 2), np.float32))
    assert float(np.float32(1e-39)) * 1.0 > 0.0
    assert 5e-324 * 1.0 > 0.0


def test_threads_are_counted_from_one():
    with pytest.raises(InferenceError, match="threads: 0"):
        Session(model_file(), 0)


def test_a_model_the_engine_cannot_take():
    with pytest.raises(InferenceError, match=r"model one\.onnx: the engine cannot load it"):
        Session(model_file("NoSuchOperator"))


def test_a_batch_the_engine_cannot_take():
    with pytest.raises(InferenceError, match=r"batch of shape \(3, 5\)"):
        Session(model_file()).run(np.ones((3, 5), np.float32))


def test_an_engine_that_does_not_load(monkeypatch):
    def broken(_):
        raise ImportError("libstdc++.so.6: cannot open shared object file")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(InferenceError, match=r"does not load \(libstdc.*pip install"):
        Session(model_file())


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_bound_run_uses_its_buffers(wrapped):
    session = Session(model_file())
    if wrapped:  # an engine without the function under its wrapper
        session._session = Wrapper(session._session)
    bound = BoundRun(session, (1, 2), (1, 2))
    for values in ([[1.0, 2.0]], [[3.0, -4.0]]):
        bound.input[:] = values
        bound.run()
        assert bound.output.tolist() == (-np.array(values)).tolist()


def test_a_bound_run_of_another_shape_is_refused():
    with pytest.raises(InferenceError, match=r"\(1, 2\) → \(1, 3\)"):
        BoundRun(Session(model_file()), (1, 2), (1, 3))


def test_the_engine_reports_to_nobody():
    """Its reports would be kept in a database in the home folder, which it opens when it is imported."""
    script = (
        "import os; from sutja.model_file.bundled import open_model; from sutja.runtime import Session; "
        "Session(open_model('digits')); "
        "print(*(os.path.realpath(f'/proc/self/fd/{one}') for one in os.listdir('/proc/self/fd')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert "onnxruntime.db" not in done.stdout
