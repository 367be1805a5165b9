"""A lesson and the text of its translation → the lesson in that language. Opens no file.

The translation, ``zh/autograd.md`` beside ``autograd.md``, has the same step ids and the prose alone. A fence stands in
it where text before and after shown code must be told apart: empty, or with the very code of the lesson.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.format.document import Section, read_sections
from ptrepl.tutor.format.faults import Faults, printable
from ptrepl.tutor.format.frontmatter import Header, read_header, split_front
from ptrepl.tutor.format.lesson import Block, Choices, CodeFence, Hint, Lesson, Pictures, Prose, Role, Step
from ptrepl.tutor.format.plaintext import plain_text

_SHOWN = (Role.DEMO, Role.PREDICT)
_KEYS = ("id", "title", "lang", "version", "ending")


@dataclass(frozen=True, slots=True)
class Translated:
    """``warnings``: (line of the translation, what is not translated and shown in English instead)."""

    lesson: Lesson
    steps: int
    warnings: tuple[tuple[int, str], ...]


def translate(lesson: Lesson, text: str, path: str, language: str) -> Translated:
    """``lesson`` with the prose of ``text``. Raises LessonError, under ``path``, with all that does not fit."""
    faults = Faults(path)
    text = plain_text(text, faults)
    front, taken = split_front(text, faults)
    header = read_header(front, faults)
    if not header.lines:
        faults.stop_if_any()
    _look_at_header(header, lesson, language, faults)
    body = "\n".join(text.split("\n")[taken:])
    intro, sections = read_sections(body, taken + 1, faults, translated=True)
    warnings: list[tuple[int, str]] = []
    if header.version < lesson.version and "version" in header.lines:
        message = gettext(
            "this translates version {version} of the lesson, which is at version {current}",
            version=header.version,
            current=lesson.version,
        )
        warnings.append((header.lines["version"], message))
    found = _by_step(sections, lesson, faults)
    steps = []
    for step in lesson.steps:
        if step.id in found:
            steps.append(_joined(step, found[step.id], faults, warnings))
        else:
            steps.append(step)
            message = gettext("the step '{id}' of the lesson is not translated; it is shown in English", id=step.id)
            warnings.append((1, message))
    faults.stop_if_any()
    said = _prose(intro.blocks)
    joined = replace(
        lesson, title=header.title, lang=header.lang, intro=said.text if said else lesson.intro, steps=tuple(steps)
    )
    joined = replace(joined, ending=header.ending or lesson.ending)
    return Translated(joined, len(found), tuple(sorted(warnings)))


def _look_at_header(header: Header, lesson: Lesson, language: str, faults: Faults) -> None:
    if header.id != lesson.id:
        message = gettext(
            "this translates '{id}', but it stands beside the lesson '{lesson}'",
            id=printable(header.id),
            lesson=lesson.id,
        )
        faults.add(header.lines.get("id", 1), message)
    if header.lang.casefold() != language.casefold():
        message = gettext("lang must be {language}, as the folder of this translation is named", language=language)
        faults.add(header.lines.get("lang", 1), message)
    for key in header.lines.keys() - {*_KEYS}:
        message = gettext("{key} stands in the lesson itself, not in a translation of it", key=printable(key))
        faults.add(header.lines[key], message)


def _by_step(sections: Sequence[Section], lesson: Lesson, faults: Faults) -> dict[str, Section]:
    known = {step.id: step for step in lesson.steps}
    found: dict[str, Section] = {}
    for section in sections:
        name, kind = [*(section.marker or "").split(), "", ""][:2]
        if not name:
            message = gettext("this heading needs the step comment of the lesson, <!-- step: ID KIND -->")
            faults.add(section.line, message)
        elif name not in known:
            message = gettext("unknown step '{word}'", word=printable(name))
            faults.unknown(section.marker_line, message, name, known)
        elif kind != known[name].kind:
            message = gettext("in the lesson '{id}' is a step of the kind {kind}", id=name, kind=known[name].kind)
            faults.add(section.marker_line, message)
        elif name in found:
            message = gettext("the step '{id}' is translated on line {line} already", id=name, line=found[name].line)
            faults.add(section.marker_line, message)
        else:
            found[name] = section
    return found


def _joined(step: Step, section: Section, faults: Faults, warnings: list[tuple[int, str]]) -> Step:
    codes = _codes(step, section, faults)
    for promised in section.promises:
        message = gettext(
            "'{promise}' is promised in the lesson itself, not in a translation of it", promise=promised.text
        )
        faults.add(promised.line, message)
    choices = [block for block in section.blocks if isinstance(block, Choices)]
    prose, theirs = _parts(step.blocks), _parts(section.blocks)
    texts = [_prose(part) for part in theirs]
    if not any(texts) and any(map(_prose, prose)):
        message = gettext("the step '{id}' has no text here; it is shown in English", id=step.id)
        warnings.append((section.line, message))
        texts = [_prose(part) for part in prose]
    elif len(theirs) == 1 and len(prose) > 1:
        places = [number for number, part in enumerate(prose) if _prose(part)]
        if len(places) > 1:
            message = gettext(
                "the lesson has the text of this step in {parts} parts; repeat each shown fence between them, empty",
                parts=len(places),
            )
            faults.add(section.line, message)
            return step
        texts = [texts[0] if number in (places or [0]) else None for number in range(len(prose))]
    elif len(theirs) != len(prose):
        message = ngettext(
            "the lesson shows {count} fence or list in this step; this translation has {here}",
            "the lesson shows {count} fences or lists in this step; this translation has {here}",
            len(prose) - 1,
            here=len(theirs) - 1,
        )
        faults.add(section.line, message)
        return step
    blocks: list[Block] = []
    for part, text in zip(prose, texts, strict=True):
        blocks += [replace(text, line=section.line)] if text is not None else []
        for block in part:
            if isinstance(block, CodeFence):
                blocks.append(codes.get(block.line, block))
            elif isinstance(block, Choices):
                blocks.append(_chosen(block, choices, faults))
            elif isinstance(block, Pictures):
                blocks.append(block)
    return replace(
        step,
        title=section.title or step.title,
        blocks=tuple(blocks),
        hints=_hints(step, section, faults),
        learned=section.learned or step.learned,
        learned_in_notebook=(section if section.learned else step).learned_in_notebook,
    )


def _parts(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks, cut after each that is shown as a unit: a demo, the code of a prediction, choices, pictures."""
    parts: list[list[Block]] = [[]]
    for block in blocks:
        parts[-1].append(block)
        if isinstance(block, Choices | Pictures) or (isinstance(block, CodeFence) and block.role in _SHOWN):
            parts.append([])
    return parts


def _prose(blocks: Sequence[Block]) -> Prose | None:
    found = [block for block in blocks if isinstance(block, Prose)]
    if not found:
        return None
    in_notebook = ""
    if any(block.in_notebook for block in found):
        in_notebook = "\n\n".join(block.in_notebook or block.text for block in found)
    return Prose("\n\n".join(block.text for block in found), found[0].line, in_notebook)


def _codes(step: Step, section: Section, faults: Faults) -> dict[int, CodeFence]:
    """The fences of the lesson by their line, with the words (``says=``, ``name=``) of the translation."""
    found: dict[int, CodeFence] = {}
    for role in Role:
        original = step.codes(role)
        here = [block for block in section.blocks if isinstance(block, CodeFence) and block.role is role]
        for code in here[len(original) :]:
            message = ngettext(
                "the lesson has {count} {role} fence in this step; this is one more",
                "the lesson has {count} {role} fences in this step; this is one more",
                len(original),
                role=role,
            )
            faults.add(code.line, message)
        for code, mine in zip(here, original, strict=False):
            if code.source.strip() and code.source != mine.source:
                message = gettext("this {role} code is not that of the lesson; leave the fence empty", role=role)
                faults.add(code.line, message)
            if code.raises and code.raises != mine.raises:
                faults.add(code.line, gettext("raises= stands in the lesson itself; leave it out"))
            found[mine.line] = replace(mine, says=code.says or mine.says, name=code.name or mine.name)
    return found


def _chosen(mine: Choices, choices: list[Choices], faults: Faults) -> Choices:
    if not choices:
        return mine
    theirs = choices[0]
    if [item.right for item in theirs.items] != [item.right for item in mine.items]:
        message = gettext("these are not the choices of the lesson: as many, with the same ones right")
        faults.add(theirs.line, message)
    return theirs


def _hints(step: Step, section: Section, faults: Faults) -> tuple[Hint, ...]:
    if section.hints and len(section.hints) != len(step.hints):
        message = ngettext(
            "the lesson has {count} hint in this step; this translation has {here}",
            "the lesson has {count} hints in this step; this translation has {here}",
            len(step.hints),
            here=len(section.hints),
        )
        faults.add(section.hints[0].line, message)
    theirs = zip(section.hints, step.hints, strict=False)
    return tuple(replace(hint, about=mine.about) for hint, mine in theirs) or step.hints
