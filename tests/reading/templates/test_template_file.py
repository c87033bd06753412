"""Template files: read, written again, and refused by line and name."""

import json

import form_drawing as forms
import pytest
from PIL import Image

from sutja.errors import TemplateError
from sutja.reading.templates import Template, list_columns
from sutja.types import Box

FIELDS = """    {"name": "yes", "box": [430, 200, 562, 244], "digits": 3, "comb": true},
    {"name": "no", "box": [430, 300, 562, 344], "digits": [2, 3], "comb": true, "may_be_empty": false},
    {"name": "sum", "box": [430, 400, 562, 444], "kind": "amount", "country": "DE"}"""


@pytest.fixture
def write(tmp_path):
    """Write a template file beside the picture of the form."""
    Image.fromarray(forms.draw_form()).save(tmp_path / "form.png")

    def write(fields=FIELDS, rules='"sum = yes + no"', head='"name": "count", "picture": "form.png"'):
        path = tmp_path / "count.json"
        path.write_text(f'{{\n  {head},\n  "fields": [\n{fields}\n  ],\n  "rules": [{rules}]\n}}\n', "utf-8")
        return path

    return write


def test_a_template_is_loaded(write):
    template = Template.load(write())
    assert template.name == "count"
    assert template.names == ("yes", "no", "sum") == tuple(list_columns([template, template]))
    yes, no, total = template.fields
    assert (yes.box, yes.digits, yes.n_cells, yes.may_be_empty) == (Box(430, 200, 562, 244), (1, 3), 3, True)
    assert (no.digits, no.may_be_empty) == ((2, 3), False)
    assert (total.kind, total.country, total.n_cells, total.digits) == ("amount", "DE", 1, None)
    assert [rule.text for rule in template.rules] == ["sum = yes + no"]


def test_a_template_in_memory_is_the_same(write):
    path = write()
    picture = (path.parent / "form.png").read_bytes()
    made = Template.parse(path.read_text("utf-8"), picture)
    assert made.picture == "form.png"
    assert made.fields == Template.load(path).fields
    assert [rule.text for rule in made.rules] == ["sum = yes + no"]
    assert Template.parse(made.to_text(), picture).to_text() == made.to_text()
    elsewhere = path.read_text("utf-8").replace("form.png", "/etc/passwd")
    assert Template.parse(elsewhere, picture).pixels.shape == made.pixels.shape  # a name, and nothing more
    with pytest.raises(TemplateError, match="template, line 2: its picture cannot be read"):
        Template.parse(path.read_text("utf-8"), b"no picture")


def test_saving_and_loading_gives_the_same(write, tmp_path):
    template = Template.load(write())
    other = tmp_path / "deeper"
    other.mkdir()
    template.save(other / "again.json")
    again = Template.load(other / "again.json")
    assert again.fields == template.fields
    assert [rule.text for rule in again.rules] == [rule.text for rule in template.rules]
    assert json.loads((other / "again.json").read_text("utf-8"))["picture"] == "../form.png"


@pytest.mark.parametrize(
    ("change", "line", "problem"),
    [
        (("[430, 400, 562, 444]", "[430, 400, 9999, 444]"), 6, "'sum'.* outside the page of 640 × 900"),
        (('"name": "sum"', '"name": "yes"'), 6, "'yes'.*another field has this name, in line 4"),
        (('"name": "sum"', '"name": "2nd"'), 6, "begins with no digit"),
        (("[430, 300, 562, 344]", "[562, 300, 430, 344]"), 5, "'no'.*must not end before it begins"),
        (("[430, 300, 562, 344]", "[430, 300, 562]"), 5, "'no'.*has no box"),
        (('"kind": "amount"', '"kind": "sum"'), 6, "'sum'.*is no kind of number"),
        (('"country": "DE"', '"country": "Germany"'), 6, "'sum'.*country"),
        (('"digits": [2, 3]', '"digits": [3, 2]'), 5, "'no'.*digits is a number"),
        (('"digits": 3, "comb"', '"comb"'), 4, "'yes'.*needs the number of its boxes"),
        (('"comb": true}', '"comb": "yes"}'), 4, "'yes'.*comb is true or false"),
        (('"kind": "amount"', '"sort": "amount"'), 6, "'sum' has 'sort', which means nothing"),
    ],
)
def test_a_wrong_field_is_refused_by_line_and_name(write, change, line, problem):
    with pytest.raises(TemplateError, match=f"count.json, line {line}: .*{problem}"):
        Template.load(write(FIELDS.replace(*change, 1)))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"rules": '"sum = yes + maybe"'}, "line 8: rule 'sum = yes . maybe' names 'maybe'"),
        ({"rules": "7"}, "rule 7 is no text"),
        ({"head": '"picture": "gone.png"'}, "line 2: its picture cannot be read"),
        ({"head": '"name": "count"'}, "has no picture"),
        ({"head": '"picture": "form.png", "page": 3'}, "has no page 3"),
        ({"fields": ""}, "has no fields"),
        ({"fields": "3"}, "field 1 has no name"),
        ({"fields": FIELDS + ","}, "line 7: is not JSON"),
    ],
)
def test_a_wrong_template_is_refused(write, changes, problem):
    with pytest.raises(TemplateError, match=problem):
        Template.load(write(**changes))


def test_a_template_that_is_not_there(tmp_path):
    with pytest.raises(TemplateError, match="the template cannot be read"):
        Template.load(tmp_path / "nothing.json")
    (tmp_path / "list.json").write_text("[]", "utf-8")
    with pytest.raises(TemplateError, match="is no JSON object"):
        Template.load(tmp_path / "list.json")


BOX = '"box": [1, 1, 9, 9]'


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"head": '"picture": "form.png", "page": ' + "9" * 5000}, "not JSON that can be read"),
        ({"head": '"picture": "a\\u0000b.png"'}, "cannot be read|no path"),
        ({"head": '"picture": "\\ud800.png"'}, "cannot be read|no path"),
        ({"fields": '{"name": "a", "box": [1, 1, 1e999, 9]}'}, "field 'a'"),
        ({"fields": '{"name": "a", "box": [1, 1, NaN, 9]}'}, "field 'a'"),
        ({"fields": ", ".join(f'{{"name": "a{i}", {BOX}}}' for i in range(2001))}, "2,001 fields; 2,000 are"),
        ({"rules": ", ".join(['"yes = no"'] * 2001)}, "2,001 rules; 2,000 are"),
        ({"rules": '"sum = ' + "+".join(["yes"] * 1500) + '"'}, "operations within"),
    ],
)
def test_hostile_templates_are_refused(write, changes, complaint):
    with pytest.raises(TemplateError, match=complaint):
        Template.load(write(**changes))


def test_lines_are_counted_once_however_many_strings_there_are(write):
    """Empty strings took minutes, since each counted the lines before it."""
    many = ",\n".join(['""'] * 20_000)
    with pytest.raises(TemplateError, match="20,000 rules"):
        Template.load(write(rules=many))
