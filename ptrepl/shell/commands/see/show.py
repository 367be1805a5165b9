"""``%show EXPR [INDEX]``: which elements of the operands each element of a result comes from."""

from __future__ import annotations

import ast
import re
from typing import Any

from ptrepl.engine.layouts.expression import NotShown, Obstacle
from ptrepl.engine.layouts.layout import RefusedLayout, expression_tree, read_layout
from ptrepl.errors import UsageError
from ptrepl.explain.standins.undisturbed import quietly
from ptrepl.screen.figures.layouts.drawing import layout_lines
from ptrepl.screen.figures.layouts.scheme import refused_lines
from ptrepl.screen.names import shown_name
from ptrepl.shell.commands.see.refused import torchs_message, why_refused
from ptrepl.shell.context import ShellContext
from ptrepl.shell.inspect.lookup import lookup
from ptrepl.shell.interrupts import interruptible
from ptrepl.shell.pager import show_in_pages
from ptrepl.texts.messages import gettext

_CHOSEN = re.compile(r"(?s)(.*\S)\s+\[((?:\s*-?\d+\s*,?)*)\]\s*")


def show_layout(context: ShellContext, arguments: str) -> bool:
    """``%show EXPR [INDEX]``"""
    code, chosen = parse_chosen(arguments)
    context.need_torch("%show")
    session, printer = context.session, context.printer
    drawn = printer.is_terminal and not printer.plain

    def find(node: ast.expr) -> Any:
        return lookup(ast.unparse(node), session.namespace)

    with interruptible(), quietly():
        try:
            found = read_layout(expression_tree(code), find, chosen)
        except NotShown as missing:
            raise UsageError(_why_not(code, missing)) from None
        except RecursionError:
            raise UsageError(gettext("%show cannot follow an expression of so many operations.")) from None
        if isinstance(found, RefusedLayout):
            lines = refused_lines(found, _refusal(code, found), printer.error_width, drawn=drawn)
        else:
            lines = layout_lines(code, found, printer.width, drawn=drawn)
    if isinstance(found, RefusedLayout):
        printer.error(lines)
        return False
    show_in_pages(context, lines)
    return True


def parse_chosen(arguments: str) -> tuple[str, tuple[int, ...] | None]:
    """The expression, and the index of the element that is asked about, which stands behind a space.

    ``a @ b [1, 2]`` is about an element of the product; ``a @ b[1, 2]`` has an index of ``b`` in it. Brackets behind
    an operator are a list, and none of ours. Raises UsageError.
    """
    text = arguments.strip()
    if not text:
        raise UsageError(
            gettext(
                "%show wants an expression, such as %show x.T or %show a @ b. An index behind a space asks about one "
                "element: %show a @ b [1, 2]."
            )
        )
    match = _CHOSEN.fullmatch(text)
    if match is not None:
        code = match[1].strip()
        try:
            ast.parse(code, mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return text, None
        return code, tuple(int(each) for each in re.findall(r"-?\d+", match[2]))
    return text, None


def _refusal(code: str, refused: RefusedLayout) -> str:
    """Why torch refuses it, in the words of explanations where they know it, else in torch's."""
    why = why_refused(code, refused.copies) if refused.copies else ""
    return why or gettext("torch refuses it: {error}.", error=torchs_message(refused.error))


def _why_not(code: str, missing: NotShown) -> str:
    detail = shown_name(missing.detail)
    match missing.why:
        case Obstacle.NOT_CODE:
            return gettext("'{text}' is not an expression. Write one as you use it in Python, such as x.T.", text=code)
        case Obstacle.NO_OPERATION:
            return gettext(
                "Nothing moves in {name} by itself. %show is about what an operation does, as in %show {name}.T or "
                "%show {name}[0]; %x {name} shows the tensor.",
                name=detail,
            )
        case Obstacle.NO_TENSOR:
            return gettext(
                "%show follows elements from one tensor to another, and in {code} there is nothing to follow.",
                code=code,
            )
        case Obstacle.UNKNOWN_FUNCTION if detail.endswith("_") and not detail.endswith("__"):
            return gettext(
                "{name} works in place, and %show changes nothing. {other} does the same on a copy.",
                name=detail,
                other=detail.removesuffix("_"),
            )
        case Obstacle.UNKNOWN_FUNCTION:
            return gettext(
                "%show runs none of your code, and follows functions of torch that index, join, cut, reorder, "
                "broadcast, reduce or multiply. {name} is not one of them.",
                name=detail,
            )
        case Obstacle.UNKNOWN_SYNTAX:
            return gettext(
                "%show cannot follow {code}. Give that part a name first, and use the name here.", code=detail
            )
        case Obstacle.VALUE:
            return gettext("%show follows tensors and plain numbers, and {name} is neither.", name=detail)
        case Obstacle.NOT_DENSE:
            return gettext("%show follows dense tensors; {name} is sparse, nested or quantized.", name=detail)
        case Obstacle.DISPATCH_MODE:
            return gettext("Nothing can be computed on copies while a dispatch mode is on.")
        case Obstacle.SOURCES:
            return gettext(
                "It is not known which elements {name} makes its result of when it is called so.", name=detail
            )
        case Obstacle.TOO_LARGE:
            return gettext(
                "An element can be chosen where no tensor has more than {most} elements. %show {code} shows the dims.",
                most=detail,
                code=code,
            )
        case Obstacle.NO_ELEMENT:
            return gettext(
                "The result has no element {index}: its shape is {shape}.", index=detail, shape=missing.shape
            )
