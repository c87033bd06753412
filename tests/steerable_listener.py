"""A listener without training, and the sounds it hears: tones whose pitch says which word they are.

The network looks at a band a word and nothing else, so a test decides what is heard, when, and how surely, by
which tone it plays and how loud. Letters: K classes with blank, M mel bands.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sutja.model_file import Card, Preprocessing
from sutja.signals.audio import RATE
from sutja.signals.preprocessing.log_mel import LogMelParams, log_mel

WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "oh",
    "twenty",
    "thirty",
    "hundred",
    "thousand",
    "and",
    "double",
    "□",
)
K = len(WORDS) + 1
PARAMS = LogMelParams(stride=4)
BANDS = range(9, 9 + 3 * len(WORDS), 3)  # far enough apart to be told from one another
WORD, GAP = 0.12, 0.2  # seconds of a tone, and of silence behind it
LOUD = 0.3  # amplitude that is heard for sure
SOFT = 0.5  # of LOUD, in decibels below by `UNSURE`: as likely as not
GAIN = 12.0
BLANK = 4.5  # of the features, in units of LogMelParams.unit: below it nothing is heard


def make_network(classes: int = K, mels: int = PARAMS.mels, stride: int = PARAMS.stride) -> onnx.ModelProto:
    """The network: features (B, T, M) to log_probs (B, T / stride, K)."""
    weights = np.zeros((mels, classes), np.float32)
    for i, band in enumerate(BANDS[: classes - 1], start=1):
        weights[band, i] = GAIN
    bias = np.zeros(classes, np.float32)
    bias[0] = GAIN * BLANK
    initializers = [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias")]
    nodes = [
        # a neighbouring band will do: the listener also plays sounds a little quicker and slower
        helper.make_node("MaxPool", ["features"], ["near"], kernel_shape=[3], strides=[1], pads=[1, 1]),
        helper.make_node("Transpose", ["near"], ["bands"], perm=[0, 2, 1]),
        helper.make_node(
            "AveragePool", ["bands"], ["pooled"], kernel_shape=[stride], strides=[stride], ceil_mode=1
        ),
        helper.make_node("Transpose", ["pooled"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["frames", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["logits"]),
        helper.make_node("LogSoftmax", ["logits"], ["log_probs"], axis=-1),
    ]
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["B", "T", mels])
    output = helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, ["B", "S", classes])
    graph = helper.make_graph(nodes, "steerable-listener", [features], [output], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)


def make_card(**changes: object) -> Card:
    """A card for the network."""
    fields = {
        "task": "listen",
        "name": "steerable-listener",
        "charset": (),
        "classes": WORDS,
        "preprocessing": Preprocessing("log-mel", PARAMS.to_json()),
        "threshold": 0.9,
        "created": "2026-01-01",
    }
    return Card(**{**fields, **changes})  # type: ignore[arg-type]


def centre(word: str) -> float:
    """The frequency of a word's tone, in Hz: the middle of its band."""
    edges = np.linspace(*(1127.0 * np.log1p(np.array([PARAMS.low, PARAMS.high]) / 700.0)), PARAMS.mels + 2)
    return float(700.0 * np.expm1(edges[BANDS[WORDS.index(word)] + 1] / 1127.0))


def tone(word: str, seconds: float = WORD, amplitude: float = LOUD) -> np.ndarray:
    """A word, float32 (n,)."""
    t = np.arange(round(seconds * RATE)) / RATE
    return (amplitude * np.sin(2 * np.pi * centre(word) * t) * np.hanning(len(t)) ** 0.25).astype(np.float32)


def silence(seconds: float) -> np.ndarray:
    """Nothing, float32 (n,)."""
    return np.zeros(round(seconds * RATE), np.float32)


def say(text: str, gap: float = GAP) -> np.ndarray:
    """Words, and pauses as numbers of seconds: "one two 3.0 five"; a word with "?" is in doubt.

    float32 (n,).
    """
    parts = [silence(gap)]
    for word in text.split():
        if word[0].isdigit():
            parts.append(silence(float(word)))
        else:
            parts += [tone(word), silence(gap)]
    return np.concatenate(parts)


def features_of(samples: np.ndarray) -> np.ndarray:
    """What the network sees, (T, M)."""
    return log_mel(samples, PARAMS)
