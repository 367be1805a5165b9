"""Documentation in plain text → lines that fit the terminal: prose flows anew, code and formulas stand as written."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

from ptrepl.screen.line import Line, text_line
from ptrepl.screen.wrap import WIDEST, columns, fill

_BULLET = re.compile(r"\s*([-*•]|\d+[.)]) ")
_FIELD = re.compile(r"\s+`?\*{0,2}\w+(\[\w+\])?`?(, \*{0,2}\w+)*( \(.*?\))? ?:( |$)")
_NAMED = re.compile(r"\s*(Note|Warning|See also|Tip|Important|(New|Changed) in version|Deprecated since version)\b:?")
_HEADING = re.compile(r"\s*[A-Z][\w ]*:")
_RULE = re.compile(r"\s*[-=~^+| ]{3,}")
_ALIGNED = re.compile(r"[^\s:] {3,}\S")
_FORMULA = re.compile(r"[=∑∏∫√∈≤≥×·⌊⌋∂∇≈→∞⋮]")
_WORD = re.compile(r"[A-Za-z]{4,}")
_HANG = 4


def page_lines(text: str, width: int | None) -> list[Line]:
    """``text`` in lines of at most ``width`` columns, as far as what stands as written allows; None: as it is."""
    if width is None:
        return [text_line(line) for line in text.splitlines()]
    lines: list[Line] = []
    for block in _blocks(text.splitlines()):
        if _is_typed(block[0]) or _is_code(block):
            lines += [text_line(line, "" if _is_typed(block[0]) and not _is_typed(line) else "code") for line in block]
        elif _stands_as_written(block):
            lines += [part for line in block for part in _flowed([line], width)]
        else:
            lines += _flowed(block, min(width, WIDEST))
    return lines


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """What belongs together: a paragraph, an item of a list, an example, or one empty line."""
    block: list[str] = []
    for line in lines:
        if not _goes_on(block, line):
            if block:
                yield block
            block = []
        block.append(line)
    if block:
        yield block


def _goes_on(block: list[str], line: str) -> bool:
    if not block or not block[0].strip():
        return False
    margin = _margin(block[0])
    if _is_typed(block[0]):
        # what an example prints may have empty lines in it
        return margin > 0 if not line.strip() else _margin(line) >= margin
    if not line.strip() or _is_typed(line):
        return False
    if _BULLET.match(line) or (_margin(line) == margin and _FIELD.match(line)):
        return False
    if len(block) == 1:
        return _margin(line) >= margin and not block[0].endswith(":")
    return _margin(line) == _margin(block[-1])


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_typed(line: str) -> bool:
    return line.lstrip().startswith((">>>", "..."))


def _stands_as_written(block: list[str]) -> bool:
    """Whether it is a formula or drawn with characters; a line of it is broken only if it must be."""
    if any(_RULE.fullmatch(line) or _ALIGNED.search(line.strip()) for line in block):
        return True
    if len(block) > 1 and all(" = " in line for line in block):
        return True
    text = " ".join(block)
    return _margin(block[0]) > 0 and bool(_FORMULA.search(text)) and 3 * len(_WORD.findall(text)) < len(text.split())


def _is_code(block: list[str]) -> bool:
    """Whether it is Python; a word alone, and a number, is taken for prose."""
    source = textwrap.dedent("\n".join(block))
    if _margin(block[0]) == 0 or not re.search(r"[=(]", source):
        return False
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def _flowed(block: list[str], width: int) -> list[Line]:
    text = " ".join(" ".join(block).split())
    if not text:
        return [()]
    if len(block) == 1 and columns(block[0]) <= width:
        return [_styled(block[0])]
    margin = _margin(block[0])
    hang = margin
    if bullet := _BULLET.match(block[0]):
        hang = bullet.end()
    elif len(block) > 1:
        hang += min(_margin(block[1]) - margin, _HANG)
    elif _FIELD.match(block[0]):
        hang += _HANG
    if columns(" " * margin + text) <= width:
        return [_styled(" " * margin + text)]
    first, *rest = fill(text, width, " " * margin, " " * hang)
    return [_styled(first), *map(text_line, rest)]


def _styled(line: str) -> Line:
    match = _HEADING.fullmatch(line) or _NAMED.match(line)
    if match is None:
        return text_line(line)
    return tuple(part for part in (("title", match[0]), ("", line[match.end() :])) if part[1])
