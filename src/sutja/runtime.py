"""Sessions of the inference engine, and the only import of onnxruntime.

Letters: B batch, H rows, W columns, T frames, K classes with blank.
"""

from __future__ import annotations

import importlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sutja.errors import InferenceError, SutjaError
from sutja.model_file import ModelFile
from sutja.model_file.inspection import choose_budget
from sutja.sandbox import LimitExceededError, run_in_child

if TYPE_CHECKING:
    from sutja.sandbox.child import Item

_SEVERITY_ERROR = 3
_log = logging.getLogger(__name__)


class Session:
    """A model ready to run on the processor.

    Parameters
    ----------
    model : ModelFile
        A checked model; the checked bytes are those that run.
    threads : int
        Threads of one run, 1 or more.
    providers : Sequence[str] | None
        Execution providers of the engine, by preference; None for the processor.

    Raises
    ------
    InferenceError
        If the engine is not installed, does not load, has no such provider, or cannot take the model.
    """

    def __init__(self, model: ModelFile, threads: int = 1, providers: Sequence[str] | None = None) -> None:
        if threads < 1:
            raise InferenceError(
                f"{threads} is no number of threads", where="threads", remedy="give 1 or more"
            )
        engine = _load_engine()
        options = _make_options(engine, threads)
        self.source = model.source
        if not model.trusted:
            _try_in_child(model, threads)
        try:
            self._session = engine.InferenceSession(
                model.data, options, providers=_choose_providers(engine, providers)
            )
        except InferenceError:
            raise
        except Exception as error:  # the engine raises classes of its own, bare RuntimeErrors among them
            raise InferenceError(
                f"the engine cannot load it ({_take_first_line(error)})",
                where=f"model {self.source}",
                remedy="make the model file again, or update onnxruntime",
            ) from error

        self._input_name: str = self._session.get_inputs()[0].name
        self._output_names: list[str] = [output.name for output in self._session.get_outputs()]
        _check_providers(providers or (), self._session.get_providers())
        _log.debug("%s: opened with %s", self.source, ", ".join(self._session.get_providers()))

    def input_shape(self) -> list[int | None]:
        """Sizes of the first input; None where any size will do."""
        return [size if isinstance(size, int) else None for size in self._session.get_inputs()[0].shape]

    def metadata(self) -> dict[str, str]:
        """Return the texts that the model file carries beside its network."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run one batch and return the first output, e.g. log_probs (B, T, K) for image (B, 1, H, W).

        Raises
        ------
        InferenceError
            If the engine fails on the batch.
        """
        return self._run(batch, self._output_names[:1])[0]

    def run_all(self, batch: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Run one batch and return every output by its name.

        Raises
        ------
        InferenceError
            If the engine fails on the batch.
        """
        return dict(zip(self._output_names, self._run(batch, self._output_names), strict=True))

    def _run(self, batch: NDArray[np.float32], names: list[str]) -> list[NDArray[np.float32]]:
        try:
            outputs: list[NDArray[np.float32]] = self._session.run(names, {self._input_name: batch})
        except Exception as error:
            raise InferenceError(
                f"the engine failed on a batch of shape {batch.shape} ({_take_first_line(error)})",
                where=f"model {self.source}",
                remedy="make the model file again, or read fewer at once",
            ) from error
        return outputs


class Reopenable:
    """Base of what holds sessions: it is pickled as what it was made of, and opened anew."""

    settings: ClassVar[tuple[str, ...]] = ()  # attributes that a person may have set since
    _arguments: dict[str, Any]

    def __getstate__(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._arguments, {name: getattr(self, name) for name in self.settings}

    def __setstate__(self, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
        arguments, settings = state
        type(self).__init__(self, **arguments)
        for name, value in settings.items():
            setattr(self, name, value)


class BoundRun:
    """A model bound to one buffer for its input and one for its output, for the quickest run of one shape.

    Nothing is made or looked up when it runs, which for a small network is half of the time. One thread at a
    time may use it: hold `lock` from writing `input` until `output` has been read.

    Attributes
    ----------
    input : NDArray[float32]
        Buffer to fill before a run.
    output : NDArray[float32]
        Buffer that a run fills.
    lock : Lock
        Keeps other threads out.

    Parameters
    ----------
    session : Session
        The model; it has one output whose sizes but the first are fixed or given.
    input_shape, output_shape : tuple[int, ...]
        Shapes of the buffers.

    Raises
    ------
    InferenceError
        If the model does not take the shapes.
    """

    def __init__(self, session: Session, input_shape: tuple[int, ...], output_shape: tuple[int, ...]) -> None:
        self.input = np.zeros(input_shape, np.float32)
        self.output = np.zeros(output_shape, np.float32)
        self.lock = threading.Lock()
        self._source = session.source
        engine = session._session  # noqa: SLF001
        self._binding = engine.io_binding()
        try:
            for bind, value, buffer in (
                (self._binding.bind_input, engine.get_inputs()[0], self.input),
                (self._binding.bind_output, engine.get_outputs()[0], self.output),
            ):
                bind(value.name, "cpu", 0, np.float32, list(buffer.shape), buffer.ctypes.data)
        except Exception as error:
            raise self._make_error(error) from error
        self._run = _find_bound_run(engine, self._binding)
        self.run()

    def run(self) -> None:
        """Run the network from `input` to `output`.

        Raises
        ------
        InferenceError
            If the engine fails.
        """
        try:
            self._run()
        except Exception as error:
            raise self._make_error(error) from error

    def _make_error(self, error: Exception) -> InferenceError:
        return InferenceError(
            f"the engine failed on {self.input.shape} → {self.output.shape} ({_take_first_line(error)})",
            where=f"model {self._source}",
            remedy="make the model file again",
        )


_REMEDIES = {"CUDAExecutionProvider": "pip uninstall onnxruntime; pip install onnxruntime-gpu"}


def _check_providers(given: Sequence[str], opened: Sequence[str]) -> None:
    """Refuse a session that goes without the device that was asked for: the engine says nothing of it.

    Raises
    ------
    InferenceError
        If it does.
    """
    if missing := [name for name in given if name not in opened]:
        raise InferenceError(
            f"{missing[0]} does not load on this machine",
            where="providers",
            remedy="install the driver and the libraries that it needs, or use the processor",
        )


def _choose_providers(engine: Any, providers: Sequence[str] | None) -> list[str]:
    """Choose the execution providers; the processor is always the last resort.

    Raises
    ------
    InferenceError
        If this build of the engine has no such provider.
    """
    there = engine.get_available_providers()
    if missing := [name for name in providers or () if name not in there]:
        raise InferenceError(
            f"this onnxruntime has no {' and no '.join(missing)}, but {', '.join(there)}",
            where="providers",
            remedy=_REMEDIES.get(missing[0], "name one of these"),
        )
    return [*dict.fromkeys([*(providers or ()), "CPUExecutionProvider"])]


def _try_in_child(model: ModelFile, threads: int) -> None:
    """Load a model from anyone in a child process first: what the engine does with it has limits there.

    Raises
    ------
    InferenceError
        If the engine cannot take the model, or takes too much time or memory.
    """
    try:
        budget = choose_budget(model.data)
        list(run_in_child("sutja.runtime:load_session", {"threads": threads}, model.data, budget))
    except LimitExceededError as error:
        what = f"to load it {error}"
    except SutjaError as error:
        what = f"the engine cannot load it ({_take_first_line(error)})"
    else:
        return
    raise InferenceError(what, where=f"model {model.source}", remedy="pass a model file made by sutja")


def load_session(arguments: dict[str, Any], data: bytes | None) -> Iterator[Item]:
    """Load a session and forget it, as a task of `sutja.sandbox.run_in_child`."""
    engine = _load_engine()
    yield {"engine": "loaded"}, None
    options = _make_options(engine, arguments["threads"])
    engine.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def _make_options(engine: Any, threads: int) -> Any:
    """Make the engine's options of a session."""
    options = engine.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _SEVERITY_ERROR
    # Idle threads of the engine would otherwise spin and take the processor from the decoding.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The engine would otherwise keep a plan of its memory for every shape of input that it ever saw.
    options.enable_mem_pattern = False
    return options


def _find_bound_run(engine: Any, binding: Any) -> Callable[[], None]:
    """Find the function that runs a session with its binding: under the engine's Python wrapper, if possible.

    The wrapper asks each time about graph captures of other devices, and makes options: a fifth of the time
    of a small network.
    """
    inner: Any = getattr(engine, "_sess", None)
    bound = getattr(binding, "_iobinding", None)
    if hasattr(inner, "run_with_iobinding") and bound is not None:
        options = _load_engine().RunOptions()
        options.add_run_config_entry("disable_synchronize_execution_providers", "1")
        return partial(inner.run_with_iobinding, bound, options)
    return partial(engine.run_with_iobinding, binding)


def _load_engine() -> Any:
    # The engine reports its use to its makers, from a database that it keeps in the home folder.
    # That is turned off: nothing is sent anywhere.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        return importlib.import_module("onnxruntime")
    except Exception as error:  # a library of the system that is missing shows as ImportError or OSError
        raise InferenceError(
            f"onnxruntime does not load ({_take_first_line(error)})",
            where="inference engine",
            remedy="install it with: pip install --force-reinstall onnxruntime",
        ) from error


def _take_first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
