import gzip
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from idx_files import idx

from sutja.data.labelled.arrays import check_text
from sutja.data.labelled.labels import encode_labels
from sutja.data.labelled.load import load_labelled, load_texts
from sutja.errors import DataError


@pytest.fixture
def picture(tmp_path):
    """Write a picture of one grey, by path from the test's folder."""

    def write(name, value=0, size=(6, 5), colour=False):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((*size, 3) if colour else size, value, np.uint8)
        if colour:
            pixels[..., 0] = 0  # blue, as OpenCV has it
        assert cv2.imwrite(str(path), pixels)
        return path

    return write


def table(folder, text, name="a.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_embedded_digits_are_the_default_and_their_parts_are_apart():
    train, test = load_labelled(), load_labelled(None, "test")
    assert train.images.shape[1:] == (8, 8)
    assert train.classes == tuple("0123456789")
    assert len(train) + len(test) == 1797
    assert train.groups is None
    assert train.parted
    assert train.open_terms
    assert train.terms.startswith("CC BY")
    assert train.images.dtype == np.uint8
    assert train.labels.dtype == np.int64


def test_known_sets(data_root, monkeypatch):
    monkeypatch.setenv("SUTJA_DATA", str(data_root))
    sizes = {
        ("mnist", "test"): (10_000, 28, 28),
        ("usps", "test"): (2007, 16, 16),
        ("exam-digits", "train"): (1114, 28, 28),
        ("exam-digits", "test"): (227, 28, 28),
        ("pen-digits", "test"): (749, 28, 28),
        ("sudoku", "test"): (38 * 81, 32, 32, 3),
    }
    for (name, part), shape in sizes.items():
        data = load_labelled(name, part)
        assert data.images.shape == shape, name
        assert len(set(data.names)) == len(data)
    assert data.classes == tuple("123456789")
    assert set(data.labels) == set(range(9))


def test_a_set_that_is_not_here_or_is_for_something_else(tmp_path, monkeypatch):
    monkeypatch.setenv("SUTJA_DATA", str(tmp_path))
    with pytest.raises(DataError, match="sutja data get"):
        load_labelled("mnist")
    with pytest.raises(DataError, match=r"cheques: this set is there to detect.*mnist"):
        load_labelled("cheques")


def test_class_folders(picture, tmp_path):
    picture("7/deep/b.png", 70)
    picture("7/a.png", 71)
    picture("10/c.png", 10)
    picture("2/d.png", 20)
    picture("2/.hidden.png", 99)
    data = load_labelled(tmp_path)
    assert data.classes == ("2", "7", "10")  # as numbers
    assert data.images[:, 0, 0].tolist() == [10, 20, 71, 70]
    assert data.labels.tolist() == [2, 0, 1, 1]
    assert data.names[2] == "7/a.png"
    assert (data.groups, data.parted, data.terms, data.notes) == (None, False, "not stated", ())
    assert len(load_labelled(tmp_path, "test")) == 4


def test_class_folders_under_train_and_test(picture, tmp_path):
    for name in ("train/cat/a.png", "train/dog/b.png", "test/cat/c.png"):
        picture(name)
    assert load_labelled(tmp_path).names == ("cat/a.png", "dog/b.png")
    test = load_labelled(tmp_path, "test")
    assert (test.names, test.classes, test.parted) == (("cat/c.png",), ("cat",), True)


def test_one_picture_in_colour_makes_all_rgb(picture, tmp_path):
    picture("a/a.png", 50)
    picture("b/b.png", 50, colour=True)
    images = load_labelled(tmp_path).images
    assert images.shape == (2, 6, 5, 3)
    assert images[:, 0, 0].tolist() == [[50, 50, 50], [50, 50, 0]]


def test_a_picture_that_cannot_be_read_is_left_out_and_told(picture, tmp_path):
    picture("a/a.png")
    picture("b/b.png")
    (tmp_path / "b" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    data = load_labelled(tmp_path)
    assert len(data) == 2
    assert len(data.notes) == 1
    assert "left out: " in data.notes[0]
    assert "broken.png" in data.notes[0]


def test_pictures_of_other_sizes_want_a_size_to_bring_them_to(picture, tmp_path):
    for name in ("a/a.png", "a/c.png", "b/b.png"):
        picture(name, 90)
    picture("b/odd.png", 90, size=(9, 8))
    message = r"not of one size: most are 6x5, odd.png is 9x8; use --resize 6x5"
    with pytest.raises(DataError, match=message):
        load_labelled(tmp_path)
    data = load_labelled(tmp_path, resize=(12, 4))
    assert data.images.shape == (4, 12, 4)
    assert (data.images == 90).all()
    with pytest.raises(DataError, match="0x4 is no size"):
        load_labelled(tmp_path, resize=(0, 4))


def test_resizing_arrays():
    assert load_labelled(None, "test", resize=(16, 12)).images.shape == (374, 16, 12)


def test_pictures_that_do_not_fit_in_memory(picture, tmp_path, monkeypatch):
    picture("a/a.png")
    picture("b/b.png")
    monkeypatch.setattr("sutja.data.labelled.picture_stack.measure_free_memory", lambda: 60.0)
    with pytest.raises(DataError, match="2 pictures do not fit in memory; use --resize"):
        load_labelled(tmp_path)


def folder_of(picture, tmp_path, *names):
    for name in names:
        if name.endswith("/"):
            (tmp_path / name).mkdir()
        else:
            picture(name)
    return tmp_path


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "holds no pictures; make a folder for each class"),
        (("a/", "b/"), "no pictures in 2 of its class folders: a, b"),
        (("a/a.png", "b/b.png", "c/"), "no pictures in 1 of its class folders: c"),
        (("a/a.png",), "all 1 items are of one class, a"),
        (("a/a.png", "b/b.png", "c.png"), r"1 pictures lie in no class's folder and have no label: c\.png"),
        (("c.png", "d.png"), "2 pictures lie in no class's folder"),
    ],
)
def test_folders_that_cannot_be_learnt_from(picture, tmp_path, names, message):
    with pytest.raises(DataError, match=message):
        load_labelled(folder_of(picture, tmp_path, *names))


def test_a_class_whose_pictures_are_all_broken(picture, tmp_path):
    picture("a/a.png")
    picture("b/b.png")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "c.png").write_bytes(b"no")
    with pytest.raises(DataError, match="none of the pictures of c can be read"):
        load_labelled(tmp_path)
    for name in ("a/a.png", "b/b.png"):
        (tmp_path / name).write_bytes(b"no")
    with pytest.raises(DataError, match=r"none of its 3 pictures can be read; the first: .*a\.png"):
        load_labelled(tmp_path)


def test_one_class_is_enough_to_be_tested_on(picture, tmp_path):
    picture("a/a.png")
    assert load_labelled(tmp_path, "test").classes == ("a",)


@pytest.mark.parametrize(
    "text",
    [
        "path,label\nx/a.png,3\nx/b.png,5\n",
        "\ufeffFile;Class;Writer\r\nx/a.png;3;w1\r\nx/b.png;5;w2\r\n",
        "label\tfilename\n3\tx/a.png\n5\tx/b.png\n\n",
        "x/a.png,3\nx/b.png,5\n",
        "path,label\nx/a.png,3.0\nx/b.png,5.0\n",
    ],
)
def test_tables(picture, tmp_path, text):
    picture("x/a.png", 1)
    picture("x/b.png", 2)
    data = load_labelled(table(tmp_path, text))
    assert (data.classes, data.labels.tolist()) == (("3", "5"), [0, 1])
    assert data.images[:, 0, 0].tolist() == [1, 2]
    assert (None if data.groups is None else data.groups.tolist()) in (None, ["w1", "w2"])
    assert ("Writer" in text) == (data.groups is not None)


def test_a_table_made_on_windows(picture, tmp_path):
    picture("x/a.png", 1)
    picture("x/b.png", 2)
    assert load_labelled(table(tmp_path, "path,label\nx\\a.png,3\nx\\b.png,5\n")).classes == ("3", "5")
    assert load_labelled(table(tmp_path, "x\\a.png,3\nx\\b.png,5\n")).labels.tolist() == [0, 1]
    drive = "path,label\nD:\\set\\x\\a.png,3\n/home/me/set/x/b.png,5\n"
    assert load_labelled(table(tmp_path, drive)).labels.tolist() == [0, 1]
    with pytest.raises(DataError, match=r"1 of its 2 files are not there: D:\\set\\x\\c\.png"):
        load_labelled(table(tmp_path, "path,label\nD:\\set\\x\\c.png,3\nx\\b.png,5\n"))


def test_tables_with_parts_and_pictures_that_they_do_not_name(picture, tmp_path):
    for name in "abcd":
        picture(f"{name}.png")
    text = "path,label,part\na.png,x,train\nb.png,y,validation\nc.png,x,test\n"
    train = load_labelled(table(tmp_path, text))
    assert [name[-5:] for name in train.names] == ["a.png", "b.png"]
    assert train.parted
    assert any("1 pictures in" in note for note in train.notes)
    assert load_labelled(tmp_path / "a.csv", "test").labels.tolist() == [0]
    with pytest.raises(DataError, match="none of its 2 rows is for test"):
        load_labelled(table(tmp_path, "path,label,part\na.png,x,train\nb.png,y,train\n"), "test")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the table is empty"),
        ("path,label\n", "the table has no rows"),
        ("name,what\na.png,3\n", "lacks the columns path and label; its first line is name, what"),
        ("path,label\na.png\n", "line 2 has 1 values, the first line 2"),
        ("path,label\na.png,1\nz.png,2\ny.png,2\n", r"2 of its 3 files are not there: z\.png, y\.png"),
        ("path,label\na.png,1\nb.png,\n", "1 files have no label: line 3"),
        ("path,label\na.png,1\nb.png,nan\n", "missing for 1 items: number 2"),
        ("path,label\na.png,1\na.png,2\n", r"lines 2 and 3 name the same file, a\.png"),
        ("path,label\na.png,1\nb.png,1\n", "all 2 items are of one class, 1"),
        ('path,label\na.png,"1\n', "cannot be read as a table"),
    ],
)
def test_tables_that_cannot_be_learnt_from(picture, tmp_path, text, message):
    picture("a.png")
    picture("b.png")
    with pytest.raises(DataError, match=message):
        load_labelled(table(tmp_path, text))


def test_the_wrong_column_is_found_before_any_file_is_looked_for(tmp_path):
    rows = "".join(f"{i}.png,row {i}\n" for i in range(1000))
    with pytest.raises(DataError, match=r"1,000 labels are of 1,000 classes.*wrong column"):
        load_labelled(table(tmp_path, "path,label\n" + rows))


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["10", "9", "2.0"], ("2", "9", "10")),
        (["007", "7", "8"], ("007", "7", "8")),
        (["0", "-1", "1e3"], ("-1", "0", "1000")),
        (["inf", "1", "2"], ("1", "2", "inf")),
        ([" b", "a ", "b"], ("a", "b")),
        ([True, False, True], ("0", "1")),
        (np.array([3, 1, 2], np.uint8), ("1", "2", "3")),
        ([1.0, 2.0, 10.0], ("1", "2", "10")),
    ],
)
def test_names_of_classes(labels, classes):
    numbers, found = encode_labels(np.array(labels), "here")
    assert found == classes
    assert sorted(set(numbers)) == list(range(len(classes)))


def test_npz(tmp_path):
    path = tmp_path / "a.npz"
    images = np.arange(4 * 9, dtype=np.uint8).reshape(4, 9)
    np.savez(path, X=images, y=np.array([[1], [0], [1], [0]]), groups=np.array([7, 7, 8, 9]))
    data = load_labelled(path)
    assert np.array_equal(data.images, images.reshape(4, 3, 3))
    assert (data.labels.tolist(), data.groups.tolist()) == ([1, 0, 1, 0], [7, 7, 8, 9])
    assert not data.parted
    channels_first = images.reshape(4, 1, 3, 3) / 36
    np.savez(
        path, x_train=channels_first, y_train=["b", "a", "b", "a"], x_test=channels_first[:1], y_test=["a"]
    )
    data = load_labelled(str(path))
    assert data.images.shape == (4, 3, 3)
    assert data.images[3, 2, 2] == round(255 * 35 / 36)
    assert data.parted
    assert len(load_labelled(path, "test")) == 1


SQUARES = np.zeros((4, 3, 3), np.uint8)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": SQUARES}, "holds no X and y, but a"),
        ({"x_train": SQUARES}, "holds x_train, but no y_train"),
        ({"X": SQUARES, "y": [0, 1]}, "has 4 pictures and 2 labels"),
        ({"X": SQUARES, "y": np.eye(4)}, r"labels have the shape \(4, 4\)"),
        ({"X": SQUARES, "y": [0, 1, np.nan, np.nan]}, "missing for 2 items: number 3, number 4"),
        ({"X": SQUARES, "y": [0, 1, 0.25, 0]}, "measurements, such as 0.25"),
        ({"X": SQUARES, "y": [0, 1, 1e300, 0]}, r"measurements, such as 1e\+300"),
        ({"X": SQUARES, "y": [b"a", b"b", b"a", b"b"]}, "its labels are"),
        (
            {"X": np.full((4, 3, 3), np.nan), "y": [0, 1, 0, 1]},
            "its pictures in X: its values are not all finite",
        ),
        ({"X": np.zeros((4, 10)), "y": [0, 1, 0, 1]}, r"its pictures have the shape \(4, 10\)"),
        ({"X": np.zeros((4, 5, 3, 4)), "y": [0, 1, 0, 1]}, r"shape \(4, 5, 3, 4\)"),
        ({"X": SQUARES[:0], "y": []}, "holds no pictures"),
        ({"X": np.array([None] * 4), "y": [0, 1, 0, 1]}, "cannot be read as arrays"),
    ],
)
def test_npz_that_cannot_be_learnt_from(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match=message):
        load_labelled(tmp_path / "a.npz")


def test_npz_that_does_not_fit_in_memory(tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, X=np.zeros((4, 99, 99), np.uint8), y=[0, 1, 0, 1])
    monkeypatch.setattr("sutja.data.labelled.arrays.measure_free_memory", lambda: 4 * 99 * 99)
    with pytest.raises(DataError, match="its arrays do not fit in memory"):
        load_labelled(path)
    monkeypatch.undo()
    header = np.lib.format.magic(1, 0) + b"v\0"
    described = b"{'descr': '|u1', 'fortran_order': False, 'shape': (9000000, 9000, 9000), }"
    with zipfile.ZipFile(path, "w") as packed:  # it says more than it holds
        packed.writestr("X.npy", header + described.ljust(117) + b"\n" + b"few")
        packed.writestr("y.npy", header + described.ljust(117) + b"\n" + b"few")
    with pytest.raises(DataError, match=r"do not fit in memory|cannot be read as arrays|unpacks X.npy"):
        load_labelled(path)


def test_files_that_are_no_data(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(DataError, match="cannot be read as arrays"):
        load_labelled(tmp_path / "a.npz")
    (tmp_path / "a.docx").write_bytes(b"")
    with pytest.raises(DataError, match=r"a file ending in '\.docx' is no labelled data"):
        load_labelled(tmp_path / "a.docx")
    with pytest.raises(DataError, match=r"no such file or folder, and no data set of this name; .*mnist"):
        load_labelled("minst")
    with pytest.raises(ValueError, match="part is"):
        load_labelled(None, "validation")


def write_idx(folder, stem, images, labels, packed=True):
    for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
        content = idx(np.asarray(array, np.uint8))
        name = f"{stem}{kind}-ubyte"
        (folder / (f"{name}.gz" if packed else name)).write_bytes(
            content if packed else gzip.decompress(content)
        )


def test_idx_pairs(tmp_path):
    write_idx(tmp_path, "", SQUARES + 7, [4, 5, 4, 5], packed=False)
    data = load_labelled(tmp_path)
    assert (data.images[0, 0, 0], data.classes, data.parted) == (7, ("4", "5"), False)
    for path in tmp_path.iterdir():
        path.unlink()
    write_idx(tmp_path, "train-", SQUARES, [1, 2, 1, 2])
    write_idx(tmp_path, "t10k-", SQUARES[:1], [2])
    assert load_labelled(tmp_path).parted
    assert load_labelled(tmp_path, "test").classes == ("2",)
    write_idx(tmp_path, "letters-train-", SQUARES, [1, 2, 1, 2])
    with pytest.raises(DataError, match="holds 2 sets for train: letters-train-images"):
        load_labelled(tmp_path)


def test_idx_pairs_that_do_not_belong_together(tmp_path):
    write_idx(tmp_path, "train-", SQUARES, [1, 2])
    with pytest.raises(DataError, match="has 4 pictures and 2 labels"):
        load_labelled(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match="has no labels: there is no train-labels-idx1-ubyte"):
        load_labelled(tmp_path)


def test_taking_items_and_counting_in_other_classes():
    data = load_labelled(None, "test")
    few = data.take([5, 2])
    assert few.names == (data.names[5], data.names[2])
    assert np.array_equal(few.images, data.images[[5, 2]])
    assert few.classes == data.classes
    turned = data.in_classes(tuple("9876543210"))
    assert np.array_equal(turned.labels, 9 - data.labels)
    with pytest.raises(DataError, match=r"classes that are not known here: 0, 1.*known are 2, 3"):
        data.in_classes(tuple("23456789"))
    odd = data.take(np.flatnonzero(data.labels % 2))
    assert odd.in_classes(tuple("13579")).labels.max() == 4


def test_the_checksum_tells_data_apart():
    data = load_labelled(None, "test")
    assert data.checksum() == load_labelled(None, "test").checksum()
    assert data.checksum() != data.take(np.arange(len(data))[::-1]).checksum()
    assert data.checksum() != data.in_classes(tuple("9876543210")).checksum()


def test_texts(picture, tmp_path):
    picture("a.png")
    picture("b.png")
    texts = load_texts(table(tmp_path, 'path,text,group\na.png,"1,50",c1\nb.png,,c2\n'))
    assert texts.texts == ("1,50", "")
    assert texts.paths == (tmp_path / "a.png", tmp_path / "b.png")
    assert (texts.groups.tolist(), texts.parted, len(texts)) == (["c1", "c2"], False, 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,text\na.png,12a\n", "line 2 has the text '12a', and a cannot be written"),
        ("path,text\na.png,\n", "all of its texts are empty"),
        ("path,text\nz.png,12\n", "1 of its 1 files are not there"),
        ("path,words\na.png,12\n", "lacks the columns path and text"),
    ],
)
def test_texts_that_cannot_be_learnt_from(picture, tmp_path, text, message):
    picture("a.png")
    with pytest.raises(DataError, match=message):
        load_texts(table(tmp_path, text))


def test_texts_want_a_table(tmp_path):
    with pytest.raises(DataError, match="there is no such table"):
        load_texts(tmp_path / "none.csv")


HOSTILE = Path(__file__).parents[2] / "hostile"


@pytest.mark.parametrize("path", sorted(HOSTILE.glob("npz_*.npz")), ids=lambda path: path.stem)
def test_damaged_npz_files_are_named(path):
    with pytest.raises(DataError, match=path.name):
        load_labelled(path)


def test_npz_that_unpacks_from_next_to_nothing(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", X=np.zeros((250, 1000, 1000), np.uint8), y=np.arange(250) % 3)
    with pytest.raises(DataError, match=r"unpacks X\.npy from"):
        load_labelled(tmp_path / "a.npz")


def test_text_of_characters_that_are_none():
    check_text(np.array(["a", "b"]))
    check_text(np.array(["a", "b"], ">U3"))
    with pytest.raises(ValueError, match="characters that are none"):
        check_text(np.frombuffer(b"\xff\xff\xff\x7f" * 2, "<U1"))
