"""``%timeit``: a statement, run until the time of one run is known well."""

from __future__ import annotations

import importlib
import re
import traceback
import warnings
from types import TracebackType
from typing import Any

from ptrepl.engine.run.compiling import bound_names, compile_statements
from ptrepl.engine.run.failure import report_of
from ptrepl.errors import UsageError
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.tracebacks import error_lines
from ptrepl.screen.units import seconds_text
from ptrepl.shell.context import ShellContext
from ptrepl.shell.interrupts import interruptible
from ptrepl.texts.messages import gettext, ngettext

_OWN_NAME = "__ptrepl_timeit__"
_THREADS = re.compile(r"-t\s+(\d{1,4})\s+(?=\S)")
_LOOP_FILE = "<timeit-src>"


def timeit(context: ShellContext, code: str) -> bool:
    """``%timeit [-t THREADS] STATEMENT``: among the learner's names and in their settings; no x-ray, no value.

    The names that it binds are left as by one run.
    """
    code = code.strip()
    threads = None
    if match := _THREADS.match(code):
        threads, code = int(match[1]), code[match.end() :]
        if threads < 1:
            raise UsageError(gettext("%timeit -t wants a number of threads from 1 on."))
    if not code:
        raise UsageError(gettext("%timeit wants a statement, such as %timeit x @ x."))
    session, printer = context.session, context.printer
    context.need_torch("%timeit")
    # once as any other statement, so that an error in it is shown as usual
    if report := session.run_quietly(code):
        printer.error(error_lines(report))
        return False
    with interruptible(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages that it brings for other uses
        importlib.import_module("torch.utils.benchmark")
    run = _Run(code, _global_names(code, session.flags), session.namespace, threads)
    session.namespace[_OWN_NAME] = run
    try:
        # through the session, for the learner's settings: their grad mode, their default device
        session.run_quietly(f"{_OWN_NAME}()")
    finally:
        del session.namespace[_OWN_NAME]
        session.rebase()
    if run.error is not None:
        printer.error(error_lines(report_of(run.error, _inside_loop(run.error.__traceback__))))
        return False
    measured = run.measured
    printer.lines(
        timeit_lines(
            measured.median,
            measured.iqr,
            len(measured.times),
            measured.number_per_run,
            measured.num_threads,
            printer.width,
        )
    )
    return True


class _Run:
    """Measures when it is called, and keeps what came of it: the measurement, or what was raised."""

    def __init__(self, code: str, names: list[str], namespace: dict[str, Any], threads: int | None) -> None:
        # the statement stands inside a function there: so declared, names are read as at the prompt, not as locals
        self._code = f"global {', '.join(names)}\n{code}" if names else code
        self._namespace = namespace
        self._threads = threads
        self.measured: Any = None
        self.error: BaseException | None = None

    def __call__(self) -> None:
        import torch
        from torch.utils.benchmark import Timer

        threads = self._threads or torch.get_num_threads()
        try:
            self.measured = Timer(self._code, globals=self._namespace, num_threads=threads).blocked_autorange()
        except BaseException as error:
            self.error = error


def _global_names(code: str, flags: int) -> list[str]:
    _, _, statements = compile_statements(code, _LOOP_FILE, flags, nested_values=False, pasted=True)
    return sorted({name for _, compiled in statements for name in bound_names(compiled) if name.isidentifier()})


def _inside_loop(trace: TracebackType | None) -> TracebackType | None:
    """What of ``trace`` lies behind the loop: the functions that the statement calls."""
    while trace is not None and trace.tb_frame.f_code.co_filename != _LOOP_FILE:
        trace = trace.tb_next
    if trace is None:
        return None
    return trace.tb_next if traceback.extract_tb(trace.tb_next) else None


def timeit_lines(
    median: float, iqr: float, blocks: int, runs: int, threads: int, width: int | None = None
) -> list[Line]:
    """``median`` and ``iqr``: seconds of one run; ``blocks`` of ``runs`` runs each were timed."""
    first = gettext("median {median}, IQR {iqr}", median=seconds_text(median), iqr=seconds_text(iqr))
    if min(blocks, runs) > 1:
        counted = ngettext(
            "{blocks:,} times {runs:,} runs, on {count} thread; half of the times lie within the IQR.",
            "{blocks:,} times {runs:,} runs, on {count} threads; half of the times lie within the IQR.",
            threads,
            blocks=blocks,
            runs=runs,
        )
    elif blocks * runs > 1:
        counted = ngettext(
            "{runs:,} runs, on {count} thread; half of the times lie within the IQR.",
            "{runs:,} runs, on {count} threads; half of the times lie within the IQR.",
            threads,
            runs=blocks * runs,
        )
    else:
        counted = ngettext("1 run, on {count} thread.", "1 run, on {count} threads.", threads)
    return [text_line(first, "title"), *told(counted, width, "dim")]
