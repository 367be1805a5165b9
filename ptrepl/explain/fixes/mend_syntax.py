"""Text that is not Python, mended: a bracket closed, a typographic sign replaced, if the result runs."""

from __future__ import annotations

import ast
import io
import linecache
import re
import tokenize
from collections.abc import Iterable

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.retyped import typed
from ptrepl.explain.standins.run_statement import is_definition

_MOST_LINES = 12
PAIRS = {"(": ")", "[": "]", "{": "}"}
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "−": "-", "×": "*", "，": ",", "：": ":",
                           "（": "(", "）": ")"})  # fmt: skip


def mended(case: Case, lines: Iterable[str]) -> tuple[Fix, ...]:
    """What was typed, with another line where the error is: the first of ``lines`` that works.

    That is: it runs on stand-ins, prints something that does, or only defines something.
    """
    found = [fix for line in lines if (fix := _with_line(case, line)) is not None]
    return tuple(found[:1])


def _with_line(case: Case, line: str) -> Fix | None:
    error = case.error
    if not isinstance(error, SyntaxError) or error.lineno is None:
        return None
    lines = "".join(linecache.getlines(error.filename or "")).rstrip("\n").split("\n")
    if len(lines) > _MOST_LINES or error.lineno > len(lines):
        return None
    lines[error.lineno - 1] = line
    text = "\n".join(lines)
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    if len(body) == 1 and is_definition(body[0]):
        return Fix(text)
    match body:
        case [ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=args, keywords=[]))] if "print" not in case.names:
            return Fix(text) if typed(case, "[" + ", ".join(map(ast.unparse, args)) + "]") else None
    return typed(case, text)


def closed(line: str, at: int) -> list[str]:
    """The line with the brackets closed that are open at its end."""
    open_ones: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(line).readline):
            if token.string in PAIRS:
                open_ones.append(PAIRS[token.string])
            elif open_ones and token.string == open_ones[-1]:
                open_ones.pop()
    except tokenize.TokenError:
        pass
    return [line.rstrip() + "".join(reversed(open_ones))] if open_ones and "#" not in line else []


def without(line: str, at: int) -> list[str]:
    """The line without the character at ``at``."""
    return [line[:at] + line[at + 1 :]]


def matched(line: str, at: int) -> list[str]:
    """The line with the closing bracket at ``at`` replaced, or preceded, by the one that its opening bracket needs."""
    opened: list[str] = []
    for each in line[:at]:
        if each in PAIRS:
            opened.append(PAIRS[each])
        elif opened and each == opened[-1]:
            opened.pop()
    return [line[:at] + opened[-1] + rest for rest in (line[at:], line[at + 1 :])] if opened else []


def printed(line: str, at: int) -> list[str]:
    """``print x`` with its brackets."""
    found = re.fullmatch(r"print +(.+?);?", line)
    return [f"print({found[1]})"] if found is not None else []


def straight(line: str, at: int) -> list[str]:
    """The line with Python's own quotation marks, brackets and signs."""
    return [line.translate(_STRAIGHT)]


def multiplied(line: str, at: int) -> list[str]:
    """``2x`` as a product."""
    found = [*re.finditer(r"(?<![\w.])(\d+(?:\.\d+)?)([A-Za-z_]\w*)", line)]
    if len(found) != 1:
        return []
    start, end = found[0].span()
    return [f"{line[:start]}{found[0][1]} * {found[0][2]}{line[end:]}"]
