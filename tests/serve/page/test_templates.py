"""What the page asks about templates: proposals, and whether what was drawn is one."""

import json

from serve.conftest import EXAMPLES

from sutja.reading.templates import Template

FORMS = EXAMPLES / "forms"
BLANK = (FORMS / "blank.png").read_bytes()


def check(client, text, picture=BLANK):
    """Check a template."""
    files = {"template": ("form.json", text), "picture": ("blank.png", picture)}
    return client.post("/page/templates/check", files=files)


def test_fields_are_proposed_as_the_command_does(client, tmp_path):
    answer = client.post("/page/templates/propose", files={"file": ("scans/blank.png", BLANK)}).json()
    made = Template.parse(answer["text"], BLANK)
    assert (made.name, made.picture) == ("blank", "blank.png")
    assert len(made.fields) >= 5
    assert (answer["height"], answer["width"]) == made.pixels.shape[:2]
    assert client.post("/page/templates/propose", files={"file": ("a", b"x")}).status_code == 422


def test_a_template_is_written_as_its_file(client, tmp_path):
    text = (FORMS / "count.json").read_text(encoding="utf-8")
    answer = check(client, text).json()
    (tmp_path / "blank.png").write_bytes(BLANK)
    (tmp_path / "form.json").write_text(answer["text"], encoding="utf-8")
    loaded, original = Template.load(tmp_path / "form.json"), Template.load(FORMS / "count.json")
    assert loaded.fields == original.fields
    assert [rule.text for rule in loaded.rules] == [rule.text for rule in original.rules]


def test_what_is_wrong_names_its_field(client):
    content = json.loads((FORMS / "count.json").read_text(encoding="utf-8"))
    content["fields"][0]["box"] = [0, 0, 1e6, 10]
    answer = check(client, json.dumps(content, indent=1))
    assert answer.status_code == 422
    assert content["fields"][0]["name"] in answer.json()["detail"]
    assert "outside the page" in answer.json()["detail"]
    assert check(client, b"\xff").status_code == 422
    assert client.post("/page/templates/check", files={"template": ("a", "{}")}).status_code == 422
