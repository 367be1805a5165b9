"""The learner's own text with some of its nodes replaced. Columns of ``ast`` are bytes of UTF-8."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from ptrepl.engine.operator_signs import OPERATOR_SIGNS
from ptrepl.engine.record.record import one_line

_ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Tuple, ast.Dict, ast.ListComp)


_OPENING, _CLOSING = re.compile(rb"\((\s*)$"), re.compile(rb"(\s*)\)")


def _bracketed(raw: bytes, whole: ast.AST, node: ast.expr | ast.stmt) -> tuple[int, int]:
    """The span of an operand in ``whole`` with the brackets around it, which ``ast`` leaves out."""
    start, end = _span(raw, node)
    while (before := _OPENING.search(raw[:start])) and (after := _CLOSING.match(raw, end)):
        start, end = before.start(), after.end()
    return start, end


def _stands_free(whole: ast.AST, node: ast.expr | ast.stmt, text: str) -> bool:
    """Whether brackets around ``node`` can only be its own, and ``text`` needs none."""
    if isinstance(whole, (ast.BinOp, ast.AugAssign, ast.Compare)):
        return True
    match whole:
        case ast.Call(func=ast.Attribute(value=base)) if base is node:  # (x + y).mean()
            return isinstance(ast.parse(f"({text})", mode="eval").body, _ATOMS)
    return False


def _span(source: bytes, node: ast.expr | ast.stmt) -> tuple[int, int]:
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    last, end = node.end_lineno or node.lineno, node.end_col_offset or 0
    return starts[node.lineno - 1] + node.col_offset, starts[last - 1] + end


def end_position(node: ast.expr | ast.stmt) -> tuple[int, int]:
    """The line and the byte column behind ``node``: of two nodes the greater one ends later."""
    return node.end_lineno or 0, node.end_col_offset or 0


def segment(source: str, node: ast.expr | ast.stmt) -> str:
    """The text of ``node``."""
    raw = source.encode()
    start, end = _span(raw, node)
    return raw[start:end].decode()


def in_one_line(source: str, node: ast.expr | ast.stmt) -> str:
    """The text of ``node`` as a sentence may hold it."""
    return one_line(segment(source, node))


def in_a_sentence(code: str) -> str:
    """``code`` as a sentence may hold it: in one line, whether brackets or backslashes held its lines together."""
    return " ".join(one_line(code).split())


def spliced(source: str, whole: ast.expr | ast.stmt, texts: Mapping[ast.expr | ast.stmt, str]) -> str:
    """The text of ``whole`` with each node of ``texts`` replaced by its text; no node may hold another.

    The brackets around an operand of ``whole`` are replaced with it, so the new text must have its own.
    """
    raw = source.encode()
    first, last = _span(raw, whole)
    parts, at = [], first
    for node in sorted(texts, key=lambda each: _span(raw, each)):
        start, end = _bracketed(raw, whole, node) if _stands_free(whole, node, texts[node]) else _span(raw, node)
        parts += [raw[at:start], texts[node].encode()]
        at = end
    return b"".join([*parts, raw[at:last]]).decode()


def postfix(source: str, node: ast.expr, suffix: str) -> str:
    """The text of ``node`` with ``suffix`` (``.T``, ``[0]``) after it, in brackets where Python needs them."""
    text = segment(source, node)
    return text + suffix if isinstance(node, _ATOMS) else f"({text}){suffix}"


def operand(source: str, node: ast.expr) -> str:
    """The text of ``node``, in brackets unless it needs none as an operand of anything."""
    return as_code(segment(source, node) if isinstance(node, ast.Constant) else postfix(source, node, ""))


def as_code(text: str) -> str:
    """``text``, in brackets where it is an expression of several lines that was in brackets."""
    return text if "\n" not in text or is_code(text) or not is_code(f"({text})") else f"({text})"


def is_code(text: str) -> bool:
    """Whether Python can parse ``text``."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def dedented(source: str, statement: ast.stmt, text: str) -> str:
    """``text``, which was made of the lines of ``statement``, with its later lines as if it stood at the margin.

    What replaces a statement is indented again like that one.
    """
    before = source.encode().splitlines(keepends=True)[statement.lineno - 1][: statement.col_offset].decode()
    return text.replace("\n" + before, "\n")


def indented(source: str, statement: ast.stmt, text: str) -> str:
    """``text`` of several lines, the later ones indented like ``statement``, which it is to replace.

    Where something comes before ``statement`` in its line, the result is not code. A text that has the lines of the
    statement, with a part of one changed, is indented already.
    """
    old = segment(source, statement).split("\n")
    new = text.split("\n")
    if len(new) == len(old) > 1 and sum(one == two for one, two in zip(old, new, strict=True)) >= len(old) - 1:
        return text
    before = source.encode().splitlines(keepends=True)[statement.lineno - 1][: statement.col_offset].decode()
    return text.replace("\n", "\n" + before)


def without_line(source: str, whole: ast.stmt, line: ast.stmt) -> str:
    """The text of ``whole`` without the lines of ``line``; "" where something else stands in them."""
    lines = source.splitlines()
    last = line.end_lineno or line.lineno
    before, after = lines[line.lineno - 1].encode()[: line.col_offset], lines[last - 1].encode()[line.end_col_offset :]
    if before.strip() or (after.strip() and not after.strip().startswith(b"#")):
        return ""
    kept = lines[whole.lineno - 1 : line.lineno - 1] + lines[last : whole.end_lineno]
    code = "\n".join(kept)
    return code if is_code(code) else ""


def split_compared(source: str, node: ast.Compare) -> str:
    """``x > 0 & x < 6`` as ``(x > 0) & (x < 6)``: each ``&`` between two comparisons ends one and begins another."""
    text, first = "", node.left
    for each in node.comparators[:-1]:
        assert isinstance(each, ast.BinOp)
        text += f"({spanned(source, first, each.left)}) {OPERATOR_SIGNS[type(each.op)]} "
        first = each.right
    return f"{text}({spanned(source, first, node.comparators[-1])})"


def spanned(source: str, left: ast.expr, right: ast.expr) -> str:
    """``left < right`` as it was written."""
    whole = ast.Compare(left, [ast.Lt()], [right])
    whole.lineno, whole.col_offset = left.lineno, left.col_offset
    whole.end_lineno, whole.end_col_offset = right.end_lineno, right.end_col_offset
    return segment(source, whole)
