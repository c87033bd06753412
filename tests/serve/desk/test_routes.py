"""The desk over HTTP."""

import csv
import io
import json
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from sutja.serve.api.uploads import Upload
from sutja.serve.app import create_app
from sutja.serve.desk.uploads import MOST, UploadDesks
from sutja.serve.settings import Settings


@pytest.fixture
def desk_client(tmp_path):
    """A client of a server with three numbers to check on one page."""
    Image.fromarray(np.full((60, 200), 255, np.uint8)).save(tmp_path / "a.png")
    numbers = [
        {"text": str(i), "accepted": False, "confidence": 0.5, "box": [10 + 40 * i, 10, 40 + 40 * i, 40]}
        for i in range(3)
    ]
    path = tmp_path / "results.jsonl"
    path.write_text(json.dumps({"source": "a.png", "page": 1, "numbers": numbers}) + "\n")
    settings = Settings(check=str(path), pictures=str(tmp_path), out=str(tmp_path / "out"))
    return TestClient(create_app(settings), base_url="http://127.0.0.1")


def test_numbers_are_checked(desk_client):
    ann = {"person": "ann"}
    assert desk_client.get("/page/desk").json() == {
        "open": True,
        "total": 3,
        "done": 0,
        "changed": 0,
        "skipped": 0,
    }
    items = desk_client.post("/page/desk/take", json={**ann, "count": 2}).json()
    assert [(item["index"], item["source"], item["number"]["text"]) for item in items] == [
        (0, "a.png", "0"),
        (1, "a.png", "1"),
    ]
    assert desk_client.post("/page/desk/items/0", json={**ann, "text": "8"}).json()["changed"] == 1
    conflict = desk_client.post("/page/desk/items/0", json={"person": "bo", "text": "9"})
    assert conflict.status_code == 409
    assert "ann" in conflict.json()["detail"]
    assert desk_client.get("/page/desk/labels.csv").text.splitlines()[1].split(",")[1] == "8"
    corrected = desk_client.get("/page/desk/corrected.csv").text.splitlines()
    assert corrected[1] == "a.png,1,8,8,,0.5,True,True"
    assert corrected[2].endswith("False,False")
    formula = desk_client.post("/page/desk/items/1", json={**ann, "text": "=1+1"})
    assert formula.status_code == 200
    assert "a.png,1,'=1+1," in desk_client.get("/page/desk/corrected.csv").text
    assert ",=1+1," in desk_client.get("/page/desk/labels.csv").text
    assert desk_client.post("/page/desk/undo", json=ann).json()["item"]["index"] == 1
    assert desk_client.post("/page/desk/undo", json=ann).json()["item"]["index"] == 0


def test_pictures_of_a_number(desk_client):
    crop = desk_client.get("/page/desk/items/1/crop.png")
    assert crop.headers["content-type"] == "image/png"
    around = desk_client.get("/page/desk/items/1/around.jpg")
    x0, y0, x1, y1 = json.loads(around.headers["x-box"])
    assert (x1 - x0, y1 - y0) == (30, 30)
    assert desk_client.get("/page/desk/items/7/crop.png").status_code == 422


def read_sheet(content):
    """Rows of the first sheet of a workbook, as texts."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    return [["".join(cell.itertext()) for cell in row] for row in sheet.iter(f"{space}row")]


def test_corrected_results_as_a_workbook(desk_client):
    desk_client.post("/page/desk/items/1", json={"person": "ann", "text": "=0071"})
    before = set(Path(tempfile.gettempdir()).glob("sutja-*.xlsx"))
    answer = desk_client.get("/page/desk/corrected.xlsx")
    assert "corrected.xlsx" in answer.headers["content-disposition"]
    head, *rows = read_sheet(answer.content)
    assert head[:3] == ["source", "page", "text"]
    assert [row[2] for row in rows] == ["0", "=0071", "2"]
    assert [row[-1] for row in rows] == ["0", "1", "0"]
    assert set(Path(tempfile.gettempdir()).glob("sutja-*.xlsx")) == before


def test_two_people_at_once_lose_nothing(tmp_path):
    Image.fromarray(np.full((60, 200), 255, np.uint8)).save(tmp_path / "a.png")
    n = 60
    number = {"text": "0", "accepted": False, "confidence": 0.5, "box": [10, 10, 40, 40]}
    line = {"source": "a.png", "page": 1, "numbers": [number] * n}
    (tmp_path / "results.jsonl").write_text(json.dumps(line) + "\n")
    check, out = str(tmp_path / "results.jsonl"), tmp_path / "out"
    client = TestClient(
        create_app(Settings(check=check, pictures=str(tmp_path), out=str(out))), base_url="http://127.0.0.1"
    )
    given = {"ann": {}, "bo": {}}

    def work(person):
        while items := client.post("/page/desk/take", json={"person": person, "count": 3}).json():
            for item in items:
                text = f"{len(person)}{item['index']}"
                answer = client.post(
                    f"/page/desk/items/{item['index']}", json={"person": person, "text": text}
                )
                assert answer.status_code == 200, answer.text
                given[person][item["index"]] = text

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, given))
    assert not given["ann"].keys() & given["bo"].keys()
    whole = given["ann"] | given["bo"]
    assert whole.keys() == set(range(n))
    rows = list(csv.DictReader((out / "labels.csv").read_text(encoding="utf-8").splitlines()))
    assert sorted(row["text"] for row in rows) == sorted(whole.values())
    assert all((out / row["path"]).is_file() for row in rows)
    answers = [json.loads(line) for line in (out / "answers.jsonl").read_text().splitlines()]
    assert {answer["person"] for answer in answers} == {person for person in given if given[person]}
    assert len(answers) == n


@pytest.mark.parametrize("body", [{}, {"person": ""}, {"person": "ann", "count": 99}])
def test_malformed_requests_are_problems(desk_client, body):
    answer = desk_client.post("/page/desk/take", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_server_without_results_says_so(client):
    assert client.get("/page/desk").json() == {"open": False}
    answer = client.post("/page/desk/take", json={"person": "ann"})
    assert answer.status_code == 404
    assert "--check" in answer.json()["detail"]


def draw_page(shade=255):
    """An empty page as a file."""
    file = io.BytesIO()
    Image.fromarray(np.full((60, 200), shade, np.uint8)).save(file, "PNG")
    return file.getvalue()


def list_results(*sources):
    """Results with a number in doubt on each page."""
    number = {"text": "7", "accepted": False, "confidence": 0.5, "box": [10, 10, 40, 40]}
    lines = [{"source": source, "page": 1, "numbers": [number]} for source in sources]
    return "".join(json.dumps(line) + "\n" for line in lines)


def open_upload(client, results, *names):
    """Open a desk over an upload."""
    files = [("file", (name, draw_page())) for name in names]
    return client.post("/page/desks", files=files, data={"results": results})


def test_what_was_just_read_is_checked(client, tmp_path):
    path = (
        "/page/desks/" + open_upload(client, list_results("a.png", "b.png"), "a.png", "b.png").json()["key"]
    )
    assert client.get(path).json()["total"] == 2
    ann = {"person": "ann"}
    assert [item["source"] for item in client.post(f"{path}/take", json={**ann, "count": 9}).json()] == [
        "a.png",
        "b.png",
    ]
    for index, text in enumerate(("8", "")):
        assert client.post(f"{path}/items/{index}", json={**ann, "text": text}).status_code == 200
    assert client.get(f"{path}/items/0/crop.png").status_code == 200
    assert client.get(f"{path}/corrected.csv").text.splitlines()[1].startswith("a.png,1,8,")
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"{path}/labels.zip").content))
    archive.extractall(tmp_path)
    rows = list(csv.DictReader((tmp_path / "labels.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["text"], row["file"]) for row in rows] == [("8", "pages/a.png"), ("", "pages/b.png")]
    assert all((tmp_path / row[column]).is_file() for row in rows for column in ("path", "file"))


def test_an_upload_is_found_by_its_key_alone(client):
    for _ in range(2):
        assert open_upload(client, list_results("a.png"), "a.png").status_code == 200
    answer = client.get("/page/desks/guessed")
    assert answer.status_code == 404
    assert "no longer here" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("results", "names", "reason"),
    [
        (list_results("../secret.png"), ["a.png"], "../secret.png: is not among the files"),
        (list_results("/etc/passwd"), ["a.png"], "is not among the files"),
        (list_results("a.png"), ["a.png", "a.png"], "is no name of one file"),
        (list_results("a.png"), ["../a.png"], "is no name of one file"),
        ("", ["a.png"], "holds no page"),
        ("{}", ["a.png"], "holds no page"),
    ],
)
def test_an_upload_names_its_own_files_alone(client, results, names, reason):
    answer = open_upload(client, results, *names)
    assert answer.status_code == 422
    assert reason in answer.json()["detail"]


def test_folders_of_uploads_go_with_the_server(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    uploads = UploadDesks()
    keys = [uploads.open(list_results("a.png"), [Upload("a.png", draw_page())]) for _ in range(MOST + 2)]
    assert [uploads.find(key) is None for key in keys] == [True, True] + [False] * MOST
    assert len(list(tmp_path.iterdir())) == MOST
    uploads.close()
    assert not list(tmp_path.iterdir())


def test_several_processes_check_no_uploads():
    client = TestClient(create_app(Settings(workers=2)), base_url="http://127.0.0.1")
    answer = open_upload(client, list_results("a.png"), "a.png")
    assert answer.status_code == 404
    assert "--workers 1" in answer.json()["detail"]
