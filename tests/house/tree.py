"""The package as the house tests read it: files, their rooms, what they import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

__all__ = ["MODULES", "PACKAGE", "ROOT", "imports_at_load", "imports_of_ours", "module_name", "tree_of"]

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "ptrepl"
MODULES = sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    """``ptrepl/engine/facts.py`` → ``engine.facts``; a room's ``__init__.py`` → ``engine``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _imports(nodes: Iterator[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from (_submodule(module, alias.name) or module for alias in node.names)


def _submodule(module: str, name: str) -> str | None:
    """``from ptrepl.engine import source`` imports a module, not a name of one."""
    full = f"{module}.{name}"
    if not module.startswith("ptrepl"):
        return None
    stem = ROOT.joinpath(*full.split("."))
    return full if stem.with_suffix(".py").exists() or stem.is_dir() else None


def imports_of_ours(path: Path) -> set[str]:
    """The modules of the package that ``path`` imports, anywhere in it, without the leading ``ptrepl.``."""
    found = _imports(ast.walk(tree_of(path)))
    return {name.removeprefix("ptrepl.") for name in found if name.startswith("ptrepl.")}


def imports_at_load(path: Path) -> set[str]:
    """The top-level packages that ``path`` imports as it is imported itself: outside functions and TYPE_CHECKING."""
    return {name.partition(".")[0] for name in _imports(_run_at_load(tree_of(path).body))}


def _run_at_load(body: list[ast.stmt]) -> Iterator[ast.AST]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            yield from _run_at_load(statement.orelse)
            continue
        yield statement
        for field in ("body", "orelse", "finalbody"):
            yield from _run_at_load(getattr(statement, field, []))
        for handler in getattr(statement, "handlers", []):
            yield from _run_at_load(handler.body)
