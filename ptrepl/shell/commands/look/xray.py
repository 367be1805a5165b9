"""``%x NAME``: the whole card of a tensor, or every tensor of what holds some; ``%xray``: how much is shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ptrepl.engine.outcome import Change, Summary, TensorChange
from ptrepl.engine.watch.cards import read_card
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.engine.watch.notes import RequiresGrad, Unregistered
from ptrepl.engine.watch.parts import parts_of
from ptrepl.engine.watch.summaries import counts_of, settings_of
from ptrepl.engine.watch.targets import Name, PartOf
from ptrepl.errors import UsageError
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.xray import card_lines, change_lines
from ptrepl.shell.commands.look.card_pictures import lying_lines, seen_lines
from ptrepl.shell.context import ShellContext
from ptrepl.shell.inspect.lookup import lookup_value
from ptrepl.shell.interrupts import interruptible
from ptrepl.shell.pager import show_in_pages
from ptrepl.shell.pictures.protocol import has_true_colour
from ptrepl.texts.messages import N_, gettext

_SAID = {
    "off": N_("The x-ray is off: statements show nothing but their own output."),
    "line": N_("The x-ray shows one line for each tensor that a statement makes or changes."),
    "full": N_("The x-ray shows the whole card of each tensor that a statement makes or changes."),
}


def show_card(context: ShellContext, target: str) -> None:
    """``%x NAME``"""
    if not target:
        raise UsageError(
            gettext("%x wants the name of a tensor, such as %x w or %x net[0].weight. %who lists the names.")
        )
    session, printer = context.session, context.printer
    with interruptible():
        session.ready()
        lines = x_lines(target, session.namespace, session.module_name, printer.width)
        value = lookup_value(target, session.namespace)
        if kind_of(value, session.module_name) is Kind.TENSOR:
            drawn = printer.is_terminal and not printer.plain
            colours = has_true_colour(os.environ) if printer.colour else None
            lines += lying_lines(target, value, session.namespace, session.module_name, printer.width, drawn=drawn)
            lines += seen_lines(target, value, printer.width, drawn=drawn, true_colour=colours)
        del value
    show_in_pages(context, lines)


def x_lines(target: str, namespace: Mapping[str, Any], learner_module: str, width: int | None = None) -> list[Line]:
    """The card of the tensor that ``target`` names, or a line for each tensor in it. Raises UsageError."""
    value = lookup_value(target, namespace)
    kind = kind_of(value, learner_module)
    if kind is Kind.TENSOR:
        return card_lines(target, read_card(value), width)
    if value is None:
        raise UsageError(gettext("{name} is None.", name=target))
    if kind is None and type_name(value) in ("Tensor", "Parameter"):
        raise UsageError(
            gettext("{name} cannot be looked at: torch has been removed or changed in this session.", name=target)
        )
    if kind is None:
        raise UsageError(
            gettext(
                "{name} is of type {type}, and %x shows tensors. Try {name}? instead.",
                name=target,
                type=type_name(value),
            )
        )
    parts = parts_of(value, kind, learner_module, asked_for=True)
    facts = [read(part.tensor) for part in parts.found]
    # what was typed stands for a name here, though it may be net[0]
    counts, settings = counts_of(parts, facts), settings_of(kind, value)
    unregistered = tuple(Unregistered(each) for each in counts.unregistered)
    told: list[Change] = [Summary(Name(target), type_name(value), kind, counts, settings, unregistered)]
    for part, fact in zip(parts.found, facts, strict=True):
        notes = (RequiresGrad(),) if fact.requires_grad is True else ()
        told.append(TensorChange(PartOf(target, part.path), fact, notes))
    return [line for change in told for line in change_lines([change], width)]


def xray(context: ShellContext, mode: str) -> None:
    """``%xray [off|line|full]``"""
    if mode:
        if mode not in _SAID:
            raise UsageError(gettext("%xray takes off, line or full, not '{mode}'.", mode=mode))
        session = context.session
        was_watching = session.watching
        context.settings.xray, session.watching, session.with_cards = mode, mode != "off", mode == "full"
        if session.watching and not was_watching:
            # so that what happened meanwhile does not seem to be the work of the next statement
            session.rebase()
    context.printer.lines(told(gettext(_SAID[context.settings.xray]), context.printer.width))
