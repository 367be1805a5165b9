"""(text, path) → Lesson. Opens no file; says every fault at once."""

from __future__ import annotations

from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.document import read_sections
from ptrepl.tutor.format.faults import Faults
from ptrepl.tutor.format.frontmatter import read_header, split_front
from ptrepl.tutor.format.lesson import Lesson, Prose, Step
from ptrepl.tutor.format.plaintext import plain_text
from ptrepl.tutor.format.steps import build_step


def parse_lesson(text: str, path: str) -> Lesson:
    """The Lesson that ``text`` describes. ``path`` only names it in faults and tracebacks.

    Raises LessonError with all faults that can be told apart.
    """
    faults = Faults(path)
    text = plain_text(text, faults)
    front, taken = split_front(text, faults)
    header = read_header(front, faults)
    intro, sections = read_sections("\n".join(text.split("\n")[taken:]), taken + 1, faults, english=header.lang == "en")
    for block in intro.blocks:
        if not isinstance(block, Prose):
            faults.add(block.line, gettext("only text may stand before the first step"))
    for hint in intro.hints:
        faults.add(hint.line, gettext("only text may stand before the first step"))
    steps = [step for section in sections if (step := build_step(section, faults)) is not None]
    _look_for_twins(steps, faults)
    if header.short and all(step.id != header.short for step in steps):
        message = gettext("short names the step '{id}', which this lesson does not have", id=header.short)
        faults.add(header.lines["short"], message)
    if not sections:
        faults.add(taken, gettext("this lesson has no steps; a step begins with a heading with two ##"))
    faults.stop_if_any()
    return Lesson(
        path=path,
        id=header.id,
        title=header.title,
        steps=tuple(steps),
        version=header.version,
        minutes=header.minutes,
        needs=header.needs,
        place=header.place,
        teaches=header.teaches,
        seed=header.seed,
        packages=header.packages,
        ending=header.ending,
        short=header.short,
        shortest=header.shortest,
        lang=header.lang,
        intro="\n\n".join(block.text for block in intro.blocks if isinstance(block, Prose)),
        lines=header.lines,
    )


def _look_for_twins(steps: list[Step], faults: Faults) -> None:
    first: dict[str, int] = {}
    for step in steps:
        if step.id in first:
            message = gettext(
                "the step id '{id}' is taken; the step on line {line} has it", id=step.id, line=first[step.id]
            )
            faults.add(step.line, message)
        first.setdefault(step.id, step.line)
