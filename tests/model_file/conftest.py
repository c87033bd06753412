"""The steerable model for the tests of this folder."""

import pytest
import steerable


@pytest.fixture(scope="session")
def model_path(tmp_path_factory):
    """A model file with the steerable network."""
    from sutja.model_file import write_model

    path = tmp_path_factory.mktemp("model") / "steerable.onnx"
    write_model(path, steerable.make_network(), steerable.make_card())
    return path
