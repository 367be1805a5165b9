"""A picture that changes in its place: what was drawn is erased, and what is printed meanwhile stands above it.

Nobody can ask where the cursor is while the prompt's keys may be in the answer. So the streams are listened to from the
first frame to the end of the statement: text that is written takes the place of the picture, which comes back below.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from ptrepl.screen.printer import Printer, is_terminal

LEAST_SECONDS = 0.1
"""Between two frames: a loop that makes more of them is not to wait for the terminal, which may be far away."""


class Frames:
    """The frames of one statement. ``draw`` prints one and says how many rows it has.

    ``shares_screen``: whether something else stands at the bottom of the screen, which has to stay.

    A frame that comes too soon after the one before is left out, unless it is the last.
    """

    def __init__(self, printer: Printer, shares_screen: Callable[[], bool] = lambda: False) -> None:
        self._printer = printer
        self._shares_screen = shares_screen
        self._rows = 0
        self._draw_last: Callable[[], int] | None = None
        self._listened: list[Any] = []
        self._drawing = False
        self._drawn_at = 0.0
        self._is_late = False

    def show(self, draw: Callable[[], int]) -> None:
        """Draw a frame in the place of the one before."""
        now = time.monotonic()
        self._is_late = self.is_on and now - self._drawn_at < LEAST_SECONDS
        if self._is_late:
            self._draw_last = draw
            return
        self._drawn_at = now
        self._drawing = True
        try:
            if self._rows:
                self._erase()
            else:
                self._printer.fresh_line()  # what was printed may not have ended its line
            self._rows = draw()
        finally:
            self._drawing = False
        self._draw_last = draw
        self._listen()

    @property
    def is_on(self) -> bool:
        """Whether a frame of this statement was drawn already."""
        return self._draw_last is not None

    def end(self) -> None:
        """The statement has ended: the last frame stays, and comes back where it was erased for a text."""
        for stream in self._listened:
            vars(stream).pop("write", None)
        self._listened = []
        draw, self._draw_last = self._draw_last, None
        late, self._is_late = self._is_late, False
        if draw is not None and self._rows and late:
            self._erase()
            draw()
        elif draw is not None and not self._rows:
            self._printer.fresh_line()
            draw()
        self._rows = 0

    def _erase(self) -> None:
        # what is below it goes with it, or moves up, as far as the rows go that scroll
        erased = f"\x1b[{self._rows}M" if self._shares_screen() else "\x1b[J"
        self._printer.draw(f"\x1b[{self._rows}A\r{erased}")
        self._rows = 0

    def _listen(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            if stream in self._listened or not is_terminal(stream):
                continue
            write = stream.write

            def written(text: str, write: Callable[[str], int] = write) -> int:
                if not self._drawing and self._rows and text:
                    self._drawing = True
                    try:
                        self._erase()
                    finally:
                        self._drawing = False
                return write(text)

            try:
                stream.write = written  # type: ignore[method-assign]
            except AttributeError:  # a stream of the learner's without room for it
                continue
            self._listened.append(stream)
