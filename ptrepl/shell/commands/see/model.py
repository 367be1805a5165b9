"""``%model NAME [INPUT]``: the layers of a module, and what each makes of an input."""

from __future__ import annotations

import ast
import re
from typing import Any

from ptrepl.engine.models.dry_run import DryRun, run_dry
from ptrepl.engine.models.refusal import call_of_layer
from ptrepl.engine.models.tree import read_tree
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.engine.watch.parts import join_path
from ptrepl.errors import UsageError
from ptrepl.explain.explain import explain
from ptrepl.explain.standins.undisturbed import quietly
from ptrepl.screen.figures.model_tree import model_lines
from ptrepl.screen.paragraphs import told
from ptrepl.screen.tracebacks import error_lines
from ptrepl.shell.commands.see.refused import torchs_message, why_refused
from ptrepl.shell.context import ShellContext
from ptrepl.shell.inspect.lookup import lookup_value
from ptrepl.shell.interrupts import interruptible
from ptrepl.texts.messages import gettext
from ptrepl.tutor.isolation.guard import guarded

_OWN_NAME = "__ptrepl_model__"
_TARGET = re.compile(r"\s*((?:[^\s,\[\]()]|\[[^\]]*\]|\([^)]*\))+)")
_NEEDS_VALUES = re.compile(r"fake impl|[Mm]eta")


def show_model(context: ShellContext, arguments: str) -> bool:
    """``%model NAME [INPUT]``; several inputs stand between commas, as in a call."""
    match = _TARGET.match(arguments)
    if match is None:
        raise UsageError(gettext("%model wants the name of a module, such as %model net or %model net x."))
    name, given = match[1], arguments[match.end() :].strip()
    _check_input(given)
    session, printer = context.session, context.printer
    with interruptible():
        session.ready()
    module = lookup_value(name, session.namespace)
    if kind_of(module, session.module_name) is not Kind.MODULE:
        raise UsageError(
            gettext(
                "%model is about modules, and {name} is of type {type}. {name}? tells more about it.",
                name=name,
                type=type_name(module),
            )
        )
    found = DryRun()
    if given:
        run = _Run(module, session.module_name)
        session.namespace[_OWN_NAME] = run
        try:
            # through the session: the input is an expression of the learner's, and forward is their code. In a line
            # of its own, so that a traceback shows what was typed
            report = session.run_quietly(f"{_OWN_NAME}(\n{given}\n)")
        finally:
            del session.namespace[_OWN_NAME]
            session.rebase()
        if report is not None:
            printer.error(error_lines(report))
            return False
        found = run.found
    tree = read_tree(module)
    drawn = printer.is_terminal and not printer.plain
    printer.lines(model_lines(name, tree, found.layers, printer.width, drawn=drawn))
    if found.error is not None:
        with interruptible(), guarded(), quietly():
            said = _stopped(context, name, module, found)
        printer.lines(told(said, printer.width, "warn"))
        found.error = None
        return False
    return True


def _check_input(given: str) -> None:
    """Raises UsageError for what no call could be given."""
    try:
        call = ast.parse(f"f({given}\n)", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        call = None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "f":
        raise UsageError(
            gettext("%model cannot read {text}. It wants inputs as in a call: %model net x, y.", text=given)
        )


def _stopped(context: ShellContext, name: str, module: Any, found: DryRun) -> str:
    error, session = found.error, context.session
    message = torchs_message(error)
    if "meta tensor" in message:
        return gettext(
            "The shapes end here: forward looks at the values of a tensor, and %model runs it without values. "
            "({error})",
            error=message,
        )
    layer = join_path(name, found.stopped_in) if found.stopped_in else name
    if isinstance(error, NotImplementedError) and _NEEDS_VALUES.search(message):
        return gettext(
            "The shapes end at {layer}: torch cannot compute it without values, and %model runs it without. ({error})",
            layer=layer,
            error=message,
        )
    call = call_of_layer(name, module, found, session.namespace, session.module_name)
    why = why_refused(call.code, call.names) if call is not None else ""
    if not why and error is not None:
        explained = explain(error, session.namespace, session.record, learner_files=session.learner_files)
        why = explained.text if explained is not None else ""
    if why:
        return gettext("The shapes end at {layer}: {why}", layer=layer, why=why)
    return gettext(
        "The shapes end at {layer}, which raised {type}: {error}.", layer=layer, type=type_name(error), error=message
    )


class _Run:
    """Called with the input; keeps what came of it."""

    def __init__(self, module: Any, learner_module: str) -> None:
        self._module = module
        self._learner_module = learner_module
        self.found = DryRun()

    def __call__(self, *arguments: Any, **named: Any) -> None:
        with guarded():
            self.found = run_dry(self._module, arguments, self._learner_module, named=named)
