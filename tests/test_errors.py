"""Every error says what, where, and what to do; and survives the way between processes."""

import pickle

from sutja.errors import ModelFileError, PictureError, SutjaError


def test_a_message_has_its_three_parts():
    assert (
        str(SutjaError("is empty", where="a.png", remedy="copy it again")) == "a.png: is empty; copy it again"
    )
    assert str(ModelFileError("is no ONNX")) == "is no ONNX"


def test_a_picture_error_names_the_page():
    assert str(PictureError("is cut short", source="a.tif")) == "a.tif: is cut short"
    error = PictureError("is cut short", source="a.tif", page=2)
    assert str(error) == "a.tif, page 2: is cut short"
    assert (error.source, error.page) == ("a.tif", 2)


def test_errors_can_be_sent_to_another_process():
    error = pickle.loads(pickle.dumps(PictureError("is cut short", source="a.tif", page=2)))  # noqa: S301
    assert str(error) == "a.tif, page 2: is cut short"
