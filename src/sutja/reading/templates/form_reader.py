"""`FormReader`: a page in, one row out.

page → the template that fits (`registration`) → its fields, cut out (`field_image`) → what each may say
(`field_reader`) → joined by the rules (`joint`) → a `Form`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.templates.field_image import cut_field, fit_box
from sutja.reading.templates.field_reader import Answer, FieldReader, ReadHypotheses, fits_count
from sutja.reading.templates.joint import Option, join_by_rules
from sutja.reading.templates.registration.registrar import MIN_FIT, PageView, Registrar, Registration
from sutja.reading.templates.rules import Rule, make_value
from sutja.reading.templates.template import Template
from sutja.reading.templates.template_field import TemplateField
from sutja.signals.image import Picture
from sutja.types import Alternative, Box, Form, FormField

MAX_ALTERNATIVES = 4


@dataclass(frozen=True, slots=True)
class FittedTemplate:
    """A template that was laid over a page.

    Attributes
    ----------
    template : Template
        Template.
    registrar : Registrar
        What lays it over pages.
    registration : Registration
        Where it lies.
    boxes : tuple[Box, ...]
        Boxes of its fields in its picture, fitted to the lines that are printed there.
    """

    template: Template
    registrar: Registrar
    registration: Registration
    boxes: tuple[Box, ...]

    @property
    def fits(self) -> bool:
        """True if the page is of this form."""
        return self.registration.fit >= MIN_FIT

    def locate(self, field: TemplateField, picture: Picture) -> PageTransform:
        """Lay a field over the page: the page in the template's coordinates, as they are there."""
        matrix = self.registrar.locate(self.registration, field.box)
        rows, columns = self.template.pixels.shape[:2]
        return PageTransform(picture.pixels, matrix, float(columns), float(rows))

    def outline_fields(self, picture: Picture) -> list[tuple[str, list[tuple[float, float]]]]:
        """List the fields with their corners in the picture, clockwise from the top left."""
        found = []
        for field in self.template.fields:
            box = field.box
            corners = [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]
            placed = self.locate(field, picture).map_points(corners)
            found.append((field.name, [(float(x), float(y)) for x, y in placed]))
        return found


class TemplateFinder:
    """Finds which of some templates a page is of.

    Parameters
    ----------
    templates : Sequence[Template]
        At least one.
    """

    def __init__(self, templates: Sequence[Template]) -> None:
        self._registrars = [
            (template, Registrar(template.pixels), fit_boxes(template)) for template in templates
        ]

    def find(self, picture: Picture) -> FittedTemplate | None:
        """Find the template that fits a page best; None where none can be laid over it at all."""
        view = PageView(picture.pixels)
        best: FittedTemplate | None = None
        for template, registrar, boxes in self._registrars:
            found = registrar.register(view)
            if found is not None and (best is None or found.fit > best.registration.fit):
                best = FittedTemplate(template, registrar, found, boxes)
        return best


def fit_boxes(template: Template) -> tuple[Box, ...]:
    """Fit the boxes of a template's fields, drawn by hand, to the lines of its picture."""
    rows, columns = template.pixels.shape[:2]
    own = PageTransform(template.pixels, np.eye(3), float(columns), float(rows))
    return tuple(fit_box(own, field.box, field.n_cells) for field in template.fields)


class FormReader:
    """Reads pages by templates.

    Parameters
    ----------
    read_hypotheses : ReadHypotheses
        Reads crops with a grammar: as `Reader.open_form_reader` makes it.
    threshold : float
        Confidence from which a field is accepted.
    templates : Sequence[Template]
        Templates; each page takes the one that fits.
    """

    def __init__(
        self, read_hypotheses: ReadHypotheses, threshold: float, templates: Sequence[Template]
    ) -> None:
        self._fields = FieldReader(read_hypotheses)
        self._threshold = threshold
        self._finder = TemplateFinder(templates)
        self._names = [template.name for template in templates]

    def read(self, picture: Picture) -> Form:
        """Read a page; one that fits no template says so in its error."""
        found = self._finder.find(picture)
        if found is None or not found.fits:
            return self._refuse(picture, found)
        template, registration = found.template, found.registration
        transforms = [found.locate(field, picture) for field in template.fields]
        images = [
            cut_field(transform, box, field.n_cells)
            for transform, field, box in zip(transforms, template.fields, found.boxes, strict=True)
        ]
        answers = self._fields.read(template.fields, images)
        boxes = [
            transform.map_box(field.box) for transform, field in zip(transforms, template.fields, strict=True)
        ]
        fields, broken = judge_fields(template, answers, boxes, self._threshold)
        return Form(
            picture.source,
            picture.page,
            template.name,
            round(registration.fit, 4),
            picture.width,
            picture.height,
            fields,
            broken,
        )

    def _refuse(self, picture: Picture, found: FittedTemplate | None) -> Form:
        where = picture.source if picture.page == 1 else f"{picture.source}, page {picture.page}"
        if len(self._names) == 1:
            what = f"is no page of the form {self._names[0]!r}"
        else:
            what = f"is no page of the forms {', '.join(map(repr, self._names))}"
        fit = found.registration.fit if found is not None else 0.0
        error = f"{where}: {what}: {fit:.0%} of the print was found, {MIN_FIT:.0%} is needed"
        return Form(
            picture.source, picture.page, None, round(fit, 4), picture.width, picture.height, error=error
        )


def judge_fields(
    template: Template, answers: Sequence[Sequence[Answer]], boxes: Sequence[Box], threshold: float
) -> tuple[tuple[FormField, ...], tuple[str, ...]]:
    """Join the answers of all fields by the rules, and accept those that are sure.

    Parameters
    ----------
    template : Template
        Template with its fields and rules.
    answers : Sequence[Sequence[Answer]]
        What each field may say, likeliest first.
    boxes : Sequence[Box]
        Where each is, in the picture's pixels.
    threshold : float
        Confidence from which a field is accepted.

    Returns
    -------
    tuple[tuple[FormField, ...], tuple[str, ...]]
        Fields, and the rules that they break.
    """
    options = {
        field.name: [Option(make_value(a.digits, a.value, field.kind), a.probability) for a in mine]
        for field, mine in zip(template.fields, answers, strict=True)
    }
    joined = join_by_rules(options, template.rules)
    chosen = {name: int(np.argmax(weights)) if weights else -1 for name, weights in joined.items()}
    broken = [rule for rule in template.rules if _is_broken(rule, options, chosen)]
    marked = {name for rule in broken for name in rule.fields}
    fields = tuple(
        _make_field(field, mine, joined[field.name], box, threshold, field.name in marked)
        for field, mine, box in zip(template.fields, answers, boxes, strict=True)
    )
    return fields, tuple(rule.text for rule in broken)


def _is_broken(rule: Rule, options: dict[str, list[Option]], chosen: dict[str, int]) -> bool:
    if any(chosen[name] < 0 for name in rule.fields):
        return False
    return rule.holds({name: options[name][chosen[name]].value for name in rule.fields}) is False


def _make_field(
    field: TemplateField,
    answers: Sequence[Answer],
    weights: Sequence[float],
    box: Box,
    threshold: float,
    marked: bool,
) -> FormField:
    """Make a field of its answers, each with the probability that it has given all rules."""
    order = sorted(range(len(answers)), key=lambda i: -weights[i])
    if not order:
        return FormField(field.name, "", "", None, field.kind, 0.0, False, False, box)
    best, confidence = answers[order[0]], min(1.0, weights[order[0]])
    others = [
        Alternative(answers[i].text, min(confidence, weights[i])) for i in order[1:] if answers[i].digits
    ]
    empty = not best.digits
    fits = field.may_be_empty if empty else fits_count(field, best.digits)
    return FormField(
        field.name,
        best.text,
        best.digits,
        best.value,
        best.kind,
        confidence,
        confidence >= threshold and fits and not marked,
        empty,
        box,
        tuple(others[:MAX_ALTERNATIVES]),
    )
