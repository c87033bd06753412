"""Seven methods from the history of reading digits, with the settings and published errors of their time.

Each era is a whole method; none is tuned. Letters: C, H, W, K classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Published:
    """A published error.

    Attributes
    ----------
    error : float
        Share of the test items.
    source : str
        Publication.
    note : str
        Differences from the method measured here.
    """

    error: float
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Era:
    """A method of its time.

    Attributes
    ----------
    name : str
        Year and method.
    year : int
        Year of its publication.
    description : str
        Its method, in a line.
    novelty : str
        Its contribution.
    source : str
        Its publication.
    net : str
        "perceptron", or a name that `sutja.comparison.learners.era_nets` knows.
    training : Mapping[str, Any]
        Arguments of `sutja.training.classify.fit.ClassifyConfig`; epochs are those for many labels.
    published : Mapping[str, Published]
        Published errors by data set.
    """

    name: str
    year: int
    description: str
    novelty: str
    source: str
    net: str
    training: Mapping[str, Any] = field(default_factory=dict)
    published: Mapping[str, Published] = field(default_factory=dict)


_LECUN_1998 = "LeCun, Bottou, Bengio & Haffner, Proc. IEEE 1998"
_CORTES_1995 = "Cortes & Vapnik, Machine Learning 1995, table of earlier results"

_ALL = (
    Era(
        "1958-perceptron",
        1958,
        "one layer of threshold units, corrected after each mistake",
        "learning from mistakes, one layer deep",
        "Rosenblatt, Psychological Review 1958",
        "perceptron",
        published={"mnist": Published(0.12, _LECUN_1998, "a linear classifier trained by squared error")},
    ),
    Era(
        "1986-backprop",
        1986,
        "one hidden layer of 40 sigmoid units, squared error, plain gradient descent with momentum",
        "backpropagation: hidden layers learn too",
        "Rumelhart, Hinton & Williams, Nature 1986",
        "sigmoid",
        {
            "optimiser": "sgd",
            "lr": 0.02,
            "momentum": 0.9,
            "weight_decay": 0.0,
            "schedule": "constant",
            "warm_up": 0.0,
            "loss": "squared_error",
            "batch_size": 16,
            "epochs": 30,
        },
        {
            "usps": Published(0.066, _CORTES_1995, "the best two-layer network of the time"),
            "mnist": Published(0.047, _LECUN_1998, "300 hidden units"),
        },
    ),
    Era(
        "1989-zip-code",
        1989,
        "two convolutions with shared weights, 30 units, tanh, squared error; plain gradient descent",
        "shared weights: a stroke learnt in one place is recognised everywhere",
        "LeCun et al., Neural Computation 1989",
        "lecun1989",
        {
            "optimiser": "sgd",
            "lr": 0.03,
            "momentum": 0.0,
            "weight_decay": 0.0,
            "schedule": "linear",
            "warm_up": 0.0,
            "loss": "squared_error",
            "batch_size": 4,
            "epochs": 23,
        },
        {"usps": Published(0.05, "LeCun et al., Neural Computation 1989")},
    ),
    Era(
        "1998-lenet-5",
        1998,
        "LeNet-5: convolutions and subsampling in turn, tanh, momentum",
        "depth: strokes, then parts, then digits",
        _LECUN_1998,
        "lenet5",
        {
            "optimiser": "sgd",
            "lr": 0.01,
            "momentum": 0.9,
            "weight_decay": 0.0,
            "schedule": "linear",
            "warm_up": 0.05,
            "batch_size": 32,
            "epochs": 20,
            "clip": 1.0,
        },
        {
            "usps": Published(0.051, _CORTES_1995, "the five-layer network before it, LeNet-1"),
            "mnist": Published(0.0095, _LECUN_1998),
        },
    ),
    Era(
        "2012-relu-dropout",
        2012,
        "two convolutions and a hidden layer with ReLU, half of it dropped out, momentum",
        "ReLU lets gradients through; dropout keeps large networks from overfitting",
        "Krizhevsky, Sutskever & Hinton, NIPS 2012",
        "relu2012",
        {
            "optimiser": "sgd",
            "lr": 0.02,
            "momentum": 0.9,
            "weight_decay": 5e-4,
            "schedule": "linear",
            "warm_up": 0.0,
            "batch_size": 128,
            "epochs": 20,
        },
    ),
    Era(
        "2015-batch-norm",
        2015,
        "the same convolutions with batch normalisation instead of dropout, Adam",
        "batch norm and Adam: high learning rates, little tuning",
        "Ioffe & Szegedy, ICML 2015; Kingma & Ba, ICLR 2015",
        "norm2015",
        {
            "optimiser": "adamw",
            "lr": 1e-3,
            "weight_decay": 0.0,
            "schedule": "constant",
            "warm_up": 0.0,
            "batch_size": 128,
            "epochs": 15,
        },
    ),
    Era(
        "today",
        2026,
        "ConvNet m: AdamW, learning rate with warm-up and cosine decay, light augmentation, label "
        "smoothing, averaged weights",
        "advances in training since",
        "sutja's own recipe (docs/networks.md)",
        "today",
        {
            "optimiser": "adamw",
            "lr": 4e-3,
            "weight_decay": 0.05,
            "schedule": "cosine",
            "warm_up": 0.1,
            "batch_size": 64,
            "epochs": 30,
            "label_smoothing": 0.05,
            "ema": 0.995,
            "augment": "light",
        },
    ),
)
ERAS: Mapping[str, Era] = MappingProxyType({era.name: era for era in _ALL})

# Published errors of methods other than networks, on the same test items.
PUBLISHED_BASELINES: Mapping[str, Mapping[str, Published]] = MappingProxyType(
    {
        "usps": {
            "decision-tree": Published(0.16, _CORTES_1995, "C4.5; 17 % with CART"),
            "svm-rbf": Published(0.043, "Cortes & Vapnik, Machine Learning 1995", "polynomial kernels"),
            "svm-linear": Published(0.12, "Cortes & Vapnik, Machine Learning 1995"),
            "people": Published(0.025, "Bromley & Säckinger, AT&T Bell Laboratories 1991"),
        },
        "mnist": {
            "k-nn": Published(0.05, _LECUN_1998, "Euclidean distance, no preprocessing"),
            "svm-rbf": Published(0.014, "MNIST page of LeCun, Cortes & Burges", "Gaussian kernel"),
        },
    }
)
