"""What the loop knows of figures: they are offered a viewer, which is made with the first one that is shown."""

from __future__ import annotations

import ast
import builtins
import sys
from typing import TYPE_CHECKING, Any

from ptrepl.engine.plotting.offer import offer_backend, withdraw_backend

if TYPE_CHECKING:
    from ptrepl.engine.outcome import Outcome
    from ptrepl.shell.context import ShellContext
    from ptrepl.shell.pictures.viewer import TerminalViewer

_BACKEND = "ptrepl.engine.plotting.backend"
_SHOW_LEFT = f"__import__('sys').modules['{_BACKEND}'].show_left()"


class OfferedViewer:
    """Costs nothing until matplotlib is there and a figure is shown."""

    def __init__(self, context: ShellContext) -> None:
        self._context = context
        self._viewer: TerminalViewer | None = None
        self._last_value: Any = None
        offer_backend(self)

    def show(self, figure: Any, *, is_frame: bool) -> bool:
        """As the viewer does."""
        if self._viewer is None:
            from ptrepl.shell.pictures.viewer import TerminalViewer

            self._viewer = TerminalViewer(self._context)
        return self._viewer.show(figure, is_frame=is_frame)

    def statement_ended(self) -> None:
        """What is shown stays as it is."""
        if self._viewer is not None:
            self._viewer.statement_ended()

    def show_left(self, text: str = "") -> None:
        """Show the figures that were drawn on and not shown, and the one that is the value of the last input.

        ``text``: that input; a semicolon at its end silences its value.
        """
        backend: Any = sys.modules.get(_BACKEND)
        if backend is None:
            return
        value = self._figure_shown_as_value()
        if text.rstrip().endswith(";"):
            value = None
        if value is None and not backend.has_left():
            return
        backend.asked_for[:] = [value] if value is not None else []
        problem = self._context.session.run_quietly(_SHOW_LEFT, "<figure>")
        self.statement_ended()
        if problem is not None:
            from ptrepl.screen.tracebacks import error_lines

            self._context.printer.error(error_lines(problem))

    def close(self) -> None:
        """Show nothing more."""
        withdraw_backend()

    def _figure_shown_as_value(self) -> Any:
        """The figure that the last input named, or that its last expression made."""
        value, before = getattr(builtins, "_", None), self._last_value
        self._last_value = id(value)
        outcomes = self._context.outcomes
        figures: Any = sys.modules.get("matplotlib.figure")
        if not outcomes or figures is None or not isinstance(value, figures.Figure):
            return None
        named = _name_shown_by(outcomes[-1])
        if named is not None and self._context.session.namespace.get(named) is value:
            return value
        backend: Any = sys.modules[_BACKEND]
        return value if named == "" and id(value) != before and not backend.is_empty(value) else None


def _name_shown_by(outcome: Outcome) -> str | None:
    """The name that is all of the statement, "" for another expression, None where no value was shown."""
    if outcome.error is not None:
        return None
    try:
        body = ast.parse(outcome.source.strip()).body
    except (SyntaxError, ValueError):
        return None
    if not body or not isinstance(body[-1], ast.Expr):
        return None
    shown = body[-1].value
    return shown.id if isinstance(shown, ast.Name) else ""
