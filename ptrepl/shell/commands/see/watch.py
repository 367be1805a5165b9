"""``%watch NAME…``: how names are after each input, without asking again."""

from __future__ import annotations

import re

from ptrepl.errors import UsageError
from ptrepl.nearest import nearest
from ptrepl.screen.line import text_line
from ptrepl.screen.paragraphs import told
from ptrepl.shell.context import ShellContext
from ptrepl.shell.interrupts import interruptible
from ptrepl.shell.pins import Pins
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext

_TARGET = re.compile(r"(?:[^\s,\[\]]|\[[^\]]*\])+")
_OFF = "off"


def watch(context: ShellContext, arguments: str) -> None:
    """``%watch``, ``%watch NAME…``, ``%watch off [NAME…]``"""
    names = _TARGET.findall(arguments)
    with interruptible():
        context.session.ready()
    pins = context.pins or Pins()
    if not names:
        _list(context, pins)
    elif names[0] == _OFF and _OFF not in pins.names:
        _forget(context, pins, names[1:])
    else:
        pins.add(names, context.session.namespace)
        context.pins = pins
        pins.read(context.session.namespace, context.session.module_name)
        if not context.has_bar:
            _list(context, pins)
        _tell_missing(context, [name for name in names if not pins.is_there(name, context.session.namespace)])


def _list(context: ShellContext, pins: Pins) -> None:
    printer = context.printer
    if pins.names:
        printer.lines([text_line(text) for text in pins.texts])
    else:
        said = gettext("Nothing is watched. %watch loss w.grad shows these two after every line.")
        printer.lines(told(said, printer.width))


def _tell_missing(context: ShellContext, names: list[str]) -> None:
    """A name that is not there may be one that comes, or a slip."""
    if not names:
        return
    said = ngettext(
        "{names} is not there yet: – stands for it until it is.",
        "{names} are not there yet: – stands for them until they are.",
        len(names),
        names=every(names),
    )
    known = [name for name in context.session.namespace if name[:1] != "_"]
    near = nearest(names[0], known, 0.8) if len(names) == 1 else None
    if near is not None and near != names[0]:
        hint = gettext("Did you mean %watch {name}? %watch off {typed} ends this one.", name=near, typed=names[0])
        said = f"{said} {hint}"
    context.printer.lines(told(said, context.printer.width))


def _forget(context: ShellContext, pins: Pins, names: list[str]) -> None:
    for name in names or pins.names:
        if not pins.remove(name):
            raise UsageError(gettext("{name} is not watched. %watch lists what is.", name=name))
    if not pins.names:
        context.pins = None
