"""Text that is no Python: brackets, colons, quotes, indents. Python marks the place; here stands what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.mend_syntax import closed, matched, mended, multiplied, printed, straight, without
from ptrepl.explain.rule import Finding, Rule


def _line(case: Case) -> tuple[str, int] | None:
    """The line of the error, and the character that Python points at, from 0."""
    error = case.error
    if not isinstance(error, SyntaxError) or case.maybe_site is not None or error.text is None or error.lineno is None:
        return None
    return error.text.rstrip("\n"), max((error.offset or 1) - 1, 0)


def _says(sentence: str, mend: Callable[[str, int], list[str]] | None = None) -> Callable[[Case], Finding | None]:
    """A rule that says ``sentence``, and offers the line as ``mend`` makes it of the line and the place."""

    def rule(case: Case) -> Finding | None:
        line = _line(case)
        if line is None:
            return None
        return Finding(sentence, mended(case, mend(*line)) if mend is not None else ())

    return rule


def _opened(case: Case) -> Finding | None:
    line = _line(case)
    if line is None:
        return None
    if "else if" in line[0]:
        return _other_language(case)
    code, sign, comment = line[0].partition("#")
    new = code.rstrip() + ":" + (f"  {sign}{comment}" if sign else "")
    return Finding("This line opens a block, so it ends with a colon.", mended(case, [new]))


def _other_language(case: Case) -> Finding | None:
    """What other languages write, and Python does not."""
    line = _line(case)
    if line is None:
        return None
    text = line[0]
    if (found := re.fullmatch(r"\s*(\w+)(\+\+|--)\s*;?", text)) is not None:
        sign = found[2][0]
        instead = f"{found[1]} {sign}= 1"
        return Finding(f"Python has no {found[2]}. It writes {instead}.", mended(case, [instead]))
    for theirs, ours, sentence in (
        ("&&", "and", "Python writes && as and; between tensors it is &."),
        ("||", "or", "Python writes || as or; between tensors it is |."),
        ("else if", "elif", "Python writes else if as elif."),
    ):
        if theirs in text:
            return Finding(sentence, mended(case, [text.replace(theirs, ours)]))
    if re.search(r"(?<![=!<>])=\s*$", text):
        return Finding("After = comes the value that the name is to have, and here comes nothing.")
    return None


_BLOCKS = "python/blocks"
_SIGNS = "python/brackets-and-quotes"


def _row(family: str, pattern: str, rule: Callable[[Case], Finding | None], more: str) -> Rule:
    return Rule(family, ("SyntaxError",), pattern, rule, more)


RULES = (
    _row(
        "a bracket that is not closed",
        r"^'[(\[{]' was never closed",
        _says("Each opening bracket needs its partner, and this one has none.", closed),
        _SIGNS,
    ),
    _row(
        "a bracket too many",
        r"^unmatched '[)\]}]'",
        _says("This closing bracket has no partner before it.", without),
        _SIGNS,
    ),
    _row(
        "brackets of two kinds",
        r"^closing parenthesis .* does not match",
        _says("A bracket is closed by its own kind: ( by ), [ by ], { by }.", matched),
        _SIGNS,
    ),
    _row(
        "= for ==",
        r"Maybe you meant '==' or ':=' instead of '='|Maybe you meant '==' instead of '='",
        _says("= gives a value to a name; == asks whether two values are equal."),
        "python/assignment",
    ),
    _row(
        "a missing colon",
        r"^expected ':'",
        _opened,
        _BLOCKS,
    ),
    _row(
        "a missing block",
        r"^expected an indented block",
        _says("Below a line that ends with a colon stands what belongs to it, four spaces further to the right."),
        _BLOCKS,
    ),
    _row(
        "an indent without a block",
        r"^unexpected indent",
        _says(
            "This line begins further to the right than the one above, and nothing with a colon opened a block for it."
        ),
        _BLOCKS,
    ),
    _row(
        "an indent that fits none",
        r"^unindent does not match",
        _says("This line begins between two levels. It begins exactly where another line of its block begins."),
        _BLOCKS,
    ),
    _row(
        "tabs and spaces",
        r"^inconsistent use of tabs and spaces",
        _says(
            "Some lines here are indented with tabs, others with spaces. They look alike, but Python cannot compare "
            "them: use four spaces everywhere."
        ),
        _BLOCKS,
    ),
    _row(
        "a text that does not end",
        r"^unterminated (?:triple-quoted )?string literal|^unterminated f-string",
        _says("A text begins with a quotation mark and ends with the same one. Here the second is missing."),
        _SIGNS,
    ),
    _row(
        "print without brackets",
        r"^Missing parentheses in call to 'print'",
        _says("print is a function: what it is to print stands in brackets.", printed),
        _SIGNS,
    ),
    _row(
        "a missing comma",
        r"^invalid syntax\. Perhaps you forgot a comma",
        _says(
            "Two values stand side by side here. Between them belongs a comma, or what is to be done with both: +, *, "
            "@."
        ),
        _SIGNS,
    ),
    _row(
        "a number that runs into a name",
        r"^invalid decimal literal",
        _says("A name cannot begin with a digit. To multiply, write the * too.", multiplied),
        _SIGNS,
    ),
    _row(
        "a character from elsewhere",
        r"^invalid (?:non-printable )?character",
        _says("This sign looks like one of Python's, but it comes from a text program or another keyboard.", straight),
        _SIGNS,
    ),
    _row(
        "return outside a function",
        r"^'return' outside function",
        _says("return belongs in a function, indented below its def. At the prompt, the value itself is enough."),
        _BLOCKS,
    ),
    _row(
        "arguments in the wrong order",
        r"^positional argument follows keyword argument",
        _says("Arguments without a name come first, those written as name=value after them."),
        _SIGNS,
    ),
    _row("another language", r"^invalid syntax", _other_language, _SIGNS),
)
