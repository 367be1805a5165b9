"""Shows the figures of matplotlib as this terminal can, while the statement that asks for it runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ptrepl.engine.outcome import Picture
from ptrepl.engine.plotting.figure import figure_inches, figure_words, png_of
from ptrepl.error_log import none_if_it_fails
from ptrepl.screen.paragraphs import told
from ptrepl.shell.pictures.drawing import Drawing, cells_of, draw_as_image, draw_as_text
from ptrepl.shell.pictures.frames import Frames
from ptrepl.shell.pictures.protocol import Protocol, has_true_colour, protocol_of
from ptrepl.texts.messages import gettext, ngettext

if TYPE_CHECKING:
    from ptrepl.shell.context import ShellContext

_MADE_BY = "matplotlib"
_FIRST_NUMBER = 0x70_0000
"""Of kitty's pictures: far from the numbers that other programs begin with."""


class TerminalViewer:
    """One for a session. What it keeps between two pictures is what the terminal can do, and where files go."""

    def __init__(self, context: ShellContext) -> None:
        self._context = context
        self._frames = Frames(context.printer, lambda: self._rows_kept() > 0)
        self._asked: Protocol | None = None
        self._folder: Path | None = None
        self._shown = 0
        self._waiting: tuple[Any, str] | None = None
        self._redrawn = 0

    def show(self, figure: Any, *, is_frame: bool) -> bool:
        """Draw ``figure``; a frame in the place of the one before it, or, in words, once the statement has ended.

        Whether it is drawn: words are no picture.
        """
        protocol = self._protocol()
        if protocol is Protocol.WORDS:
            if is_frame:
                self._redrawn += 1
                self._wait(figure)
            else:
                self._tell(figure)
            return False
        # a picture in the outcome is the figure at its own size: whoever shows it has another screen
        if is_frame:
            self._redrawn += 1
            self._wait(figure)
            self._frames.show(lambda: self._print(self._drawn(figure, protocol)))
        else:
            self._frames.end()
            self._attach(figure, png=png_of(figure))
            self._context.printer.fresh_line()
            self._print(self._drawn(figure, protocol))
        return True

    def statement_ended(self) -> None:
        """The last frame stays; in words, it is told."""
        waiting, self._waiting = self._waiting, None
        none_if_it_fails("drawing the last frame", self._frames.end)  # not a sentence: for the log
        if waiting is not None:
            none_if_it_fails("saving the last frame", lambda: self._save(*waiting))  # not a sentence: for the log
        self._redrawn = 0

    def _save(self, figure: Any, path: str) -> None:
        png = png_of(figure)
        Path(path).write_bytes(png)
        if self._protocol() is Protocol.WORDS:
            self._say(figure, png, path, self._redrawn)

    def _wait(self, figure: Any) -> None:
        """Remember the figure of the frames until the statement has ended, when its file is written."""
        if self._waiting is None:
            path = self._new_path()
            Path(path).touch()
            self._waiting = figure, path
            self._attach(figure, path=path)
        else:
            self._waiting = figure, self._waiting[1]

    def _protocol(self) -> Protocol:
        printer, chosen = self._context.printer, self._context.settings.images
        if chosen == "off" or printer.plain or not printer.is_terminal or not _can_draw(printer.out):
            return Protocol.WORDS
        if os.environ.get("TERM") in ("dumb", ""):
            return Protocol.WORDS
        if chosen in ("kitty", "iterm", "sixel"):
            return Protocol(chosen)
        if not printer.colour:
            return Protocol.BRAILLE
        if chosen == "blocks":
            return Protocol.BLOCKS
        if self._asked is None:
            self._asked = self._found()
        return self._asked

    def _found(self) -> Protocol:
        from ptrepl.shell.pictures.ask import terminal_has_sixel, tmux_passes_on

        found = protocol_of(os.environ)
        if found is Protocol.ASK:
            return Protocol.SIXEL if self._context.stdin_is_tty and terminal_has_sixel() else Protocol.BLOCKS
        if found is not Protocol.BLOCKS and os.environ.get("TMUX") and not tmux_passes_on():
            return Protocol.BLOCKS
        return found

    def _drawn(self, figure: Any, protocol: Protocol) -> Drawing:
        printer = self._context.printer
        columns, rows = printer.width or 80, (printer.height or 24) - self._rows_kept()
        size = cells_of(figure_inches(figure), columns, rows)
        if protocol in (Protocol.BLOCKS, Protocol.BRAILLE):
            colour = protocol is Protocol.BLOCKS
            return draw_as_text(figure, *size, colour=colour, true_colour=has_true_colour(os.environ))
        from ptrepl.shell.pictures.ask import cell_size

        in_tmux = bool(os.environ.get("TMUX"))
        if not self._frames.is_on:
            self._shown += 1
        number = _FIRST_NUMBER + os.getpid() % 0x1000 * 0x100 + self._shown % 0x100
        return draw_as_image(figure, protocol, number, columns, rows - 2, cell_size(), in_tmux=in_tmux)

    def _rows_kept(self) -> int:
        """Rows below that are not the program's."""
        panel = self._context.panel
        return panel.kept_rows if panel is not None else 0

    def _print(self, drawing: Drawing) -> int:
        printer = self._context.printer
        if drawing.sequences:
            # room first: a picture that makes the screen scroll while it is drawn is cut by some terminals
            room = "" if drawing.lines else "\n" * drawing.rows + f"\x1b[{drawing.rows}A"
            printer.draw(room + drawing.sequences)
        printer.lines(drawing.lines)
        return drawing.rows

    def _tell(self, figure: Any) -> None:
        path, png = self._new_path(), png_of(figure)
        Path(path).write_bytes(png)
        self._attach(figure, path=path)
        self._say(figure, png, path)

    def _say(self, figure: Any, png: bytes, path: str, redrawn: int = 0) -> None:
        from ptrepl.screen.figures.described import described_text
        from ptrepl.screen.figures.images.png import png_size

        words = figure_words(figure)
        said = [described_text(png_size(png), words.titles, words.labels)]
        if redrawn > 1:
            said.append(ngettext("It was drawn {count} time.", "It was drawn {count} times.", redrawn))
        said.append(gettext("Saved as {path}", path=path))
        printer = self._context.printer
        printer.fresh_line()
        printer.lines(told(" ".join(said), printer.width))

    def _attach(self, figure: Any, *, png: bytes = b"", path: str = "") -> None:
        words = figure_words(figure)
        width, height = (round(size * figure.dpi) for size in figure_inches(figure))
        title = " · ".join(words.titles)
        picture = Picture(_MADE_BY, width, height, data=png, path=path, title=title, labels=words.labels)
        try:
            self._context.session.attach(picture)
        except RuntimeError:
            pass  # it was left open, and is shown after the statement

    def _new_path(self) -> str:
        if self._folder is None or not self._folder.is_dir():
            from tempfile import mkdtemp

            self._folder = Path(mkdtemp(prefix="ptrepl-figures-"))
        number = len(list(self._folder.iterdir())) + 1
        return str(self._folder / f"figure-{number}.png")


def _can_draw(stream: Any) -> bool:
    """Whether the characters of half blocks and braille can be written."""
    try:
        "▀⠿".encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
