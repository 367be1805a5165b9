"""The line after three backticks → a role and its attributes."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ptrepl.nearest import nearest
from ptrepl.texts.messages import gettext
from ptrepl.tutor.causes import unreadable_words
from ptrepl.tutor.format.faults import Faults, printable
from ptrepl.tutor.format.lesson import PICTURES, CodeFence, Pictures, Role
from ptrepl.tutor.names import CHECK_WORDS, check_calls, names_bound_by, parse_python

if TYPE_CHECKING:
    from markdown_it.token import Token

_OPENING = re.compile(rf" {{0,3}}(?:`{{3,}}|~{{3,}})\s*python\s+(?:{'|'.join(Role)})\b.*")
_STEP = re.compile(r"(?m)^## .*\n\s*<!--\s*step:")
_NEARLY_PYTHON = ("py", "python", "python3", "pycon")


def look_at_fence(token: Token, lines: Sequence[str], line: int, faults: Faults) -> None:
    """``lines``: those of the text that ``token`` is from; ``line``: where in the file the fence is opened.

    Raises LessonError for a fence that is not closed: what follows was read as what it is not.
    """
    inside = token.content.split("\n")
    start, end = token.map or (0, 0)
    closed = end - start >= 2 and lines[end - 1].strip(" >").startswith(token.markup)
    if not closed or any(map(_OPENING.fullmatch, inside)) or _STEP.search(token.content):
        message = gettext(
            "the fence opened on line {line} is not closed; end it with a line that is {mark} and no more",
            line=line,
            mark=token.markup,
        )
        faults.add(line, message)
        faults.stop_if_any()
    words = token.info.split(maxsplit=2)
    if len(words) > 1 and words[0] != "python" and words[0].casefold() in _NEARLY_PYTHON and words[1] in tuple(Role):
        right = f"{token.markup}python {words[1]}"
        faults.add(
            line, gettext("this fence says '{text}'; write {fence}", text=printable(token.info.strip()), fence=right)
        )


_ATTRIBUTE = re.compile(r"""\s*([^\s="']+)(?:=("[^"]*"|'[^']*'|[^\s"']+))?""")
_ALLOWED: dict[Role, tuple[str, ...]] = {
    Role.DEMO: ("raises",),
    Role.PREDICT: ("raises",),
    Role.SOLUTION: ("name",),
    Role.WRONG: ("says", "name", "mentions", "lacks", "outcome"),
}
_NAMED = frozenset(CHECK_WORDS) - {"result", "raised", "calls", "again", "prints"}
_CURLY = "“”„‘’«»"
_MAY_BE_BROKEN = (Role.STARTER, Role.WRONG)


def has_role(info: str) -> bool:
    """Whether a fence of that info string is ours: Python with a second word."""
    words = info.split(maxsplit=2)
    return len(words) > 1 and words[0] == "python"


def has_pictures(info: str) -> bool:
    """Whether a fence of that info string holds commands that Enter gives: ``text show``."""
    return info.split() == ["text", "show"]


def read_pictures(source: str, line: int, faults: Faults, *, translated: bool = False) -> Pictures:
    """The commands of such a fence, one a line. ``translated``: it may be empty, as it stands in the lesson."""
    commands = tuple(each.strip() for each in source.splitlines() if each.strip())
    if not commands and not translated:
        faults.add(line, gettext("this fence is empty; it holds commands that draw, such as %plot losses"))
    for command in commands:
        word = command.partition(" ")[0]
        if not word.startswith("%") or word[1:] not in PICTURES:
            message = gettext("'{command}' is no command that draws", command=printable(command))
            faults.unknown(line, message, word, [f"%{each}" for each in PICTURES])
        elif not command.partition(" ")[2].strip():
            faults.add(line, gettext("{command} stands here alone; say what it is to draw", command=word))
    return Pictures(commands, line)


def read_fence(info: str, source: str, line: int, faults: Faults, *, translated: bool = False) -> CodeFence | None:
    """The Code of a fence for which ``has_role``; None, with faults noted, where it cannot be used.

    ``translated``: it stands in a translation, where it may be empty.
    """
    _, word, *rest = info.split(maxsplit=2)
    if word not in tuple(Role):
        faults.unknown(line, gettext("unknown role '{word}'", word=printable(word)), word, tuple(Role))
        return None
    role = Role(word)
    attributes = _attributes(role, rest[0] if rest else "", line, faults)
    source = source.rstrip("\n")
    code = CodeFence(role, source, line, **attributes)
    if translated:
        return code
    unread = "says=" in info and "says" not in attributes
    if role is Role.WRONG and not code.says and not unread:
        faults.add(line, gettext('a wrong fence needs says="…": what to tell whoever makes this mistake'))
    if not source.strip():
        faults.add(line, gettext("this {role} fence is empty", role=role))
        return None
    if role not in _MAY_BE_BROKEN and code.raises != "SyntaxError":
        _look_at_syntax(code, faults)
    return code


def _attributes(role: Role, text: str, line: int, faults: Faults) -> dict[str, str]:
    allowed = _ALLOWED.get(role, ())
    found: dict[str, str] = {}
    position = 0
    while text[position:].strip():
        match = _ATTRIBUTE.match(text, position)
        if match is None or match.group(2) is None:
            faults.add(line, _misquoted(role, text, text[position:]))
            break
        key, value = match.group(1), match.group(2)
        position = match.end()
        if not allowed:
            faults.add(line, gettext("the role {role} takes no {key}=", role=role, key=key))
        elif key not in allowed:
            message = gettext("unknown key of the role {role} '{word}'", role=role, word=printable(key))
            faults.unknown(line, message, key, allowed)
        elif key in found:
            faults.add(line, gettext("{key}= stands twice on this line", key=key))
        else:
            found[key] = value[1:-1] if value[0] in "\"'" else value
    for key in ("mentions", "lacks"):
        for word in unreadable_words(found.get(key, "")):
            message = gettext("{key}= holds '{word}', which stands in no code; see docs/lessons.md", key=key, word=word)
            faults.add(line, message)
    if "outcome" in found and (found["outcome"] != "any" or not found.get("mentions")):
        faults.add(line, gettext("outcome= can only be any, beside a mentions= that tells the mistake by its cause"))
    if "raises" in found and not found["raises"].isidentifier():
        faults.add(line, gettext("raises= must be the name of an error, such as RuntimeError"))
    return found


def _misquoted(role: Role, text: str, rest: str) -> str:
    """What is wrong with the ``rest`` of a line of attributes, which does not begin with ``key="value"``."""
    key = text.partition("=")[0].strip()
    if any(mark in rest for mark in _CURLY):
        return gettext(
            'the quotation marks after the role {role} are curly; write {key}="…" with straight ones',
            role=role,
            key=key,
        )
    if '\\"' in rest or "\\'" in rest:
        return gettext(
            "a quotation mark with \\ before it ends the text all the same; put all of it between {key}='…'", key=key
        )
    if "=" in text and rest.count('"') % 2:
        return gettext('the quotation mark after {key}= is never closed; write {key}="…"', key=key)
    return gettext('what follows the role {role} must be key="value"', role=role)


def _look_at_syntax(code: CodeFence, faults: Faults) -> None:
    try:
        parse_python(code.source)
    except SyntaxError as error:
        message = gettext("the {role} code is not Python: {error}", role=code.role, error=error.msg)
        faults.add(code.line + (error.lineno or 0), message)
        return
    except (ValueError, RecursionError, MemoryError):
        faults.add(code.line, gettext("the {role} code is nested too deep to be read", role=code.role))
        return
    if code.role is Role.CHECK:
        _look_at_words(code, faults)


def _look_at_words(code: CodeFence, faults: Faults) -> None:
    """A misspelt check word would only fail once a learner meets it."""
    words = check_calls(code.source)
    known = {*CHECK_WORDS, *dir(builtins), *names_bound_by(code.source)}
    for word, call in words:
        if word not in known and (close := nearest(word, CHECK_WORDS, cutoff=0.8)):
            message = gettext("unknown check word '{word}'; did you mean '{close}'?", word=word, close=close)
            faults.add(code.line + call.lineno, message)
        first = call.args[0] if call.args else None
        if word in _NAMED and isinstance(first, ast.Name) and first.id not in known:
            shown = f'{word}("{first.id}", …)'
            message = gettext("the names that a check looks at stand in quotes: {example}", example=shown)
            faults.add(code.line + call.lineno, message)
    if not any(word in CHECK_WORDS for word, _ in words):
        message = gettext("this check checks nothing; it needs one of: {words}", words=", ".join(CHECK_WORDS))
        faults.add(code.line, message)
