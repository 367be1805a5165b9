"""The known wrong answers of a ``predict`` step, held against what is true."""

from __future__ import annotations

from collections.abc import Iterator

from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.answers import Answer, read_answer
from ptrepl.tutor.check.predict import Result, judge
from ptrepl.tutor.format.faults import printable
from ptrepl.tutor.format.lesson import Role, Step
from ptrepl.tutor.verify.report import Fault


def question_faults(step: Step, truth: Answer) -> Iterator[Fault]:
    """Lines that are no answer, that are right after all, or that an earlier fence has words for already."""
    known: list[tuple[Answer, int]] = []
    for code in step.codes(Role.WRONG):
        for number, text in enumerate(code.source.splitlines(), code.line + 1):
            if not text.strip():
                continue
            answer = read_answer(text)
            if answer is None:
                message = gettext("'{text}' is no answer that can be typed at this question", text=printable(text))
                yield Fault(number, message)
            elif judge(answer, truth).result is Result.RIGHT:
                yield Fault(number, gettext("'{text}' is the right answer", text=printable(text)))
            else:
                for other, line in known:
                    if judge(answer, other).result is Result.RIGHT:
                        message = gettext("'{text}' is the answer of line {line} too", text=printable(text), line=line)
                        yield Fault(number, message)
                        break
                known.append((answer, number))
