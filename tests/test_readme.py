"""README, in both languages, CONTRIBUTING.md and docs/ say what can be typed, and show what is answered."""

import contextlib
import io
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import cv2
import pytest
from click.testing import CliRunner

from sutja.cli import main

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.ko.md")
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in (*READMES, "CONTRIBUTING.md")}
HISTORY = {"log.md", "command-line.md"}
DOCS = [
    page.read_text(encoding="utf-8")
    for page in sorted((ROOT / "docs").rglob("*.md"))
    if page.name not in HISTORY and page.parent.name != "decisions"
]
TEXT = "\n".join([*PAGES.values(), *DOCS])
BLOCKS = "\n".join(re.findall(r"^```\w*\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
INLINE = "\n".join(re.findall(r"`([^`\n]+)`", TEXT))
COMMANDS = sorted(set(re.findall(r"^(?:\$ )?(sutja [a-z].*)", BLOCKS + "\n" + INLINE, re.MULTILINE)))
NUMBER = re.compile(r"\d\.\d+")
README_LIMIT = 8_000  # bytes
PICTURE_LIMIT = 150_000  # bytes


def assert_same_answer(shown, given):
    """Words and numbers are the same; confidences agree but for what another processor rounds otherwise."""
    shown, given = shown.split(), given.split()
    assert len(shown) == len(given)
    for word, other in zip(shown, given, strict=True):
        if NUMBER.fullmatch(word) and NUMBER.fullmatch(other):
            assert float(word) == pytest.approx(float(other), abs=0.011)
        else:
            assert word == other


def test_nothing_is_left_to_fill_in():
    assert "@@" not in "\n".join(PAGES.values())


@pytest.mark.parametrize("name", READMES)
def test_readme_is_short_and_begins_with_a_picture(name):
    assert len(PAGES[name].encode()) <= README_LIMIT
    beginning = PAGES[name].splitlines()[:6]
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", "\n".join(beginning))
    assert len(pictures) == 1
    assert (ROOT / pictures[0]).stat().st_size <= PICTURE_LIMIT


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", PAGES[name]):
        if not target.startswith("https://"):
            assert (ROOT / target).exists(), target


def test_both_readmes_show_the_same_commands_and_answers():
    english, korean = (re.findall(r"^```\w*\n(.*?)^```", PAGES[n], re.MULTILINE | re.DOTALL) for n in READMES)
    without_comments = [[re.sub(r" *#.*", "", block) for block in blocks] for blocks in (english, korean)]
    assert without_comments[0] == without_comments[1]


def test_every_make_target_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"^make ([a-z]+)", BLOCKS + "\n" + INLINE, re.MULTILINE))
    assert named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_and_option_exists(line):
    words = [word for word in shlex.split(line, comments=True)[1:] if not word.isupper()]
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        verb = words.pop(0)
        # "list|info|get" names several at once
        found = [command.get_command(click.Context(command), name) for name in verb.split("|")]
        assert None not in found, f"{line}: there is no {verb}"
        command = found[0]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word for word in words if word.startswith("-") and word != "-"} <= known


def test_first_training_command_is_the_perceptron():
    training = re.findall(r"^sutja train .*", PAGES["README.md"], re.MULTILINE)
    assert training[0].startswith("sutja train classify mnist --net mlp --hidden 16,16 ")


def test_shown_answers_are_given(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("COLUMNS", raising=False)
    shown = re.findall(
        r"^```console\n\$ sutja ([^\n]*)\n(.*?)^```", PAGES["README.md"], re.MULTILINE | re.DOTALL
    )
    assert shown
    for command, answer in shown:
        done = CliRunner().invoke(main, shlex.split(command))
        assert done.exit_code == 0
        assert_same_answer(answer, done.stdout)


def test_shown_code_prints_what_is_shown(monkeypatch):
    monkeypatch.chdir(ROOT)
    shown = re.findall(
        r"^```python\n(.*?)^```\n\n```\n(.*?)^```", PAGES["README.md"], re.MULTILINE | re.DOTALL
    )
    assert shown
    for code, answer in shown:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, {})
        assert_same_answer(answer, printed.getvalue())


def test_picture_is_what_is_drawn_today(tmp_path):
    """The boxes and readings on the README's picture are those that `--annotate` draws."""
    done = CliRunner().invoke(
        main, ["read", str(ROOT / "examples" / "pages" / "cheque.png"), "--annotate", str(tmp_path)]
    )
    assert done.exit_code == 0
    shown = cv2.imread(str(ROOT / "docs" / "assets" / "cheque.png"))
    drawn = cv2.imread(str(tmp_path / "cheque.png"))
    assert shown.shape == drawn.shape
    assert abs(shown.astype(int) - drawn).max() <= 40  # it has fewer colours, to be small


def test_names_that_examples_import_exist():
    imports = set(re.findall(r"^from (sutja[\w.]*) import (.*)", BLOCKS, re.MULTILINE))
    assert imports
    for module, names in imports:
        for name in names.split(","):
            assert hasattr(import_module(module), name.strip()), f"{module} has no {name}"


def test_shown_json_has_the_keys_of_today(monkeypatch):
    monkeypatch.chdir(ROOT)
    for page, command in (
        ("getting-started.md", ["read", "--crop", "examples/receipt-total.png"]),
        ("listening.md", ["listen", "examples/sounds/stocktaking.ogg"]),
    ):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        shown = re.search(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        given = CliRunner().invoke(main, [*command, "--format", "jsonl"]).stdout
        keys = re.findall(r'"(\w+)": ', shown[1])
        assert sorted(set(keys)) == sorted(set(re.findall(r'"(\w+)": ', given)))


def test_published_figures_are_those_that_were_measured():
    """Every figure between markers is what `make results` puts there."""
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "report", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
