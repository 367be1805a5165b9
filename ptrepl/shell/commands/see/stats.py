"""``%stats NAME``: what the values of a tensor are like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ptrepl.engine.statistics import Statistics, read_statistics
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.errors import UsageError
from ptrepl.screen.figures.statistics import statistics_lines, unread_text
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.shell.context import ShellContext
from ptrepl.shell.inspect.lookup import lookup_value
from ptrepl.shell.interrupts import interruptible
from ptrepl.texts.messages import gettext


def show_statistics(context: ShellContext, target: str) -> None:
    """``%stats NAME``"""
    if not target:
        raise UsageError(
            gettext(
                "%stats wants the name of a tensor, such as %stats w or %stats net[0].weight. %who lists the names."
            )
        )
    session, printer = context.session, context.printer
    drawn = printer.is_terminal and not printer.plain
    with interruptible():
        session.ready()
        lines = stats_lines(target, session.namespace, session.module_name, printer.width, drawn=drawn)
    printer.lines(lines)


def stats_lines(
    target: str, namespace: Mapping[str, Any], learner_module: str, width: int | None = None, *, drawn: bool = True
) -> list[Line]:
    """The statistics of the tensor that ``target`` names. Raises UsageError for what is no tensor."""
    value = lookup_value(target, namespace)
    kind = kind_of(value, learner_module)
    if kind is not Kind.TENSOR:
        said = gettext(
            "%stats is about the values of one tensor, and {name} is of type {type}.",
            name=target,
            type=type_name(value),
        )
        more = "" if kind is None else gettext("%x {name} names the tensors in it.", name=target)
        raise UsageError(f"{said} {more}".rstrip())
    found = read_statistics(value)
    if not isinstance(found, Statistics):
        return told(unread_text(target, found), width)
    return statistics_lines(target, found, width, drawn=drawn)
