import gzip

import pytest

from sutja.data.sets import manifest
from sutja.data.sets.catalogue import ENTRIES
from sutja.data.sets.manifest import find_problem, find_problems, load_manifest, write_manifest
from sutja.errors import DataError


def test_a_manifest_says_what_lies_in_a_folder(tmp_path):
    folder = tmp_path / "letters"
    (folder / "b").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"abc")
    (folder / "b" / "c.gz").write_bytes(gzip.compress(b"content"))
    write_manifest(folder, tmp_path / "letters.tsv.gz", {"a.txt": "extra"})
    lines = gzip.decompress((tmp_path / "letters.tsv.gz").read_bytes()).decode()
    assert lines == (
        "extra\t3\tba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\ta.txt\n"
        "packed\t7\ted7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73\tb/c.gz\n"
    )
    first = (tmp_path / "letters.tsv.gz").read_bytes()
    write_manifest(folder, tmp_path / "letters.tsv.gz", {"a.txt": "extra"})
    assert (tmp_path / "letters.tsv.gz").read_bytes() == first


def test_every_way_to_be_wrong(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    write_manifest(tmp_path, tmp_path / "m.gz", {})
    text = gzip.decompress((tmp_path / "m.gz").read_bytes()).decode()
    (file,) = manifest._parse(text)
    assert find_problem(file, tmp_path / "a") is None
    (tmp_path / "a").write_bytes(b"ab")
    assert find_problem(file, tmp_path / "a") == "2 bytes instead of 3"
    (tmp_path / "a").write_bytes(b"abd")
    assert find_problem(file, tmp_path / "a") == "its content is not that of the catalogue"
    (tmp_path / "a").unlink()
    assert find_problem(file, tmp_path / "a") == "missing"
    (tmp_path / "a").mkdir()
    assert find_problem(file, tmp_path / "a") == "missing"


def test_an_unknown_kind_is_refused():
    with pytest.raises(DataError, match="kind 'strange'"):
        list(manifest._parse("strange\t1\tff\ta\n"))


def test_a_set_without_files():
    assert load_manifest("digits") == ()


@pytest.mark.parametrize("name", [name for name in ENTRIES if name != "digits"])
def test_shipped_manifests_are_sound(name):
    found = load_manifest(name)
    assert found
    assert len({file.path for file in found}) == len(found)
    for file in found:
        assert len(bytes.fromhex(file.sha256)) == 32
        assert file.size > 0
        assert not file.path.startswith(("/", "."))
        assert ".." not in file.path


@pytest.mark.parametrize("name", [name for name in ENTRIES if name != "digits"])
def test_the_real_sets_are_those_of_the_manifests(data_root, name):
    assert find_problems(name, data_root / name) == {}
