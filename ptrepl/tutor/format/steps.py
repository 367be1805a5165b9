"""A section of the file → a Step, once it has all that its kind needs and nothing that it cannot use."""

from __future__ import annotations

from ptrepl.tutor.format.document import Section
from ptrepl.tutor.format.faults import Faults, printable
from ptrepl.tutor.format.frontmatter import is_identifier
from ptrepl.tutor.format.lesson import Choices, Role, Step, StepKind

_ROLES: dict[StepKind, tuple[Role, ...]] = {
    StepKind.READ: (Role.SETUP,),
    StepKind.DEMO: (Role.SETUP, Role.DEMO),
    StepKind.PREDICT: (Role.SETUP, Role.PREDICT),
    StepKind.CHOICE: (Role.SETUP,),
    StepKind.TASK: (Role.SETUP, Role.STARTER, Role.CHECK, Role.SOLUTION, Role.WRONG),
    StepKind.FIX: (Role.SETUP, Role.STARTER, Role.CHECK, Role.SOLUTION, Role.WRONG),
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


def build_step(section: Section, faults: Faults) -> Step | None:
    """The Step of a section; None, with faults noted, where its comment does not say which it is."""
    if section.marker is None:
        advice = "write one such as <!-- step: first-steps read --> on the line below it"
        faults.add(section.line, f"the heading '{printable(section.title)}' has no step comment; {advice}")
        return None
    words = section.marker.split()
    if len(words) != 2:
        seen = f"this one holds '{printable(section.marker)}'"
        faults.add(
            section.marker_line, f"a step comment holds an id and a kind: <!-- step: first-steps read -->; {seen}"
        )
        return None
    identifier, kind_word = words
    if not is_identifier(identifier):
        message = "must be small letters, digits and hyphens, such as retain-graph"
        faults.add(section.marker_line, f"the step id '{printable(identifier)}' {message}")
    if kind_word not in tuple(StepKind):
        faults.unknown(section.marker_line, "kind of step", kind_word, tuple(StepKind))
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
    )
    _look_at_fences(step, section.roleless, faults)
    _look_at_choices(step, faults)
    _look_at_hints(step, faults)
    for mark in step.equivalents if not kind.asks_for_code else ():
        faults.add(mark.line, f"a {kind} step has no solution whose mutants could be equivalent")
    for promised in step.promises if not kind.asks_for_code else ():
        faults.add(promised.line, f"a {kind} step has no solution that could keep the promise '{promised.text}'")
    if not section.title.strip():
        faults.add(section.line, "this heading is empty; it is the title of the step")
    return step


def _look_at_fences(step: Step, roleless: list[int], faults: Faults) -> None:
    allowed = _ROLES[step.kind]
    for code in step.codes(*Role):
        if code.role not in allowed:
            faults.add(code.line, f"a {step.kind} step has no use for {code.role}; it takes {', '.join(allowed)}")
    for role in _NEEDED[step.kind]:
        if not step.codes(role):
            seen = f"; the python fence on line {roleless[0]} has no role" if roleless else ""
            faults.add(step.line, f"the {step.kind} step '{step.id}' needs a fence with the role {role}{seen}")
    for role in _SINGLE:
        for code in step.codes(role)[1:]:
            faults.add(code.line, f"a step has one {role} fence; this is another")
    names = [code.name for code in step.codes(Role.SOLUTION)]
    if len(names) > 1 and len(set(names)) < len(names):
        code = step.codes(Role.SOLUTION)[1]
        faults.add(code.line, 'where there are several solutions, each needs its own name="…"')


def _look_at_choices(step: Step, faults: Faults) -> None:
    lists = [block for block in step.blocks if isinstance(block, Choices)]
    if step.kind is not StepKind.CHOICE:
        for each in lists:
            faults.add(each.line, f"a list with [ ] asks a question, and a {step.kind} step asks none; use kind choice")
        return
    if not lists:
        faults.add(step.line, f"the choice step '{step.id}' needs a list of '- [ ] text — feedback'")
    for each in lists[1:]:
        faults.add(each.line, "a choice step asks one question; this is another list")
    for each in lists[:1]:
        if len(each.items) < 2 or not any(choice.right for choice in each.items):
            faults.add(each.line, "a question needs two choices at least, and one of them right: - [x] text — why")
        if len(each.items) > 26:
            faults.add(each.line, "a question has at most 26 choices, one for each letter")


def _look_at_hints(step: Step, faults: Faults) -> None:
    if step.kind.asks_for_code and not step.hints:
        faults.add(step.line, f"the {step.kind} step '{step.id}' needs a hint: <details><summary>Hint</summary>")
    for hint in step.hints[_MOST_HINTS:]:
        faults.add(hint.line, f"a step has {_MOST_HINTS} hints at most")
    if step.kind in (StepKind.READ, StepKind.DEMO):
        for hint in step.hints:
            faults.add(hint.line, f"a {step.kind} step asks nothing, so it has no use for a hint")
