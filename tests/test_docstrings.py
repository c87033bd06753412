"""Docstrings name the parameters that there are, and begin with a noun or a verb."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = [
    path for folder in ("src", "recipes", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))
]
FOLDERS = sorted({path.parent.relative_to(ROOT).as_posix() for path in SCRIPTS})
SECTION = re.compile(
    r"^(?:Parameters|Attributes)\n-+\n(.*?)(?=\n\n[A-Z]\w+\n---|\Z)", re.DOTALL | re.MULTILINE
)
ENTRY = re.compile(r"^(\S[^\n:]*?) :", re.MULTILINE)
QUESTION = re.compile(r"(What|How|Whether|Where|Which|That|Who)\b")


def list_documented(node):
    """Names that a docstring's section of parameters or attributes explains."""
    section = SECTION.search(ast.get_docstring(node) or "")
    entries = ENTRY.findall(section[1]) if section else []
    return {name.strip().lstrip("*") for entry in entries for name in entry.split(",")}


def list_parameters(function):
    """Names of a function's parameters."""
    args = function.args
    return {
        arg.arg for arg in [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg] if arg
    }


def list_members(class_):
    """Names of a class's fields, methods, attributes and the parameters of its constructor."""
    names = {node.attr for node in ast.walk(class_) if isinstance(node, ast.Attribute)}
    for node in class_.body:
        if isinstance(node, ast.AnnAssign):
            names.add(node.target.id)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.FunctionDef):
            names |= {node.name} | (list_parameters(node) if node.name == "__init__" else set())
    return names


@cache
def list_documented_nodes(folder):
    """The modules, classes and functions of a folder that have a docstring, each with its place."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        (f"{path.name}, line {getattr(node, 'lineno', 1)}", node)
        for path in SCRIPTS
        if path.parent == ROOT / folder
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, kinds) and ast.get_docstring(node)
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_documented_parameters_exist(folder):
    for place, node in list_documented_nodes(folder):
        if isinstance(node, ast.ClassDef):
            assert list_documented(node) <= list_members(node), place
        elif isinstance(node, ast.FunctionDef):
            assert list_documented(node) <= list_parameters(node), place


@pytest.mark.parametrize("folder", FOLDERS)
def test_docstrings_do_not_begin_as_questions(folder):
    for place, node in list_documented_nodes(folder):
        assert not QUESTION.match(ast.get_docstring(node)), place
