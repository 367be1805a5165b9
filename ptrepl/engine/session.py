"""Run source in a namespace, statement by statement, and tell what each one did."""

from __future__ import annotations

import __future__

import ast
import builtins
import functools
import importlib
import operator
import sys
import time
import types
from collections.abc import Callable, Iterator, Mapping
from importlib.machinery import ModuleSpec
from opcode import EXTENDED_ARG, opmap
from typing import Any

from ptrepl.engine import source as source_module
from ptrepl.engine.accumulation import calls_backward
from ptrepl.engine.cards import read_card
from ptrepl.engine.changes import Expression, changes
from ptrepl.engine.environment import Environment
from ptrepl.engine.failure import report_of, trim
from ptrepl.engine.outcome import Change, ErrorReport, Outcome, Status
from ptrepl.engine.snapshot import Snapshot, take
from ptrepl.engine.source import Complete, Incomplete, Invalid, Statement
from ptrepl.engine.transcript import CLASSES_FILE, ClassSources, register

__all__ = ["Session"]

_ON_DEMAND = {"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot"}
"""Names that are imported just before a statement that reads them unbound."""

_FUTURE_FLAGS = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)
_STORES = frozenset({opmap["STORE_NAME"], opmap["STORE_GLOBAL"]})


class _Main(types.ModuleType):
    """The module that the learner's code runs in."""

    # inspect.getsource finds a class through the __file__ of its module; as an attribute of the module's type it is
    # there for inspect and yet no name of the learner's
    __file__ = CLASSES_FILE


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
        self._environment = Environment()
        self._count = 0
        self._loop: Any = None
        self.with_cards = False
        """Read the whole card of each tensor with its change (``%xray full``)."""
        self.watching = True
        """False: run without looking at tensors (``%xray off``)."""
        self.last_exception: BaseException | None = None
        self._fresh({})

    @property
    def namespace(self) -> dict[str, Any]:
        """The dictionary of ``module``: a plain dict."""
        return self.module.__dict__

    def _fresh(self, names: Mapping[str, Any]) -> None:
        self.module = _Main(self.module_name)
        self.module.__spec__ = ModuleSpec(self.module_name, None)
        self.module.__dict__["__builtins__"] = builtins
        self.module.__dict__.update(names)
        self.flags = 0
        self._classes = ClassSources()
        self._before = Snapshot()
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
        builtins.__dict__.pop("_", None)
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            if hasattr(sys, name):
                delattr(sys, name)

    def check(self, text: str) -> Complete | Incomplete | Invalid:
        """Whether ``text`` is ready to run, under the ``__future__`` imports made so far."""
        return source_module.check_input(text, self.flags)

    def rebase(self) -> None:
        """Take the namespace as it is for the state to compare the next statement with."""
        self._before = take(self.namespace, self._before, self.module_name)[0] if self.watching else Snapshot()

    def run(self, source: str, filename: str | None = None, *, nested_values: bool = True) -> Iterator[Outcome]:
        """Run ``source``, one statement at a time, stopping after the first that fails.

        ``filename`` names it in tracebacks (default ``<ptrepl-N>``). ``nested_values``: expressions inside ``if``,
        ``for`` and ``with`` show their values too, as at Python's prompt and unlike in a file.
        """
        self.ready()
        self._environment.hold_interrupts()
        try:
            self._environment.interrupted = False
            compiled = self._compile(source, filename, nested_values)
            if isinstance(compiled, Outcome):
                yield self._between(compiled)
                return
            for statement, code in compiled:
                if self._environment.interrupted:
                    report = ErrorReport("KeyboardInterrupt", "", (), "KeyboardInterrupt\n", final="KeyboardInterrupt\n")
                    yield self._between(Outcome(statement.source, Status.INTERRUPTED, error=report))
                    return
                outcome = self._run_one(statement, code)
                yield self._between(outcome)
                if outcome.status is not Status.OK:
                    return
        finally:
            self._environment.release_interrupts()

    def run_quietly(self, source: str, filename: str | None = None) -> ErrorReport | None:
        """Run ``source`` without values or changes, and take the result as the new baseline; the report if it failed."""
        self.ready()
        self._environment.hold_interrupts()
        try:
            compiled = self._compile(source, filename, nested_values=False)
            if isinstance(compiled, Outcome):
                return compiled.error
            for statement, code in compiled:
                _, error, _ = self._execute(statement, code, show=False)
                if error is not None:
                    return report_of(error, error.__traceback__)
            return None
        finally:
            self.rebase()
            self._environment.release_interrupts()

    def _between(self, outcome: Outcome) -> Outcome:
        # while the caller has the outcome, Ctrl-C is the caller's
        self._environment.release_interrupts()
        return outcome

    def _compile(
        self, source: str, filename: str | None, nested_values: bool
    ) -> list[tuple[Statement, types.CodeType]] | Outcome:
        """All statements, compiled before the first one runs, as Python does; or the outcome of a syntax error."""
        if filename is None:
            self._count += 1
            filename = f"<ptrepl-{self._count}>"
            register(filename, source)
        flags = self.flags
        try:
            meant, tree = source_module.parse(source, filename, flags)
            if meant != source:
                register(filename, meant)
            compiled = []
            for statement in source_module.split(meant, tree):
                code = _code_of(statement, filename, flags, nested_values)
                flags |= code.co_flags & _FUTURE_FLAGS
                compiled.append((statement, code))
        except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError) as error:
            self._remember(error.with_traceback(None))
            return Outcome(source, Status.RAISED, error=report_of(error, None))
        self.flags = flags
        return compiled

    def _run_one(self, statement: Statement, code: types.CodeType) -> Outcome:
        self._environment.hold_interrupts()
        self._import_on_demand(code)
        began = time.perf_counter()
        value, error, exit_code = self._execute(statement, code, show=True)
        seconds = time.perf_counter() - began
        if isinstance(statement.node, (ast.ClassDef, ast.If, ast.Try, ast.With, ast.For)):
            self._classes.add(statement.node, statement.source, self.namespace)
        status, report = Status.OK, None
        if error is not None:
            report = report_of(error, error.__traceback__)
            self._remember(error)
            status = Status.INTERRUPTED if isinstance(error, KeyboardInterrupt) else Status.RAISED
            if isinstance(error, SystemExit):
                status, report = Status.EXIT, None
        expression = None
        if error is None and statement.is_expression and not statement.silenced:
            expression = Expression(statement.source, value)
        told = self._look(code, expression)
        del value, error, expression
        bound = tuple(dict.fromkeys(_bound_names(code)))
        return Outcome(statement.source, status, told, report, exit_code, seconds, bound)

    def _look(self, code: types.CodeType, expression: Expression | None) -> tuple[Change, ...]:
        if not self.watching:
            return ()
        try:
            now, live = take(self.namespace, self._before, self.module_name)
            told = changes(
                self._before,
                now,
                live,
                self.namespace,
                expression=expression,
                accumulates="torch" in sys.modules and calls_backward(code, self.namespace),
                learner_module=self.module_name,
                card=read_card if self.with_cards else None,
            )
        except Exception:
            # the x-ray never fails: what it cannot look at it takes afresh with the next statement
            self._before = Snapshot()
            return ()
        self._before = now
        return told

    def _execute(
        self, statement: Statement, code: types.CodeType, *, show: bool
    ) -> tuple[Any, BaseException | None, object]:
        """Run one statement in the learner's settings: its value, what it raised, the code of SystemExit."""
        environment, value = self._environment, None
        try:
            try:
                environment.enter()
                value = eval(code, self.namespace)
                if code.co_flags & 0x80:  # inspect.CO_COROUTINE, that is: await at top level
                    value = self._await(value)
                if show and statement.is_expression and not statement.silenced:
                    sys.displayhook(value)
                elif show and statement.is_expression and value is not None:
                    builtins._ = value  # type: ignore[attr-defined]
                return value, None, None
            finally:
                environment.leave()
        except BaseException as error:
            environment.leave()
            error.__traceback__ = trim(error.__traceback__, __file__)
            return None, error, error.code if isinstance(error, SystemExit) else None

    def _await(self, coroutine: Any) -> Any:
        if self._loop is None:
            import asyncio

            self._loop = asyncio.new_event_loop()
        task = self._loop.create_task(coroutine)
        try:
            return self._loop.run_until_complete(task)
        except KeyboardInterrupt:
            task.cancel()
            try:
                self._loop.run_until_complete(task)
            except BaseException:
                pass  # its cancellation; the interrupt is what the learner hears of
            raise

    def _import_on_demand(self, code: types.CodeType) -> None:
        for name in _read_names(code):
            if name in _ON_DEMAND and name not in self.namespace:
                try:
                    self.namespace[name] = importlib.import_module(_ON_DEMAND[name])
                except ImportError:
                    continue  # the statement's own NameError says what is missing

    def _remember(self, error: BaseException) -> None:
        self.last_exception = error
        # pdb.pm() and traceback.print_last() look here
        sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
        if sys.version_info >= (3, 12):
            sys.last_exc = error


def _code_of(statement: Statement, filename: str, flags: int, nested_values: bool) -> types.CodeType:
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    node = statement.node
    if isinstance(node, ast.Expr):
        return compile(ast.Expression(node.value), filename, "eval", flags, dont_inherit=True)
    if nested_values:
        return compile(ast.Interactive([node]), filename, "single", flags, dont_inherit=True)
    return compile(ast.Module([node], []), filename, "exec", flags, dont_inherit=True)


def _read_names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _read_names(constant)


def _bound_names(code: types.CodeType) -> Iterator[str]:
    # dis.get_instructions would take longer than running the statement
    high = 0
    for operation, argument in zip(code.co_code[::2], code.co_code[1::2], strict=True):
        if operation == EXTENDED_ARG:
            high = (high | argument) << 8
            continue
        if operation in _STORES:
            yield code.co_names[high | argument]
        high = 0
