"""The YAML at the top of a lesson → a frozen Header."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ptrepl.tutor.format.faults import Faults, printable
from ptrepl.tutor.format.plaintext import first_control

if TYPE_CHECKING:
    import yaml


_IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 10_000
_MOST_BRACKETS = 50


@dataclass(frozen=True, slots=True)
class Header:
    """What the front matter says, with the defaults of what it leaves out."""

    id: str
    title: str
    version: int = 1
    minutes: int = 0
    needs: tuple[str, ...] = ()
    teaches: tuple[str, ...] = ()
    seed: int = 0
    packages: tuple[str, ...] = ()
    lang: str = "en"
    lines: dict[str, int] = field(default_factory=dict)


def is_identifier(text: object) -> bool:
    """Whether ``text`` can be the id of a lesson or a step: lower-case words and digits joined by single hyphens."""
    return isinstance(text, str) and len(text) <= 60 and _IDENTIFIER.fullmatch(text) is not None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "\n" not in value


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _each(holds: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(holds(item) for item in value)


_FIELDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "id": (is_identifier, "a word of small letters, digits and hyphens, such as retain-graph"),
    "title": (_is_text, "one line of text"),
    "version": (_is_count, "a whole number"),
    "minutes": (_is_count, "a whole number"),
    "needs": (_each(is_identifier), "a list of lesson ids, such as [creation, indexing]"),
    "teaches": (_each(_is_text), "a list of names, such as [torch.zeros]"),
    "seed": (_is_count, "a whole number"),
    "packages": (_each(_is_text), "a list of package names, such as [pandas]"),
    "lang": (_is_text, "a language code, such as en"),
}


def split_front(text: str, faults: Faults) -> tuple[str, int]:
    """The YAML between the two ``---`` lines and the number of lines that it takes, both marks counted.

    Raises LessonError where there is none.
    """
    lines = text.split("\n")
    if not text.strip():
        faults.add(1, "this file is empty; a lesson begins with front matter between two lines of ---")
    elif lines[0].rstrip() != "---":
        faults.add(1, "no front matter; a lesson begins with a line of ---, then id: and title:, then --- again")
    else:
        for number, line in enumerate(lines[1:], 1):
            if line.rstrip() == "---":
                return "\n".join(lines[1:number]), number + 1
        faults.add(1, "the front matter is never closed; it ends with a second line of ---")
    faults.stop_if_any()
    raise AssertionError("unreachable: every other path has a fault")


def read_header(front: str, faults: Faults) -> Header:
    """The Header of YAML that begins on line 2 of its file; no tag or alias is ever obeyed.

    With faults it holds what could be read, so that those of the body are found as well.
    """
    if (loaded := _load(front, faults)) is None:
        return Header(id="", title="")
    mapping, lines = loaded
    known: dict[str, Any] = {}
    for key, value in mapping.items():
        line = lines.get(str(key), 1)
        if key not in _FIELDS:
            faults.unknown(line, "key", str(key), _FIELDS)
            continue
        fits, wanted = _FIELDS[key]
        if not fits(value):
            faults.add(line, f"{key} must be {wanted}")
        elif control := first_control(" ".join(value) if isinstance(value, list) else str(value)):
            faults.add(line, f"control character {control} in {key}; a lesson is plain text, so please remove it")
        else:
            known[key] = tuple(value) if isinstance(value, list) else value
    for key in ("id", "title"):
        if key not in mapping:
            faults.add(1, f"the front matter lacks {key}, which must be {_FIELDS[key][1]}")
    return Header(**{"id": "", "title": "", **known}, lines=lines)


def _load(front: str, faults: Faults) -> tuple[dict[Any, Any], dict[str, int]] | None:
    """The mapping and the line of each key; None, with a fault, where it cannot be read at all."""
    import yaml

    if len(front) > _LONGEST:
        faults.add(2, f"the front matter may have {_LONGEST:,} characters; this one has {len(front):,}")
        return None
    try:
        if _has_tricks(front, faults):
            return None
        node = yaml.compose(front, Loader=yaml.SafeLoader)
        if not isinstance(node, yaml.MappingNode):
            faults.add(2, "the front matter must be lines of 'key: value', such as id: autograd")
            return None
        lines: dict[str, int] = {}
        for key, _ in node.value:
            name, line = str(key.value), key.start_mark.line + 2
            if name in lines:
                faults.add(line, f"{name} stands here a second time; the first is on line {lines[name]}")
            lines.setdefault(name, line)
        return yaml.safe_load(front), lines
    except yaml.MarkedYAMLError as error:
        line, message = _in_plain_words(front, error)
        faults.add(line, f"the front matter is not YAML: {message}")
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        faults.add(2, "the front matter is not YAML that a lesson can use")
    return None


def _in_plain_words(front: str, error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """(line in the file, what to do about it) of the slips that are common."""
    mark = error.problem_mark or error.context_mark
    row = mark.line if mark else 0
    text = [*front.split("\n"), ""][row]
    problem = str(error.problem or error.context)
    key, colon, value = text.partition(":")
    if "\t" in text[: len(text) - len(text.lstrip())]:
        return row + 2, "indent with spaces, not with tabs"
    if problem == "mapping values are not allowed here" and colon and ":" in value:
        return row + 2, f"put what follows {printable(key)}: in quotes, since it has a colon in it"
    if "flow sequence" in str(error.context) and error.context_mark:
        return error.context_mark.line + 2, "this list begins with [ and is never closed with ]"
    return row + 2, problem


def _has_tricks(front: str, faults: Faults) -> bool:
    """Anchors and aliases can grow a few lines to gigabytes, tags can name types, depth costs time: none is needed."""
    import yaml

    opening = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
    opened = 0
    for token in yaml.scan(front, Loader=yaml.SafeLoader):
        opened += isinstance(token, opening)
        if isinstance(token, (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)):
            faults.add(token.start_mark.line + 2, "the front matter may not use &, * or ! of YAML; write the value out")
            return True
        if opened > _MOST_BRACKETS:
            faults.add(
                token.start_mark.line + 2, "the front matter is not YAML that a lesson can use: so many brackets"
            )
            return True
    return False
