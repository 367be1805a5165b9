"""One concept a module, short, with a docstring and ``__all__`` on top."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import MODULES, PACKAGE, ROOT, module_name, tree_of

MOST_LINES = 250
ROOMS = [path for path in MODULES if path.name == "__init__.py"]
WRITTEN = [path for path in MODULES if path.name != "__init__.py"]

by_name = pytest.mark.parametrize("path", WRITTEN, ids=module_name)


def assigned(path: Path, name: str) -> ast.expr | None:
    """The value that a module gives to ``name`` at its top level."""
    for statement in tree_of(path).body:
        if isinstance(statement, ast.Assign) and [ast.unparse(target) for target in statement.targets] == [name]:
            return statement.value
    return None


def names_of(statement: ast.stmt) -> list[str]:
    """What a statement at the top of a module binds."""
    match statement:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [alias.asname or alias.name for alias in names]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case _:
            return []


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_begins_with_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))


@by_name
def test_all_names_are_there(path: Path) -> None:
    if path.name == "__main__.py":
        return
    listed = assigned(path, "__all__")
    assert listed is not None, "no __all__"
    defined = {name for statement in tree_of(path).body for name in names_of(statement)}
    assert set(ast.literal_eval(listed)) <= defined


@by_name
def test_public_functions_and_classes_of_all_have_a_docstring(path: Path) -> None:
    listed = assigned(path, "__all__")
    names = set(ast.literal_eval(listed)) if listed is not None else set()
    bare = [
        statement.name
        for statement in tree_of(path).body
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and statement.name in names
        and not ast.get_docstring(statement)
    ]
    assert not bare


@by_name
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_half_of_the_modules_are_short() -> None:
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in WRITTEN)
    assert lengths[len(lengths) // 2] <= 150


@pytest.mark.parametrize("path", ROOMS, ids=module_name)
def test_a_room_holds_no_code_of_its_own(path: Path) -> None:
    body = tree_of(path).body
    assert all(isinstance(statement, ast.Expr | ast.Assign | ast.ImportFrom) for statement in body)


@pytest.mark.parametrize(
    "path", [path for path in WRITTEN if path.parent.name in ("engine", "explain", "tutor")], ids=module_name
)
def test_engine_explain_and_tutor_never_print(path: Path) -> None:
    calls = [node.func for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "print"]


# in pieces, so that this file does not find itself
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "TB" + "D"]) + r")\b")


def test_nothing_is_left_for_later() -> None:
    folders = [PACKAGE, ROOT / "tests", ROOT / "benchmarks", ROOT / "lessons", ROOT / "docs"]
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in (".py", ".md", ".toml")]
    assert len(files) > len(MODULES)
    found = [str(file.relative_to(ROOT)) for file in files if UNFINISHED.search(file.read_text(encoding="utf-8"))]
    assert not found
