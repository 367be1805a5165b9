"""Words on an input that is no answer: the question is still open, or the step is done already. Pure."""

from __future__ import annotations

from ptrepl.engine.outcome import Outcome, Status
from ptrepl.texts.messages import gettext
from ptrepl.tutor.play.state import State


def still_open(last: Outcome) -> str:
    """That the question is still open, after code whose last statement was ``last``."""
    if last.status is Status.OK:
        return gettext("That ran as code; the question is still open.")
    if last.error is None or last.error.type_name not in ("SyntaxError", "IndentationError"):
        return gettext("The question is still open.")
    return gettext("That is not an answer yet.")


def done_already(state: State) -> str:
    """That the step was passed before, to whoever changes what it asked for."""
    return state.worded(
        gettext(
            "This step is done, so that is not checked any more. Press Enter to go on; %redo begins the step again."
        ),
        gettext("This step is done, so that is not checked any more; %redo begins the step again."),
    )
