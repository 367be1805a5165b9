"""Run source in a namespace, statement by statement, and tell what each one did."""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import CodeType
from typing import TYPE_CHECKING, Any

from ptrepl.engine.outcome import Change, ErrorReport, Outcome, Status
from ptrepl.engine.record.effects import NOTHING
from ptrepl.engine.record.record import Record
from ptrepl.engine.run import last_values
from ptrepl.engine.run import source as source_module
from ptrepl.engine.run.compiling import bound_names, compile_statements
from ptrepl.engine.run.execution import Ended, Executor, keep_value, show_value
from ptrepl.engine.run.failure import plain_code, report_of, trim
from ptrepl.engine.run.namespace import IMPORTING, ON_DEMAND, LearnerModule, import_statement, is_missing, to_import
from ptrepl.engine.run.source import Complete, Incomplete, Invalid, Statement
from ptrepl.engine.run.source_cache import ClassSources, register

if TYPE_CHECKING:
    from ptrepl.engine.explanation import Explanation
    from ptrepl.engine.run.watch import Looked, Watch


_NOT_RUN = ErrorReport("KeyboardInterrupt", "", (), "KeyboardInterrupt\n", final="KeyboardInterrupt\n")


def _report(ended: Ended) -> ErrorReport | None:
    return None if ended.error is None else report_of(ended.error, ended.error.__traceback__)


class Session:
    """A namespace and what runs in it.

    ``run(source)`` yields one ``Outcome`` per top-level statement, as the statement has run; what it printed, and the
    value of an expression, have gone to ``sys.stdout`` by then. Nothing of the learner's is kept alive but the
    namespace, ``_`` and the last exception.

    ``names`` is called once, before the first statement, for the names to preload (torch may still be loading).
    """

    def __init__(
        self,
        module_name: str = "__main__",
        names: Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        self.module_name = module_name
        self._names = names
        self._preloaded: Mapping[str, Any] = {}
        self._executor = Executor()
        self._environment = self._executor.environment
        self._count = 0
        self.with_cards = False
        """Read the whole card of each tensor with its change (``%xray full``)."""
        self.watching = True
        """False: run without looking at tensors (``%xray off``)."""
        self.last_exception: BaseException | None = None
        self.record = Record()
        """Which statement wrote to what, ran backward, made which name: of those that ``run`` ran in this namespace."""
        self.explainer: Callable[[BaseException], Explanation | None] | None = None
        """Asked why a statement raised, while the frames of the error still stand."""
        self.advisor: Callable[[str, tuple[Change, ...]], tuple[str, ...]] | None = None
        """Asked whether a statement that ran did what was meant: its source, what it changed."""
        self._fresh({})

    @property
    def namespace(self) -> dict[str, Any]:
        """The dictionary of ``module``: a plain dict."""
        return self.module.__dict__

    def _fresh(self, names: Mapping[str, Any]) -> None:
        self.module = LearnerModule(self.module_name, names)
        self.flags = 0
        self.record.clear()
        self._classes = ClassSources()
        self._watch: Watch | None = None
        self.adopt()

    def adopt(self) -> None:
        """Stand in ``sys.modules`` under ``module_name``, so that what is defined here can be pickled and inspected."""
        sys.modules[self.module_name] = self.module

    def reset(self, names: Mapping[str, Any] | None = None) -> None:
        """A fresh namespace that holds ``names``, or else what was preloaded. Forgets ``_`` and the last exception."""
        self.ready()
        self._fresh(self._preloaded if names is None else names)
        self.forget()
        self.rebase()

    def ready(self) -> None:
        """Wait for the names to preload and put them in. Raises what their loading raised."""
        names, self._names = self._names, None
        if names is not None:
            try:
                self._preloaded = dict(names())
            except BaseException:
                self._names = names
                raise
            self.namespace.update(self._preloaded)
            self.rebase()

    def forget(self) -> None:
        """Let go of ``_`` and of the last exception, whose traceback keeps every local of the failed call alive."""
        self.last_exception = None
        last_values.forget()

    def check(self, text: str) -> Complete | Incomplete | Invalid:
        """Whether ``text`` is ready to run, under the ``__future__`` imports made so far."""
        return source_module.check_input(text, self.flags)

    def rebase(self) -> None:
        """Take the namespace as it is for the state to compare the next statement with."""
        self._watch = None
        if self.watching and "torch" in sys.modules:
            from ptrepl.engine.run.watch import Watch

            self._watch = Watch(self.namespace, self.module_name)

    def run(
        self, source: str, filename: str | None = None, *, nested_values: bool = True, pasted: bool = True
    ) -> Iterator[Outcome]:
        """Run ``source``, one statement at a time, stopping after the first that fails.

        ``filename`` names it in tracebacks (default ``<ptrepl-N>``). ``nested_values``: expressions inside ``if``,
        ``for`` and ``with`` show their values too, as at Python's prompt and unlike in a file. ``pasted``: prompts and
        a common indent are taken off, as from what somebody pastes and unlike a file or a pipe.
        """
        self.ready()
        self._environment.hold_interrupts()
        try:
            self._environment.interrupted = False
            compiled = self._compile(source, filename, nested_values, pasted)
            if isinstance(compiled, Outcome):
                yield self._between(compiled)
                return
            for statement, code in compiled:
                if self._environment.interrupted:
                    yield self._between(Outcome(statement.source, Status.INTERRUPTED, error=_NOT_RUN))
                    return
                outcome = self._run_one(statement, code)
                yield self._between(outcome)
                if outcome.status is not Status.OK:
                    return
        finally:
            self._environment.release_interrupts()

    def run_quietly(self, source: str, filename: str | None = None) -> ErrorReport | None:
        """Run ``source`` without values or changes, and take what it made as the baseline; the report if it failed."""
        self.ready()
        self._environment.hold_interrupts()
        try:
            compiled = self._compile(source, filename, nested_values=False, pasted=False)
            if isinstance(compiled, Outcome):
                return compiled.error
            for _, code in compiled:
                if report := _report(self._executor.execute(code, self.namespace, None)):
                    return report
            return None
        finally:
            self.rebase()
            self._environment.release_interrupts()

    def _between(self, outcome: Outcome) -> Outcome:
        # while the caller has the outcome, Ctrl-C is the caller's
        self._environment.release_interrupts()
        return outcome

    def _compile(
        self, source: str, filename: str | None, nested_values: bool, pasted: bool
    ) -> list[tuple[Statement, CodeType]] | Outcome:
        """All statements, compiled before the first one runs, as Python does; or the outcome of a syntax error."""
        if filename is None:
            self._count += 1
            filename = f"<ptrepl-{self._count}>"
            register(filename, source)
        try:
            meant, flags, compiled = compile_statements(
                source, filename, self.flags, nested_values=nested_values, pasted=pasted
            )
        except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError) as error:
            error.__context__ = None  # our own first attempts at reading it
            self._remember(error.with_traceback(None))
            why = self.explainer(error) if self.explainer is not None else None
            return Outcome(source, Status.RAISED, error=report_of(error, None), explanation=why)
        if meant != source:
            register(filename, meant)
        self.flags = flags
        return compiled

    def _run_one(self, statement: Statement, code: CodeType) -> Outcome:
        self._environment.hold_interrupts()
        not_imported = self._import_on_demand(code)
        began = time.perf_counter()
        display = None
        if statement.is_expression:
            display = keep_value if statement.silenced else show_value
        ended = not_imported or self._executor.execute(code, self.namespace, display)
        seconds = time.perf_counter() - began
        self._classes.add(statement.node, statement.source, self.namespace)
        error, status, report = ended.error, Status.OK, None
        exit_code: int | str | None = None
        if isinstance(error, SystemExit) and not_imported is None:
            status, exit_code = Status.EXIT, plain_code(error.code)
        elif error is not None:
            status = Status.INTERRUPTED if isinstance(error, KeyboardInterrupt) else Status.RAISED
            report = report_of(error, error.__traceback__)
            self._remember(error)
        looked = self._look(code, statement.source, ended.value, shown=error is None and display is show_value)
        bound = bound_names(code)
        self.record.add(
            statement.source,
            code,
            self.namespace,
            line=statement.node.lineno,
            runs_functions=not isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef),
            status=status,
            bound=bound,
            grad_enabled=self._environment.grad_enabled,
            deeds=looked.deeds if looked is not None else NOTHING,
        )
        why = self.explainer(error) if error is not None and status is Status.RAISED and self.explainer else None
        # the traceback leads through its frames back to this one: a circle that would keep the learner's locals
        del ended, error, not_imported
        changes = looked.changes if looked is not None else ()
        traps = self.advisor(statement.source, changes) if looked and status is Status.OK and self.advisor else ()
        return Outcome(statement.source, status, changes, report, exit_code, seconds, bound, why, traps)

    def _import_on_demand(self, code: CodeType) -> Ended | None:
        """Bind ``np``, ``pd`` and ``plt`` where ``code`` reads them unbound; how it ended where an import failed.

        A package that is not installed is passed over: the statement's own NameError says what is missing.
        """
        for name in to_import(code, self.namespace):
            ended = self._executor.execute(import_statement(name), self.namespace, None)
            error = ended.error
            if error is None or is_missing(error, name):
                continue
            error.__traceback__ = trim(error.__traceback__, IMPORTING)
            if not isinstance(error, KeyboardInterrupt):
                with suppress(Exception):  # an exception whose class has made notes impossible
                    BaseException.add_note(error, f"({name} was not defined, so ptrepl imported {ON_DEMAND[name]}.)")
            return ended
        return None

    def _look(self, code: CodeType, source: str, value: Any, *, shown: bool) -> Looked | None:
        if not self.watching or "torch" not in sys.modules:
            return None
        if self._watch is None:
            from ptrepl.engine.run.watch import Watch

            self._watch = Watch(self.namespace, self.module_name, empty=True)
        return self._watch.look(code, (source, value) if shown else None, with_cards=self.with_cards)

    def _remember(self, error: BaseException) -> None:
        self.last_exception = error
        last_values.remember_exception(error)
