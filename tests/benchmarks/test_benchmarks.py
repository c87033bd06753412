"""The benchmarks count and keep what they say; what they measure is in benchmarks/results."""

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from sutja.charset import CHARSET
from sutja.model_file import Card, Preprocessing, write_model
from sutja.signals.preprocessing.normalisation import NormaliseParams

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
K = 1 + len(CHARSET)
SCRIPTS = sorted(path.stem for path in FOLDER.glob("[!_]*.py"))


@pytest.fixture(scope="module", autouse=True)
def _importable():
    """The folder on the path, as it is for `python benchmarks/X.py`."""
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))


def script(name: str) -> ModuleType:
    return importlib.import_module(name)


def tiny_model() -> onnx.ModelProto:
    """A convolution over 2 columns, then a log-softmax: image (B, 1, 32, W) → log_probs (B, W / 2, K)."""
    weights = np.random.default_rng(0).normal(0, 0.1, (K, 1, 32, 2)).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["image", "w"], ["planes"], strides=[32, 2]),
        helper.make_node("Squeeze", ["planes", "axis"], ["rows"]),
        helper.make_node("Transpose", ["rows"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("LogSoftmax", ["frames"], ["log_probs"], axis=2),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["B", 1, 32, "W"])],
        [helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, ["B", "T", K])],
        [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(np.array([2]), "axis")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.fixture(scope="module")
def model_path(tmp_path_factory):
    """A model file that answers nonsense, with the card of a real one."""
    path = tmp_path_factory.mktemp("model") / "tiny.onnx"
    card = Card("transcribe", "tiny", tuple(CHARSET), Preprocessing("normalise", NormaliseParams().to_json()))
    write_model(path, tiny_model(), card)
    return path


@pytest.fixture
def drafts(tmp_path, monkeypatch):
    """Results and kept answers go to a folder of their own."""
    for name in ("_machine", "_peers"):
        monkeypatch.setattr(script(name), "DRAFTS", tmp_path)
    monkeypatch.setattr(script("_machine"), "RESULTS", tmp_path / "results")
    return tmp_path


def test_every_figure_of_the_readme_has_its_script():
    assert SCRIPTS == [
        "amounts",
        "bccd",
        "calibration",
        "certified",
        "cheques",
        "cold_start",
        "compare_budget",
        "compare_cluster",
        "compare_digits",
        "compare_extrapolation",
        "compare_kills",
        "compare_stack",
        "compare_synthetic",
        "detector",
        "digits",
        "forms",
        "fuzzing",
        "gpu",
        "grids",
        "listening",
        "lone_digits",
        "no_number",
        "own_drawings",
        "pages",
        "real_pages",
        "receipts",
        "scale",
        "server",
        "single_image",
        "speed",
        "tables",
        "templates",
        "train_nodes",
        "train_shards",
        "two_readers",
        "why",
    ]


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_load_without_the_peers_and_explain_themselves(name, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)  # importing it is an error
    with pytest.raises(SystemExit) as leaving:
        script(name).main(["--help"])
    assert leaving.value.code == 0
    out = capsys.readouterr().out
    trains = {"bccd", "digits", "fuzzing", "gpu", "scale", "train_nodes", "train_shards", "why"}
    trains |= {name for name in SCRIPTS if name.startswith("compare_")}
    assert ("--model" in out) == (name not in trains)
    whole = {"speed", "cold_start", "detector", "pages", "single_image", "compare_kills", "compare_synthetic"}
    whole |= {"compare_cluster", "compare_digits", "fuzzing", "scale", "server", "train_nodes"}
    whole |= {"train_shards"}
    assert ("--part" in out) == (name not in whole)


def test_the_test_part_must_be_asked_for(monkeypatch):
    arguments = script("_sutja_models").make_parser
    monkeypatch.delenv("SUTJA_BENCH_PART", raising=False)
    assert arguments("").parse_args([]).part == "validation"
    assert arguments("").parse_args(["--part", "test"]).part == "test"
    monkeypatch.setenv("SUTJA_BENCH_PART", "test")
    assert arguments("").parse_args([]).part == "test"
    monkeypatch.setenv("SUTJA_BENCH_PART", "tset")
    with pytest.raises(SystemExit, match="tset"):
        arguments("")


def test_macs_of_a_convolution():
    # 8 columns give 4 frames of K classes, each a sum over 32 × 2 pixels
    assert script("_macs").count_macs(tiny_model(), (3, 1, 32, 8)) == 3 * 4 * K * 32 * 2


def test_macs_of_grouped_convolution_matrix_product_and_gemm():
    graph = helper.make_graph(
        [
            helper.make_node(
                "Conv", ["x", "w"], ["a"], group=2, pads=[1, 1, 1, 1]
            ),  # (1, 4, 5, 6) → (1, 6, 5, 6)
            helper.make_node("Flatten", ["a"], ["b"], axis=1),  # (1, 180)
            helper.make_node("Cast", ["m.half"], ["m"], to=TensorProto.FLOAT),
            helper.make_node("MatMul", ["b", "m"], ["c"]),  # (1, 7)
            helper.make_node("Gemm", ["c", "g"], ["y"], transA=1),  # (7, 1) · (1, 2)
        ],
        "three",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, 5, "W"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [7, 2])],
        [
            numpy_helper.from_array(np.zeros((6, 2, 3, 3), np.float32), "w"),
            numpy_helper.from_array(np.zeros((180, 7), np.float16), "m.half"),
            numpy_helper.from_array(np.zeros((1, 2), np.float32), "g"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    rows, columns = 3 * 5 - 2, 3 * 6 - 2  # the kernel's first and last row each miss the picture once
    by_hand = 6 * 2 * rows * columns + 7 * 180 + (7 * 2) * 1
    assert script("_macs").count_macs(model, (1, 4, 5, 6)) == by_hand
    assert script("_macs").count_parameters(model) == 6 * 2 * 9 + 180 * 7 + 2


@pytest.mark.parametrize(
    ("attributes", "pairs"),
    [
        ({}, 3 * 5),  # 5 places for 3 taps in 7 columns
        ({"strides": [2]}, 3 * 3),
        ({"dilations": [3]}, 3 * 1),
        ({"pads": [2, 0]}, 3 * 7 - 2 - 1),
        ({"auto_pad": "SAME_UPPER"}, 3 * 7 - 2),
        ({"auto_pad": "SAME_LOWER", "strides": [2]}, 3 * 4 - 2),
    ],
)
def test_macs_leave_out_the_padding(attributes, pairs):
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["y"], **attributes)],
        "line",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, "W"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 5, "V"])],
        [numpy_helper.from_array(np.zeros((5, 1, 3), np.float32), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    assert script("_macs").count_macs(model, (1, 1, 7)) == 5 * pairs


def test_tally_by_hand():
    case = script("_scores").Case
    cases = [
        case("12", "12", 0.9, True),
        case("12", "13", 0.7, True),
        case("12", None, 0.0, False),
        case("", "7", 0.2, False),
    ]
    found = script("_scores").tally(cases)
    counts = {key: (found[key]["k"], found[key]["n"]) for key in ("right", "wrong", "no_number", "accepted")}
    assert counts == {"right": (1, 4), "wrong": (2, 4), "no_number": (1, 4), "accepted": (2, 4)}
    assert (found["wrong_of_accepted"]["k"], found["wrong_of_accepted"]["n"]) == (1, 2)
    assert found["ece"] == pytest.approx((0.1 + 0.7 + 0.2) / 3, abs=1e-5)
    assert found["right"]["low"] < found["right"]["rate"] < found["right"]["high"]
    assert script("_scores").make_rate(0, 0)["rate"] is None


@pytest.mark.parametrize(
    ("text", "words", "digits"),
    [
        ("1.234,50-", False, "123450"),
        ("12", False, "12"),  # full-width
        ("No. 7", False, "7"),
        ("Route 7", True, None),
        ("77 kg", True, "77"),
        ("", False, None),
    ],
)
def test_a_peers_text_is_taken_kindly(text, words, digits):
    case = script("_scores").make_case("x", text, 0.95, words=words)
    assert case.digits == digits
    assert case.accepted == (digits is not None)


def test_look_alikes():
    assert script("_scores").replace_look_alikes("lO|o4") == "10104"


def test_tesseracts_table():
    table = (
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
        "1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n"
        "5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90.0\t12\n"
        "5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t50.0\t34\n"
        "1\t2\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n"
    )
    parse = script("_ocr_engines").parse_table
    assert parse(table, 2) == [("12 34", 0.5), ("", 0.0)]
    with pytest.raises(RuntimeError, match="of 3"):
        parse(table, 3)


def peer(name: str, answer: str, asked: list[str]):
    """A peer that always says the same, and remembers that it was asked."""

    def ask(pictures):
        asked.append(name)
        return [(answer, 0.5)] * len(pictures)

    return script("_peers").PeerMode("Parrot", name, "1.0", ask)


def test_peers_are_asked_once_and_in_their_best_way(drafts):
    peers, asked = script("_peers"), []
    crops = [script("_crops").Crop(np.full((20, 30), shade, np.uint8), "7") for shade in (10, 200)]
    ways = [peer("bad", "8", asked), peer("good", "7", asked)]
    first = peers.make_row(ways, crops, crops, "some set")
    assert (first["way"], first["right"]["k"], first["n"]) == ("good", 2, 2)
    assert asked == ["bad", "good"]
    again = peers.make_row(ways, crops, crops, "some set")
    assert again == first
    assert asked == ["bad", "good"]
    peers.make_row(ways, crops[:1], crops, "some set")  # other crops: other answers
    peers.make_row(ways, crops, crops, "some set", fresh=True)
    assert asked[2] == "good"
    assert len(asked) > 4


def test_small_light_digits_are_prepared_for_print():
    picture = np.zeros((16, 16), np.uint8)
    picture[4:12, 6:10] = 255
    ready = script("_peers").prepare_for_print(picture)
    assert ready.shape[0] >= 64
    assert ready[0, 0] > 200
    assert ready[ready.shape[0] // 2, ready.shape[1] // 2] < 50


def test_bins_of_equal_mass_by_hand():
    calibration = script("calibration")
    bins = calibration.make_equal_mass_bins([0.9, 0.5, 0.7, 0.6], [True, False, True, True], bins=2)
    assert [(round(b["confidence"], 6), b["k"], b["n"]) for b in bins] == [(0.55, 1, 2), (0.8, 2, 2)]
    assert calibration.compute_equal_mass_error(bins) == pytest.approx((0.05 + 0.2) / 2)


def test_risk_counts_what_is_not_answered_as_not_kept():
    case = script("_scores").Case
    cases = [case("1", "1", 0.9, True)] * 9 + [case("1", None, 0.0, False)]
    found = {
        point["coverage"]: point["risk"]["rate"] for point in script("calibration").make_risk_table(cases)
    }
    assert found[0.9] == 0
    assert 1.0 not in found


def test_a_result_says_where_it_comes_from(drafts):
    machine = script("_machine")
    path = machine.save_result(
        machine.make_result_path("speed"), "speed", {"n": 3}, ["numpy", "no-such-package"]
    )
    found = json.loads(path.read_text(encoding="utf-8"))
    assert path == drafts / "results" / "speed.json"
    assert found.keys() == {"schema", "figure", "date", "machine", "n"}
    assert found["machine"].keys() >= {"cpu", "cores", "memory_gib", "os", "python", "packages", "revision"}
    assert found["machine"]["packages"].keys() >= {"sutja", "numpy", "onnxruntime"}
    assert not list(path.parent.glob("*.partial"))
    with pytest.raises(ValueError, match="JSON"):
        machine.write_json(path, {"rate": float("nan")})
    assert json.loads(path.read_text(encoding="utf-8")) == found
    assert machine.make_result_path("speed", "validation").name == "speed-validation.json"
    assert machine.make_result_path("speed", limit=5).parent == drafts


def test_composed_crops_are_the_same_every_time():
    crops = script("_crops")
    first, second = (crops.draw_words(3, hand=False) + crops.compose_crops("blank", 2) for _ in range(2))
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(first, second, strict=True))
    assert {crop.digits for crop in first} == {""}
    assert [c.picture.shape for c in crops.subsample(first, 2)] == [
        c.picture.shape for c in crops.subsample(first, 2)
    ]


def test_stages_add_up(model_path, tmp_path):
    import cv2

    paths = [tmp_path / f"{i}.png" for i in range(3)]
    for i, path in enumerate(paths):
        picture = np.full((40, 60 + 20 * i), 255, np.uint8)
        cv2.putText(picture, "12", (8, 32), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 2)
        cv2.imwrite(str(path), picture)
    stages_module, reader = script("_stage_times"), script("_sutja_models").load_reader(str(model_path))
    before = stages_module.crop_reader.normalise_ink
    stages = stages_module.time_stages(reader, paths)
    assert stages_module.crop_reader.normalise_ink is before
    assert sum(shape[0] for shape in stages.batches) == 6  # nothing can be read, so each is turned once
    shares = stages.shares()
    assert all(
        shares[name]["seconds_per_crop"] > 0
        for name in ("decode the file", "normalise", "network", "beam search")
    )
    assert sum(stage["share"] for stage in shares.values()) == pytest.approx(1, abs=1e-3)


def test_cold_start_loads_nothing_of_the_learn_half(model_path, drafts, capsys, monkeypatch):
    every = script("cold_start").list_codes
    kept = ("import sutja", "sutja read --crop FILE")
    monkeypatch.setattr(
        script("cold_start"), "list_codes", lambda *a: {name: every(*a)[name] for name in kept}
    )
    script("cold_start").main(["--runs", "1", "--model", str(model_path)])
    found = json.loads((drafts / "cold_start.json").read_text(encoding="utf-8"))
    assert [row["what"] for row in found["rows"]] == list(kept)
    assert all(row["learn_half_loaded"] == [] for row in found["rows"])
    assert "median" in capsys.readouterr().out
    assert script("cold_start").list_loaded("import matplotlib") == ["matplotlib"]


@pytest.mark.parametrize("name", ["amounts", "lone_digits", "no_number", "calibration"])
def test_a_try_on_real_data(name, model_path, drafts, data_root, monkeypatch):
    monkeypatch.setenv("SUTJA_DATA", str(data_root))
    monkeypatch.setattr(script("no_number"), "COMPOSED", 3)
    small = {"exam-digits": script("_crops").load_exam_digits}  # the others take seconds to load
    monkeypatch.setattr(script("_crops"), "LONE_DIGITS", small)
    monkeypatch.setattr(script("calibration"), "SETS", small)
    flags = [] if name == "calibration" else ["--no-peers"]
    script(name).main(["--part", "validation", "--limit", "4", "--model", str(model_path), *flags])
    found = json.loads((drafts / f"{name}-validation.json").read_text(encoding="utf-8"))
    assert found["part"] == "validation"
    assert found["rows"]


def test_parts_do_not_meet(data_root):
    crops = script("_crops")
    for read in (crops.load_orand_car, crops.load_cheques, crops.load_exam_digits):
        validation = {crop.picture.tobytes() for crop in read(data_root, "validation")}
        assert validation
        assert not validation & {crop.picture.tobytes() for crop in read(data_root, "test")}
