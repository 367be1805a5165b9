"""The YAML at the top of a lesson → a frozen Header."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ptrepl.texts.messages import N_, gettext
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
    place: int = 0
    teaches: tuple[str, ...] = ()
    seed: int = 0
    packages: tuple[str, ...] = ()
    ending: str = ""
    short: str = ""
    shortest: bool = False
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
    "id": (is_identifier, N_("{key} must be a word of lower-case letters, digits and hyphens, such as retain-graph")),
    "title": (_is_text, N_("{key} must be one line of text")),
    "version": (_is_count, N_("{key} must be a whole number")),
    "minutes": (_is_count, N_("{key} must be a whole number")),
    "needs": (_each(is_identifier), N_("{key} must be a list of lesson ids, such as [creation, indexing]")),
    "place": (_is_count, N_("{key} must be a whole number")),
    "teaches": (_each(_is_text), N_("{key} must be a list of names, such as [torch.zeros]")),
    "seed": (_is_count, N_("{key} must be a whole number")),
    "packages": (_each(_is_text), N_("{key} must be a list of package names, such as [pandas]")),
    "ending": (_is_text, N_("{key} must be one line of text")),
    "short": (is_identifier, N_("{key} must be the id of a step, such as all-in-one")),
    "shortest": (lambda value: isinstance(value, bool), N_("{key} must be true or false")),
    "lang": (_is_text, N_("{key} must be a language code, such as en")),
}
"""Key → whether a value will do, and the fault where it will not."""
_NEEDED = {
    "id": N_("the front matter lacks id: a word of lower-case letters, digits and hyphens, such as retain-graph"),
    "title": N_("the front matter lacks title: one line of text"),
}


def split_front(text: str, faults: Faults) -> tuple[str, int]:
    """The YAML between the two ``---`` lines and the number of lines that it takes, both marks counted.

    Raises LessonError where there is none.
    """
    lines = text.split("\n")
    if not text.strip():
        faults.add(1, gettext("this file is empty; a lesson begins with front matter between two lines of ---"))
    elif lines[0].rstrip() != "---":
        message = gettext("no front matter; a lesson begins with a line of ---, then id: and title:, then --- again")
        faults.add(1, message)
    else:
        for number, line in enumerate(lines[1:], 1):
            if line.rstrip() == "---":
                return "\n".join(lines[1:number]), number + 1
        faults.add(1, gettext("the front matter is never closed; it ends with a second line of ---"))
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
            faults.unknown(line, gettext("unknown key '{word}'", word=printable(str(key))), str(key), _FIELDS)
            continue
        fits, wanted = _FIELDS[key]
        if not fits(value):
            faults.add(line, gettext(wanted, key=key))
        elif control := first_control(" ".join(value) if isinstance(value, list) else str(value)):
            message = gettext(
                "control character {code} in {key}; a lesson is plain text, so please remove it", code=control, key=key
            )
            faults.add(line, message)
        else:
            known[key] = tuple(value) if isinstance(value, list) else value
    for key, message in _NEEDED.items():
        if key not in mapping:
            faults.add(1, gettext(message))
    return Header(**{"id": "", "title": "", **known}, lines=lines)


def _load(front: str, faults: Faults) -> tuple[dict[Any, Any], dict[str, int]] | None:
    """The mapping and the line of each key; None, with a fault, where it cannot be read at all."""
    import yaml

    if len(front) > _LONGEST:
        message = gettext(
            "the front matter may have {most} characters; this one has {count}",
            most=format(_LONGEST, ","),
            count=format(len(front), ","),
        )
        faults.add(2, message)
        return None
    try:
        if _has_tricks(front, faults):
            return None
        node = yaml.compose(front, Loader=yaml.SafeLoader)
        if not isinstance(node, yaml.MappingNode):
            faults.add(2, gettext("the front matter must be lines of 'key: value', such as id: autograd"))
            return None
        lines: dict[str, int] = {}
        for key, _ in node.value:
            name, line = str(key.value), key.start_mark.line + 2
            if name in lines:
                message = gettext(
                    "{key} stands here a second time; the first is on line {first}", key=name, first=lines[name]
                )
                faults.add(line, message)
            lines.setdefault(name, line)
        return yaml.safe_load(front), lines
    except yaml.MarkedYAMLError as error:
        faults.add(*_in_plain_words(front, error))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        faults.add(2, gettext("the front matter is not YAML that a lesson can use"))
    return None


def _in_plain_words(front: str, error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """(line in the file, the fault): what to do about the common mistakes, else what PyYAML says."""
    mark = error.problem_mark or error.context_mark
    row = mark.line if mark else 0
    text = [*front.split("\n"), ""][row]
    problem = str(error.problem or error.context)
    key, colon, value = text.partition(":")
    if "\t" in text[: len(text) - len(text.lstrip())]:
        return row + 2, gettext("the front matter is not YAML: indent with spaces, not with tabs")
    if problem == "mapping values are not allowed here" and colon and ":" in value:  # not a sentence: PyYAML's
        message = gettext(
            "the front matter is not YAML: put what follows {key}: in quotes, since it has a colon in it",
            key=printable(key),
        )
        return row + 2, message
    if "flow sequence" in str(error.context) and error.context_mark:
        message = gettext("the front matter is not YAML: this list begins with [ and is never closed with ]")
        return error.context_mark.line + 2, message
    return row + 2, gettext("the front matter is not YAML: {problem}", problem=problem)


def _has_tricks(front: str, faults: Faults) -> bool:
    """Anchors and aliases can grow a few lines to gigabytes, tags can name types, depth costs time: none is needed."""
    import yaml

    opening = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
    opened = 0
    for token in yaml.scan(front, Loader=yaml.SafeLoader):
        opened += isinstance(token, opening)
        if isinstance(token, (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)):
            message = gettext("the front matter may not use &, * or ! of YAML; write the value out")
            faults.add(token.start_mark.line + 2, message)
            return True
        if opened > _MOST_BRACKETS:
            message = gettext("the front matter is not YAML that a lesson can use: too many brackets")
            faults.add(token.start_mark.line + 2, message)
            return True
    return False
