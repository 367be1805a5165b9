"""Text → statements: is it complete, what was pasted around it. Pure; runs nothing."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ptrepl.engine.run.indentation import next_indent

_TOP_LEVEL_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_ALLOW_INCOMPLETE = 0x4000  # codeop.PyCF_ALLOW_INCOMPLETE_INPUT: say "incomplete input" instead of a guess
_COMPOUND = (
    ast.If,
    ast.For,
    ast.While,
    ast.With,
    ast.Try,
    ast.TryStar,
    ast.Match,
    ast.FunctionDef,
    ast.ClassDef,
    ast.AsyncFunctionDef,
    ast.AsyncFor,
    ast.AsyncWith,
)


@dataclass(frozen=True, slots=True)
class Complete:
    """Ready to run."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """More lines must follow; the next one starts with ``indent`` spaces."""

    indent: int = 0


@dataclass(frozen=True, slots=True)
class Invalid:
    """Cannot become valid whatever follows."""

    error: SyntaxError


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement. ``silenced``: an expression that ends in ``;``."""

    source: str
    node: ast.stmt
    silenced: bool = False

    @property
    def is_expression(self) -> bool:
        return isinstance(self.node, ast.Expr)


def check_input(text: str, flags: int = 0, *, pasted: bool = True) -> Complete | Incomplete | Invalid:
    """Whether ``text``, as typed so far without its last newline, can run.

    Decides as CPython's ``codeop`` does, but for whole programs: several statements at once are complete too. A block
    is complete once it ends in a newline, that is in a blank line at a prompt. ``pasted``: prompts and a common indent
    do not count.
    """
    with without_warnings():
        verdict = _check(text, flags)
        if pasted and isinstance(verdict, Invalid) and (meant := clean(text, flags)) != text:
            return _check(meant, flags)
        return verdict


def is_indented(text: str) -> bool:
    """Whether code, and no prompt, begins with blanks: an error if typed; a paste loses them as it is inserted."""
    return text[:1] in (" ", "\t") and not text.lstrip().startswith((">>>", "│", "In ["))


def _check(text: str, flags: int) -> Complete | Incomplete | Invalid:
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.split("\n")):
        return Complete()
    try:
        tree = _compile_tree(text, flags | _ALLOW_INCOMPLETE)
        open_block = tree.body and isinstance(tree.body[-1], _COMPOUND) and text.rpartition("\n")[2].strip()
        return Incomplete(next_indent(text)) if open_block else Complete()
    except SyntaxError as error:
        first = error
    except (ValueError, OverflowError, MemoryError, RecursionError) as error:
        return Invalid(SyntaxError(str(error)))
    try:
        _compile_tree(text + "\n", flags | _ALLOW_INCOMPLETE)
        return Incomplete(next_indent(text))
    except SyntaxError as error:
        if "incomplete input" in str(error):
            return Incomplete(next_indent(text))
    return Invalid(first)


def parse_source(
    source: str, filename: str = "<input>", flags: int = 0, *, pasted: bool = True
) -> tuple[str, ast.Module]:
    """The text that was meant and its tree: ``source`` itself, or what is left of a paste once it is cleaned.

    ``pasted`` False: a file or a pipe, which means what it says. Raises SyntaxError, for ``source`` as it stands, and
    ValueError for null characters.
    """
    if not pasted:
        return source, _compile_tree(source, flags, filename)
    if _IPYTHON_IN.match(source):
        source = clean(source, flags)
    try:
        return source, _compile_tree(source, flags, filename)
    except SyntaxError as error:
        cleaned = clean(source, flags)
        if cleaned != source:
            return cleaned, _compile_tree(cleaned, flags, filename)
        raise error


def split(source: str, tree: ast.Module) -> list[Statement]:
    """The top-level statements of ``tree``, each with its own text, decorators included."""
    lines = source.encode().splitlines(keepends=True)
    return [_statement(lines, node) for node in tree.body]


def _statement(lines: list[bytes], node: ast.stmt) -> Statement:
    first, column = node.lineno, node.col_offset
    for decorator in getattr(node, "decorator_list", ())[:1]:
        before = b"".join([*lines[: decorator.lineno - 1], lines[decorator.lineno - 1][: decorator.col_offset]])
        at = before.rindex(b"@")  # there may be spaces, brackets and ends of lines between it and the expression
        first, column = before.count(b"\n", 0, at) + 1, at - (before.rfind(b"\n", 0, at) + 1)
    last, end = node.end_lineno or first, node.end_col_offset or 0
    picked = lines[first - 1 : last]
    rest = picked[-1][end:].strip()
    picked[-1] = picked[-1][:end]
    picked[0] = picked[0][column:]
    silenced = isinstance(node, ast.Expr) and rest.startswith(b";") and rest[1:].lstrip()[:1] in (b"", b"#")
    return Statement(b"".join(picked).decode(), node, silenced)


def _compile_tree(text: str, flags: int, filename: str = "<input>") -> ast.Module:
    tree = compile(text, filename, "exec", flags | ast.PyCF_ONLY_AST | _TOP_LEVEL_AWAIT, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree


@contextmanager
def without_warnings() -> Iterator[None]:
    """For what is only tried: it says what it has to say in a warning when it runs.

    ``warnings.catch_warnings`` would make every warning that was shown once be shown again.
    """
    shown = warnings.showwarning
    warnings.showwarning = lambda *_, **__: None
    try:
        yield
    finally:
        warnings.showwarning = shown


_PROMPT = re.compile(r"(>>>|\.\.\.) ?")
_IPYTHON_IN = re.compile(r"In \[\d+\]: ")
_IPYTHON_MORE = re.compile(r" *\.\.\.+: ?")


def clean(text: str, flags: int = 0) -> str:
    """What the author of a pasted ``text`` meant: prompts, outputs, our ``│`` lines and a common indent removed.

    Text that is valid as it stands is returned unchanged, so that a docstring with ``>>>`` in it is safe.
    """
    # "In [1]: x = 2" is Python too, an annotation, which is never what is meant
    if _parses(text, flags) and not _IPYTHON_IN.match(text):
        return text
    dedented = textwrap.dedent(text)
    lines = dedented.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if (began := _first_prompt(lines)) is not None:
        return _without_prompts(lines[began:])
    if _IPYTHON_IN.match(first):
        return _without_ipython_prompts(lines)
    if any(line.startswith("│") for line in lines):
        dedented = "\n".join(line for line in lines if not line.startswith("│"))
    for candidate in (dedented, _dedented_after_first(dedented), _tabs_to_spaces(dedented)):
        if candidate != text and _parses(candidate, flags):
            return candidate
    # unfinished, but indented as a whole: still the author's block
    return dedented if text[:1] in (" ", "\t") else text


def _first_prompt(lines: list[str]) -> int | None:
    """The first line with a prompt, after what a prompt printed or the end of a block; None after any code of its own.

    That may have prompts in a string.
    """
    for place, line in enumerate(lines):
        if line.startswith(">>>"):
            return place
        if line.strip() and not line.startswith(("│", "...")):
            return None
    return None


def _parses(text: str, flags: int) -> bool:
    try:
        with without_warnings():
            _compile_tree(text, flags)
    except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError):
        return False
    return True


def _without_prompts(lines: list[str]) -> str:
    kept = [line[match.end() :] for line in lines if (match := _PROMPT.match(line))]
    return "\n".join(kept) + ("\n" if kept and not kept[-1] else "")


def _without_ipython_prompts(lines: list[str]) -> str:
    matches = ((line, _IPYTHON_IN.match(line) or _IPYTHON_MORE.match(line)) for line in lines)
    return "\n".join(line[match.end() :] for line, match in matches if match)


def _dedented_after_first(text: str) -> str:
    # copied from the middle of its first line, a block keeps its indent in all the others
    first, newline, rest = text.partition("\n")
    if first.rstrip().endswith(":"):
        return text  # which lines stand in that block is for the author to say, and Python's error asks it
    return first.lstrip() + newline + textwrap.dedent(rest)


def _tabs_to_spaces(text: str) -> str:
    # Python 2 and most editors of its time set a tab stop every 8 columns
    def spaces(match: re.Match[str]) -> str:
        return match.group().expandtabs(8)

    return re.sub(r"^[ \t]+", spaces, text, flags=re.MULTILINE)
