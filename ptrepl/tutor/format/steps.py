"""A section of the file → a Step, once it has all that its kind needs and nothing that it cannot use."""

from __future__ import annotations

from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.document import Section
from ptrepl.tutor.format.faults import Faults, printable
from ptrepl.tutor.format.frontmatter import is_identifier
from ptrepl.tutor.format.lesson import Choices, Hint, Role, Step, StepKind
from ptrepl.tutor.names import RAISED, RESULT, asked_parts

_ROLES: dict[StepKind, tuple[Role, ...]] = {
    StepKind.READ: (Role.SETUP,),
    StepKind.DEMO: (Role.SETUP, Role.DEMO),
    StepKind.PREDICT: (Role.SETUP, Role.PREDICT, Role.WRONG),
    StepKind.CHOICE: (Role.SETUP,),
    StepKind.TASK: (Role.SETUP, Role.DEMO, Role.STARTER, Role.CHECK, Role.SOLUTION, Role.WRONG),
    StepKind.FIX: (Role.SETUP, Role.DEMO, Role.STARTER, Role.CHECK, Role.SOLUTION, Role.WRONG),
}
_NEEDED: dict[StepKind, tuple[Role, ...]] = {
    StepKind.READ: (),
    StepKind.DEMO: (Role.DEMO,),
    StepKind.PREDICT: (Role.PREDICT,),
    StepKind.CHOICE: (),
    StepKind.TASK: (Role.CHECK, Role.SOLUTION),
    StepKind.FIX: (Role.STARTER, Role.CHECK, Role.SOLUTION),
}
_SINGLE = (Role.PREDICT, Role.STARTER)
_MOST_HINTS = 3
_EXAMPLE = "<!-- step: first-steps read -->"


def build_step(section: Section, faults: Faults) -> Step | None:
    """The Step of a section; None, with faults noted, where its comment does not say which it is."""
    if section.marker is None:
        message = gettext(
            "the heading '{title}' has no step comment; write one such as {example} on the line below it",
            title=printable(section.title),
            example=_EXAMPLE,
        )
        faults.add(section.line, message)
        return None
    words = section.marker.split()
    if len(words) != 2:
        message = gettext(
            "a step comment holds an id and a kind: {example}; this one holds '{text}'",
            example=_EXAMPLE,
            text=printable(section.marker),
        )
        faults.add(section.marker_line, message)
        return None
    identifier, kind_word = words
    if not is_identifier(identifier):
        message = gettext(
            "the step id '{id}' must be lower-case letters, digits and hyphens, such as retain-graph",
            id=printable(identifier),
        )
        faults.add(section.marker_line, message)
    if kind_word not in tuple(StepKind):
        message = gettext("unknown kind of step '{word}'", word=printable(kind_word))
        faults.unknown(section.marker_line, message, kind_word, tuple(StepKind))
        return None
    kind = StepKind(kind_word)
    hints = tuple(section.hints)
    step = Step(
        identifier,
        section.title,
        kind,
        section.line,
        tuple(section.blocks),
        hints,
        section.learned,
        tuple(section.equivalents),
        tuple(section.promises),
        tuple(section.packages),
        section.learned_in_notebook,
    )
    _look_at_fences(step, section.roleless, faults)
    _look_at_choices(step, faults)
    _look_at_hints(step, faults)
    for mark in step.equivalents if not kind.asks_for_code else ():
        message = gettext("a step of the kind {kind} has no solution whose mutants could be equivalent", kind=kind)
        faults.add(mark.line, message)
    for promised in step.promises if not kind.asks_for_code else ():
        message = gettext(
            "a step of the kind {kind} has no solution that could keep the promise '{promise}'",
            kind=kind,
            promise=promised.text,
        )
        faults.add(promised.line, message)
    if not section.title.strip():
        faults.add(section.line, gettext("this heading is empty; it is the title of the step"))
    return step


def _look_at_fences(step: Step, roleless: list[int], faults: Faults) -> None:
    allowed = _ROLES[step.kind]
    for code in step.codes(*Role):
        if code.role not in allowed:
            message = gettext(
                "a step of the kind {kind} has no use for {role}; it takes {roles}",
                kind=step.kind,
                role=code.role,
                roles=", ".join(allowed),
            )
            faults.add(code.line, message)
        elif code.role is Role.WRONG and not step.kind.asks_for_code and (code.mentions or code.lacks or code.outcome):
            message = gettext("a wrong answer to a question takes no mentions=, no lacks= and no outcome=")
            faults.add(code.line, message)
    for role in _NEEDED[step.kind]:
        if not step.codes(role):
            faults.add(step.line, _lacks_fence(step, role, roleless))
    for role in _SINGLE:
        for code in step.codes(role)[1:]:
            faults.add(code.line, gettext("a step has one {role} fence; this is another", role=role))
    names = [code.name for code in step.codes(Role.SOLUTION)]
    if len(names) > 1 and len(set(names)) < len(names):
        code = step.codes(Role.SOLUTION)[1]
        faults.add(code.line, gettext('where there are several solutions, each needs its own name="…"'))


def _lacks_fence(step: Step, role: Role, roleless: list[int]) -> str:
    if roleless:
        return gettext(
            "the {kind} step '{id}' needs a fence with the role {role}; the python fence on line {line} has no role",
            kind=step.kind,
            id=step.id,
            role=role,
            line=roleless[0],
        )
    return gettext("the {kind} step '{id}' needs a fence with the role {role}", kind=step.kind, id=step.id, role=role)


def _look_at_choices(step: Step, faults: Faults) -> None:
    lists = [block for block in step.blocks if isinstance(block, Choices)]
    if step.kind is not StepKind.CHOICE:
        for each in lists:
            message = gettext(
                "a list with [ ] asks a question, which belongs into a step of the kind choice, not {kind}",
                kind=step.kind,
            )
            faults.add(each.line, message)
        return
    if not lists:
        message = gettext("the choice step '{id}' needs a list of '- [ ] text — feedback'", id=step.id)
        faults.add(step.line, message)
    for each in lists[1:]:
        faults.add(each.line, gettext("a choice step asks one question; this is another list"))
    for each in lists[:1]:
        if len(each.items) < 2 or not any(choice.right for choice in each.items):
            message = gettext("a question needs two choices at least, and one of them right: - [x] text — why")
            faults.add(each.line, message)
        if len(each.items) > 26:
            faults.add(each.line, gettext("a question has at most 26 choices, one for each letter"))


def _hint_about_nothing(hint: Hint, name: str, parts: frozenset[str], faults: Faults) -> None:
    message = gettext("this hint is about '{name}', which no check of its step asks for", name=printable(name))
    if parts:
        faults.unknown(hint.line, message, name, sorted(parts))
    else:
        faults.add(hint.line, message)


def _look_at_hints(step: Step, faults: Faults) -> None:
    if step.kind.asks_for_code and not step.hints:
        message = gettext(
            "the {kind} step '{id}' needs a hint: {example}",
            kind=step.kind,
            id=step.id,
            example="<details><summary>Hint</summary>",
        )
        faults.add(step.line, message)
    parts = frozenset[str]().union(*(asked_parts(code.source) for code in step.codes(Role.CHECK))) - {RESULT, RAISED}
    for hint in step.hints:
        for name in hint.about:
            if name not in parts:
                _hint_about_nothing(hint, name, parts, faults)
    for hint in [each for each in step.hints if not each.about][_MOST_HINTS:]:
        faults.add(hint.line, gettext("a step has {most} hints at most", most=_MOST_HINTS))
    for part in sorted(parts):
        for hint in [each for each in step.hints if part in each.about][_MOST_HINTS:]:
            faults.add(hint.line, gettext("`{name}` has {most} hints at most", name=part, most=_MOST_HINTS))
    if step.hints and all(hint.about for hint in step.hints):
        for part in sorted(parts.difference(*(hint.about for hint in step.hints))):
            message = gettext("no hint of this step is about `{name}`, which its checks ask for", name=part)
            faults.add(step.line, message)
    if step.kind in (StepKind.READ, StepKind.DEMO):
        for hint in step.hints:
            message = gettext("a step of the kind {kind} asks nothing, so it has no use for a hint", kind=step.kind)
            faults.add(hint.line, message)
