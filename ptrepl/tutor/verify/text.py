"""Checks that run no code: no text gives a solution away, and some check looks at each name that a task asks for."""

from __future__ import annotations

import ast
import builtins
import copy
import re
from collections.abc import Iterator, Mapping

from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.lesson import Lesson, Pictures, Prose, Role, Step
from ptrepl.tutor.names import asked_names, bound_in, read_in, tree_of, used_names
from ptrepl.tutor.replay.replay import made_by, parts_before
from ptrepl.tutor.shown_words import code_in
from ptrepl.tutor.verify.report import Fault
from ptrepl.tutor.verify.taught import needed_by, taught_faults

_GIVEN = frozenset(("torch", "nn", "F", "device", "np", "pd", "plt")) | set(dir(builtins))
"""The names that every prompt has."""
_NAME = re.compile(r"([^\W\d]\w*)(?:\.grad)?")


def text_faults(lesson: Lesson, library: Mapping[str, Lesson]) -> list[Fault]:
    """``library``: the lessons that this one may build upon, by id."""
    tasks = [step for step in lesson.steps if step.kind.asks_for_code]
    faults = [fault for step in tasks for fault in (*_given_away(step), *_not_looked_at(step))]
    return [*faults, *_needs(lesson, library), *_drawn(lesson), *taught_faults(lesson, library)]


def _drawn(lesson: Lesson) -> Iterator[Fault]:
    """Pictures of names that no code before them makes."""
    for index, step in enumerate(lesson.steps):
        for number, block in enumerate(step.blocks):
            if not isinstance(block, Pictures):
                continue
            known = made_by(parts_before(lesson, index, number)) | _GIVEN
            for command in block.commands:
                for name in sorted(_names_in(command.partition(" ")[2]) - known):
                    message = gettext(
                        "`{command}` draws `{name}`, which no code before it makes", command=command, name=name
                    )
                    yield Fault(block.line, message)


def _names_in(arguments: str) -> frozenset[str]:
    """The names that the arguments of a command read: ``losses, kind=hist``, ``loss --saved``, ``net x``."""
    plain = re.sub(r"--\w+", "", arguments)
    tree = tree_of(f"draw({plain})")
    if tree is None:
        return frozenset(word for word in plain.split() if word.isidentifier())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords = [each for each in node.keywords if each.arg != "kind"]
    return read_in(tree) - {"draw"} - {name for node in ast.walk(tree) for name in bound_in(node)}


def _needs(lesson: Lesson, library: Mapping[str, Lesson]) -> Iterator[Fault]:
    line = lesson.lines.get("needs", 1)
    for name in lesson.needs:
        if name not in library and name != lesson.id:
            yield Fault(line, gettext("needs names the lesson '{id}', which does not exist", id=name))
    if lesson.id in lesson.needs or any(lesson.id in each.needs for each in needed_by(lesson, library)):
        yield Fault(line, gettext("this lesson needs itself, by way of the lessons that it needs"))


def _given_away(step: Step) -> Iterator[Fault]:
    """Texts whose code, taken together, has every line of a solution that is not in the starter already."""
    texts = [(block.text, block.line, 1) for block in step.blocks if isinstance(block, Prose)]
    texts += [(hint.text, hint.line, 0) for hint in step.hints]
    given = {line for code in step.codes(Role.STARTER) for line in _lines(code.source)}
    shown_by = [line for code in step.codes(Role.DEMO) for line in _lines(code.source)]
    for code in step.codes(Role.SOLUTION):
        wanted = [line for line in _lines(code.source) if line not in given]
        if wanted and not set(wanted).difference(shown_by):
            message = gettext("this demo gives away the solution on line {line}", line=code.line)
            yield Fault(step.codes(Role.DEMO)[0].line, message)
        for text, first, exact in texts:
            left = list(wanted)
            for shown, before in code_in(text):
                for line in _lines(shown):
                    if left and line == left[0]:
                        left.pop(0)
                if wanted and not left:
                    message = gettext("this text gives away the solution on line {line}", line=code.line)
                    yield Fault(first + exact * before, message)
                    break


def _lines(source: str) -> list[str]:
    """Each line of code, however spaced and with or without ``device=``; none where it is not Python."""
    return [ast.dump(line) for line in _flat(_tree(source))]


def _flat(tree: ast.Module | None) -> Iterator[ast.stmt]:
    """The statements in the order of the text; of a block its first line alone, then what is in it."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call):
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "device"]
    found = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)] if tree is not None else []
    for node in sorted(found, key=lambda each: (each.lineno, each.col_offset)):
        line = copy.copy(node)
        for inside in ("body", "orelse", "finalbody", "handlers"):
            if hasattr(line, inside):
                setattr(line, inside, [])
        yield line


def _tree(source: str) -> ast.Module | None:
    # a text may show the first line of a block alone
    return tree_of(source) or tree_of(source + "\n    pass")


def _not_looked_at(step: Step) -> Iterator[Fault]:
    """Names that the text asks for, that each solution makes, and that no check looks at."""
    checks = [code.source for code in step.codes(Role.CHECK)]
    looked_at = frozenset[str]().union(*(asked_names(source) | used_names(source) for source in checks))
    given = {line for code in step.codes(Role.STARTER) for line in _lines(code.source)}
    made = [
        {name for line in _flat(_tree(code.source)) if ast.dump(line) not in given for name in bound_in(line)}
        for code in step.codes(Role.SOLUTION)
    ]
    missing = set[str].intersection(*made) - looked_at if made else set()
    for block in step.blocks:
        for shown, before in code_in(block.text) if isinstance(block, Prose) else ():
            match = _NAME.fullmatch(shown.strip())
            if match is not None and match[1] in missing:
                missing.remove(match[1])
                message = gettext("the text asks for `{name}`, and no check looks at it", name=match[1])
                yield Fault(block.line + before, message)
