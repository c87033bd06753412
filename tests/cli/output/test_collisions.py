"""Nothing that is read is written over."""

import os

import click
import pytest

from sutja.cli.output.collisions import check_outputs


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"pixels")
    return path


@pytest.mark.parametrize("link", [None, os.link, os.symlink])
def test_an_output_that_is_an_input_is_refused(picture, tmp_path, link):
    out = picture
    if link is not None:
        out = tmp_path / "out.jsonl"
        link(picture, out)
    with pytest.raises(click.UsageError, match="is also an input"):
        check_outputs([str(picture)], [str(out)])


def test_a_folder_with_inputs_like_its_outputs_is_refused(picture, tmp_path):
    with pytest.raises(click.UsageError, match=r"a\.png is an input"):
        check_outputs([picture], folders=[(str(tmp_path), ".png")])
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.PNG").symlink_to(picture)
    with pytest.raises(click.UsageError, match="choose another folder"):
        check_outputs([picture], folders=[(str(other), ".png")])


def test_all_other_outputs_are_fine(picture, tmp_path):
    folders = [(str(tmp_path), ".xml"), (None, ".png"), (str(tmp_path / "new"), ".png")]
    check_outputs(
        [picture, "none.png", None, "a\0b"], [str(tmp_path / "out"), None, "-", os.devnull], folders
    )
