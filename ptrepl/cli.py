"""The command line: what was asked for → the package that does it, and the exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from ptrepl.errors import OutputError, PtreplError
from ptrepl.screen.printer import is_closed
from ptrepl.settings.arguments import Arguments, parse_arguments
from ptrepl.settings.config_file import load_config_in_its_language
from ptrepl.texts.messages import gettext

EXIT_INTERRUPTED = 130
"""128 + SIGINT, as shells count."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ptrepl; the exit status. No error of ours is a traceback, unless ``PTREPL_DEBUG`` is 1.

    0: all went well. 1: the learner's code raised (script, ``-c``, pipe), a piped lesson was not completed, ``--check``
    found faults, or ptrepl itself failed. 2: arguments, a device, a lesson or a file that cannot be used. 130: Ctrl-C
    outside the prompt. Else the code of the learner's own ``SystemExit``.
    """
    _open_missing_streams()
    try:
        status = _main(sys.argv[1:] if arguments is None else arguments)
        _flush()
        return status
    except (Exception, KeyboardInterrupt) as error:
        return _failed(error)


def _failed(error: BaseException) -> int:
    """Say what ends the program; its exit status."""
    if isinstance(error, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    status = 1
    if isinstance(error, PtreplError):
        line, status = str(error), error.exit_status
    elif isinstance(error, OutputError):
        # Python would complain once more when it flushes at exit
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error.__cause__, BrokenPipeError):
            return status  # whoever read our output has gone and wants no more of it
        line = str(error)
    else:
        line = _own_line(error)
    with suppress(Exception):
        print(_wrapped(line), file=sys.stderr)
    return status


def _own_line(error: BaseException) -> str:
    """What is said of an error of ours, also where no module can be imported any more."""
    try:
        from ptrepl.error_log import own_error

        return own_error(error, "running")
    except Exception:
        name = type.__dict__["__name__"].__get__(type(error))
        return gettext("ptrepl itself failed ({error}). PTREPL_DEBUG=1 shows more.", error=name)


def _flush() -> None:
    """Write what stdout still holds. Raises OutputError."""
    if is_closed(sys.stdout):
        return
    try:
        sys.stdout.flush()
    except OSError as error:
        raise OutputError(*error.args) from error


def _wrapped(text: str) -> str:
    """Each line of ``text`` as wide as the terminal at most; as it is where errors go elsewhere."""
    try:
        from ptrepl.screen.line import harmless
        from ptrepl.screen.printer import Printer
        from ptrepl.screen.wrap import fill

        width = Printer().error_width
    except Exception:  # out of file descriptors, say: the line itself matters more than where it breaks
        return text
    lines = map(harmless, text.split("\n"))  # it may name a file of any name
    return "\n".join(lines if width is None else (part for line in lines for part in fill(line, width)))


def _open_missing_streams() -> None:
    """Put an empty file where a standard stream was closed (``>&-``): Python leaves None there."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 -- for as long as we run


def _main(words: Sequence[str]) -> int:
    if words:  # without any, the prompt comes up, and its program reads the configuration
        with suppress(ImportError):  # without platformdirs there is none, and --doctor says so
            load_config_in_its_language()
    arguments = parse_arguments(words)
    if arguments.show_list:
        from ptrepl.shell.lessons.listing import show_list

        return show_list(plain=arguments.plain is True)
    if arguments.reset is not None:
        from ptrepl.shell.lessons.listing import reset_progress

        return reset_progress(arguments.reset)
    if arguments.collect is not None:
        from ptrepl.shell.lessons.collecting import collect

        return collect(arguments.collect, arguments.output)
    if arguments.notebook is not None:
        from ptrepl.notebook.export import write_notebook

        return write_notebook(arguments.notebook, arguments.output)
    if arguments.export_answers is not None:
        from ptrepl.shell.lessons.export import export_answers

        return export_answers(arguments.export_answers)
    if arguments.new is not None:
        from ptrepl.shell.authoring.checking import write_new

        return write_new(arguments.new)
    if arguments.check is not None:
        from ptrepl.shell.authoring.checking import check_lessons

        return check_lessons(arguments.check, trusted=arguments.trust)
    if arguments.doctor:
        from ptrepl.shell.doctor.doctor import show_report

        return show_report(plain=arguments.plain is True)
    return _run(arguments)


def _run(arguments: Arguments) -> int:
    from ptrepl.shell.program import Program

    program = Program(arguments)
    try:
        status = program.run()
    except (Exception, KeyboardInterrupt) as error:
        if not program.loader.loading:
            raise
        status = _failed(error)
    if program.loader.loading:
        # torch is still being imported in its thread, and the interpreter cannot be finalized around that
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)
    return status
