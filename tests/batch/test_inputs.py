"""Inputs that are no files here: members of tar shards, names in Parquet lists, addresses of S3."""

import io
import json
import shutil
import tarfile
from pathlib import Path

import pyarrow
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from sutja.batch import Job, driver, inputs, lists, run_batch
from sutja.cli import main
from sutja.cli.execution.inputs import expand
from sutja.sandbox import pool as sandbox_pool
from sutja.storage import shards

EXAMPLES = Path(__file__).parents[2] / "examples"


def write_tar(path, members):
    with tarfile.open(path, "w") as archive:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return str(path)


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def s3(monkeypatch):
    """The address of a bucket on a server of S3 on loopback, and its client."""
    import boto3
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="scans")
    s3fs.S3FileSystem.clear_instance_cache()
    sandbox_pool._POOL.close()  # children that do not know the server
    yield client
    sandbox_pool._POOL.close()
    server.stop()


def test_a_shard_stands_for_its_members(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    members = [
        ("a/1.png", b"one"),
        (".hidden.png", b""),
        ("notes.txt", b"-"),
        ("a/1.png", b"other"),
        ("2.jpg", b"2"),
    ]
    write_tar("s.tar", members)
    names, failed = expand(["s.tar"])
    assert names == ["tar://a/1.png::s.tar", "tar://2.jpg::s.tar"]
    assert failed == []
    found = list(inputs.locate([*names, "plain.png"]))
    assert inputs._read(found[0]) == b"other"  # the last of a name, as tar would unpack it
    assert inputs.hash_input(found[0]) == inputs.hashlib.sha256(b"other").digest()
    assert found[2] == inputs.Input("plain.png")
    (lost,) = inputs.locate(["tar://none.png::s.tar"])
    assert inputs.hash_input(lost) is None


@pytest.mark.parametrize(
    ("spoil", "n_read"),
    [(lambda data: b"no tar" * 99, 0), (lambda data: data[:6000], 4), (lambda data: b"", 0)],
)
def test_what_stands_before_the_damage_of_a_shard_is_read(tmp_path, spoil, n_read):
    whole = Path(write_tar(tmp_path / "whole.tar", [(f"{i}.png", b"x" * 700) for i in range(9)])).read_bytes()
    (tmp_path / "spoilt.tar").write_bytes(spoil(whole))
    names, failed = expand([str(tmp_path / "spoilt.tar")])
    assert len(names) == n_read
    assert "is no whole tar file" in failed[0].error


def test_links_and_devices_of_a_shard_are_passed_over(tmp_path):
    with tarfile.open(tmp_path / "s.tar", "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            entry = tarfile.TarInfo(f"{kind!r}.png")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    assert shards.list_members(str(tmp_path / "s.tar")) == shards.Listing((), None)


def test_a_member_of_less_than_no_bytes_ends_its_shard(tmp_path):
    """Its header would come again and again, and a read of it would be of the whole file."""
    path = tmp_path / "s.tar"
    data = bytearray(Path(write_tar(path, [("1.png", b"x" * 700), ("2.png", b"y")])).read_bytes())
    header = data[1536:2048]
    header[124:136] = b"\xff" * 10 + (-1024 & 0xFFFF).to_bytes(2, "big")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    data[1536:2048] = header
    path.write_bytes(data)
    listing = shards.list_members(str(path))
    assert [member.name for member in listing.members] == ["1.png"]
    assert "less than no bytes" in listing.error


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({"path": ["x"] * 2_000_001}, "more than 2,000,000 rows"),
        ({"path": ["y" * 2_000] * 101}, "more than 200,000 characters"),
    ],
)
def test_a_small_list_that_names_too_much_is_refused(tmp_path, monkeypatch, table, complaint):
    monkeypatch.setattr(lists, "MOST_CHARACTERS", 200_000)
    path = tmp_path / "list.parquet"
    parquet.write_table(pyarrow.table(table), path)
    assert path.stat().st_size < 200_000
    assert complaint in expand([str(path)])[1][0].error


def test_a_list_stands_for_what_its_column_names(tmp_path):
    write_tar(tmp_path / "s.tar", [("1.png", b"one")])
    names = [
        str(tmp_path / "a.png"),
        f"file://{tmp_path}/b%20c.png",
        str(tmp_path / "s.tar"),
        None,
        "list.parquet",
    ]
    table = {"label": [1, 2, 3, 4, 5], "path": names}
    parquet.write_table(pyarrow.table(table), tmp_path / "list.parquet")
    found, failed = expand([str(tmp_path / "list.parquet")])
    assert found == [names[0], f"{tmp_path}/b c.png", f"tar://1.png::{tmp_path}/s.tar", "list.parquet"]
    assert failed == []
    parquet.write_table(pyarrow.table({"label": [1]}), tmp_path / "other.parquet")
    assert "has no column path" in expand([str(tmp_path / "other.parquet")])[1][0].error
    (tmp_path / "none.parquet").write_bytes(b"PAR1 but not really PAR1")
    assert "cannot be read as Parquet" in expand([str(tmp_path / "none.parquet")])[1][0].error


def test_the_lines_of_a_shard_are_those_of_its_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    crops = sorted(EXAMPLES.glob("*.png"))[:2]
    for crop in crops:
        shutil.copy(crop, tmp_path)
    write_tar("s.tar", [*((crop.name, crop.read_bytes()) for crop in crops), ("bad.png", b"no picture")])
    Path("bad.png").write_bytes(b"no picture")
    files = [*(crop.name for crop in crops), "bad.png"]
    plain = run("read", "--crop", *files, "--format", "jsonl").stdout
    packed = run("read", "--crop", "s.tar", "--format", "jsonl").stdout
    for name in files:
        plain = plain.replace(f'"{name}', f'"tar://{name}::s.tar')
    assert packed == plain
    run("read", "--crop", "s.tar", "--out", "r.jsonl", "--resume", "--workers", 1)
    assert Path("r.jsonl").read_text() == packed
    again = run("read", "--crop", "s.tar", "--out", "r.jsonl", "--resume", "--workers", 1)
    assert "0 processed in this run" in again.stderr
    refused = run("read", "--crop", "s.tar", "--out", "s.tar", "--format", "jsonl")
    assert "is also an input" in refused.stderr


def test_addresses_of_a_real_server_of_s3(s3, tmp_path):
    for i in range(5):
        s3.put_object(Bucket="scans", Key=f"in/{i}.png", Body={2: b"bad"}.get(i, b"%d" % i))
    s3.put_object(Bucket="scans", Key="in/notes.md", Body=b"")
    s3.put_object(Bucket="scans", Key="in/.hidden/5.png", Body=b"")
    write_tar(tmp_path / "s.tar", [("7.png", b"7"), ("8.png", b"8")])
    s3.put_object(Bucket="scans", Key="s.tar", Body=(tmp_path / "s.tar").read_bytes())
    names, failed = expand(["s3://scans/in", "s3://scans/*.tar", "s3://scans/in/9.png", "s3://none/*.png"])
    assert names[:5] == [f"s3://scans/in/{i}.png" for i in range(5)]
    assert names[5:] == [
        "tar://7.png::s3://scans/s.tar",
        "tar://8.png::s3://scans/s.tar",
        "s3://scans/in/9.png",
    ]
    assert [page.source for page in failed] == ["s3://none/*.png"]
    assert expand(["s3://scans/in/[01].png"])[0] == names[:2]

    job, out = Job("batch_tasks:open_texts"), tmp_path / "out.jsonl"
    summary = run_batch(job, names, out, 1)
    assert summary.statuses == {"read": 6, "failed": 2}
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["source"] for line in lines] == names
    assert [line["text"] for line in lines] == ["0", "1", "", "3", "4", "7", "8", ""]
    assert lines[2]["error"] == f"{names[2]}: cannot be read"
    assert lines[-1]["error"] == f"{names[-1]}: there is no such file; check the address"
    s3.put_object(Bucket="scans", Key="in/1.png", Body=b"new")
    again = run_batch(job, names, out, 1)
    assert again.processed == 2  # what is new, and what was not there
    assert json.loads(out.read_text().splitlines()[1])["text"] == "new"


def test_addresses_of_the_web_are_left_to_readers(monkeypatch):
    name = "https://127.0.0.1:9/a.png?size=*"
    assert expand([name]) == ([name], [])
    assert inputs.Input(name).path == name
    assert list(inputs.iter_results(lambda names: names, [name])) == [name]


def test_an_address_without_its_package_says_what_to_install():
    page = expand(["gs://bucket/*.png"])[1][0]
    assert "gcsfs" in page.error
    page = expand(["nonsense://bucket/a.png"])[1][0]
    assert page.error.startswith("nonsense://bucket/a.png: cannot be opened")


def test_blocks_get_smaller_so_that_workers_end_together():
    sizes, left = [], 200
    while left:
        sizes.append(min(left, driver._choose_size(left, 2)))
        left -= sizes[-1]
    assert sizes[0] == 25
    assert sizes[-1] == 1
    assert driver._choose_size(5000, 2) == driver.BLOCK
