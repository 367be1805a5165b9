"""Run source in a namespace, statement by statement, and tell what each one did."""

from __future__ import annotations

import itertools
import linecache
import sys
import time
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import CodeType, ModuleType
from typing import Any

from ptrepl.engine.outcome import ErrorReport, Outcome, Picture, Status
from ptrepl.engine.run import last_values
from ptrepl.engine.run import source as source_module
from ptrepl.engine.run.compiling import bound_names, compile_statements
from ptrepl.engine.run.echoes import is_block
from ptrepl.engine.run.execution import Executor, keep_value, show_value
from ptrepl.engine.run.failure import is_learner_file, report_of
from ptrepl.engine.run.host import HostState
from ptrepl.engine.run.namespace import import_on_demand, learner_module
from ptrepl.engine.run.observer import Observer
from ptrepl.engine.run.source import Complete, Incomplete, Invalid, Statement
from ptrepl.engine.run.source_cache import CLASSES_FILE, ClassSources, register
from ptrepl.engine.watch.kinds import count_as_learners
from ptrepl.engine.watch.swaps import take_back_swaps

_NOT_RUN = ErrorReport("KeyboardInterrupt", "", (), "KeyboardInterrupt\n", final="KeyboardInterrupt\n")
_embedded = itertools.count(1)


class Session(Observer):
    """A namespace and what runs in it.

    ``run(source)`` yields one ``Outcome`` per top-level statement, as the statement has run; what it printed, and the
    value of an expression, have gone to ``sys.stdout`` by then. Nothing of the learner's is kept alive but the
    namespace, ``_`` and the last exception.

    A program may embed several: between two statements, and after ``close()`` (or a ``with`` block), the interpreter
    is as the program left it: ``sys.modules``, ``builtins``, the hooks of ``sys``, SIGINT, ``torch.utils.weakref``.

    >>> with Session(namespace={"x": 1}) as session:
    ...     [outcome.status.value for outcome in session.run("y = x + 1")]
    ['ok']
    """

    def __init__(
        self,
        module_name: str = "__console__",
        names: Callable[[], Mapping[str, Any]] | None = None,
        *,
        namespace: dict[str, Any] | ModuleType | None = None,
        adopt: bool = False,
        learner_files: Callable[[str], bool] = is_learner_file,
        before_import: Callable[[str], None] | None = None,
        not_theirs: Container[str] | None = None,
    ) -> None:
        """``module_name``: the ``__name__`` that the code sees, where ``namespace`` does not say one.

        ``names`` is called once, before the first statement, for the names to preload (torch may still be loading).
        ``namespace``: the host's own, a dict or a module, to run in; default a module of the session's own.
        ``adopt``: be the interpreter's one session, as Python's prompt is: the module stands in ``sys.modules`` for
        good (as ``__main__``, if that is its name), ``_`` and the last exception are where Python keeps them. With a
        module for ``namespace``, that is for a host which keeps both, runs the code and tells of it: ``observe``.
        Raises ValueError with a dict.
        ``learner_files``: whether a file of that name holds code of the learner's (``<ipython-input-…>``).
        ``before_import``: called with the name of a module before ``np``, ``pd`` or ``plt`` is imported for it.
        ``not_theirs``: the names in the namespace that are the host's own, of which nothing is told.
        """
        if adopt and namespace is not None and not isinstance(namespace, ModuleType):
            raise ValueError("a namespace of the host's is adopted with its module, not as a dict")
        self._given = namespace
        if isinstance(namespace, ModuleType):
            module_name = namespace.__name__
        elif namespace is not None:
            module_name = namespace.setdefault("__name__", module_name)
        super().__init__(module_name, learner_files, not_theirs)
        count_as_learners(module_name)
        self.before_import = before_import
        self._names = names
        self.preloaded: Mapping[str, Any] = {}
        """The names that the session began with, once they are loaded, whatever the learner has made of them since."""
        self._executor = Executor()
        self._environment = self._executor.environment
        # two sessions' sources must not stand under one file name
        self._tag = "" if adopt else f"{next(_embedded)}."
        self._classes_file = CLASSES_FILE if adopt else f"<ptrepl-{self._tag}classes>"
        self._cells: set[str] = set()
        self._count = 0
        self._pictures: list[Picture] | None = None
        self._closed = False
        self.module: ModuleType | None = namespace if isinstance(namespace, ModuleType) else None
        """The module that the code runs in; None where the host gave a dict."""
        self._host = None if adopt else HostState(self.module)
        self._replaced = sys.modules.get(self.module_name)
        self._names_at_first = frozenset(self.namespace) if namespace is not None else frozenset()
        self._fresh({})

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def namespace(self) -> dict[str, Any]:
        """What the code reads and binds: the dictionary of ``module``, or the host's dict."""
        if self.module is None:
            assert isinstance(self._given, dict)
            return self._given
        return self.module.__dict__

    def close(self) -> None:
        """Let go of everything but the namespace, and leave the interpreter as it was. Nothing runs afterwards."""
        if self._closed:
            return
        self._closed = True
        self.forget()
        self._watch = None
        self.record.clear()
        self._executor.close()
        for number in range(1, self._count + 1):
            linecache.cache.pop(self._typed_file(number), None)
        for name in (*self._cells, self._classes_file):
            linecache.cache.pop(name, None)
        if self._host is None:
            take_back_swaps()
            if sys.modules.get(self.module_name) is self.module:
                if self._replaced is None:
                    del sys.modules[self.module_name]
                else:
                    sys.modules[self.module_name] = self._replaced

    def attach(self, picture: Picture) -> None:
        """Put ``picture`` into the outcome of the statement that runs. Raises RuntimeError if none does."""
        if self._pictures is None:
            raise RuntimeError("a picture is attached to a statement, and none is running")
        self._pictures.append(picture)

    def _fresh(self, names: Mapping[str, Any]) -> None:
        if self._given is None:
            self.module = learner_module(self.module_name, names, self._classes_file)
            if self._host is None:
                # what is defined here can then be pickled and inspected at any time
                sys.modules[self.module_name] = self.module
            else:
                self._host.module = self.module
        else:
            namespace = self.namespace
            for name in namespace.keys() - self._names_at_first:
                del namespace[name]
            namespace.update(names)
        self.flags = 0
        self.record.clear()
        self._classes = ClassSources(self._classes_file)
        self._watch = None

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        """Inside, the interpreter is the session's."""
        if self._host is None:
            yield
            return
        self._host.enter()
        try:
            yield
        finally:
            self._host.leave()

    def reset(self, names: Mapping[str, Any] | None = None) -> None:
        """A fresh namespace that holds ``names``, or else what was preloaded. Forgets ``_`` and the last exception.

        Of a namespace of the host's, the names that were there at first stay as they are.
        """
        self.ready()
        self._fresh(self.preloaded if names is None else names)
        self.forget()
        self.rebase()

    def ready(self) -> None:
        """Wait for the names to preload and put them in. Raises what their loading raised."""
        if self._closed:
            raise RuntimeError("the session is closed")
        names, self._names = self._names, None
        if names is not None:
            try:
                self.preloaded = dict(names())
            except BaseException:
                self._names = names
                raise
            self.namespace.update(self.preloaded)
            self.rebase()

    def forget(self) -> None:
        """Let go of ``_`` and of the last exception, whose traceback keeps every local of the failed call alive."""
        self.last_exception = None
        if self._host is not None:
            self._host.forget()
        elif self._given is None:
            last_values.forget()

    def check(self, text: str, *, pasted: bool = True) -> Complete | Incomplete | Invalid:
        """Whether ``text`` is ready to run, under the ``__future__`` imports made so far."""
        return source_module.check_input(text, self.flags, pasted=pasted)

    def rebase(self) -> None:
        """As of ``Observer``."""
        with self._in_place():
            super().rebase()

    def run(
        self, source: str, filename: str | None = None, *, nested_values: bool = True, pasted: bool = True
    ) -> Iterator[Outcome]:
        """Run ``source``, one statement at a time, stopping after the first that fails.

        ``filename`` names it in tracebacks (default ``<ptrepl-N>``). ``nested_values``: expressions show their values,
        also inside ``if``, ``for`` and ``with``, as at Python's prompt; without it none does, as in a file. ``pasted``:
        prompts and a common indent are taken off, as from what somebody pastes and unlike a file or a pipe. Raises
        RuntimeError inside a statement of this session.
        """
        self._refuse_nesting()
        self.ready()
        if filename is not None and (filename in self._cells or not linecache.getlines(filename)):
            self._cells.add(filename)  # of a host's own making: a cell of a notebook
            register(filename, source)
        if self._given is not None and self._watch is None:
            self.rebase()  # the host's tensors are not the statement's
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
                with self._in_place():
                    outcome = self._run_one(statement, code)
                yield self._between(outcome)
                if outcome.status is not Status.OK:
                    return
        finally:
            self._environment.release_interrupts()

    def run_quietly(self, source: str, filename: str | None = None) -> ErrorReport | None:
        """Run ``source`` without values or changes, and take what it made as the baseline; the report if it failed."""
        self._refuse_nesting()
        self.ready()
        self._environment.hold_interrupts()
        try:
            compiled = self._compile(source, filename, nested_values=False, pasted=False)
            if isinstance(compiled, Outcome):
                return compiled.error
            for _, code in compiled:
                self.record.binds_outside(bound_names(code))
                with self._in_place():
                    error = self._executor.execute(code, self.namespace, None).error
                    if error is not None:
                        return report_of(error, error.__traceback__, self.learner_files)
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
            filename = self._typed_file(self._count)
            register(filename, source)
        try:
            with self._environment.their_warnings():
                meant, flags, compiled = compile_statements(
                    source, filename, self.flags, nested_values=nested_values, pasted=pasted
                )
        except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError) as error:
            error.__context__ = None  # our own first attempts at reading it
            return self.refused(source, error.with_traceback(None))
        if meant != source:
            register(filename, meant)
        self.flags = flags
        return compiled

    def _typed_file(self, number: int) -> str:
        return f"<ptrepl-{self._tag}{number}>"

    def _run_one(self, statement: Statement, code: CodeType) -> Outcome:
        self._environment.hold_interrupts()
        pictures: list[Picture] = []
        self._pictures = pictures
        try:
            outcome = self._ran(statement, code)
        finally:
            self._pictures = None
        return replace(outcome, pictures=tuple(pictures)) if pictures else outcome

    def _refuse_nesting(self) -> None:
        """Raises RuntimeError inside a statement of this session: the host's settings could not be put back."""
        if self._pictures is not None:
            raise RuntimeError("this session is running a statement, and cannot run another one inside it")

    def _ran(self, statement: Statement, code: CodeType) -> Outcome:
        not_imported = import_on_demand(code, self.namespace, self._executor, self.before_import)
        began = time.perf_counter()
        display = None
        if statement.is_expression:
            display = keep_value if statement.silenced else show_value
        ended = not_imported or self._executor.execute(code, self.namespace, display, is_block(statement.node))
        seconds = time.perf_counter() - began
        self._classes.add(statement.node, statement.source, self.namespace)
        shown = display is show_value
        exits = not_imported is None
        mode = self._environment.grad_enabled
        return self.observe(statement, code, ended, grad_enabled=mode, shown=shown, seconds=seconds, exits=exits)

    def _remember(self, error: BaseException) -> None:
        super()._remember(error)
        if self._given is None or self._host is not None:
            with self._in_place():
                last_values.remember_exception(error)
