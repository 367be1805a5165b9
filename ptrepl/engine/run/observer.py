"""Tells what a statement did that has run in a namespace, whoever has run it."""

from __future__ import annotations

import ast
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Mapping
from types import CodeType
from typing import TYPE_CHECKING, Any

from ptrepl.engine.outcome import Advice, Change, Outcome, Status
from ptrepl.engine.record.effects import NOTHING
from ptrepl.engine.record.record import Record
from ptrepl.engine.run.compiling import bound_names
from ptrepl.engine.run.execution import Ended
from ptrepl.engine.run.failure import plain_code, report_of
from ptrepl.engine.run.namespace import Theirs
from ptrepl.engine.run.source import Statement
from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.error_log import none_if_it_fails

if TYPE_CHECKING:
    from ptrepl.engine.explanation import Explanation
    from ptrepl.engine.run.watch import Looked, Watch


class Observer(ABC):
    """What is known of one namespace, and asked about it; keeps nothing of the learner's but the last exception."""

    def __init__(
        self, module_name: str, learner_files: Callable[[str], bool], not_theirs: Container[str] | None
    ) -> None:
        """As of ``Session``."""
        self.module_name = module_name
        self.learner_files = learner_files
        self._not_theirs = not_theirs
        self.with_cards = False
        """Read the whole card of each tensor with its change (``%xray full``)."""
        self.watching = True
        """False: run without looking at tensors (``%xray off``)."""
        self.last_exception: BaseException | None = None
        self.record = Record()
        """Which statement wrote to what, ran backward, made which name: of those that ran in this namespace."""
        self.explainer: Callable[[BaseException], Explanation | None] | None = None
        """Asked why a statement raised, while the frames of the error still stand."""
        self.advisor: Callable[[str, tuple[Change, ...]], tuple[Advice, ...]] | None = None
        """Asked whether a statement that ran did what was meant: its source, what it changed."""
        self._watch: Watch | None = None

    @property
    @abstractmethod
    def namespace(self) -> dict[str, Any]:
        """What the code reads and binds."""

    def rebase(self) -> None:
        """Take the namespace as it is for the state to compare the next statement with."""
        self._watch = None
        if self.watching and "torch" in sys.modules:
            from ptrepl.engine.run.watch import Watch

            self._watch = Watch(self._theirs(), self.module_name)

    def observe(
        self,
        statement: Statement,
        code: CodeType,
        ended: Ended,
        *,
        grad_enabled: bool,
        shown: bool = False,
        seconds: float = 0.0,
        exits: bool = True,
    ) -> Outcome:
        """The outcome of a statement that has just run in the namespace.

        ``code``: it, compiled; ``grad_enabled``: the grad mode that it left; ``shown``: whether the value of an
        expression was to be shown; ``exits``: whether a SystemExit means to end the program. ``ended`` is emptied.
        """
        # a traceback leads through its frames to whoever holds ``ended``: a circle that would keep the learner's locals
        error, value = ended.error, ended.value
        ended.error = ended.value = None
        status, report, gave_value = Status.OK, None, value is not None
        exit_code: int | str | None = None
        if isinstance(error, SystemExit) and exits:
            status, exit_code = Status.EXIT, plain_code(error)
        elif error is not None:
            status = Status.INTERRUPTED if isinstance(error, KeyboardInterrupt) else Status.RAISED
            report = report_of(error, error.__traceback__, self.learner_files)
            self._remember(error)
        # showing fails for a layer that was made with the input in place of its settings
        evaluated = error is None or (status is Status.RAISED and kind_of(value) is Kind.MODULE)
        looked = self._look(code, statement, value, shown=shown and evaluated)
        bound = bound_names(code)
        self.record.add(
            statement.source,
            code,
            self.namespace,
            line=statement.node.lineno,
            runs_functions=not isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef),
            status=status,
            bound=bound,
            grad_enabled=grad_enabled,
            effects=looked.effects if looked is not None else NOTHING,
        )
        why = self._explained(error) if error is not None and status is Status.RAISED else None
        del error, value  # what explains and advises may look at frames
        changes = looked.changes if looked is not None else ()
        advice = self._advised(statement.source, changes) if looked and (status is Status.OK or evaluated) else ()
        return Outcome(
            statement.source, status, changes, report, exit_code, seconds, bound, why, advice, gave_value=gave_value
        )

    def refused(self, source: str, error: BaseException) -> Outcome:
        """The outcome of ``source``, of which nothing has run: a syntax error."""
        self._remember(error)
        return Outcome(
            source,
            Status.RAISED,
            error=report_of(error, None, self.learner_files),
            explanation=self._explained(error),
        )

    def _remember(self, error: BaseException) -> None:
        self.last_exception = error

    def _theirs(self) -> Mapping[str, Any]:
        return self.namespace if self._not_theirs is None else Theirs(self.namespace, self._not_theirs)

    def _explained(self, error: BaseException) -> Explanation | None:
        """What is said of ``error``; nothing where that fails: the error itself must be shown all the same."""
        explainer = self.explainer
        doing = "explaining an error"  # not a sentence: for the log
        return explainer and none_if_it_fails(doing, lambda: explainer(error))

    def _advised(self, source: str, changes: tuple[Change, ...]) -> tuple[Advice, ...]:
        advisor = self.advisor
        if advisor is None:
            return ()
        return none_if_it_fails("looking for traps", lambda: advisor(source, changes)) or ()  # not a sentence: likewise

    def _look(self, code: CodeType, statement: Statement, value: Any, *, shown: bool) -> Looked | None:
        if not self.watching or "torch" not in sys.modules:
            return None
        if self._watch is None:
            from ptrepl.engine.run.watch import Watch

            self._watch = Watch(self._theirs(), self.module_name, empty=True)
        expression = (statement.source, value) if shown else None
        return self._watch.look(code, statement.node, expression, with_cards=self.with_cards)
