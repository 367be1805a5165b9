"""Asks the package ``explain`` about what a session ran; loads it when there is something to ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ptrepl.engine.explanation import Explanation
    from ptrepl.engine.outcome import Advice, Change
    from ptrepl.engine.run.session import Session
    from ptrepl.explain.traps.traps import Traps


def teach(
    session: Session,
    tells_traps: Callable[[], bool],
    unbound: Callable[[str], str],
    begins: Callable[[], None] = lambda: None,
) -> None:
    """Have errors explained, and traps told as long as ``tells_traps``.

    ``unbound``: asked for a sentence about a name that is not defined; "" for none. ``begins``: called before an error
    is explained, which may open files.
    """

    def explainer(error: BaseException) -> Explanation | None:
        begins()
        from ptrepl.explain.explain import explain

        return explain(error, session.namespace, session.record, unbound, session.learner_files)

    @cache
    def traps() -> Traps:
        from ptrepl.explain.traps.traps import Traps

        return Traps()

    def advisor(source: str, changes: tuple[Change, ...]) -> tuple[Advice, ...]:
        from ptrepl.explain.traps.signs import may_hold_trap

        if not tells_traps() or not may_hold_trap(source, changes, session.namespace):
            return ()
        return traps().notice(source, changes, session.namespace, session.record)

    session.explainer, session.advisor = explainer, advisor
