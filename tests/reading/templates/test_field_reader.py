"""Fields are read box by box and as a whole, and the two are joined."""

import form_drawing as forms
import pytest

from sutja.grammar import TypedNumber
from sutja.reading.decode import Hypothesis
from sutja.reading.page.geometry.transform import PageTransform
from sutja.reading.templates.field_image import cut_field
from sutja.reading.templates.field_reader import FieldReader, choose_grammar, make_answers
from sutja.reading.templates.template_field import TemplateField
from sutja.types import Box

COMB = TemplateField("yes", Box(430, 200, 562, 244), digits=(1, 3), comb=True)
FREE = TemplateField("free", Box(0, 0, 10, 10), digits=(2, 3))
AMOUNT = TemplateField("paid", Box(0, 0, 10, 10), kind="amount", country="US")


def whole(**given):
    """Hypotheses by digits; the names begin with an n."""
    return {
        name[1:]: Hypothesis(name[1:], p, parts=(name[1:],), typed=TypedNumber("number", name[1:]))
        for name, p in given.items()
    }


def test_boxes_and_whole_that_agree_are_surer_than_either():
    cells = [{"": 0.95}, {"1": 0.9, "7": 0.1}, {"2": 0.97}]
    alone = make_answers(COMB, cells, None)
    both = make_answers(COMB, cells, whole(n12=0.95))
    assert both[0].digits == alone[0].digits == "12"
    assert both[0].probability > 0.88
    assert [answer.digits for answer in both][:2] == ["12", "72"]


def test_boxes_and_whole_that_differ_are_in_doubt():
    answers = make_answers(COMB, [{"": 0.99}, {"1": 0.98}, {"2": 0.98}], whole(n72=0.95))
    assert {answers[0].digits, answers[1].digits} == {"12", "72"}
    assert answers[0].probability < 0.8


def test_boxes_and_a_whole_without_any_answer_give_none():
    assert make_answers(COMB, [{}, {"1": 0.9}], {}) == []


def test_digits_stand_side_by_side():
    answers = make_answers(COMB, [{"1": 0.99}, {"": 0.6, "0": 0.35}, {"2": 0.99}], None)
    assert answers[0].digits == "102"


def test_crossed_boxes_make_an_empty_field():
    [answer] = make_answers(COMB, [{"": 0.99}] * 3, None)
    assert (answer.digits, answer.value) == ("", None)
    assert answer.probability > 0.95


def test_a_free_field_that_is_blank_is_empty():
    [answer] = make_answers(FREE, [], None)
    assert answer.digits == ""


def test_a_wrong_number_of_digits_counts_less():
    answers = make_answers(FREE, [], whole(n1=0.6, n12=0.3))
    assert [answer.digits for answer in answers] == ["12", "1"]
    assert answers[1].probability == pytest.approx(0.06)


def test_an_amount_has_the_value_of_its_text():
    read = {"1250": Hypothesis("1250", 0.9, parts=("12.50",), typed=TypedNumber("amount", "12.50"))}
    [answer] = make_answers(AMOUNT, [], read)
    assert (answer.text, answer.value, answer.kind) == ("12.50", "12.50", "amount")


def test_grammars():
    assert choose_grammar(COMB) is choose_grammar(TemplateField("x", COMB.box, digits=(1, 3)))
    assert choose_grammar(AMOUNT).kind == "amount"
    assert choose_grammar(TemplateField("x", COMB.box, kind="auto")) is None


def test_boxes_without_ink_are_not_asked():
    form = forms.draw_form()
    forms.fill(form, "yes", "X 7")
    asked = []

    def read_hypotheses(crops, grammar):
        asked.append((len(crops), grammar.parse("7") is not None, grammar.parse("77") is not None))
        one_box = grammar.parse("77") is None
        seven = Hypothesis("7", 0.95, parts=("7",), typed=TypedNumber("number", "7"))
        nothing = [Hypothesis(None, 0.98), Hypothesis("4", 0.02)]
        return [nothing, [seven]] if one_box else [[seven]]

    image = cut_field(PageTransform.identity(form), COMB.box, 3)
    [answers] = FieldReader(read_hypotheses).read([COMB], [image])
    assert answers[0].digits == "7"
    assert asked == [(2, True, False), (1, True, True)]
