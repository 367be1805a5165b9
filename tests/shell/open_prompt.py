"""The screen of a prompt whose input stays open, once it shows what it should."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from typing import Any

import pyte
from prompt_toolkit.application import Application
from prompt_toolkit.data_structures import Size
from prompt_toolkit.history import History, InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from ptrepl.engine.run.source import check_input, clean
from ptrepl.shell.prompt.prompt import PromptReader
from tests.shell.typing_keys import is_command

_PATIENCE = 10.0


def rows(screen: pyte.Screen) -> list[str]:
    """The rows of the screen, without the spaces at their ends."""
    return [row.rstrip() for row in screen.display]


def screen_when(
    keys: str,
    reached: Callable[[pyte.Screen], bool],
    *,
    width: int = 60,
    height: int = 12,
    history: History | None = None,
    resized: int | None = None,
    starter: str = "",
    then: Sequence[tuple[str, Callable[[pyte.Screen], bool]]] = (),
    **more: Any,
) -> pyte.Screen:
    """The screen after ``keys``, as soon as ``reached`` says so. Fails with what it shows if that never comes.

    ``resized``: the columns that the terminal has from then on, and ``reached`` must come true once more.
    ``then``: more keys, typed once the screen is as wanted, and what they must come to.
    """
    stream, size, steps = io.StringIO(), [width], list(then)
    screen = pyte.Screen(width, height)
    output = Vt100_Output(stream, lambda: Size(rows=height, columns=size[0]), term="xterm-256color", enable_cpr=False)
    end = time.monotonic() + _PATIENCE
    seen, late = 0, False

    with create_pipe_input() as terminal:
        terminal.send_text(keys)
        reader = PromptReader(
            check_input, clean, is_command, history or InMemoryHistory(), tuple, input=terminal, output=output, **more
        )
        app: Application[str] = reader._session.app

        def look(_: object) -> None:
            nonlocal seen, late, resized, reached
            if app.future is None or app.future.done():
                return  # what is drawn from now on is the end of the input
            sent = stream.getvalue()[seen:]
            seen += len(sent)
            pyte.Stream(screen).feed(sent.replace("\x1b[?7l", "").replace("\x1b[?7h", ""))
            if time.monotonic() > end:
                late = True
                app.exit(result="")
            elif reached(screen):
                if resized is None and not steps:
                    app.exit(result="")
                    return
                if resized is None:
                    more_keys, reached = steps.pop(0)
                    terminal.send_text(more_keys)
                    return
                size[0], resized = resized, None
                screen.resize(columns=size[0])
                app._on_resize()
            elif app.loop is not None:
                app.loop.call_later(0.01, app.invalidate)

        app.after_render += look
        try:
            reader.read(prefill=starter)
        finally:
            reader.close()
    assert not late, "the screen never came to what was waited for:\n" + "\n".join(rows(screen))
    return screen
