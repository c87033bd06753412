"""`sutja detect`, `sutja train detect` and `sutja evaluate` of a detector, as a person uses them."""

import csv
import json
import os
from pathlib import Path

import boxed_scenes
import numpy as np
import pytest
import steerable_detector
from click.testing import CliRunner
from PIL import Image
from steerable_detector import box_of, picture

from sutja.cli import main
from sutja.data.boxes.boxed_pictures import make_boxed_picture
from sutja.model_file import read_model, write_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "steerable.onnx"
    write_model(path, steerable_detector.make_network(), steerable_detector.make_card())
    return str(path)


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.fromarray(picture(40, 60, lights=[(3, 3), (6, 10)])).save(folder / "a.png")
    Image.fromarray(picture(40, 60, shades=[(5, 5)])).save(folder / "b.png")
    Image.fromarray(picture(40, 60)).save(folder / "c.png")
    return folder


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_a_table_for_people(model, pictures):
    done = run("detect", pictures, "--model", model)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert "confidence" in lines[0]
    assert [line.split()[1] for line in lines[1:]] == ["light", "light", "shade", "nothing"]
    assert "3 pictures: 3 found" in done.stderr


def test_json_lines(model, pictures):
    done = run("detect", pictures, "--model", model, "--format", "jsonl")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(row["source"]).name for row in rows] == ["a.png", "b.png", "c.png"]
    assert {"source", "page", "detections", "error"} <= set(rows[0])
    assert sorted(found["box"] for found in rows[0]["detections"]) == sorted([box_of(3, 3), box_of(6, 10)])
    assert rows[0]["detections"][0]["label"] == "light"
    assert rows[2]["detections"] == []
    assert rows[2]["error"] is None


def test_coco_results(model, pictures, tmp_path):
    (pictures / "a.png").rename(pictures / "000000000139.png")
    out = tmp_path / "results.json"
    done = run("detect", pictures, "--model", model, "--format", "coco", "--out", out)
    assert done.exit_code == 0
    rows = json.loads(out.read_text())
    assert [(row["image_id"], row["category_id"]) for row in rows] == [(139, 1), (139, 1), ("b.png", 2)]
    x0, y0, x1, y1 = box_of(5, 5)
    assert rows[2]["bbox"] == [x0, y0, x1 - x0, y1 - y0]
    assert 0 < rows[2]["score"] <= 1
    empty = run("detect", pictures / "c.png", "--model", model, "--format", "coco")
    assert json.loads(empty.stdout) == []


def test_annotated_copies(model, pictures, tmp_path):
    done = run("detect", pictures, "--model", model, "--annotate", tmp_path / "drawn")
    assert done.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == ["a.png", "b.png", "c.png"]
    drawn = np.asarray(Image.open(tmp_path / "drawn" / "a.png"))
    assert drawn.shape[0] > 40  # the legend below
    assert (drawn[:, :, 0] != drawn[:, :, 1]).any()  # colour on a grey picture


def test_a_bad_picture_stops_nothing(model, pictures, tmp_path):
    (pictures / "bad.png").write_bytes(b"nothing")
    out = tmp_path / "found.jsonl"
    done = run("detect", pictures, "nowhere.png", "none*.png", "--model", model, "--out", out)
    assert done.exit_code == 1
    rows = {Path(row["source"]).name: row for row in map(json.loads, out.read_text().splitlines())}
    assert set(rows) == {"a.png", "b.png", "bad.png", "c.png", "nowhere.png", "none*.png"}
    assert rows["bad.png"]["error"]
    assert "matches no file" in rows["none*.png"]["error"]
    assert done.stderr.count("error: ") == 3


def test_pages_of_a_document(model, tmp_path):
    pages = [Image.fromarray(picture(40, 40, lights=[(2, i)])) for i in (2, 6)]
    pages[0].save(tmp_path / "c.tif", save_all=True, append_images=pages[1:])
    done = run(
        "detect", tmp_path / "c.tif", "--model", model, "--format", "jsonl", "--annotate", tmp_path / "d"
    )
    assert [json.loads(line)["page"] for line in done.stdout.splitlines()] == [1, 2]
    assert sorted(path.name for path in (tmp_path / "d").iterdir()) == ["c-page2.png", "c.png"]


def test_names_that_are_no_text(model, tmp_path):
    name = os.fsencode(tmp_path) + b"/\xff\x1b[31m.png"
    Image.fromarray(picture(40, 40, lights=[(2, 2)])).save(tmp_path / "a.png")
    os.rename(tmp_path / "a.png", name)  # noqa: PTH104 - the name is bytes
    for form in ("table", "jsonl", "coco"):
        done = run("detect", tmp_path, "--model", model, "--format", form)
        assert done.exit_code == 0
        assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "nowhere.onnx"], "no such file"),
        (["--model", "numbers"], "is a model to transcribe"),
        (["--threshold", "0.5", "--max-error", "0.1"], "exclude one another"),
        (["--format", "hocr"], "hocr"),
        (["--threshold", "2"], "threshold"),
    ],
)
def test_wrong_usage(arguments, said, pictures, model):
    given = arguments if "--model" in arguments else [*arguments, "--model", model]
    done = run("detect", pictures, *given)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_threshold_of_ones_own(model, pictures):
    done = run("detect", pictures, "--model", model, "--format", "jsonl", "--threshold", "0.999")
    labels = {found["label"] for line in done.stdout.splitlines() for found in json.loads(line)["detections"]}
    assert labels == {"light"}


@pytest.fixture
def labelled(tmp_path):
    """Pictures of lights and shades with their boxes, one light not labelled, one of nothing labelled."""
    scenes = []
    for lights, shades, extra, lost in (
        ([(3, 3)], [(6, 10)], [], []),
        ([(4, 9)], [], [[40, 20, 52, 32]], []),
        ([(2, 2), (7, 12)], [], [], [(7, 12)]),
    ):
        boxes = [box_of(*cell) for cell in lights if cell not in lost] + [box_of(*cell) for cell in shades]
        labels = [0] * (len(lights) - len(lost)) + [1] * len(shades) + [1] * len(extra)
        scenes.append(make_boxed_picture(picture(40, 60, lights, shades), boxes + extra, labels))
    folder = boxed_scenes.write_yolo(tmp_path / "labelled", scenes)
    (folder / "classes.txt").write_text("light\nshade\n")
    return folder


def test_evaluate_gives_cocos_average_precision(model, labelled):
    done = run("evaluate", model, labelled)
    assert done.exit_code == 0, done.output
    assert "AP at IoU 0.5 " in done.stdout
    assert "3 pictures with 5 objects" in done.stdout
    facts = json.loads(run("evaluate", model, labelled, "--format", "json").stdout)
    assert (facts["found"], facts["right"], facts["things"]) == (5, 4, 5)
    by_class = {row["label"]: row for row in facts["classes"]}
    assert by_class["shade"]["ap50"] == pytest.approx(51 / 101, abs=1e-4)  # one of two
    assert 0.5 < by_class["light"]["ap50"] <= 1.0
    assert facts["ap50"] == pytest.approx(
        (by_class["light"]["ap50"] + by_class["shade"]["ap50"]) / 2, abs=1e-4
    )


@pytest.mark.parametrize("form", ["yolo", "coco", "voc"])
@pytest.mark.parametrize("rest", [b"", b"begins well"])
def test_pictures_that_cannot_be_read_count_as_missed(model, tmp_path, form, rest):
    cells = [(3, 3)], [(4, 9)], [(2, 2)]
    scenes = [
        make_boxed_picture(picture(40, 60, some), [box_of(*cell) for cell in some], [0]) for some in cells
    ]
    folder = getattr(boxed_scenes, f"write_{form}")(tmp_path / "labelled", scenes)
    for path in folder.rglob("*.[jtx][sxm][otl]*"):
        path.write_text(path.read_text().replace("bar", "light").replace("square", "shade"))
    broken = sorted(folder.rglob("*.png"))[1]
    whole = json.loads(run("evaluate", model, folder, "--part", "train", "--format", "json").stdout)
    broken.write_bytes(broken.read_bytes()[:60] if rest else b"no picture")
    done = run("evaluate", model, folder, "--part", "train", "--format", "json")
    assert done.exit_code == 0, done.stderr
    facts = json.loads(done.stdout)
    assert (facts["pictures"], facts["things"], facts["unreadable"]) == (
        whole["pictures"],
        whole["things"],
        1,
    )
    assert (facts["found"], facts["right"]) == (whole["found"] - 1, whole["right"] - 1)
    assert facts["ap50"] < whole["ap50"]
    n = whole["pictures"]
    assert f"1 of {n} pictures could not be read; their objects count as missed" in done.stderr
    assert broken.name in done.stderr


def test_evaluate_tells_what_is_wrong(model, labelled, tmp_path):
    assert "a detector needs pictures with boxes" in run("evaluate", model).stderr
    (labelled / "classes.txt").write_text("light\nlamp\n")
    done = run("evaluate", model, labelled)
    assert (done.exit_code, "classes that are not known here: lamp" in done.stderr) == (1, True)
    assert "no such file or folder" in run("evaluate", model, tmp_path / "x").stderr


@pytest.fixture
def trained_on(tmp_path):
    scenes = [boxed_scenes.scene(seed, 64, 96) for seed in range(8)]
    return boxed_scenes.write_voc(tmp_path / "data", scenes, train=(0, 1, 2, 3, 4, 5))


FILES = {
    "model.onnx",
    "README.md",
    "card.json",
    "results.csv",
    "curves.png",
    "mistakes.png",
    "command.txt",
    "checkpoint.pt",
}


def test_a_run_folder_holds_everything_and_its_model_detects(trained_on, tmp_path):
    out = tmp_path / "run"
    given = (
        "train",
        "detect",
        trained_on,
        "--out",
        out,
        "--epochs",
        "2",
        "--longest",
        "96",
        "--threads",
        1,
        "--device",
        "cpu",
        "--dtype",
        "float32",
        "--int8",
    )
    (trained_on / "0.xml").write_text("<annotation><object>")
    cut = (trained_on / "1.png").read_bytes()
    for name in ("1.png", "6.png"):  # whole enough to tell their size
        (trained_on / name).write_bytes(cut[:200])
    done = run(*given)
    assert done.exit_code == 0, done.output
    assert "0.xml: cannot be read as VOC XML" in done.output
    assert "1.png: " in done.output
    assert "6.png: " in done.output
    assert {path.name for path in out.iterdir()} == FILES | {"model-int8.onnx"}
    assert run("detect", trained_on, "--model", out / "model-int8.onnx").exit_code == 1
    card = read_model(out / "model.onnx").card
    assert (card.task, card.classes, card.seed) == ("detect", boxed_scenes.CLASSES, 0)
    assert card.preprocessing.params["longest"] == 96
    assert json.loads((out / "card.json").read_text())["task"] == "detect"
    assert [result["part"].split(",")[0] for result in card.results] == ["validation", "test"]
    assert len(list(csv.DictReader((out / "results.csv").open()))) == 2
    assert "--longest 96" in (out / "command.txt").read_text()
    again = run(*given)
    assert (again.exit_code, "there is a run in this folder" in again.stderr) == (1, True)
    assert "goes on after" in run(*given, "--resume").output
    assert run("detect", trained_on, "--model", out / "model.onnx").exit_code == 1  # two cannot be read
    assert "AP at IoU 0.5" in run("evaluate", out / "model.onnx", trained_on).stdout


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--epochs", "1", "--budget", "1s"], 2, "exclude one another"),
        (["--size", "huge"], 2, "huge"),
        (["--device", "cuda:77"], 1, "there is no device"),
    ],
)
def test_wrong_training(arguments, status, said, trained_on, tmp_path):
    done = run("train", "detect", trained_on, "--out", tmp_path / "run", *arguments)
    assert (done.exit_code, said in done.stderr) == (status, True)


def test_training_on_what_has_no_boxes(tmp_path):
    done = run("train", "detect", tmp_path, "--out", tmp_path / "run")
    assert (done.exit_code, "there are no boxes in this folder" in done.stderr) == (1, True)
