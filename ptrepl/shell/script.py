"""Run a file or ``-c`` code as ``python`` would, with the x-ray on."""

from __future__ import annotations

import ast
import io
import os
import sys
import tokenize
from typing import TYPE_CHECKING

from ptrepl.errors import UsageError
from ptrepl.shell.resilience.own_imports import put_first
from ptrepl.texts.messages import gettext

if TYPE_CHECKING:
    from ptrepl.engine.run.session import Session


def read_script(path: str) -> str:
    """The text of a Python file, in the encoding that it declares (PEP 263). Raises UsageError with one line."""
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except IsADirectoryError:
        raise UsageError(gettext("{path} is a folder; ptrepl runs a file.", path=path)) from None
    except OSError as error:
        raise UsageError(gettext("Cannot read {path}: {reason}.", path=path, reason=error.strerror or error)) from None
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = raw.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        raise UsageError(gettext("{path} is not a Python file: its bytes are not text.", path=path)) from None
    if "\0" in text:
        raise UsageError(gettext("{path} is not a Python file: it contains null bytes.", path=path))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def become_script(session: Session, path: str, arguments: tuple[str, ...], text: str) -> None:
    """Make the session's module the one that ``python PATH ARG…`` would have: argv, path, ``__file__``, docstring."""
    sys.argv = [path, *arguments]
    put_first(os.path.dirname(os.path.abspath(path)))
    if session.module is not None:
        session.module.__spec__ = None  # as for every script: a spawned worker then finds it by __file__
    session.namespace["__file__"] = path
    try:
        session.namespace["__doc__"] = ast.get_docstring(ast.parse(text), clean=False)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # running it says so


def become_code(arguments: tuple[str, ...], first: str) -> None:
    """Set ``sys.argv`` and ``sys.path`` as for ``python -c`` (``first`` is "-c") or a prompt ("")."""
    sys.argv = [first, *arguments]
    put_first("")
