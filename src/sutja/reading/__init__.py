"""Ink to numbers: a network's output is decoded, calibrated, and put back onto the picture."""

from collections.abc import Sequence

from sutja.errors import SutjaError
from sutja.model_file.bundled import Model, choose_beside, open_model
from sutja.reading.classifier import Classifier
from sutja.reading.reader import Reader

__all__ = ["Classifier", "Reader", "open_reader"]


def open_reader(
    model: Model = None,
    threads: int = 1,
    max_error: float | None = None,
    *,
    kind: str = "auto",
    country: str | None = None,
    effort: str | None = None,
    ocr: str = "auto",
    detector: Model = None,
    second_reader: Model = None,
    providers: Sequence[str] | None = None,
) -> Reader | Classifier:
    """Open a `Reader` with a model, or a `Classifier` where the model is one.

    Parameters and errors are those of both.

    Raises
    ------
    SutjaError
        If a kind, a country, an effort, a way of text, a detector or a second reader is given for a
        classifier, which tells single characters.
    """
    detector = choose_beside(model, detector)
    file = open_model(model)
    if file.card.task == "classify":
        options = {
            "kind": kind != "auto",
            "country": country is not None,
            "effort": effort is not None,
            "ocr": ocr != "auto",
            "detector": detector is not None,
            "second reader": second_reader is not None,
        }
        if named := [name for name, given in options.items() if given]:
            raise SutjaError(
                f"tells single characters, which have no {' and no '.join(named)}",
                where=f"model {file.source}",
                remedy="leave that out, or read with a model of whole numbers",
            )
        return Classifier(file, threads, max_error, providers=providers)
    return Reader(
        file,
        threads,
        max_error,
        kind=kind,
        country=country,
        effort=effort,
        ocr=ocr,
        detector=detector,
        second_reader=second_reader,
        providers=providers,
    )
