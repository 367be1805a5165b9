"""``%pt COMMAND``: the commands of the prompt that look at something, in a cell."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from ptrepl.engine.run.session import Session
from ptrepl.errors import UsageError
from ptrepl.screen.printer import Printer
from ptrepl.settings.arguments import XRAY_MODES
from ptrepl.shell.commands.dispatch import dispatch, parse_command
from ptrepl.shell.context import Leave, ShellContext
from ptrepl.texts.messages import gettext

_WIDTH = 100
"""Columns: about what a cell has room for."""
_HERE = (
    "backward",
    "explain",
    "graph",
    "help",
    "mem",
    "model",
    "plot",
    "show",
    "stats",
    "x",
    "xray",
)


_DRAWN = ("graph", "plot")
"""Those whose pictures are SVG where that can be shown."""


class Settable(Protocol):
    """What ``%pt xray`` sets."""

    xray: str


class Commands:
    """Runs a command of the prompt in the namespace of the notebook."""

    def __init__(
        self, session: Session, settable: Settable, to_svg: Callable[[], Callable[[str, str], None] | None]
    ) -> None:
        """``to_svg`` gives what takes the words and the picture of what is drawn; None: it is drawn in characters."""
        self._session = session
        self._settable = settable
        self._to_svg = to_svg

    def run(self, line: str) -> None:
        """``%pt graph y``. Raises UsageError for a command that is none, or that has no place in a notebook."""
        name, _, arguments = line.strip().partition(" ")
        name = name.removeprefix("%")
        if name not in _HERE:
            raise UsageError(
                gettext("%pt takes one of the commands {commands}; not '{name}'.", commands=", ".join(_HERE), name=name)
            )
        if name == "xray":
            self._set_xray(arguments.strip())
            return
        self.give(f"{name} {arguments}")

    def give(self, line: str) -> None:
        """Run any command of the prompt, also one that ``%pt`` does not take. Raises UsageError."""
        invocation = parse_command(f"%{line}")
        assert invocation is not None
        show_svg = self._to_svg() if invocation.name in _DRAWN else None
        output = io.StringIO() if show_svg is not None else _CellOutput(io.BytesIO(), encoding="utf-8")
        context = ShellContext(lambda: self._session, Printer(output, output, width=_WIDTH))
        context.run_source = self._run_source
        pictures: list[str] = []
        context.takes_svg = pictures.append if show_svg is not None else None
        with suppress(Leave):
            dispatch(context, invocation)
        if isinstance(output, _CellOutput):
            return
        if pictures and show_svg is not None:
            show_svg(output.getvalue(), pictures[0])
        else:
            sys.stdout.write(output.getvalue())

    def _set_xray(self, mode: str) -> None:
        if mode not in XRAY_MODES:
            raise UsageError(gettext("%pt xray takes one of {modes}.", modes=", ".join(XRAY_MODES)))
        self._settable.xray = mode

    def _run_source(self, source: str, filename: str | None) -> bool:
        raise UsageError(gettext("%pt runs no code; run it in a cell."))


class _CellOutput(io.TextIOWrapper):
    """The output of the cell that runs: it shows colours, as a terminal does."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()

    def isatty(self) -> bool:
        return True
