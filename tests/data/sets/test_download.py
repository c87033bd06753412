import hashlib

import httpx
import pytest
from web import Resource

from sutja.data.sets import download
from sutja.data.sets.download import fetch
from sutja.errors import DataError

CONTENT = bytes(range(256)) * 2000  # 512,000 bytes: several blocks
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def waits():
    return []


@pytest.fixture
def get(web, tmp_path, waits):
    def run(path="/a.bin", sha256=SHA256, **options):
        out = tmp_path / "sets" / "a.bin"
        return fetch(web.url(path), out, "letters", sha256=sha256, sleep=waits.append, **options)

    return run


def left_over(tmp_path):
    return sorted(path.name for path in tmp_path.rglob("*") if path.is_file())


def test_a_whole_file_arrives(web, get, tmp_path, waits):
    web.resources["/a.bin"] = Resource(CONTENT)
    seen = []
    out = get(on_bytes=lambda done, total: seen.append((done, total)))
    assert out.read_bytes() == CONTENT
    assert left_over(tmp_path) == ["a.bin"]
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert waits == []


def test_a_file_that_is_there_is_not_fetched_again(web, get):
    web.resources["/a.bin"] = Resource(CONTENT)
    get()
    get()
    assert len(web.requests) == 1


def test_a_dropped_connection_goes_on_where_it_stopped(web, get, waits):
    web.resources["/a.bin"] = Resource(CONTENT, cut=[100_000, 200_000, None])
    assert get().read_bytes() == CONTENT
    assert web.ranges() == [None, "bytes=100000-", "bytes=300000-"]
    assert len(waits) == 2


def test_a_new_run_goes_on_where_the_last_one_was_stopped(web, get, tmp_path):
    web.resources["/a.bin"] = Resource(CONTENT)

    def stop(done, total):
        if done >= 200_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(on_bytes=stop)
    assert "a.bin" not in left_over(tmp_path)
    kept = (tmp_path / "sets" / "a.bin.part").stat().st_size
    assert 0 < kept < len(CONTENT)
    assert get().read_bytes() == CONTENT
    assert web.ranges() == [None, f"bytes={kept}-"]
    assert left_over(tmp_path) == ["a.bin"]


def test_the_date_will_do_where_there_is_no_strong_etag(web, get):
    date = "Wed, 01 Jan 2020 00:00:00 GMT"
    web.resources["/a.bin"] = Resource(CONTENT, etag='W/"weak"', last_modified=date, cut=[1000])
    assert get().read_bytes() == CONTENT
    assert web.requests[1][1]["If-Range"] == date


def test_without_anything_to_recognise_the_file_by_it_starts_anew(web, get):
    web.resources["/a.bin"] = Resource(CONTENT, etag=None, cut=[1000])
    assert get().read_bytes() == CONTENT
    assert web.ranges() == [None, None]


def test_a_server_without_ranges_starts_anew(web, get):
    web.resources["/a.bin"] = Resource(CONTENT, ranges=False, cut=[1000])
    assert get().read_bytes() == CONTENT
    assert web.ranges() == [None, "bytes=1000-"]


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(web, get):
    def change(resource):
        if len(web.requests) == 2:
            resource.etag, resource.content = '"two"', CONTENT

    web.resources["/a.bin"] = Resource(b"old" * 100_000, cut=[1000], before=change)
    assert get().read_bytes() == CONTENT
    assert web.requests[1][1]["If-Range"] == '"one"'


def test_a_part_longer_than_the_file_is_thrown_away(web, get, tmp_path):
    web.resources["/a.bin"] = Resource(CONTENT)
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "a.bin.part").write_bytes(bytes(len(CONTENT) + 1))
    (tmp_path / "sets" / "a.bin.part.mark").write_text('"one"')
    assert get().read_bytes() == CONTENT
    assert web.ranges() == [f"bytes={len(CONTENT) + 1}-", None]


def test_another_range_than_asked_for_is_not_used(web, get, monkeypatch):
    web.resources["/a.bin"] = Resource(CONTENT, cut=[1000])
    real, answers = download._content_range, iter([(7, len(CONTENT))])
    monkeypatch.setattr(download, "_content_range", lambda header: next(answers, None) or real(header))
    assert get().read_bytes() == CONTENT
    assert web.ranges() == [None, "bytes=1000-", None]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes 5-9/10", (5, 10)),
        ("bytes 0-0/*", (0, None)),
        ("bytes */10", (-1, None)),
        ("lines 5-9/10", (-1, None)),
        ("", (-1, None)),
    ],
)
def test_content_range(header, expected):
    assert download._content_range(header) == expected


def test_a_wrong_file_is_refused_and_leaves_nothing(web, get, tmp_path):
    web.resources["/a.bin"] = Resource(b"something else")
    with pytest.raises(DataError, match=r"letters.*/a\.bin is not the file.*sha256 differs.*SUTJA_DATA"):
        get()
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refusal_is_final(web, get, tmp_path, status, waits):
    web.resources["/a.bin"] = Resource(CONTENT, statuses=[status] * 9)
    with pytest.raises(DataError, match=rf"letters: .*/a\.bin the server answered {status}.*SUTJA_DATA"):
        get()
    assert len(web.requests) == 1
    assert waits == []
    assert left_over(tmp_path) == []


def test_a_busy_server_is_asked_again_and_later_each_time(web, get, waits):
    web.resources["/a.bin"] = Resource(CONTENT, statuses=[503, 500, 429])
    assert get().read_bytes() == CONTENT
    assert 0.7 < waits[0] < 1.3
    assert 1.4 < waits[1] < 2.6
    assert 2.8 < waits[2] < 5.1


def test_the_server_may_ask_to_wait_but_not_for_ever(web, get, waits):
    web.resources["/a.bin"] = Resource(CONTENT, statuses=[503], retry_after="20")
    get()
    web.resources["/b.bin"] = Resource(b"b", statuses=[503], retry_after="86400")
    get("/b.bin", sha256=hashlib.sha256(b"b").hexdigest())
    assert waits == [20, 60]


def test_a_server_that_stays_busy_is_given_up(web, get, tmp_path, waits):
    web.resources["/a.bin"] = Resource(CONTENT, statuses=[503] * 99)
    with pytest.raises(DataError, match=r"could not be fetched \(the server answered 503\)"):
        get()
    assert len(web.requests) == 5


def test_a_body_that_is_always_cut_at_the_same_place_is_given_up(web, get, tmp_path):
    web.resources["/a.bin"] = Resource(CONTENT, ranges=False, cut=[1000] * 99)
    with pytest.raises(DataError, match="could not be fetched"):
        get()
    assert "a.bin" not in left_over(tmp_path)


def test_a_cut_body_of_unknown_length_is_found_out_by_its_hash(web, get, tmp_path):
    web.resources["/a.bin"] = Resource(CONTENT, says_length=False, cut=[1000])
    with pytest.raises(DataError, match="sha256 differs"):
        get()
    assert "a.bin" not in left_over(tmp_path)


def test_an_empty_file(web, get):
    web.resources["/a.bin"] = Resource(b"")
    assert get(sha256=hashlib.sha256(b"").hexdigest()).read_bytes() == b""


def test_no_server(tmp_path, waits):
    with pytest.raises(DataError, match=r"could not be fetched .*what has arrived is kept"):
        fetch("http://127.0.0.1:9/a", tmp_path / "a", "letters", sleep=waits.append)
    assert len(waits) == 4


@pytest.mark.parametrize("url", ["http://[", "nonsense"])
def test_no_address(tmp_path, url):
    with pytest.raises(DataError, match="letters"):
        fetch(url, tmp_path / "a", "letters", sleep=lambda seconds: None)


def test_a_redirect_that_never_ends(web, tmp_path, monkeypatch):
    def answer(request):
        return httpx.Response(302, headers={"Location": str(request.url)})

    client = httpx.Client
    monkeypatch.setattr(
        httpx, "Client", lambda **options: client(transport=httpx.MockTransport(answer), **options)
    )
    with pytest.raises(DataError, match=r"cannot be fetched .*redirect"):
        fetch("http://example.org/a", tmp_path / "a", "letters")


def test_a_folder_that_cannot_be_written(web, tmp_path):
    web.resources["/a.bin"] = Resource(CONTENT)
    (tmp_path / "sets").write_text("a file, no folder")
    with pytest.raises(DataError, match=r"sets/a\.bin: cannot be written .*--to"):
        fetch(web.url("/a.bin"), tmp_path / "sets" / "a.bin", "letters", sha256=SHA256)


def test_a_full_disk(web, get, monkeypatch, tmp_path):
    web.resources["/a.bin"] = Resource(CONTENT)

    def full(done, total):
        raise OSError(28, "No space left on device")

    with pytest.raises(DataError, match=r"No space left on device.*make room"):
        get(on_bytes=full)
    assert "a.bin" not in left_over(tmp_path)
