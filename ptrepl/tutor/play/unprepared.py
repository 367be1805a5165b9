"""What is said where a step could not be prepared."""

from __future__ import annotations

from ptrepl.texts.messages import gettext
from ptrepl.tutor.play import say
from ptrepl.tutor.play.say import Say
from ptrepl.tutor.replay.stage import INTERRUPTED


def unprepared(fault: str | None) -> tuple[Say, ...]:
    """``fault``: what ``Stage.prepare`` gives."""
    if fault is None:
        return ()
    if fault == INTERRUPTED:
        return (
            say.Instruction(gettext("Ctrl-C stopped the code that prepares this step. %redo starts the step again.")),
        )
    sorry = gettext("This step could not be prepared; the mistake is in the lesson, not yours.")
    text = f"{sorry} {fault}"
    return (say.Feedback(text, "fault"),)
