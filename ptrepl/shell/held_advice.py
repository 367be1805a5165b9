"""What is known of traps and errors in an input at a lesson, held back until the lesson has judged the input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ptrepl.engine.outcome import Outcome
from ptrepl.shell.context import ShellContext
from ptrepl.shell.show import show_advice


class HeldAdvice:
    """The advice on one input, shown once. ``told`` is called after it.

    One speaks, and where both know the mistake it is the lesson, which knows what the step asks for.
    """

    def __init__(self, context: ShellContext, told: Callable[[], None]) -> None:
        self._context = context
        self._told = told
        self._outcomes: list[Outcome] = []

    def add(self, outcome: Outcome) -> None:
        """Hold back the advice on one statement."""
        self._outcomes.append(outcome)

    def tell(self, *, answered: bool = False, fails: Callable[[str], bool] = lambda code: False) -> None:
        """Show it, unless the lesson has ``answered`` the input; without fixes of which it is known that one fails."""
        outcomes, self._outcomes = self._outcomes, []
        if answered:
            self._context.fixes = ()
        elif outcomes:
            for outcome in outcomes:
                show_advice(self._fitting(outcome, fails), self._context.printer)
            self._told()

    def _fitting(self, outcome: Outcome, fails: Callable[[str], bool]) -> Outcome:
        why = outcome.explanation
        if why is None:
            return outcome
        why = replace(why, fixes=tuple(fix for fix in why.fixes if not fails(fix.code)))
        self._context.fixes = tuple(fix.whole for fix in why.fixes)
        return replace(outcome, explanation=why)
