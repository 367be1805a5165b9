"""What is being typed at the end of a text: a name, an attribute, a key, a path, a module. Told from the text alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from ptrepl.shell.complete.tokens import (
    DEFINES,
    OpenString,
    TokenizedCode,
    is_operand_end,
    open_call,
    primary_start,
    read_code,
)

_TAKES_KEY = ("get", "pop", "setdefault", "__getitem__")


@dataclass(frozen=True, slots=True)
class NextArgument:
    """A call whose next argument begins at the cursor. ``positional``: how many stand before it; ``used``: keywords."""

    function: str
    positional: int
    used: frozenset[str]


@dataclass(frozen=True, slots=True)
class NamePrefix:
    """``subscripted``: the source of ``d`` where nothing is typed yet after ``d[``."""

    prefix: str
    call: NextArgument | None = None
    subscripted: str = ""


@dataclass(frozen=True, slots=True)
class AttributeOf:
    """``owner``: the source of what stands before the dot."""

    owner: str
    prefix: str


@dataclass(frozen=True, slots=True)
class InString:
    """``subscripted``: the source of ``d`` in ``d['…``, "" where the string is no key."""

    string: OpenString
    subscripted: str = ""


@dataclass(frozen=True, slots=True)
class ModuleName:
    """After ``import`` or ``from``; ``dotted`` is typed so far."""

    dotted: str


@dataclass(frozen=True, slots=True)
class ImportWord:
    """Between a module and what is imported from it: only ``import`` can stand there."""

    prefix: str


@dataclass(frozen=True, slots=True)
class Member:
    """After ``from module import``; ``used``: what is imported by now."""

    module: str
    prefix: str
    used: frozenset[str] = field(default=frozenset())


CursorPlace = NamePrefix | AttributeOf | InString | ModuleName | ImportWord | Member


def place_of(code: TokenizedCode) -> CursorPlace | None:
    """None where nothing can be completed: in a comment, a number, a name that is being given."""
    if code.in_comment:
        return None
    tokens, end = code.tokens, len(code.tokens)
    if code.string is not None:
        return _in_string(code, code.string)
    prefix = ""
    if end and tokens[-1].end == len(code.text) and tokens[-1].kind in ("name", "number"):
        if tokens[-1].kind == "number":
            return None
        prefix, end = tokens[-1].text, end - 1
    line = _line_start(code, end)
    first = tokens[line].text if line < end else ""
    if first in ("import", "from"):
        return _import(code, line, end, prefix)
    previous = tokens[end - 1].text if end else ""
    if previous == "." and tokens[end - 1].kind == "op":
        start = primary_start(code, end - 1)
        return None if start is None else AttributeOf(code.source(start, end - 1), prefix)
    if previous in (*DEFINES, "as") or (end and not prefix and is_operand_end(tokens[end - 1])):
        return None
    return NamePrefix(prefix, _next_argument(code, end), _subscripted(code, end) if not prefix else "")


def _in_string(code: TokenizedCode, string: OpenString) -> CursorPlace | None:
    if "f" in string.letters.lower() and (field_text := _open_field(string.body)) is not None:
        return place_of(read_code(field_text))
    end = len(code.tokens)
    owner = _subscripted(code, end)
    if not owner and end > 3 and code.tokens[end - 1].text == "(" and code.tokens[end - 2].text in _TAKES_KEY:
        start = primary_start(code, end - 3) if code.tokens[end - 3].text == "." else None
        owner = "" if start is None else code.source(start, end - 3)
    return InString(string, owner)


def _open_field(body: str) -> str | None:
    """What stands after the ``{`` of an f-string that is still open."""
    bare = body.replace("{{", "\0\0")
    at = bare.rfind("{")
    return None if at < 0 or "}" in bare[at:] else body[at + 1 :]


def _line_start(code: TokenizedCode, end: int) -> int:
    at = end
    while at and not (code.tokens[at - 1].kind == "newline" or code.tokens[at - 1].text in (";", ":")):
        at -= 1
    return at


def _import(code: TokenizedCode, line: int, end: int, prefix: str) -> CursorPlace | None:
    texts = [token.text for token in code.tokens[line:end]]
    if texts[0] == "from" and "import" in texts:
        at = texts.index("import")
        after = texts[at + 1 :]
        module = "".join(texts[1:at])
        if after and after[-1] not in (",", "("):
            return None
        return Member(module, prefix, frozenset(after)) if module else None
    if texts[-1] in ("import", "from", ","):
        return ModuleName(prefix)
    if texts[-1] == ".":
        start = max((at for at, text in enumerate(texts) if text in ("import", "from", ",")), default=0)
        return ModuleName("".join(texts[start + 1 :]) + prefix)
    return ImportWord(prefix) if texts[0] == "from" else None


def _subscripted(code: TokenizedCode, end: int) -> str:
    if end < 2 or code.tokens[end - 1].text != "[" or not is_operand_end(code.tokens[end - 2]):
        return ""
    start = primary_start(code, end - 1)
    return "" if start is None else code.source(start, end - 1)


def _next_argument(code: TokenizedCode, end: int) -> NextArgument | None:
    """The call in whose brackets a new argument begins before token ``end``."""
    tokens = code.tokens
    call = open_call(code, code.unclosed[-1]) if code.unclosed else None
    if call is None or call.cuts[-1] != end - 1:
        return None
    arguments = [tokens[left + 1 : right] for left, right in pairwise(call.cuts)]
    used = [argument[0].text for argument in arguments if len(argument) > 1 and argument[1].text == "="]
    return NextArgument(code.source(call.start, call.cuts[0]), len(arguments) - len(used), frozenset(used))
