"""A docstring in reStructuredText → what one would read: no roles, no directives, maths in plain characters."""

from __future__ import annotations

import inspect
import re

from ptrepl.shell.inspect.maths import plain_maths
from ptrepl.texts.messages import N_, gettext

_ROLE = re.compile(r":(?:\w+:)?(\w+):`([^`]+)`")
_LINK = re.compile(r"`([^`<>]+?)\s*<[^`>]*>`__?|`([^`]+)`__?(?!\w)")
_DIRECTIVE = re.compile(r"^(?P<margin>\s*)\.\. (?P<name>[\w-]+) ?::[ ]?(?P<rest>.*)$")
_TARGET = re.compile(r"^\s*(\.\. (_|\[)|__ \S+$)")
_OPTION = re.compile(r"^\s+:[\w-]+:( .*)?$")
_SAID = {
    "note": N_("Note:"),
    "warning": N_("Warning:"),
    "seealso": N_("See also:"),
    "versionadded": N_("New in version"),
    "versionchanged": N_("Changed in version"),
    "deprecated": N_("Deprecated since version"),
}
_DROPPED = frozenset({"code", "code-block", "image", "include", "list-table", "math"})
_SHOWN_AS_THEY_ARE = frozenset({"function", "method", "class"})


def plain_docstring(text: str) -> str:
    """The docstring as plain text, with its line breaks; code blocks are left as they are."""
    lines = _without_directives([line.rstrip() for line in inspect.cleandoc(text).splitlines()])
    text = _ROLE.sub(_role, "\n".join(lines))
    text = _LINK.sub(lambda match: match[1] or match[2], text)
    text = re.sub(r"``([^`]+)``", r"`\1`", text)
    text = re.sub(r"(?m)(?<=\S)::$", ":", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _role(match: re.Match[str]) -> str:
    kind, content = match[1], match[2]
    if kind == "math":
        return plain_maths(" ".join(content.split()))
    name = re.sub(r"\s*<[^>]*>$", "", content).removeprefix("~").removeprefix("!")
    return name if kind in ("ref", "doc") else f"`{name}`"


def _without_directives(lines: list[str]) -> list[str]:
    kept: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        place += 1
        match = _DIRECTIVE.match(line)
        if match is None:
            if not _TARGET.match(line):
                kept.append(line)
            continue
        kept += _directive(match)
        while place < len(lines) and _OPTION.match(lines[place]):
            place += 1
        if match["name"] == "math":
            end = _end_of_block(lines, place, len(match["margin"]))
            kept += _maths([match["rest"], *lines[place:end]], match["margin"])
            place = end
    return kept


def _directive(match: re.Match[str]) -> list[str]:
    name, rest = match["name"].lower(), match["rest"]
    if name in _DROPPED:
        return []
    if name in _SHOWN_AS_THEY_ARE:
        said = rest
    else:
        label = gettext(_SAID[name]) if name in _SAID else f"{name.capitalize()}:"
        said = f"{label} {rest}"
    return [match["margin"] + said.rstrip()]


def _end_of_block(lines: list[str], place: int, margin: int) -> int:
    while place < len(lines) and (not lines[place].strip() or len(lines[place]) - len(lines[place].lstrip()) > margin):
        place += 1
    return place


def _maths(block: list[str], margin: str) -> list[str]:
    text = plain_maths("\n".join(line.strip() for line in block))
    return [f"{margin}    {line.strip()}" for line in text.splitlines()] + [""]
