import gzip
import hashlib
import io
import json
import zipfile

import pytest
from web import Resource

from sutja.data.sets import catalogue, manifest
from sutja.data.sets.catalogue import Entry
from sutja.data.sets.manifest import ManifestFile, find_problems
from sutja.data.sets.obtain import obtain
from sutja.errors import DataError


def entry(name="letters", **options):
    return Entry(
        name=name,
        what="",
        task="classify",
        items="1",
        terms="CC0",
        open_terms=True,
        home="the moon",
        reader="read",
        **options,
    )


@pytest.fixture
def known(monkeypatch):
    """Put a manifest in the place of the shipped ones: content by path, kinds by path."""

    def put(contents, kinds=None):
        kinds = kinds or {}
        found = tuple(
            ManifestFile(path, len(content), hashlib.sha256(content).hexdigest(), kinds.get(path, "plain"))
            for path, content in contents.items()
        )
        monkeypatch.setattr(manifest, "load_manifest", lambda name: found)
        monkeypatch.setattr(catalogue, "load_manifest", lambda name: found)

    return put


def zipped(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def under(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_single_files(web, known, tmp_path):
    known({"a.txt": b"a", "b/c.txt": b"cc"})
    web.resources |= {"/x": Resource(b"a"), "/y": Resource(b"cc")}
    seen = []
    folder = obtain(
        entry(urls={"a.txt": web.url("/x"), "b/c.txt": web.url("/y")}),
        tmp_path,
        lambda what, done, total: seen.append((what, done, total)),
    )
    assert folder == tmp_path / "letters"
    assert under(tmp_path) == {"letters/a.txt": b"a", "letters/b/c.txt": b"cc"}
    assert seen == [("a.txt", 1, 1), ("b/c.txt", 2, 2)]


def test_only_what_is_missing_or_wrong_is_fetched(web, known, tmp_path):
    known({"a": b"a", "b": b"b", "c": b"c"})
    web.resources |= {f"/{name}": Resource(name.encode()) for name in "abc"}
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a").write_bytes(b"a")
    (tmp_path / "letters" / "b").write_bytes(b"?")
    obtain(entry(urls={name: web.url(f"/{name}") for name in "abc"}), tmp_path)
    assert [path for path, _ in web.requests] == ["/b", "/c"]
    assert under(tmp_path / "letters") == {"a": b"a", "b": b"b", "c": b"c"}


def test_a_packed_file_may_be_packed_anew(web, known, tmp_path):
    known({"a.gz": b"content" * 99}, kinds={"a.gz": "packed"})
    web.resources["/a"] = Resource(gzip.compress(b"content" * 99, 1, mtime=0))
    obtain(entry(urls={"a.gz": web.url("/a")}), tmp_path)
    assert find_problems("letters", tmp_path / "letters") == {}


@pytest.mark.parametrize(
    "content", [gzip.compress(b"other", mtime=0), b"no gzip", gzip.compress(b"content" * 99, mtime=0)[:-9]]
)
def test_a_packed_file_with_another_content_is_refused(web, known, tmp_path, content):
    known({"a.gz": b"content" * 99}, kinds={"a.gz": "packed"})
    web.resources["/a"] = Resource(content)
    with pytest.raises(DataError, match=r"data set letters: .*/a is not the file that the catalogue knows"):
        obtain(entry(urls={"a.gz": web.url("/a")}), tmp_path)
    assert under(tmp_path) == {}


def test_files_are_found_in_an_archive_under_any_name(web, known, tmp_path):
    known({"images/1.jpg": b"one", "images/2.jpg": b"two", "copy.jpg": b"two"})
    members = {"repo-1/train/z_1.jpg": b"one", "repo-1/x/y.jpg": b"two", "repo-1/more": b"xyz", "e/": b""}
    web.resources["/r.zip"] = Resource(zipped(members), cut=[50])
    obtain(entry(archives=(web.url("/r.zip"),)), tmp_path, sleep=lambda seconds: None)
    assert under(tmp_path) == {
        "letters/images/1.jpg": b"one",
        "letters/images/2.jpg": b"two",
        "letters/copy.jpg": b"two",
    }
    assert len(web.requests) == 2


def test_an_archive_cannot_write_elsewhere(web, known, tmp_path):
    known({"a": b"one"})
    web.resources["/r.zip"] = Resource(zipped({"../../evil": b"one", "/evil": b"two"}))
    obtain(entry(archives=(web.url("/r.zip"),)), tmp_path / "root")
    assert under(tmp_path) == {"root/letters/a": b"one"}


def test_what_an_archive_lacks_is_named_and_the_rest_stays(web, known, tmp_path):
    known({str(n): bytes([n]) for n in range(6)})
    web.resources["/r.zip"] = Resource(zipped({"x": b"\0"}))
    with pytest.raises(DataError, match=r"1 \(missing\), 2 \(missing\), 3 \(missing\) and 2 more.*the moon"):
        obtain(entry(archives=(web.url("/r.zip"),)), tmp_path)
    assert under(tmp_path) == {"letters/0": b"\0"}


def test_a_damaged_archive_is_thrown_away(web, known, tmp_path):
    known({"a": b"one" * 100})
    whole = zipped({"x": b"one" * 100})
    broken = whole[:35] + bytes([whole[35] ^ 255]) + whole[36:]
    web.resources["/r.zip"] = Resource(broken)
    with pytest.raises(DataError, match=r"/r\.zip is damaged .*try again"):
        obtain(entry(archives=(web.url("/r.zip"),)), tmp_path)
    assert under(tmp_path) == {}
    web.resources["/r.zip"] = Resource(b"no archive")
    with pytest.raises(DataError, match="is damaged"):
        obtain(entry(archives=(web.url("/r.zip"),)), tmp_path)


def test_a_missing_extra_is_no_problem(web, known, tmp_path):
    known({"a": b"a", "notes.csv": b"by hand"}, kinds={"notes.csv": "extra"})
    web.resources["/a"] = Resource(b"a")
    obtain(entry(urls={"a": web.url("/a")}), tmp_path)
    (tmp_path / "letters" / "notes.csv").write_bytes(b"changed")
    assert list(find_problems("letters", tmp_path / "letters")) == ["notes.csv"]


def test_a_whole_set_needs_no_home(known, tmp_path):
    known({"a": b"a"})
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a").write_bytes(b"a")
    assert obtain(entry(converted="it is a poem"), tmp_path) == tmp_path / "letters"


def test_a_set_that_is_to_be_had_by_hand(known, tmp_path):
    known({"a": b"a"})
    with pytest.raises(DataError, match=r"cannot be downloaded: it is a poem; set SUTJA_DATA .* the moon"):
        obtain(entry(converted="it is a poem"), tmp_path)


def test_labels_of_exam_digits_are_made(web, known, tmp_path):
    known(
        {"1.png": b"one", "2.png": b"two", "labels.csv": b"file,label,group\r\n1.png,7,q1\r\n2.png,0,q2\r\n"}
    )
    rows = b"2.png,0.0,q2\n1.png,7.0,q1\n3.png,5.0,q2\n"
    web.resources["/r.zip"] = Resource(
        zipped({"d/1.png": b"one", "d/2.png": b"two", "d/nsysu-digits.csv": rows})
    )
    folder = obtain(entry("exam-digits", archives=(web.url("/r.zip"),)), tmp_path)
    assert (folder / "labels.csv").read_bytes() == b"file,label,group\r\n1.png,7,q1\r\n2.png,0,q2\r\n"


def test_labels_of_orand_car_are_made(web, known, tmp_path):
    coco = {
        "images": [
            {"id": 9, "file_name": "a_car_2_png.rf.00ff.jpg"},
            {"id": 4, "file_name": "a_car_9_png.rf.11.jpg"},
            {"id": 7, "file_name": "a_car_1.jpg"},
        ],
        "annotations": [
            {"id": 0, "image_id": 9, "category_id": 3, "bbox": [20, 0, 5, 9]},
            {"id": 1, "image_id": 4, "category_id": 3, "bbox": [20, 0, 5, 9]},
            {"id": 2, "image_id": 9, "category_id": 4, "bbox": [1, 0, 5, 9]},
            {"id": 3, "image_id": 7, "category_id": 4, "bbox": [1, 0, 5, 9]},
        ],
        "categories": [{"id": 3, "name": "5"}, {"id": 4, "name": "8"}],
    }
    labels = b"file,text\r\na_car_1.jpg,8\r\na_car_2.jpg,85\r\n"
    known(
        {
            "images/a_car_2.jpg": b"2",
            "images/a_car_1.jpg": b"1",
            "labels.csv": labels,
            "boxes.coco.json": b"?",
        },
        kinds={"boxes.coco.json": "made"},
    )
    members = {"x/a.jpg": b"1", "x/b.jpg": b"2", "x/instances_train2017.json": json.dumps(coco).encode()}
    web.resources["/r.zip"] = Resource(zipped(members))
    folder = obtain(entry("orand-car", archives=(web.url("/r.zip"),)), tmp_path)
    boxes = json.loads((folder / "boxes.coco.json").read_bytes())
    assert [(i["id"], i["file_name"]) for i in boxes["images"]] == [(0, "a_car_2.jpg"), (1, "a_car_1.jpg")]
    assert [(b["id"], b["image_id"]) for b in boxes["annotations"]] == [(0, 0), (1, 0), (2, 1)]
