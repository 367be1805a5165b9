"""What the cells of IPython did, statement by statement: told by its events, with nothing of it replaced."""

from __future__ import annotations

import ast
import itertools
import re
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Any

from ptrepl.engine.outcome import Outcome
from ptrepl.engine.run.execution import Ended
from ptrepl.engine.run.failure import is_learner_file
from ptrepl.engine.run.session import Session
from ptrepl.engine.run.source import Statement, without_warnings
from ptrepl.error_log import none_if_it_fails
from ptrepl.notebook.host_names import HostNames
from ptrepl.notebook.statements import BetweenStatements

_READING = "reading a cell"  # not a sentence: for the log
_LOOKING = "looking at a cell"  # not a sentence: for the log
_TELLING = "telling of a cell"  # not a sentence: for the log
_NEWLINE = re.compile(r"\r\n|[\r\n]")
_MAGIC = "get_ipython()."
"""What IPython makes of a line with a magic begins with it."""


@dataclass(eq=False)
class RunCell:
    """A cell that runs. ``source``: as IPython runs it; ``raw``: as it was typed."""

    source: str
    raw: str
    number: int = 0
    info: Callable[[], Any] = lambda: None
    """What IPython knows it by, while it runs; then None."""
    statements: list[ast.stmt] = field(default_factory=list)
    taken: bool = False
    done: int = 0
    """How many of the statements have been told of."""
    filename: str = ""
    outcomes: list[Outcome] = field(default_factory=list)

    @cached_property
    def lines(self) -> list[bytes]:
        """Of the source, in UTF-8, by which Python counts columns; split once and not for each statement."""
        return [line.encode("utf-8", "surrogatepass") for line in _NEWLINE.split(self.source)]

    def text(self, node: ast.stmt) -> str:
        """What the source has for ``node``; "" for one that stands nowhere in it."""
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", None) or 0
        found = self.lines[first - 1 : last] if first > 0 else []
        if not found:
            return ""
        found[-1] = found[-1][: node.end_col_offset]
        found[0] = found[0][node.col_offset :]
        return b"\n".join(found).decode("utf-8", "surrogatepass")


class Cells:
    """Looks at a shell of IPython's. ``begins`` gets each cell before it runs, ``told`` when it has ended.

    A cell that runs another one (``%%capture``, ``%run``) has its own outcomes, after those of the inner one.
    """

    def __init__(self, shell: Any, begins: Callable[[RunCell], None], told: Callable[[RunCell], None]) -> None:
        self._shell = shell
        self._tell_begins = begins
        self._told = told
        self._running: list[RunCell] = []
        self._numbers = itertools.count(1)
        self._over = False
        self._between = BetweenStatements(self._after)
        self.session = Session(
            namespace=shell.user_module,
            adopt=True,
            learner_files=self._is_theirs,
            not_theirs=HostNames(shell),
        )

    def begin(self) -> None:
        """From the next cell on."""
        self.session.ready()
        self.session.rebase()
        self._shell.ast_transformers.append(self._between)
        self._shell.events.register("pre_run_cell", self._begins)
        self._shell.events.register("post_run_cell", self._ended)

    def end(self) -> None:
        """Nothing of it is left in IPython, once the cell that runs has ended: its statements call the hook."""
        self._over = True
        self._shell.events.unregister("pre_run_cell", self._begins)
        if self._between in self._shell.ast_transformers:
            self._shell.ast_transformers.remove(self._between)
        self.session.close()
        self._forget_lost()
        if not self._running:
            self._leave()

    def _forget_lost(self) -> None:
        """Cells that a program ran by ``run_cell_async``: nothing tells that they have ended."""
        self._running = [cell for cell in self._running if cell.info() is not None]

    def _leave(self) -> None:
        self._shell.events.unregister("post_run_cell", self._ended)
        self._between.remove()

    def _is_theirs(self, filename: str) -> bool:
        names = getattr(self._shell.compile, "_filename_map", {})
        return filename in names or filename.startswith(("<ipython-input-", "<timed ")) or is_learner_file(filename)

    def _begins(self, info: Any) -> None:
        source = getattr(info, "transformed_cell", None)
        if source is None:  # before IPython 9
            source = self._transformed(info.raw_cell)
        cell = RunCell(source, info.raw_cell or "", next(self._numbers), weakref.ref(info))
        self._forget_lost()
        self._running.append(cell)

        def taken(statements: list[ast.stmt]) -> None:
            cell.statements, cell.taken = statements, True

        self._tell_begins(cell)
        self._between.expect(cell.number, taken, self._shell.user_global_ns)

    def _transformed(self, raw: str) -> str:
        return none_if_it_fails(_READING, lambda: str(self._shell.transform_cell(raw))) or ""

    def _after(self, number: int, statement: int) -> None:
        """This statement has run, of the cell of this number."""
        cell = next((cell for cell in self._running if cell.number == number), None)
        if cell is not None and not self._over and statement == cell.done:
            cell.filename = sys._getframe(1).f_code.co_filename
            none_if_it_fails(_LOOKING, lambda: self._observe(cell, Ended()))

    def _ended(self, result: Any) -> None:
        cell = self._cell_of(result)
        if cell is None:
            return  # the cell that has loaded us
        self._running.remove(cell)
        self._forget_lost()
        if self._over:
            if not self._running:
                self._leave()
            return
        self._between.expect_none()
        with suppress(KeyboardInterrupt):  # the cell itself has ended
            none_if_it_fails(_LOOKING, lambda: self._last(cell, result))
        with suppress(KeyboardInterrupt):
            none_if_it_fails(_TELLING, lambda: self._told(cell))

    def _cell_of(self, result: Any) -> RunCell | None:
        info = getattr(result, "info", None)
        if found := [cell for cell in self._running if info is not None and cell.info() is info]:
            return found[-1]
        # stopped while it awaited: IPython then tells of it with a new info, Jupyter with no result at all
        found = [cell for cell in self._running if info is None or cell.raw == info.raw_cell]
        return found[-1] if found else None

    def _last(self, cell: RunCell, result: Any) -> None:
        if result is None:
            return
        if result.error_before_exec is not None:
            if isinstance(result.error_before_exec, SyntaxError):
                cell.outcomes.append(self.session.refused(cell.raw, result.error_before_exec))
        elif cell.taken and cell.done < len(cell.statements):
            error = result.error_in_exec
            self._observe(cell, Ended(None if error is not None else result.result, error))

    def _observe(self, cell: RunCell, ended: Ended) -> None:
        node = cell.statements[cell.done]
        cell.done += 1
        source = _text(cell, node)
        statement = Statement(source, node)
        flags = self._shell.compile.flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        with without_warnings():  # Python has given them
            code = compile(ast.Module([node], []), cell.filename or "<cell>", "exec", flags, dont_inherit=True)
        shown = isinstance(node, ast.Expr) and ended.error is None and ended.value is not None
        with _from_their_line(ended.error, self._is_theirs):
            cell.outcomes.append(
                self.session.observe(statement, code, ended, grad_enabled=_grad_enabled(), shown=shown)
            )


class _from_their_line:  # noqa: N801 -- a context manager
    """Inside, the traceback of the error begins at the learner's first line; IPython finds it as it was."""

    def __init__(self, error: BaseException | None, is_theirs: Callable[[str], bool]) -> None:
        self._error = error
        self._whole = None if error is None else error.__traceback__
        self._is_theirs = is_theirs

    def __enter__(self) -> None:
        if self._error is not None:
            trace: TracebackType | None = self._whole
            while trace is not None and not self._is_theirs(trace.tb_frame.f_code.co_filename):
                trace = trace.tb_next
            self._error.__traceback__ = trace or self._whole

    def __exit__(self, *_: object) -> None:
        if self._error is not None:
            self._error.__traceback__ = self._whole
        self._error = self._whole = None


def _text(cell: RunCell, node: ast.stmt) -> str:
    """The statement as it was typed."""
    found = cell.text(node)
    if found.startswith(_MAGIC):
        if cell.raw.lstrip().startswith("%%"):
            return cell.raw.strip()
        lines = cell.raw.strip("\n").split("\n")
        return lines[node.lineno - 1].strip() if node.lineno <= len(lines) else found
    return found


def _grad_enabled() -> bool:
    torch = sys.modules.get("torch")
    return True if torch is None else bool(torch.is_grad_enabled())
