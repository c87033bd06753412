"""The learners that can be compared: networks of three sizes, the baselines, eras, and a person's own.

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
    """A learner and its search space.

    Attributes
    ----------
    name : str
        Its name.
    kind : str
        "network", "baseline", "era" or "own".
    description : str
        Its method, in a line.
    default : Settings
        Default hyperparameters.
    space : Mapping[str, tuple[Any, ...]]
        Values to try of some hyperparameters.
    hidden : tuple[int, ...]
        Neurons of each hidden layer of a perceptron; its seeds and settings are trained as one stack.
    size : str
        Size of a convolutional network: "s", "m" or "l".
    estimator : Any
        A person's own estimator, with `fit` and `predict`.
    """

    name: str
    kind: str
    description: str
    default: Settings = field(default_factory=dict)
    space: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    hidden: tuple[int, ...] = ()
    size: str = ""
    estimator: Any = None

    @property
    def is_network(self) -> bool:
        """True for networks, those of the eras included."""
        return self.kind in ("network", "era")

    @property
    def is_stacked(self) -> bool:
        """True if several are trained together.

        Perceptrons are: their operations take little longer than starting them, so several cost about as much
        as one. Convolutions are not: under `vmap` they become grouped ones, which are slower on a CPU.
        """
        return bool(self.hidden)

    @property
    def initial_guess(self) -> float:
        """Seconds of a small fit, until one has been measured; it decides which learner is tried first."""
        if self.kind == "era":
            return 0.3 if self.name.endswith("perceptron") else 4.0
        if self.size:
            return 3.0
        return 1.5 if self.hidden else 0.5

    def draw_candidates(self, most: int, seed: int = 0) -> list[dict[str, Any]]:
        """Return the default and settings drawn at random from the search space, no two alike."""
        names = list(self.space)
        combinations = [
            dict(zip(names, values, strict=True)) for values in itertools.product(*self.space.values())
        ]
        rng = np.random.default_rng([seed, len(combinations)])
        drawn = (
            [{**self.default, **combinations[i]} for i in rng.permutation(len(combinations))] if names else []
        )
        default = dict(self.default)
        return [default, *[settings for settings in drawn if settings != default]][: max(1, most)]


_MLP_SPACE = {"lr": (1e-3, 3e-3, 1e-2), "weight_decay": (0.0, 0.01, 0.1)}
_MLP_DEFAULT = {"lr": 3e-3, "weight_decay": 0.01}
_CONV_SPACE = {"lr": (2e-3, 4e-3, 8e-3), "weight_decay": (0.01, 0.05), "augment": (None, "shift", "light")}
_CONV_DEFAULT = {"lr": 4e-3, "weight_decay": 0.02, "augment": "light"}


def _make_mlp(name: str, hidden: tuple[int, ...]) -> Learner:
    layers = "-".join(map(str, hidden))
    return Learner(
        name,
        "network",
        f"multilayer perceptron, hidden layers of {layers} neurons (ReLU, AdamW)",
        _MLP_DEFAULT,
        _MLP_SPACE,
        hidden,
    )


def _make_convnet(size: str) -> Learner:
    adjective = {"s": "small", "m": "medium", "l": "large"}[size]
    return Learner(
        f"convnet-{size}",
        "network",
        f"{adjective} convolutional network with batch norm (AdamW); tuning chooses the augmentation",
        _CONV_DEFAULT,
        _CONV_SPACE,
        size=size,
    )


def _make_baseline(name: str) -> Learner:
    baseline = BASELINES[name]
    return Learner(name, "baseline", baseline.how, {}, baseline.search_space)


MLPS = (_make_mlp("mlp-s", (64, 32)), _make_mlp("mlp-m", (256, 128)), _make_mlp("mlp-l", (512, 256, 128)))
CONVNETS = tuple(_make_convnet(size) for size in "sml")
_KNOWN = {
    learner.name: learner
    for learner in (
        *MLPS,
        *CONVNETS,
        *(_make_baseline(name) for name in BASELINES),
        *(Learner(era.name, "era", era.description) for era in ERAS.values()),
    )
}


def list_default_names(pictures: bool) -> tuple[str, ...]:
    """Return the names of three networks and the baselines."""
    networks = ("mlp-s", "convnet-s", "convnet-m") if pictures else ("mlp-s", "mlp-m", "mlp-l")
    return (*networks, *BASELINES)


def choose_learners(wanted: Any, pictures: bool, eras: bool = False) -> tuple[Learner, ...]:
    """Choose the learners of a comparison.

    Parameters
    ----------
    wanted : Any
        Names, estimators of one's own, pairs of a name and an estimator, or a mapping of such; or a single
        one of these. None for the default ones.
    pictures : bool
        True if items are pictures, which convolutions and the eras need.
    eras : bool
        Add all of `sutja.comparison.learners.eras.ERAS`.

    Raises
    ------
    ComparisonError
        There is no such learner, or it cannot learn from such items.
    """
    items = _to_list(wanted) if wanted is not None else list_default_names(pictures)
    learners = [_make_learner(item) for item in items]
    learners += [_KNOWN[name] for name in ERAS if eras and name not in {some.name for some in learners}]
    names = [learner.name for learner in learners]
    duplicates = sorted({name for name in names if names.count(name) > 1})
    if duplicates or not learners:
        raise ComparisonError(
            f"names {duplicates[0]} twice" if duplicates else "names no learner",
            where="learners",
            remedy="name at least one, and each once",
        )
    for learner in learners:
        if (learner.size or learner.kind == "era") and not pictures:
            raise ComparisonError(
                f"{learner.name} learns from pictures, and these are rows of features",
                where="learners",
                remedy="leave it out, or give pictures (n, H, W)",
            )
    return tuple(learners)


def _to_list(wanted: Any) -> list[Any]:
    """Return the names, estimators and pairs one by one."""
    if isinstance(wanted, Mapping):
        return list(wanted.items())
    if isinstance(wanted, str) or _is_estimator(wanted) or (isinstance(wanted, tuple) and _is_pair(wanted)):
        return [wanted]
    try:
        return list(wanted)
    except TypeError:
        return [wanted]


def _is_estimator(item: Any) -> bool:
    return hasattr(item, "fit") and hasattr(item, "predict")


def _is_pair(item: tuple[Any, ...]) -> bool:
    """Tell if it is a new name with an estimator, and not two learners."""
    return len(item) == 2 and isinstance(item[0], str) and item[0] not in _KNOWN and _is_estimator(item[1])


def _make_learner(item: Any) -> Learner:
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
        return _make_own(item[0], item[1])
    if _is_estimator(item) and not isinstance(item, type):
        return _make_own(type(item).__name__, item)
    return _make_own("", item)


def _make_own(name: str, estimator: Any) -> Learner:
    """Make a learner of a person's own estimator."""
    remedy = "give names, or pairs of a name of your own and an estimator with fit and predict"
    what = f"{name or str(estimator)[:60]}"
    if name in _KNOWN:
        what, why, remedy = name, "is the name of a known learner", "call yours by another name"
    elif isinstance(estimator, type) and _is_estimator(estimator):
        why, remedy = f"is the class {estimator.__name__}", f"make one of it: {estimator.__name__}()"
    elif not name or not _is_estimator(estimator):
        why = "is not a learner"
    elif getattr(estimator, "_estimator_type", None) == "regressor" or _is_regressor(estimator):
        why, remedy = "answers measurements, not classes", "give a classifier"
    else:
        return Learner(name, "own", type(estimator).__name__, estimator=estimator)
    raise ComparisonError(f"{what} {why}", where="learners", remedy=remedy)


def _is_regressor(estimator: Any) -> bool:
    from sklearn.base import is_regressor

    with warnings.catch_warnings():  # about estimators that are older than its tags
        warnings.simplefilter("ignore")
        try:
            return bool(is_regressor(estimator))
        except (AttributeError, TypeError):
            return False
