"""``obj?`` and ``obj??``: what an object is, how it is called, what its author wrote about it."""

from __future__ import annotations

import textwrap
from typing import Any

from ptrepl.engine.kinds import Kind, kind_of
from ptrepl.errors import UsageError
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.wrap import columns
from ptrepl.shell.command_lookup import lookup
from ptrepl.shell.command_x import x_lines
from ptrepl.shell.context import ShellContext
from ptrepl.shell.inspect_object import Described, describe, source_of
from ptrepl.shell.interrupts import interruptible

__all__ = ["object_lines", "show_object", "source_lines"]

_SHOWN_BY_THE_X_RAY = (Kind.TENSOR, Kind.MODULE, Kind.OPTIMIZER, Kind.LOADER)


def show_object(context: ShellContext, text: str) -> None:
    """``obj?``, ``obj??``, or the name alone."""
    label = text.rstrip("?").strip()
    with interruptible():
        context.session.ready()
    session, width = context.session, context.printer.width
    value = lookup(label, session.namespace)
    if text.endswith("??"):
        context.printer.lines(source_lines(label, value))
        return
    if kind_of(value, session.module_name) in _SHOWN_BY_THE_X_RAY:
        context.printer.lines(x_lines(label, session.namespace, session.module_name, width)[:1])
    context.printer.lines(object_lines(describe(value, label), width))


def object_lines(found: Described, width: int | None = None) -> list[Line]:
    """Signatures, type, documentation, file. ``width``: columns of the terminal, None to wrap nothing."""
    lines: list[Line] = []
    for signature in found.signatures:
        lines += [text_line(part, "key") for part in _broken(signature, width)]
    said = f"{found.type_name}  {found.value}" if found.value else found.type_name
    lines.append((("dim", "type  "), ("value", said)))
    if found.file:
        lines.append((("dim", "file  "), ("value", found.file)))
    if found.documentation:
        lines.append(())
        lines += [text_line(part) for line in found.documentation.splitlines() for part in _folded(line, width)]
    return lines


def _folded(line: str, width: int | None) -> list[str]:
    """A line of prose in as many as it needs, each at its indent; code stands as it was written."""
    text = line.lstrip()
    if width is None or columns(line) <= width or text.startswith((">>>", "...")):
        return [line]
    indent = line.removesuffix(text)
    return textwrap.wrap(
        text, max(width, len(indent) + 20), initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )


def _broken(signature: str, width: int | None) -> list[str]:
    """A signature that is too long for its line, with one parameter on each."""
    if width is None or columns(signature) <= width or "(" not in signature:
        return [signature]
    name, _, rest = signature.partition("(")
    inside, closing, after = rest.rpartition(")")
    parts, depth, current = [], 0, ""
    for character in inside:
        depth += (character in "([{") - (character in ")]}")
        current += character
        if character == "," and depth == 0:
            parts.append(f"    {current.strip()}")
            current = ""
    return [f"{name}(", *parts, f"    {current.strip()}", f"{closing}{after}"]


def source_lines(label: str, value: Any) -> list[Line]:
    """The source of ``value``. Raises UsageError for what was not written in Python."""
    source = source_of(value)
    if source is None:
        raise UsageError(f"{label} has no Python source to show. {label}? shows its documentation.")
    return [text_line(line, "code") for line in source.splitlines()]
