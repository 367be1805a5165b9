"""A folder can be read at a glance, a file in one sitting, and a public name has one meaning."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from tests.house.tree import MODULES, PACKAGE, ROOT, module_name, tree_of

MOST_FILES, MOST_LINES = 20, 400
PER_MODULE = {"RULES", "BEFORE"}  # what each module of rules states
# in pieces, so that this file does not find itself
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "TB" + "D"]) + r")\b")


def defined(tree: ast.Module) -> Iterator[str]:
    """The public names that a module makes at its top level; what it imports is another module's."""
    for statement in tree.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def test_a_folder_can_be_read_at_a_glance() -> None:
    files = defaultdict(list)
    for path in MODULES:
        if path.name != "__init__.py":
            files[path.parent.relative_to(ROOT).as_posix()].append(path.name)
    assert len(files) > 20
    assert not {folder: len(names) for folder, names in files.items() if len(names) > MOST_FILES}


def test_a_file_can_be_read_in_one_sitting() -> None:
    lengths = {module_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert not {name: length for name, length in lengths.items() if length > MOST_LINES}


def test_a_public_name_has_one_meaning() -> None:
    homes = defaultdict(set)
    for path in MODULES:
        for name in defined(tree_of(path)):
            if not name.startswith("_"):
                homes[name].add(module_name(path))
    assert len(homes) > 500
    assert not {name: sorted(where) for name, where in homes.items() if len(where) > 1 and name not in PER_MODULE}


def test_an_init_holds_no_code() -> None:
    bodies = {path: tree_of(path).body for path in MODULES if path.name == "__init__.py" and path.parent != PACKAGE}
    assert not [module_name(path) for path, body in bodies.items() if len(body) != 1]


def test_nothing_is_left_for_later() -> None:
    folders = [PACKAGE, ROOT / "tests", ROOT / "benchmarks", ROOT / "lessons", ROOT / "docs"]
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in (".py", ".md", ".toml")]
    assert len(files) > len(MODULES)
    found = [str(file.relative_to(ROOT)) for file in files if UNFINISHED.search(file.read_text(encoding="utf-8"))]
    assert not found
