"""``obj?`` and ``obj??``: what an object is, how it is called, what its author wrote about it."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.errors import UsageError
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.wrap import columns
from ptrepl.shell.commands.look.xray import x_lines
from ptrepl.shell.context import ShellContext
from ptrepl.shell.inspect.lookup import lookup
from ptrepl.shell.inspect.object import Described, describe, source_of
from ptrepl.shell.inspect.page import page_lines
from ptrepl.shell.inspect.source import highlighted
from ptrepl.shell.inspect.torch_classes import text_on_class
from ptrepl.shell.interrupts import interruptible
from ptrepl.shell.pager import show_in_pages
from ptrepl.shell.signature.parse import parse_signature
from ptrepl.texts.language import languages
from ptrepl.texts.messages import gettext

_SHOWN_BY_THE_X_RAY = (Kind.TENSOR, Kind.MODULE, Kind.OPTIMIZER, Kind.LOADER)


def show_object(context: ShellContext, text: str) -> None:
    """``obj?``, ``obj??``, or the name alone."""
    label = text.rstrip("?").strip()
    with interruptible():
        context.session.ready()
    session, width = context.session, context.printer.width
    value = lookup(label, session.namespace)
    if text.endswith("??"):
        show_in_pages(context, source_lines(label, value, colour=context.printer.colour))
        return
    lines: list[Line] = []
    if kind_of(value, session.module_name) in _SHOWN_BY_THE_X_RAY:
        lines += x_lines(label, session.namespace, session.module_name, width)[:1]
    found = describe(value, label)
    if ours := text_on_class(value, languages(context.settings.language, os.environ)):
        found = replace(found, documentation=ours)
    show_in_pages(context, lines + object_lines(found, width))


def object_lines(found: Described, width: int | None = None) -> list[Line]:
    """Signatures, type, documentation, file. ``width``: columns of the terminal, None to wrap nothing."""
    lines: list[Line] = []
    for signature in found.signatures:
        lines += [text_line(part, "key") for part in _broken(signature, width)]
    said = f"{found.type_name}  {found.value}" if found.value else found.type_name
    facts = {gettext("type"): said, gettext("file"): found.file}
    widest = max(map(columns, facts))
    for label, fact in facts.items():
        if fact:
            lines.append((("dim", label + " " * (widest - columns(label) + 2)), ("value", fact)))
    if found.documentation:
        lines.append(())
        lines += page_lines(found.documentation, width)
    return lines


def _broken(signature: str, width: int | None) -> list[str]:
    """A signature that is too long for its line, with one parameter on each."""
    parts = parse_signature(signature)
    if width is None or columns(signature) <= width or parts is None:
        return [signature]
    parameters = [f"    {parameter.text}," for parameter in parts.parameters]
    parameters[-1:] = [last.removesuffix(",") for last in parameters[-1:]]
    return [f"{parts.name}(", *parameters, f") {parts.returned}".rstrip()]


def source_lines(label: str, value: Any, *, colour: bool = False) -> list[Line]:
    """The source of ``value``. Raises UsageError for what was not written in Python."""
    source = source_of(value)
    if source is None:
        raise UsageError(gettext("{name} has no Python source to show. {name}? shows its documentation.", name=label))
    return highlighted(source, colour=colour)
