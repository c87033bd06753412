"""What README.md and CONTRIBUTING.md say can be typed."""

import re
import shlex
from pathlib import Path

import click
import pytest

import sutja
from sutja.cli import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")]
TEXT = "\n".join(PAGES)
BLOCKS = "\n".join(re.findall(r"^```\w*\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
INLINE = "\n".join(re.findall(r"`([^`\n]+)`", TEXT))
COMMANDS = sorted(set(re.findall(r"^sutja [a-z].*", BLOCKS + "\n" + INLINE, re.MULTILINE)))


def test_nothing_is_left_to_fill_in():
    assert "@@" not in TEXT


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
    assert {word for word in words if word.startswith("-")} <= known


def test_every_file_of_the_tree_exists():
    tree = re.search(r"^```\n(README\.md .*?)^```", PAGES[0], re.MULTILINE | re.DOTALL)
    assert tree, "README.md has lost its tree"
    folder = ROOT
    for line in tree[1].splitlines():
        names = re.match(r" *((?:[\w./]+\.\w+|[\w./]+/|Makefile)(?: |$))+", line)
        assert names, line
        for name in names[0].split():
            inside = folder if line.startswith(" ") else ROOT
            assert (inside / name).exists(), name
            if not line.startswith(" "):
                folder = ROOT / name


def test_public_names_of_the_example_exist():
    for names in re.findall(r"^from sutja import (.*)", BLOCKS, re.MULTILINE):
        for name in names.split(","):
            assert hasattr(sutja, name.strip())
