"""Run a file or ``-c`` code as ``python`` would, with the x-ray on."""

from __future__ import annotations

import ast
import io
import os
import re
import sys
import tokenize
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING

from ptrepl.errors import UsageError
from ptrepl.shell.resilience.own_imports import put_first
from ptrepl.texts.messages import gettext

_DECLARED = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)

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
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise UsageError(_not_decoded(path, raw, error)) from None
    if "\0" in text:
        raise UsageError(gettext("{path} is not a Python file: it contains null bytes.", path=path))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_decoded(path: str, raw: bytes, error: SyntaxError | UnicodeDecodeError | LookupError) -> str:
    """Why the bytes of a file are no text: an encoding that does not exist, or a byte that it does not have."""
    declared = _DECLARED.search(b"\n".join(raw.split(b"\n", 2)[:2]))
    if not isinstance(error, UnicodeDecodeError) and declared is not None:
        name = declared[1].decode("ascii")
        return gettext("{path} declares the encoding {encoding}, which Python does not have.", path=path, encoding=name)
    if not isinstance(error, UnicodeDecodeError) and b"\0" not in raw:
        try:
            raw.decode()
        except UnicodeDecodeError as found:
            error = found
    if isinstance(error, UnicodeDecodeError) and b"\0" not in raw:
        return gettext(
            "{path} is not text in {encoding}: line {line} has the byte 0x{byte:02x}. Save it as UTF-8.",
            path=path,
            encoding=error.encoding,
            line=raw.count(b"\n", 0, error.start) + 1,
            byte=raw[error.start],
        )
    return gettext("{path} is not a Python file: its bytes are not text.", path=path)


def become_script(session: Session, path: str, arguments: tuple[str, ...], text: str) -> None:
    """Make the session's module the one that ``python PATH ARG…`` would have: argv, path, ``__file__``, docstring.

    ``__file__`` is the whole path, so that it still names the file once the script has changed the folder.
    """
    sys.argv = [path, *arguments]
    whole = os.path.abspath(path)
    put_first(os.path.dirname(whole))
    if session.module is not None:
        session.module.__spec__ = None  # as for every script: a spawned worker then finds it by __file__
    session.namespace["__file__"] = whole
    session.namespace["__cached__"] = None
    session.namespace["__loader__"] = SourceFileLoader("__main__", whole)
    try:
        session.namespace["__doc__"] = ast.get_docstring(ast.parse(text), clean=False)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # running it says so


def become_code(arguments: tuple[str, ...], first: str) -> None:
    """Set ``sys.argv`` and ``sys.path`` as for ``python -c`` (``first`` is "-c") or a prompt ("")."""
    sys.argv = [first, *arguments]
    put_first("")
