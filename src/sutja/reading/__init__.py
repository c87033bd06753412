"""Ink to numbers: what a network says is decoded, judged, and put back onto the picture."""

from sutja.reading.classifier import Classifier
from sutja.reading.models import Model, load_model
from sutja.reading.reader import Reader

__all__ = ["Classifier", "Reader", "load_model", "open_model"]


def open_model(
    model: Model = None,
    threads: int = 1,
    max_error: float | None = None,
    *,
    kind: str = "auto",
    country: str | None = None,
    detector: Model = None,
) -> Reader | Classifier:
    """What reads with a model: a `Reader`, or a `Classifier` where the model is one.

    Parameters and errors are those of both.
    """
    file = load_model(model)
    if file.card.task == "classify":
        return Classifier(file, threads, max_error)
    return Reader(file, threads, max_error, kind=kind, country=country, detector=detector)
