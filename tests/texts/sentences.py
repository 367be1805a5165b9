"""Finds the sentences in a module, and those that no translator would get to see.

``python -m tests.texts.sentences PATH…`` prints them as ``path:line: text``.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ptrepl.screen.theme import STYLES

MARKS = {"gettext", "ngettext", "N_"}
# three words in a row, or two and a full stop
LOOKS_LIKE_ONE = re.compile(r"[A-Za-z][a-z']*,? [a-z']+,? [a-z']+\b|[A-Z][a-z']+ [a-z']+[.!?:]$")
# one word is enough in what is drawn: neither %command, --option, <file>, name= nor call(
A_WORD = re.compile(r"(?<![\w%.\-/<])[A-Za-z][a-z']+(?![\w(=\[])")
# the package that draws lines
DRAWS = "screen"
# errors of ours that mean a mistake in our own code, never shown as an answer
INTERNAL = {
    "AssertionError",
    "AttributeError",
    "CycleError",
    "KeyError",
    "LookupError",
    "NotImplementedError",
    "RuntimeError",
    "TypeError",
    "ValueError",
}
PATTERN_CALLS = {"compile", "search", "match", "fullmatch", "sub", "split", "findall", "finditer", "filterwarnings"}
# what we were at, for the log, which is in English
LOGGING = {"log", "own_error", "survive"}
PRAGMA = "# not a sentence:"


class Sentence(NamedTuple):
    """A literal that reads like a sentence."""

    line: int
    text: str


def bypassing(path: Path) -> list[Sentence]:
    """The sentences of a module that do not go through ``gettext``, ``ngettext`` or ``N_``.

    One that is marked inside an f-string is among them, for Babel does not find it there. Left out: docstrings,
    patterns, texts of errors that only a mistake of ours raises, and literals on a line whose comment begins with
    ``# not a sentence:`` and says why. Where lines are drawn, a single word counts, for it is a label there.
    """
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    found = []
    tree = ast.parse(source)
    drawn = set(_drawn(tree)) if DRAWS in path.parts else set()
    for node, text in _literals(tree, None):
        marked = any(PRAGMA in line for line in lines[node.lineno - 1 : (node.end_lineno or node.lineno)])
        reads_like_one = (A_WORD if node in drawn else LOOKS_LIKE_ONE).search(text)
        if reads_like_one and not marked and not _is_raw(source, node):
            found.append(Sentence(node.lineno, text))
    return found


def _literals(node: ast.AST, parent: ast.AST | None) -> Iterator[tuple[ast.expr, str]]:
    """String literals outside docstrings, marked calls, patterns and internal errors; an f-string counts as one."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in MARKS:
            # what is put into the fields may hold a sentence all the same
            for keyword in node.keywords:
                yield from _literals(keyword.value, node)
            return
        if name in LOGGING or name in PATTERN_CALLS or (name in INTERNAL and isinstance(parent, ast.Raise)):
            return
    if isinstance(node, ast.JoinedStr):
        yield from _unseen(node)
        parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        yield node, "".join(str(part) for part in parts)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node, node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from _literals(child, node)


def _drawn(tree: ast.AST) -> Iterator[ast.expr]:
    """The text of each ``(style, text)``, the style being one that there is, and of each ``text_line(text)``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            style, text = node.elts
            if isinstance(style, ast.Constant) and style.value in STYLES:
                yield from _either(text)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text_line":
            for text in node.args[:1]:
                yield from _either(text)


def _either(text: ast.expr) -> tuple[ast.expr, ...]:
    return (text.body, text.orelse) if isinstance(text, ast.IfExp) else (text,)


def _unseen(node: ast.JoinedStr) -> Iterator[tuple[ast.expr, str]]:
    """Literals in a marked call inside an f-string: before Python 3.12 that is one token, and Babel sees no call."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS:
            yield from ((each, each.value) for each in call.args if isinstance(each, ast.Constant))


def _is_raw(source: str, node: ast.expr) -> bool:
    text = ast.get_source_segment(source, node) or ""
    return text.lstrip("(")[:2].lower().startswith(("r'", 'r"'))


def main(arguments: list[str]) -> int:
    files = sorted(file for each in map(Path, arguments) for file in (each.rglob("*.py") if each.is_dir() else [each]))
    found = [(file, sentence) for file in files for sentence in bypassing(file)]
    for file, sentence in found:
        print(f"{file}:{sentence.line}: {sentence.text[:100]}")
    print(f"{len(found)} sentences bypass gettext")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
