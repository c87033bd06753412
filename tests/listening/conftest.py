"""The steerable listener for the tests of this folder."""

import pytest
import steerable_listener


@pytest.fixture(scope="session")
def model_path(tmp_path_factory):
    """A model file with the steerable network."""
    from sutja.model_file import write_model

    path = tmp_path_factory.mktemp("model") / "listener.onnx"
    write_model(path, steerable_listener.make_network(), steerable_listener.make_card())
    return path


@pytest.fixture(scope="session")
def listener(model_path):
    """A listener with that model."""
    from sutja.listening import Listener

    return Listener(model_path)
