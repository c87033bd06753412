"""Boxes from COCO, YOLO and VOC: the same pictures from each, and what becomes of broken ones."""

import shutil

import boxed_scenes
import numpy as np
import pytest
from boxed_scenes import CLASSES, coco, scene, write_coco, write_voc, write_yolo

from sutja.data.boxes.boxed_pictures import BoxedSet, make_boxed_picture
from sutja.data.boxes.load import in_classes, load_boxed
from sutja.errors import DataError


@pytest.fixture
def scenes():
    return [scene(seed) for seed in range(4)]


def same(found, scenes):
    """Whether a set holds these scenes, in whatever order."""
    by_name = {int(one.picture.stem): one for one in found.pictures}
    for number, one in enumerate(scenes):
        np.testing.assert_array_equal(by_name[number].pixels, one.pixels)
        np.testing.assert_allclose(by_name[number].boxes, one.boxes, atol=0.01)
        labels = [found.classes[i] for i in by_name[number].labels]
        assert labels == [CLASSES[i] for i in one.labels]
    return True


@pytest.mark.parametrize("write", [write_yolo, write_voc, write_coco])
def test_every_format_gives_the_same(write, scenes, tmp_path):
    found = load_boxed(write(tmp_path / "set", scenes))
    assert list(found) == ["all"]
    assert same(found["all"], scenes)
    assert (found["all"].notes, found["all"].source, found["all"].parted) == ((), "set", False)


def test_a_coco_file_by_itself(scenes, tmp_path):
    write_coco(tmp_path, scenes)
    assert same(load_boxed(tmp_path / "labels.json")["all"], scenes)


def test_coco_beside_a_folder_of_pictures_in_parts(scenes, tmp_path):
    for part in ("train2017", "val2017"):
        write_coco(tmp_path / "images" / part, scenes)
        (tmp_path / "annotations").mkdir(exist_ok=True)
        old = tmp_path / "images" / part / "labels.json"
        shutil.move(old, tmp_path / "annotations" / f"instances_{part}.json")
    found = load_boxed(tmp_path)
    assert sorted(found) == ["test", "train"]
    assert same(found["train"], scenes)
    assert same(found["test"], scenes)
    assert found["train"].parted


def test_yolo_in_folders_of_parts_with_a_yaml(scenes, tmp_path):
    for part in ("train", "valid", "test"):
        write_yolo(tmp_path, scenes, part)
    (tmp_path / "classes.txt").unlink()
    for text in (
        "names: ['bar', \"square\"]",
        "names:\n- bar\n- square # a comment\nnc: 2",
        "path: .\nnames:\n  0: bar\n  1: square",
        "names: {0: bar, 1: square}",
    ):
        (tmp_path / "data.yaml").write_text(text + "\n")
        found = load_boxed(tmp_path)
        assert sorted(found) == ["test", "train", "validation"]
        assert found["train"].classes == CLASSES
        assert same(found["validation"], scenes)


def test_yolo_beside_the_pictures_and_with_folders_under_images(scenes, tmp_path):
    write_yolo(tmp_path / "a", scenes)
    flat, split = tmp_path / "flat", tmp_path / "split"
    flat.mkdir()
    (split / "images" / "train").mkdir(parents=True)
    (split / "labels" / "train").mkdir(parents=True)
    for i in range(len(scenes)):
        for kind, suffix in (("images", "png"), ("labels", "txt")):
            shutil.copy(tmp_path / "a" / kind / f"{i}.{suffix}", flat)
            shutil.copy(tmp_path / "a" / kind / f"{i}.{suffix}", split / kind / "train")
    for folder in (flat, split):
        shutil.copy(tmp_path / "a" / "classes.txt", folder)
    assert same(load_boxed(flat)["all"], scenes)
    assert same(load_boxed(split)["train"], scenes)


def test_a_picture_without_a_text_file_has_no_thing_in_it(scenes, tmp_path):
    write_yolo(tmp_path, scenes)
    (tmp_path / "labels" / "2.txt").unlink()
    found = load_boxed(tmp_path)["all"]
    assert [len(one.labels) for one in found.pictures] == [
        len(s.labels) if i != 2 else 0 for i, s in enumerate(scenes)
    ]


def test_voc_lists_tell_the_parts(scenes, tmp_path):
    found = load_boxed(write_voc(tmp_path, scenes, train=(0, 2)))
    assert {part: sorted(one.picture.stem for one in some.pictures) for part, some in found.items()} == {
        "train": ["0", "2"],
        "test": ["1", "3"],
    }


def test_difficult_things_and_crowds_are_ignored(scenes, tmp_path):
    write_voc(tmp_path / "v", scenes)
    path = tmp_path / "v" / "0.xml"
    path.write_text(path.read_text().replace("<name>", "<difficult>1</difficult><name>", 1))
    assert load_boxed(tmp_path / "v")["all"].pictures[0].ignore.tolist()[:2] == [True, False]
    data = coco(scenes)
    data["annotations"][0]["iscrowd"] = 1
    write_coco(tmp_path / "c", scenes, annotations=data["annotations"])
    assert load_boxed(tmp_path / "c")["all"].pictures[0].ignore.tolist()[:2] == [True, False]


YOLO_LINES = {
    "0 0.5 0.5 0.1 0": "a box without an inside",
    "0 0.5 0.5 -0.1 0.1": "a box without an inside",
    "0 1.5 0.5 0.1 0.1": "outside of its picture",
    "0 nan 0.5 0.1 0.1": "no number",
    "0 inf 0.5 0.1 0.1": "no number",
    "7 0.5 0.5 0.1 0.1": "of the class '7'",
    "-1 0.5 0.5 0.1 0.1": "of the class '-1'",
    "0.5 0.5 0.5 0.1 0.1": "of the class '0.5'",
    "nan 0.5 0.5 0.1 0.1": "of the class 'nan'",
    "0 0.5 0.5": "neither a box nor a polygon",
    "bar 0.5 0.5 0.1 0.1": "is no line of numbers",
}


@pytest.mark.parametrize(("line", "why"), YOLO_LINES.items())
def test_a_broken_line_is_told_with_its_file_and_number(line, why, scenes, tmp_path):
    write_yolo(tmp_path, scenes)
    path = tmp_path / "labels" / "1.txt"
    path.write_text(path.read_text() + line + "\n")
    found = load_boxed(tmp_path)["all"]
    (note,) = found.notes
    assert note.startswith(f"{path}, line {len(scenes[1].labels) + 1}: ")
    assert why in note
    assert same(found, scenes)


def test_a_polygon_becomes_its_box_and_an_edge_is_cut_off(scenes, tmp_path):
    write_yolo(tmp_path, scenes)
    lines = "1 0.25 0.25 0.5 0.25 0.5 0.75 0.3 0.9\n0 0.99 0.5 0.1 0.2\n"
    (tmp_path / "labels" / "0.txt").write_text(lines)
    (one, *_) = load_boxed(tmp_path)["all"].pictures
    np.testing.assert_allclose(one.boxes[0], [32, 24, 64, 0.9 * 96], atol=0.01)
    assert one.boxes[1, 2] == 128


COCO_CHANGES = {
    "nan": ({"bbox": [float("nan"), 0, 5, 5]}, "no number"),
    "text": ({"bbox": ["1", 0, 5, 5]}, "no number"),
    "short": ({"bbox": [1, 2, 3]}, "no number"),
    "none": ({"bbox": None}, "no number"),
    "empty": ({"bbox": [1, 2, 0, 3]}, "without an inside"),
    "outside": ({"bbox": [500, 2, 9, 9]}, "outside of its picture"),
    "category": ({"category_id": 99}, "of the class 'category 99'"),
    "picture": ({"image_id": 99}, "that is not listed"),
}


@pytest.mark.parametrize(("change", "why"), COCO_CHANGES.values(), ids=COCO_CHANGES)
def test_a_broken_annotation_is_told_with_its_place(change, why, scenes, tmp_path):
    annotations = [{**coco(scenes)["annotations"][0], **change}, *coco(scenes)["annotations"]]
    write_coco(tmp_path, scenes, annotations=annotations)
    found = load_boxed(tmp_path)["all"]
    (note,) = found.notes
    assert "labels.json, annotations[0]: " in note
    assert why in note
    assert same(found, scenes)


VOC_CHANGES = {
    "<xmin>nan": "no number",
    "<xmin>five": "no number",
    "<xmin>900": "without an inside",
    "<name>": "without the name of a class",
}


@pytest.mark.parametrize("change", VOC_CHANGES)
def test_a_broken_object_is_told_with_its_number(change, scenes, tmp_path):
    write_voc(tmp_path, scenes)
    path = tmp_path / "2.xml"
    text = path.read_text()
    if change == "<name>":
        text = text.replace("<name>bar</name>", "<name/>", 1).replace("<name>square</name>", "<name/>", 1)
    else:
        start = text.index("<xmin>")
        text = text[:start] + change + text[text.index("</xmin>") :]
    path.write_text(text)
    (note, *_) = load_boxed(tmp_path)["all"].notes
    assert note.startswith(f"{path}, object ")
    assert VOC_CHANGES[change] in note


def test_broken_files_cost_only_themselves(scenes, tmp_path):
    write_voc(tmp_path, scenes)
    (tmp_path / "0.xml").write_text("<annotation><object>")
    (tmp_path / "1.png").write_bytes(b"no picture")
    (tmp_path / "2.png").unlink()
    found = load_boxed(tmp_path)["all"]
    assert [one.picture.stem for one in found.pictures] == ["3"]
    assert len(found.notes) == 3
    assert any("0.xml: cannot be read as VOC XML" in note for note in found.notes)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "cannot be read as COCO JSON"),
        (b"[1]", "it holds no object"),
        (b"{}", "has no list 'categories'"),
        (b"\xff\xfe\x00", "cannot be read as COCO JSON"),
        (b'{"images": [], "annotations": [], "categories": []}', "names no category"),
        (b'{"images": [], "annotations": [], "categories": [{"id": 1, "name": "a"}]}', "no box that can be"),
        (b"[" * 100_000, "cannot be read as COCO JSON"),
    ],
)
def test_a_hopeless_file_is_refused(content, why, tmp_path):
    path = tmp_path / "labels.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=why):
        load_boxed(path)


def test_a_name_that_leads_elsewhere_is_looked_for_here(scenes, tmp_path):
    write_coco(tmp_path / "set", scenes, images=[{"id": 0, "file_name": "../../etc/0.png"}])
    assert [one.picture for one in load_boxed(tmp_path / "set")["all"].pictures] == [tmp_path / "set/0.png"]


def test_nothing_to_learn_from_says_the_first_reason(scenes, tmp_path):
    write_yolo(tmp_path, scenes)
    for path in (tmp_path / "labels").iterdir():
        path.write_text("0 5 5 1 1\n")
    with pytest.raises(DataError, match=r"no box that can be learnt from: .*0\.txt, line 1: a box"):
        load_boxed(tmp_path)


def test_what_is_not_there_or_has_no_boxes(tmp_path):
    with pytest.raises(DataError, match="no such file or folder"):
        load_boxed(tmp_path / "nowhere")
    with pytest.raises(DataError, match="there are no boxes in this folder"):
        load_boxed(tmp_path)
    with pytest.raises(DataError, match="to classify, without boxes"):
        load_boxed("mnist")


def test_unnamed_classes_are_refused(scenes, tmp_path):
    write_yolo(tmp_path, scenes)
    (tmp_path / "classes.txt").write_text("bar\n\nsquare\n")
    with pytest.raises(DataError, match="nothing says what the classes are called"):
        load_boxed(tmp_path)


@pytest.mark.parametrize(
    "line", ["train/images", "../train/images", r"..\train\images", r"./train\images", r'"..\train\images"']
)
def test_a_data_yaml_names_the_pictures_of_each_part(line, scenes, tmp_path):
    for part in ("train", "valid", "unused"):
        write_yolo(tmp_path / "set", scenes, part)
    (tmp_path / "set" / "classes.txt").unlink()
    path = tmp_path / "set" / "data.yaml"
    path.write_text(
        f"train: {line}\nval: {line.replace('train', 'valid')}\n\nnc: 2\nnames: ['bar', \"square\"]\n"
    )
    found = load_boxed(path)
    assert sorted(found) == ["test", "train"]
    assert same(found["train"], scenes)
    path.write_text("path: .\ntrain: [train/images, valid/images]\nnames:\n  0: bar\n  1: square\n")
    assert len(load_boxed(path)["train"]) == 2 * len(scenes)
    (tmp_path / "set" / "some.txt").write_text("train\\images\\0.png\n./train/images/1.png\n")
    path.write_text("train: some.txt\nnames: [bar, square]\n")
    assert len(load_boxed(path)["train"]) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("train: nowhere/images\nnames: [bar, square]\n", "names nowhere/images, which is not there"),
        ("names: [bar, square]\n", "names no pictures to train on"),
        ("train: train/images\n", "nothing says what the classes are called"),
        ("train: train/images\nnames: [a, b\n", "cannot be read as YAML"),
        ("train: &a train/images\nval: *a\nnames: [a, b]\n", "refers to parts of itself"),
        ("names: " + "[" * 200_000, "parts too deep in others"),
        ("names: [" + "a," * 200_000 + "]", "too many parts"),
    ],
)
def test_a_data_yaml_that_does_not_say_enough_is_refused(content, why, scenes, tmp_path):
    write_yolo(tmp_path, scenes, "train")
    (tmp_path / "data.yaml").write_text(content)
    with pytest.raises(DataError, match=why):
        load_boxed(tmp_path / "data.yaml")


def test_coco_with_paths_of_windows_and_without_some_pictures(scenes, tmp_path):
    names = [f"img\\{i}.png" for i in range(len(scenes))]
    images = [{"id": i, "file_name": name} for i, name in enumerate(names)]
    write_coco(tmp_path / "set", scenes, images=images)
    (tmp_path / "set" / "img").mkdir()
    for i in range(len(scenes)):
        (tmp_path / "set" / f"{i}.png").rename(tmp_path / "set" / "img" / f"{i}.png")
    assert same(load_boxed(tmp_path / "set")["all"], scenes)
    for i in (1, 2):
        (tmp_path / "set" / "img" / f"{i}.png").unlink()
    found = load_boxed(tmp_path / "set")["all"]
    (note,) = found.notes
    assert "2 of its 4 pictures are not there" in note
    assert len(found) == 2


def test_coco_without_names_or_boxes_takes_numbers_and_polygons(scenes, tmp_path):
    content = coco(scenes)
    for entry in content["annotations"]:
        x, y, w, h = entry.pop("bbox")
        entry["segmentation"] = [[x, y, x + w, y, x + w, y + h, x, y + h]]
    write_coco(tmp_path, scenes, annotations=content["annotations"], categories=[])
    found = load_boxed(tmp_path)["all"]
    assert found.classes == ("1", "2")
    assert "called after their numbers" in found.notes[0]
    for one in found.pictures:
        np.testing.assert_allclose(one.boxes, scenes[int(one.picture.stem)].boxes, atol=0.01)


@pytest.mark.parametrize("bbox", [None, []])
def test_coco_with_empty_boxes_flat_polygons_and_numbers_as_floats(bbox, scenes, tmp_path):
    content = coco(scenes)
    for entry in content["annotations"]:
        x, y, w, h = entry["bbox"]
        entry |= {"bbox": bbox, "segmentation": [x, y, x + w, y, x + w, y + h, x, y + h]}
        entry |= {"image_id": float(entry["image_id"]), "category_id": str(entry["category_id"])}
    write_coco(tmp_path, scenes, annotations=content["annotations"])
    assert same(load_boxed(tmp_path)["all"], scenes)


@pytest.mark.parametrize("root", ["C:\\Users\\me\\set\\", "/home/me/set/", "..\\..\\set\\"])
def test_coco_from_another_machine(root, scenes, tmp_path):
    names = [f"{root}img\\{i}.png" for i in range(len(scenes))]
    write_coco(tmp_path, scenes, images=[{"id": i, "file_name": name} for i, name in enumerate(names)])
    (tmp_path / "img").mkdir()
    for i in range(len(scenes)):
        (tmp_path / f"{i}.png").rename(tmp_path / "img" / f"{i}.png")
    assert same(load_boxed(tmp_path)["all"], scenes)


def test_labels_are_counted_in_the_classes_of_a_model():
    data = BoxedSet(
        (make_boxed_picture(np.zeros((9, 9), np.uint8), [[0, 0, 3, 3]], [1]),), ("a", "b"), "mine"
    )
    assert in_classes(data, ("c", "b", "a")).pictures[0].labels.tolist() == [1]
    with pytest.raises(DataError, match="classes that are not known here: b"):
        in_classes(data, ("a",))


def test_the_checksum_tells_boxes_and_pictures_apart():
    one = boxed_scenes.scene(0)
    base = BoxedSet((one,), CLASSES, "mine")
    moved = make_boxed_picture(one.picture, one.boxes + 1, one.labels)
    other = make_boxed_picture(one.pixels[::-1], one.boxes, one.labels)
    assert len({BoxedSet((each,), CLASSES, "x").checksum() for each in (one, moved, other)}) == 3
    assert BoxedSet((one,), CLASSES, "another name").checksum() == base.checksum()


def test_blood_cells_and_cheques_have_three_parts(data_root, monkeypatch):
    monkeypatch.setenv("SUTJA_DATA", str(data_root))
    cells, cheques = load_boxed("bccd"), load_boxed("cheques")
    assert {part: len(some) for part, some in cells.items()} == {"train": 161, "validation": 44, "test": 87}
    assert sum(len(some) for some in cheques.values()) == 114
    assert cells["train"].classes == ("Platelets", "RBC", "WBC")
    assert cells["train"].open_terms
    assert sum("without an inside" in note for some in cells.values() for note in some.notes) == 2
    names = [one.picture.stem for some in cells.values() for one in some.pictures]
    assert len(names) == len(set(names))
