"""Who takes part: networks of three sizes, the seven baselines, and what a person brings.

Letters: n items, F features, K classes.
"""

from __future__ import annotations

import difflib
import itertools
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sutja.baselines import BASELINES
from sutja.comparison.learners.eras import ERAS
from sutja.errors import ComparisonError

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Learner:
    """One way to learn, and the settings worth trying.

    Attributes
    ----------
    name, how : str
        What to call it, and how it learns, in a line.
    kind : str
        "network", "baseline", "era" or "own".
    default : Settings
        Settings to begin with.
    space : Mapping[str, tuple[Any, ...]]
        Other values worth trying of some settings.
    hidden : tuple[int, ...]
        Neurons of each layer of a perceptron: its seeds and settings are trained as one stack.
    size : str
        Of a convolutional network.
    estimator : Any
        What a person brings, with `fit` and `predict`.
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
_CONV_SPACE = {"lr": (2e-3, 4e-3, 8e-3), "weight_decay": (0.01, 0.05), "augment": (None, "shift", "light")}
_CONV_DEFAULT = {"lr": 4e-3, "weight_decay": 0.02, "augment": "light"}


def _mlp(name: str, hidden: tuple[int, ...]) -> Learner:
    layers = "-".join(map(str, hidden))
    return Learner(
        name,
        "network",
        f"multilayer perceptron, hidden layers of {layers} neurons (ReLU, AdamW)",
        _MLP_DEFAULT,
        _MLP_SPACE,
        hidden,
    )


def _convnet(size: str) -> Learner:
    words = {"s": "small", "m": "middle", "l": "large"}[size]
    return Learner(
        f"convnet-{size}",
        "network",
        f"{words} convolutional network with batch norms (AdamW); tuning chooses how pictures are changed "
        f"while it learns",
        _CONV_DEFAULT,
        _CONV_SPACE,
        size=size,
    )


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


def choose(wanted: Any, pictures: bool, eras: bool = False) -> tuple[Learner, ...]:
    """The learners of a comparison.

    Parameters
    ----------
    wanted : Any
        Names, estimators of one's own, pairs of a name and an estimator, or a mapping of such; or one of
        these alone. None for all.
    pictures : bool
        Whether items are pictures, which convolutions and the eras need.
    eras : bool
        Also take `sutja.comparison.learners.eras.ERAS`.

    Raises
    ------
    ComparisonError
        There is no such learner, or it does not learn from such items.
    """
    asked = _listed(wanted)
    found = [_one(item) for item in (asked if wanted is not None else default_names(pictures))]
    found += [_KNOWN[name] for name in ERAS if eras and name not in {some.name for some in found}]
    names = [learner.name for learner in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not found:
        raise ComparisonError(
            f"names {twice[0]} twice" if twice else "names no learner",
            where="learners",
            remedy="name one at least, and each once",
        )
    for learner in found:
        if (learner.size or learner.kind == "era") and not pictures:
            raise ComparisonError(
                f"{learner.name} learns from pictures, and these are rows of features",
                where="learners",
                remedy="leave it out, or give pictures (n, H, W)",
            )
    return tuple(found)


def _listed(wanted: Any) -> list[Any]:
    """What was asked for, each by itself."""
    if wanted is None:
        return []
    if isinstance(wanted, Mapping):
        return list(wanted.items())
    if isinstance(wanted, str) or _learns(wanted) or (isinstance(wanted, tuple) and _is_pair(wanted)):
        return [wanted]
    try:
        return list(wanted)
    except TypeError:
        return [wanted]


def _learns(item: Any) -> bool:
    return hasattr(item, "fit") and hasattr(item, "predict")


def _is_pair(item: tuple[Any, ...]) -> bool:
    """Whether it is a name of a person's own and an estimator, and not two learners."""
    return len(item) == 2 and isinstance(item[0], str) and item[0] not in _KNOWN and _learns(item[1])


def _one(item: Any) -> Learner:
    if isinstance(item, str):
        if item not in _KNOWN:
            near = difflib.get_close_matches(item.lower().replace("_", "-"), _KNOWN, 1, 0.4)
            meant = f"did you mean {near[0]}? " if near else ""
            raise ComparisonError(
                f"there is no learner {item!r}",
                where="learners",
                remedy=f"{meant}there are {', '.join(_KNOWN)}",
            )
        return _KNOWN[item]
    if isinstance(item, tuple | list) and len(item) == 2 and isinstance(item[0], str):
        return _own(item[0], item[1])
    if _learns(item) and not isinstance(item, type):
        return _own(type(item).__name__, item)
    return _own("", item)


def _own(name: str, estimator: Any) -> Learner:
    """What a person brings."""
    way = "give names, or pairs of a name of your own and an estimator with fit and predict"
    what = f"{name or str(estimator)[:60]}"
    if name in _KNOWN:
        what, why, way = name, "is the name of a learner that is known", "call yours by another name"
    elif isinstance(estimator, type) and _learns(estimator):
        why, way = f"is the class {estimator.__name__}", f"make one of it: {estimator.__name__}()"
    elif not name or not _learns(estimator):
        why = "is no learner"
    elif getattr(estimator, "_estimator_type", None) == "regressor" or _is_regressor(estimator):
        why, way = "answers measurements, not classes", "give a classifier"
    else:
        return Learner(name, "own", type(estimator).__name__, estimator=estimator)
    raise ComparisonError(f"{what} {why}", where="learners", remedy=way)


def _is_regressor(estimator: Any) -> bool:
    from sklearn.base import is_regressor

    with warnings.catch_warnings():  # of estimators that are older than its tags
        warnings.simplefilter("ignore")
        try:
            return bool(is_regressor(estimator))
        except (AttributeError, TypeError):
            return False
