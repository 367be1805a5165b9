"""Where the signature stands: in a row of its own below the input, which is there only while a call is typed."""

from __future__ import annotations

from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application.current import get_app
from prompt_toolkit.filters import Condition, is_done
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import ConditionalContainer, FloatContainer, HSplit, Window, walk
from prompt_toolkit.layout.controls import FormattedTextControl

from ptrepl.shell.signature.lookup_thread import SignatureLookup

_ALIGNED = 60
"""From this width on, the signature begins where the code does, behind the prompt."""


def show_below_input(session: PromptSession[Any], lookup: SignatureLookup) -> None:
    """Draw what ``lookup`` finds below the input of ``session``."""
    rows = next(part.content for part in walk(session.layout.container) if isinstance(part, FloatContainer))
    shown = Condition(lambda: lookup.found is not None) & ~is_done

    def text() -> StyleAndTextTuples:
        return _fragments(lookup, get_app().output.get_size().columns)

    if not isinstance(rows, HSplit):
        return
    # the input ends where its text does while the row below it is there; what is left of the screen is below both
    session.layout.current_window.dont_extend_height = shown
    rows.children += [
        ConditionalContainer(Window(FormattedTextControl(text), height=1), shown),
        ConditionalContainer(Window(), shown),
    ]


def _fragments(lookup: SignatureLookup, width: int) -> StyleAndTextTuples:
    found = lookup.found
    if found is None:
        return []
    from ptrepl.shell.signature.line import signature_line

    margin = 4 if width >= _ALIGNED else 0
    # a terminal that writes its last column may break the line there
    line = signature_line(found.signature, found.current, width - margin - 1, ways=found.ways)
    return [("", " " * margin), *((f"class:{style}" if style else "", part) for style, part in line)]
