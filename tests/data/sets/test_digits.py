import gzip

import cv2
import numpy as np
import pytest
from idx_files import idx

from sutja.data.sets.digits import (
    read_bundled_digits,
    read_csv,
    read_exam_digits,
    read_idx,
    read_mnist,
    read_usps,
)
from sutja.errors import DataError


@pytest.fixture
def mnist(tmp_path):
    folder = tmp_path / "mnist"
    folder.mkdir()
    images = np.arange(3 * 28 * 28, dtype=np.int64).astype(np.uint8).reshape(3, 28, 28)
    labels = np.array([5, 0, 4], np.uint8)
    rows = np.zeros((4, 8), np.int32)  # QMNIST's test part is longer than MNIST's
    rows[:3, 0], rows[:, 2] = labels, [2154, 0, 70000, 9]
    for stem, part in (("train", "train"), ("t10k", "test")):
        (folder / f"{stem}-images-idx3-ubyte.gz").write_bytes(idx(images))
        (folder / f"{stem}-labels-idx1-ubyte.gz").write_bytes(idx(labels))
        (folder / f"qmnist-{part}-labels-idx2-int.gz").write_bytes(idx(rows))
    return tmp_path


@pytest.mark.parametrize("part", ["train", "test"])
def test_mnist(mnist, part):
    digits = read_mnist(mnist, part)
    assert digits.images.shape == (3, 28, 28)
    assert digits.images.dtype == np.uint8
    assert digits.images[0, 0, 1] == 1
    assert digits.labels.tolist() == [5, 0, 4]
    assert digits.writers.tolist() == [2154, 0, 70000]
    assert len(digits) == 3


def test_mnist_files_that_do_not_belong_together(mnist):
    path = mnist / "mnist" / "train-labels-idx1-ubyte.gz"
    path.write_bytes(idx(np.array([5, 0, 3], np.uint8)))
    with pytest.raises(DataError, match="files of the train part do not belong together"):
        read_mnist(mnist, "train")


def test_a_missing_file_is_named_with_the_way_out(tmp_path):
    with pytest.raises(
        DataError, match=r"train-images-idx3-ubyte\.gz: .*not there; `sutja data get`.*SUTJA_DATA"
    ):
        read_mnist(tmp_path, "train")


WHOLE = idx(np.zeros((2, 3), np.uint8))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no gzip", "cannot be read"),
        (WHOLE[:-4], "cannot be read"),
        (WHOLE[:12] + b"\xff\xff" + WHOLE[14:], "cannot be read"),
        (gzip.compress(b"\0", mtime=0), "not an IDX file"),
        (gzip.compress(b"\0\0\x0d\x01\0\0\0\1\0\0\0\0", mtime=0), "not an IDX file"),
        (gzip.compress(b"\0\0\x08\x02\0\0", mtime=0), "its header"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\x05abc", mtime=0), "its header says"),
        (gzip.compress(b"\0\0\x08\x02\xff\xff\xff\xff\xff\xff\xff\xffabc", mtime=0), "its header says"),
    ],
)
def test_idx_files_that_are_none(tmp_path, content, message):
    (tmp_path / "a.gz").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_idx(tmp_path / "a.gz")


def test_usps_becomes_bytes(tmp_path):
    (tmp_path / "usps").mkdir()
    values = np.full(256, -1.0)
    values[:4] = [1, 0.5, 0, -0.5]
    lines = "7.0000 " + " ".join(f"{v:.4f}" for v in values) + "\n"
    (tmp_path / "usps" / "zip.test.gz").write_bytes(gzip.compress((lines * 2).encode()))
    digits = read_usps(tmp_path, "test")
    assert digits.images.shape == (2, 16, 16)
    assert digits.images[0, 0, :5].tolist() == [255, 191, 128, 64, 0]
    assert digits.labels.tolist() == [7, 7]
    assert digits.groups.tolist() == [0, 1]


@pytest.mark.parametrize("text", ["7 1 2 3\n", "7 one\n", "7 1\n7 1 2\n", ""])
def test_usps_files_that_are_none(tmp_path, text):
    (tmp_path / "usps").mkdir()
    (tmp_path / "usps" / "zip.train.gz").write_bytes(gzip.compress(text.encode()))
    with pytest.raises(DataError, match=r"zip\.train\.gz"):
        read_usps(tmp_path, "train")


@pytest.mark.parametrize(
    "table", ["path,label,group\n1.png,1,1081_1\n", "file,label,group\n1.png,one,1081_1\n"]
)
def test_exam_digits_with_another_table(tmp_path, table):
    (tmp_path / "exam-digits").mkdir()
    (tmp_path / "exam-digits" / "labels.csv").write_text(table)
    with pytest.raises(DataError, match=r"labels\.csv: is no table of the columns file, label and group"):
        read_exam_digits(tmp_path)


def test_exam_digits_are_inverted(tmp_path):
    folder = tmp_path / "exam-digits"
    folder.mkdir()
    paper = np.full((28, 28), 255, np.uint8)
    paper[10:20, 14] = 40
    cv2.imwrite(str(folder / "1.png"), paper)
    (folder / "labels.csv").write_text("file,label,group\n1.png,1,1081_1\n")
    digits = read_exam_digits(tmp_path)
    assert digits.images[0, 0, 0] == 0
    assert digits.images[0, 15, 14] == 215
    assert (digits.labels.tolist(), digits.groups.tolist()) == ([1], ["1081_1"])
    cv2.imwrite(str(folder / "1.png"), paper[:20])
    with pytest.raises(DataError, match=r"1\.png: its shape is \(20, 28\), not \(28, 28\)"):
        read_exam_digits(tmp_path)
    (folder / "1.png").write_text("no picture")
    with pytest.raises(DataError, match=r"1\.png: cannot be read as a picture"):
        read_exam_digits(tmp_path)


def test_csv_rows_of_another_length(tmp_path):
    (tmp_path / "a.csv").write_text("file,label\na,1\nb\n")
    with pytest.raises(DataError, match="not as long as its first line"):
        read_csv(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text("")
    with pytest.raises(DataError, match="not as long"):
        read_csv(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(DataError, match="cannot be read"):
        read_csv(tmp_path / "a.csv")


def test_bundled_digits_are_light_on_dark():
    digits = read_bundled_digits()
    assert digits.images.shape == (1797, 8, 8)
    assert (digits.images.min(), digits.images.max()) == (0, 255)
    assert digits.images[:, 0, 0].mean() < 1


@pytest.mark.parametrize(("part", "count"), [("train", 60_000), ("test", 10_000)])
def test_real_mnist(data_root, part, count):
    digits = read_mnist(data_root, part)
    assert digits.images.shape == (count, 28, 28)
    assert 33 < digits.images.mean() < 34


@pytest.mark.parametrize(("part", "count", "zeros"), [("train", 7291, 1194), ("test", 2007, 359)])
def test_real_usps(data_root, part, count, zeros):
    digits = read_usps(data_root, part)
    assert digits.images.shape == (count, 16, 16)
    assert np.sum(digits.labels == 0) == zeros  # as zip.info.txt says
    assert digits.images.mean() < 70


def test_real_exam_digits(data_root):
    digits = read_exam_digits(data_root)
    assert len(digits) == 1341
    assert digits.images.mean() < 5
    assert len(set(digits.groups)) == 39
