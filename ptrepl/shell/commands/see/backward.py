"""``%backward NAME``: the backward pass, one operation at a time."""

from __future__ import annotations

from dataclasses import replace

from ptrepl.engine.graphs.names import names_in
from ptrepl.engine.graphs.steps import MOST_STEPS, Hindrance, NotStepped, go_backward
from ptrepl.errors import UsageError
from ptrepl.screen.figures.graphs.backward_steps import ending_lines, step_lines
from ptrepl.screen.line import harmless
from ptrepl.shell.commands.see.graph import no_graph_text, tensor_named, with_written
from ptrepl.shell.context import ShellContext
from ptrepl.shell.interrupts import interruptible
from ptrepl.shell.pager import wants_more
from ptrepl.texts.messages import gettext


def step_backward(context: ShellContext, name: str) -> None:
    """``%backward NAME``. At a terminal Enter goes on and q stops; in a pipe all steps are printed at once."""
    name = name.strip()
    if not name:
        raise UsageError(gettext("%backward wants the name of a number, such as %backward loss. %who lists the names."))
    session, printer = context.session, context.printer
    with interruptible():
        session.ready()
        tensor = tensor_named(name, "%backward", session.namespace, session.module_name)
        names = names_in(session.namespace, session.module_name)
        found = go_backward(tensor, names)
        if not isinstance(found, NotStepped):
            found = replace(found, graph=with_written(found.graph, names, session.record))
    del tensor, names
    if isinstance(found, NotStepped):
        raise UsageError(_why_not(name, found))
    read_line = context.read_line if context.stdin_is_tty and printer.is_terminal else None
    for number in range(len(found.steps)):
        printer.lines(step_lines(name, found, number, printer.width))
        last = number == len(found.steps) - 1
        if not last and read_line is not None and not wants_more(read_line, context, _question()):
            return
    printer.lines(ending_lines(name, found, printer.width))


def _question() -> str:
    return gettext("next step: Enter · stop: q")


def _why_not(name: str, found: NotStepped) -> str:
    match found.why:
        case Hindrance.NO_GRAPH:
            return no_graph_text(name)
        case Hindrance.NOT_ONE_NUMBER:
            return gettext(
                "A backward pass starts from one number, and {name} is {shape}. Give a number a name, such as "
                "total = {name}.sum(), and try %backward total.",
                name=name,
                shape=found.detail,
            )
        case Hindrance.TOO_LARGE:
            return gettext(
                "%backward goes through {most} nodes at most; the graph of {name} has more. %graph {name} shows it.",
                most=MOST_STEPS,
                name=name,
            )
        case Hindrance.FREED:
            return gettext(
                "The graph of {name} has been freed: a backward pass has used it. Compute {name} again, and try again.",
                name=name,
            )
        case Hindrance.CHANGED:
            return gettext(
                "{name}.backward() would fail: what {operation} saved was changed in place. Compute {name} again.",
                name=name,
                operation=found.detail,
            )
        case Hindrance.LEARNERS_CODE:
            return gettext(
                "%backward runs none of your code, and the backward pass of {name} would run {what}.",
                name=name,
                what=harmless(found.detail),
            )
        case Hindrance.NO_VALUES:
            return gettext("{name} is on meta, so its gradients have shapes, but no values.", name=name)
        case Hindrance.RAISED:
            return gettext("The backward pass of {name} raised: {error}", name=name, error=harmless(found.detail))
