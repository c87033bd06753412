"""Who takes part: networks of three sizes, the seven baselines, and what a person brings.

Letters: n items, F features, K classes.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sutja.baselines import BASELINES
from sutja.comparison.eras import ERAS
from sutja.comparison.faults import ComparisonError

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Learner:
    """One way to learn, and the settings worth trying.

    Attributes
    ----------
    name, how : what to call it, and how it learns, in a line.
    kind : "network", "baseline", "era" or "own".
    default : settings to begin with.
    space : other values worth trying of some settings.
    hidden : neurons of each layer of a perceptron: its seeds and settings are trained as one stack.
    size : of a convolutional network.
    estimator : what a person brings, with `fit` and `predict`.
    """

    name: str
    kind: str
    how: str
    default: Settings = field(default_factory=dict)
    space: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    hidden: tuple[int, ...] = ()
    size: str = ""
    estimator: Any = None

    @property
    def deep(self) -> bool:
        """Whether it is a network."""
        return self.kind in ("network", "era")

    @property
    def stacks(self) -> bool:
        """Whether several of it are trained together.

        Perceptrons are: beside starting an operation its work is little, so several cost as much as one. A
        convolution under `vmap` becomes one in groups, which on a processor is slower than one by one.
        """
        return bool(self.hidden)

    @property
    def first_guess(self) -> float:
        """Seconds that a small fit may take, as long as none was measured; it decides who is tried first."""
        if self.kind == "era":
            return 0.3 if self.name.endswith("perceptron") else 4.0
        if self.size:
            return 3.0
        return 1.5 if self.hidden else 0.5

    def candidates(self, most: int, seed: int = 0) -> list[dict[str, Any]]:
        """The default, and settings drawn at random from the space, no two alike."""
        names = list(self.space)
        every = [dict(zip(names, values, strict=True)) for values in itertools.product(*self.space.values())]
        rng = np.random.default_rng([seed, len(every)])
        drawn = [{**self.default, **every[i]} for i in rng.permutation(len(every))] if names else []
        first = dict(self.default)
        return [first, *[some for some in drawn if some != first]][: max(1, most)]


_MLP_SPACE = {"lr": (1e-3, 3e-3, 1e-2), "weight_decay": (0.0, 0.01, 0.1)}
_MLP_DEFAULT = {"lr": 3e-3, "weight_decay": 0.01}
_CONV_SPACE = {
    "lr": (2e-3, 4e-3, 8e-3), "weight_decay": (0.01, 0.05), "augment": (None, "shift", "light"),
}  # fmt: skip
_CONV_DEFAULT = {"lr": 4e-3, "weight_decay": 0.02, "augment": "light"}


def _mlp(name: str, hidden: tuple[int, ...]) -> Learner:
    layers = "-".join(map(str, hidden))
    return Learner(
        name, "network", f"multilayer perceptron, hidden layers of {layers} neurons (ReLU, AdamW)",
        _MLP_DEFAULT, _MLP_SPACE, hidden,
    )  # fmt: skip


def _convnet(size: str) -> Learner:
    words = {"s": "small", "m": "middle", "l": "large"}[size]
    return Learner(
        f"convnet-{size}", "network",
        f"{words} convolutional network with batch norms (AdamW); tuning chooses how pictures are changed "
        f"while it learns", _CONV_DEFAULT, _CONV_SPACE, size=size,
    )  # fmt: skip


def _baseline(name: str) -> Learner:
    made = BASELINES[name]
    return Learner(name, "baseline", made.how, {}, made.search_space)


MLPS = (_mlp("mlp-s", (64, 32)), _mlp("mlp-m", (256, 128)), _mlp("mlp-l", (512, 256, 128)))
CONVNETS = tuple(_convnet(size) for size in "sml")
_KNOWN = {
    learner.name: learner
    for learner in (
        *MLPS,
        *CONVNETS,
        *(_baseline(name) for name in BASELINES),
        *(Learner(era.name, "era", era.how) for era in ERAS.values()),
    )
}


def default_names(pictures: bool) -> tuple[str, ...]:
    """Three networks and the baselines."""
    networks = ("mlp-s", "convnet-s", "convnet-m") if pictures else ("mlp-s", "mlp-m", "mlp-l")
    return (*networks, *BASELINES)


def choose(
    wanted: Sequence[Any] | Mapping[str, Any] | None, pictures: bool, eras: bool = False
) -> tuple[Learner, ...]:
    """The learners of a comparison.

    Parameters
    ----------
    wanted : names, or pairs of a name and an estimator of one's own, or a mapping of such; None for all.
    pictures : whether items are pictures, which convolutions and the eras need.
    eras : also take `sutja.comparison.eras.ERAS`.

    Raises
    ------
    ComparisonError
        There is no such learner, or it does not learn from such items.
    """
    asked: list[Any] = list(wanted.items() if isinstance(wanted, Mapping) else wanted or ())
    found = [_one(item) for item in (asked if wanted is not None else default_names(pictures))]
    found += [_KNOWN[name] for name in ERAS if eras and name not in {some.name for some in found}]
    names = [learner.name for learner in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not found:
        raise ComparisonError(
            f"names {twice[0]} twice" if twice else "names no learner", where="learners",
            remedy="name one at least, and each once",
        )  # fmt: skip
    for learner in found:
        if (learner.size or learner.kind == "era") and not pictures:
            raise ComparisonError(
                f"{learner.name} learns from pictures, and these are rows of features", where="learners",
                remedy="leave it out, or give pictures (n, H, W)",
            )  # fmt: skip
    return tuple(found)


def _one(item: Any) -> Learner:
    if isinstance(item, str):
        if item not in _KNOWN:
            raise ComparisonError(
                f"there is no learner {item!r}", where="learners", remedy=f"there are {', '.join(_KNOWN)}"
            )
        return _KNOWN[item]
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
        name, estimator = item
        if hasattr(estimator, "fit") and hasattr(estimator, "predict") and name not in _KNOWN:
            return Learner(name, "own", type(estimator).__name__, estimator=estimator)
    raise ComparisonError(
        f"{str(item)[:60]} is no learner", where="learners",
        remedy="give names, or pairs of a name of your own and an estimator with fit and predict",
    )  # fmt: skip
