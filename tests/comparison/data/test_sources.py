"""DATA of the command: what is too large for the memory is mapped into it or refused."""

import numpy as np
import pytest

from sutja.comparison.data.arrays import ArrayFile
from sutja.comparison.data.sources import load_source, map_array
from sutja.errors import ComparisonError, SutjaError

RNG = np.random.default_rng(0)


@pytest.fixture
def no_memory(monkeypatch):
    monkeypatch.setattr("sutja.comparison.data.sources.measure_free_memory", lambda: 1000.0)


@pytest.mark.parametrize(
    ("X", "shape"),
    [
        (RNG.normal(size=(60, 7)), (60, 7)),
        (RNG.integers(0, 255, (60, 5, 4)).astype(np.uint8), (60, 5, 4)),
        (RNG.integers(0, 255, (60, 16)).astype(np.uint8), (60, 4, 4)),  # flat pictures, as without that
    ],
)
def test_an_npz_larger_than_memory_is_mapped(tmp_path, no_memory, X, shape):
    path = tmp_path / "large.npz"
    np.savez(path, first=np.zeros(3), X=X, y=np.arange(60) % 3, groups=np.arange(60) // 2)
    source = load_source(str(path))
    assert isinstance(source.X, np.memmap)
    assert source.X.shape == shape
    assert np.array_equal(source.X.reshape(X.shape), X)
    assert len(source.groups) == 60
    mapped = ArrayFile.save(source.X, tmp_path / "copy.npy")
    assert mapped.path == str(path)
    assert np.array_equal(mapped.open(), source.X)


def test_a_packed_npz_larger_than_memory_is_refused(tmp_path, no_memory):
    path = tmp_path / "large.npz"
    np.savez_compressed(path, X=np.zeros((60, 7)), y=np.arange(60) % 3)
    with pytest.raises(ComparisonError, match=r"X compressed, .* save it with numpy.savez"):
        load_source(str(path))
    np.savez(path, X=np.asfortranarray(RNG.normal(size=(60, 7))), y=np.arange(60) % 3)
    with pytest.raises(ComparisonError, match=r"by columns, .* in C order"):
        map_array(path, "X")


def test_a_table_larger_than_memory_is_refused(tmp_path, no_memory):
    path = tmp_path / "large.csv"
    path.write_text("a,label\n" + "1,x\n2,y\n" * 100)
    with pytest.raises(ComparisonError, match=r"too large to be read as text; .* numpy.savez"):
        load_source(str(path))


@pytest.mark.parametrize(("content", "message"), [("a,b,label\n", "holds no numbers"), ("", "large.csv")])
def test_a_table_with_a_gap_says_where(tmp_path, content, message):
    path = tmp_path / "large.csv"
    path.write_text(content)
    with pytest.raises(SutjaError, match=message):
        load_source(str(path))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.csv", "there is no such file or folder"),
        ("empty", "empty"),
        ("damaged.npz", "damaged.npz"),
        ("array.npy", "is no labelled data"),
    ],
)
def test_what_is_not_data_is_refused_with_a_remedy(tmp_path, name, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "damaged.npz").write_bytes(b"PK\x03\x04 and no more")
    np.save(tmp_path / "array.npy", np.zeros((60, 3)))
    with pytest.raises(SutjaError, match=message) as raised:
        load_source(str(tmp_path / name))
    assert raised.value.remedy
