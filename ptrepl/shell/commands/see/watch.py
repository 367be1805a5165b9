"""``%watch NAME…``: how names are after each input, without asking again."""

from __future__ import annotations

import re

from ptrepl.errors import UsageError
from ptrepl.screen.line import text_line
from ptrepl.screen.paragraphs import told
from ptrepl.shell.context import ShellContext
from ptrepl.shell.interrupts import interruptible
from ptrepl.shell.pins import Pins
from ptrepl.texts.messages import gettext

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


def _list(context: ShellContext, pins: Pins) -> None:
    printer = context.printer
    if pins.names:
        printer.lines([text_line(text) for text in pins.texts])
    else:
        said = gettext("Nothing is watched. %watch loss w.grad shows these two after every line.")
        printer.lines(told(said, printer.width))


def _forget(context: ShellContext, pins: Pins, names: list[str]) -> None:
    for name in names or pins.names:
        if not pins.remove(name):
            raise UsageError(gettext("{name} is not watched. %watch lists what is.", name=name))
    if not pins.names:
        context.pins = None
