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
_DRAWS = frozenset(
    """
    plot scatter hist hist2d bar barh imshow matshow pie boxplot violinplot errorbar step stem semilogx semilogy loglog
    fill_between stackplot contour contourf pcolormesh hexbin quiver specgram
    """.split()
)
"""What puts data into a picture; what else there is in pyplot adds to one."""
_SHOW_LEFT = f"__import__('sys').modules['{_BACKEND}'].show_left()"


class OfferedViewer:
    """Costs nothing until matplotlib is there and a figure is shown."""

    def __init__(self, context: ShellContext) -> None:
        self._context = context
        self._viewer: TerminalViewer | None = None
        self._last_value: Any = None
        self._after_cell = False
        offer_backend(self)

    def input_begins(self, text: str) -> None:
        """Before ``text`` runs: what it draws is a figure of its own if the figures that are open are a cell's.

        An input of several statements is like the cell of a notebook, whose figures are closed when it has run. Here
        they stay for what adds to them, a title or ``savefig``, until something else is drawn. What is typed statement
        by statement goes on with one figure.
        """
        backend: Any = sys.modules.get(_BACKEND)
        if backend is not None and self._after_cell and _draws(text):
            backend.let_figures_go()

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
        if _draws(text):
            self._after_cell = len(self._context.outcomes) > 1
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


def _draws(text: str) -> bool:
    """Whether a call in ``text`` puts data into a picture: ``plt.plot(x)``, ``for y in ys: axes.plot(y)``."""
    try:
        nodes = ast.walk(ast.parse(text.strip()))
    except (SyntaxError, ValueError):
        return False
    return any(isinstance(each, ast.Call) and getattr(each.func, "attr", "") in _DRAWS for each in nodes)


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
