"""`sutja template`, and `sutja read --template`, as a person runs them."""

import csv
import io
import json
from zipfile import ZipFile

import form_drawing as forms
import pytest
from click.testing import CliRunner
from PIL import Image

from sutja.cli import main
from sutja.reading.templates import Template

FIELDS = [
    {"name": name, "box": [x, y, x + n * forms.SIDE, y + forms.SIDE], "digits": n, "comb": True}
    for name, (x, y, n) in forms.COMBS.items()
]


def run(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a template, a page that is filled in, a photo of it, and a page of another form."""
    folder = tmp_path_factory.mktemp("forms")
    form = forms.draw_form()
    Image.fromarray(form).save(folder / "blank.png")
    for name, text in {"yes": "X12", "no": " 40", "total": "X52"}.items():
        forms.fill(form, name, text)
    (folder / "scans").mkdir()
    Image.fromarray(form).save(folder / "scans" / "a.png")
    Image.fromarray(forms.photograph(form)[0]).save(folder / "scans" / "b.png")
    Image.fromarray(forms.draw_other_form()).save(folder / "scans" / "c.png")
    content = {"picture": "blank.png", "fields": FIELDS, "rules": ["total = yes + no"]}
    (folder / "count.json").write_text(json.dumps(content), "utf-8")
    return folder


def test_pages_become_rows(folder):
    done = run("read", folder / "scans", "--template", folder / "count.json", "--format", "csv")
    assert done.exit_code == 1
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["template"] for row in rows] == ["count", "count", ""]
    for row in rows[:2]:
        assert [row[name] for name in ("yes", "no", "total")] == ["12", "40", "52"]
        assert row["broken_rules"] == ""
        assert float(row["total_confidence"]) > 0.9
    assert "is no page of the form 'count'" in rows[2]["error"]
    assert rows[2]["yes"] == ""


def test_a_spreadsheet_and_annotated_pages(folder, tmp_path):
    out, drawn = tmp_path / "rows.xlsx", tmp_path / "drawn"
    page, template = folder / "scans" / "a.png", folder / "count.json"
    done = run("read", page, "--template", template, "--out", out, "--annotate", drawn)
    assert done.exit_code == 0, done.output
    with ZipFile(out) as archive:
        assert "xl/worksheets/sheet1.xml" in archive.namelist()
        assert b"<v>52</v>" in archive.read("xl/worksheets/sheet1.xml")
    assert [path.name for path in drawn.iterdir()] == ["a.png"]


def test_a_wrong_template_is_refused_before_any_page_is_read(folder, tmp_path):
    Image.fromarray(forms.draw_form()).save(tmp_path / "blank.png")
    path = tmp_path / "wrong.json"
    path.write_text(
        '{"picture": "blank.png",\n"fields": [{"name": "yes",\n"box": [1, 1, 9000, 20]}]}', "utf-8"
    )
    done = run("read", folder / "scans", "--template", path)
    assert done.exit_code == 2
    assert "wrong.json, line 2" in done.stderr
    assert "'yes'" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "options", [("--crop",), ("--kind", "date"), ("--format", "hocr"), ("--table",), ("--format", "xlsx")]
)
def test_what_does_not_go_with_a_template(folder, options):
    done = run("read", folder / "scans", "--template", folder / "count.json", *options)
    assert done.exit_code == 2
    assert "--template" in done.stderr or "--out" in done.stderr


def test_a_template_is_proposed(folder, tmp_path):
    out = tmp_path / "new.json"
    done = run("template", "new", folder / "scans" / "a.png", "--out", out)
    assert done.exit_code == 0, done.output
    combs = [field for field in Template.load(out).fields if field.comb]
    assert [field.digits for field in combs] == [(1, 3)] * 3
    for field, (x, y, _) in zip(combs, forms.COMBS.values(), strict=True):
        assert abs(field.box.x0 - x) < 5
        assert abs(field.box.y0 - y) < 5


def test_a_template_is_checked(folder, tmp_path):
    scans = folder / "scans"
    done = run("template", "check", folder / "count.json", scans / "b.png", "--out", tmp_path / "drawn")
    assert done.exit_code == 0, done.output
    assert "b.png: fits" in done.stdout
    assert [path.name for path in (tmp_path / "drawn").iterdir()] == ["b.png"]
    done = run("template", "check", folder / "count.json", scans / "c.png", "--out", tmp_path / "none")
    assert done.exit_code == 1
    assert "does not fit" in done.stdout
