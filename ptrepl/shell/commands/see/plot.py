"""``%plot EXPR[, EXPR]``: a curve, points, a histogram, a heat map, or the curves of a dict, drawn in characters."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ptrepl.engine.plotting.numbers import NoNumbers, PlottedNumbers, read_numbers
from ptrepl.engine.watch.facts import Unreadable
from ptrepl.engine.watch.kinds import type_name
from ptrepl.engine.watch.readable import Unread
from ptrepl.errors import UsageError
from ptrepl.nearest import nearest
from ptrepl.screen.figures.plots.curves import MOST_CURVES, NamedCurves, named_curves_lines, named_curves_words
from ptrepl.screen.figures.plots.drawing import plot_lines
from ptrepl.screen.figures.plots.plot import PLOT_KINDS, Plot, PlotKind
from ptrepl.screen.figures.plots.svg import curves_svg, plot_svg
from ptrepl.screen.figures.plots.words import plot_words
from ptrepl.screen.figures.statistics import unread_text
from ptrepl.screen.tracebacks import error_lines
from ptrepl.shell.context import ShellContext
from ptrepl.shell.inspect.lookup import lookup
from ptrepl.shell.interrupts import interruptible
from ptrepl.texts.messages import gettext, ngettext

_OWN_NAME = "__ptrepl_plot__"
_KEYWORDS = ("kind", "line", "title")
_LACKS_COMMA = re.compile(r"(?<![\s,(])\s+((?:kind|line|title)\s*=(?!=))")


def show_plot(context: ShellContext, arguments: str) -> bool:
    """``%plot EXPR[, EXPR][, line=EXPR][, kind="scatter"][, title="…"]``: they are evaluated as what one types is."""
    asked = _parsed(arguments)
    session, printer = context.session, context.printer
    with interruptible():
        session.ready()
    given: list[Any] = []
    for name in _names_in(asked.evaluated):
        lookup(name, session.namespace)
    session.namespace[_OWN_NAME] = lambda *values: given.extend(values)
    try:
        # in lines of their own, so that a traceback shows what was typed
        report = session.run_quietly(f"{_OWN_NAME}(\n{', '.join(asked.evaluated)}\n)")
    finally:
        del session.namespace[_OWN_NAME]
        session.rebase()
    if report is not None:
        printer.error(error_lines(report))
        return False
    with interruptible():
        in_words = printer.plain or not printer.is_terminal
        if type(given[0]) is dict:
            together = _named_curves(asked, given)
            lines = (named_curves_words if in_words else named_curves_lines)(together, printer.width)
            picture = curves_svg(together) if context.takes_svg is not None else ""
        else:
            plot = _plot_of(asked, [_read(text, value) for text, value in zip(asked.evaluated, given, strict=True)])
            lines = (plot_words if in_words else plot_lines)(plot, printer.width)
            picture = plot_svg(plot) if context.takes_svg is not None else ""
        given.clear()
    printer.lines(lines)
    if context.takes_svg is not None and picture:
        context.takes_svg(picture)
    return True


@dataclass(frozen=True, slots=True)
class _Asked:
    expressions: tuple[str, ...]
    kind: PlotKind | None
    title: str
    line: str = ""
    """The expression behind ``line=``."""

    @property
    def evaluated(self) -> tuple[str, ...]:
        return (*self.expressions, self.line) if self.line else self.expressions


def _parsed(text: str) -> _Asked:
    """The arguments, which read as those of a call do. Raises UsageError."""
    if not text.strip():
        raise UsageError(gettext("%plot wants something to plot, such as %plot losses or %plot x, y."))
    try:
        call = ast.parse(f"f({text}\n)", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        if with_comma := _with_comma(text):
            raise UsageError(
                gettext("A comma stands before kind=, title= and line=: %plot {arguments}", arguments=with_comma)
            ) from None
        raise UsageError(
            gettext("%plot cannot read {text}. It wants one expression or two, as in %plot x, y.", text=text)
        ) from None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "f":
        raise UsageError(
            gettext("%plot cannot read {text}. It wants one expression or two, as in %plot x, y.", text=text)
        )
    if len(call.args) not in (1, 2) or any(isinstance(each, ast.Starred) for each in call.args):
        raise UsageError(
            gettext("%plot takes one expression or two, such as %plot x, y; here are {count}.", count=len(call.args))
        )
    source = f"f({text}\n)"
    words, line = {}, ""
    for keyword in call.keywords:
        if keyword.arg not in _KEYWORDS:
            raise UsageError(
                gettext('%plot takes kind="…", title="…" and line=EXPR, not {name}.', name=keyword.arg or "**")
            )
        if keyword.arg == "line":
            line = ast.get_source_segment(source, keyword.value) or ""
            continue
        words[keyword.arg] = _word(keyword.arg, keyword.value)
    kind = words.get("kind")
    if kind is not None and kind not in PLOT_KINDS:
        said = gettext('There is no kind of plot "{kind}"; there are {kinds}.', kind=kind, kinds=", ".join(PLOT_KINDS))
        near = nearest(kind, PLOT_KINDS)
        more = gettext('Did you mean kind="{near}"?', near=near) if near else ""
        raise UsageError(f"{said} {more}".rstrip())
    if line and kind not in (None, "scatter"):
        raise UsageError(gettext('line= is drawn through points, so it does not go with kind="{kind}".', kind=kind))
    expressions = tuple(ast.get_source_segment(source, each) or "" for each in call.args)
    chosen: PlotKind | None = next((each for each in PLOT_KINDS if each == kind), None)
    return _Asked(expressions, "scatter" if line else chosen, words.get("title", ""), line)


def _names_in(expressions: Iterable[str]) -> Iterator[str]:
    """The names that the expressions read and do not bind themselves, as a comprehension does."""
    for text in expressions:
        nodes = list(ast.walk(ast.parse(f"(\n{text}\n)", mode="eval")))
        bound = {each.arg for each in nodes if isinstance(each, ast.arg)}
        bound |= {each.id for each in nodes if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)}
        yield from (each.id for each in nodes if isinstance(each, ast.Name) and each.id not in bound)


def _with_comma(text: str) -> str:
    """``w, kind=hist`` for ``w kind=hist``; "" where a comma does not make it a call."""
    changed = _LACKS_COMMA.sub(r", \1", text)
    try:
        ast.parse(f"f({changed}\n)", mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return ""
    return changed


def _word(name: str, value: ast.expr) -> str:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.Name) and name == "kind":  # kind=hist, as a shell has it
        return value.id
    raise UsageError(gettext('{name} wants a text in quotation marks, as in title="Loss".', name=name))


def _read(text: str, value: Any) -> PlottedNumbers:
    found = read_numbers(value)
    match found:
        case PlottedNumbers():
            return found
        case NoNumbers.COMPLEX:
            said = gettext("{name} holds complex numbers; plot {name}.real, {name}.imag or {name}.abs().", name=text)
        case NoNumbers.DIMS:
            said = gettext("{name} has more than two dims; choose a part of it, such as {name}[0].", name=text)
        case NoNumbers.UNEVEN:
            said = gettext("The rows of {name} are not of one length, so they are no grid.", name=text)
        case NoNumbers.NOT_NUMBERS:
            said = gettext(
                "{name} is of type {type}, and %plot draws tensors, arrays and lists of numbers.",
                name=text,
                type=type_name(value),
            )
        case Unread() | Unreadable():
            said = unread_text(text, found)
    raise UsageError(said)


def _named_curves(asked: _Asked, given: list[Any]) -> NamedCurves:
    """The curves of a dict: of its values, all are series, or all have two columns. Raises UsageError."""
    (name, *others), (found, *_) = asked.expressions, given
    if others or asked.line or asked.kind not in (None, "line"):
        raise UsageError(
            gettext(
                "{name} is a dict, and its curves stand in a picture of their own, without {more}.",
                name=name,
                more=", ".join(filter(None, [*others, asked.kind and "kind=", asked.line and "line="])),
            )
        )
    if not 0 < len(found) <= MOST_CURVES:
        raise UsageError(
            ngettext(
                "{name} holds {count:,} curve, and %plot draws 1 to {most} of a dict.",
                "{name} holds {count:,} curves, and %plot draws 1 to {most} of a dict.",
                len(found),
                name=name,
                most=MOST_CURVES,
            )
        )
    curves, shapes = [], set()
    for key, value in found.items():
        label = key if type(key) is str else repr(key) if type(key) in (int, float, bool) else ""
        if not label:
            raise UsageError(gettext("The keys of {name} name its curves, so %plot wants texts or numbers.", name=name))
        read = _read(f"{name}[{key!r}]", value)
        if read.is_grid and read.shape[1] == 2:
            x, y = zip(*read.rows, strict=True)
            curves.append(Plot("line", y, x, steps=read.steps[:1], y_name=label))
            shapes.add("path")
        else:
            heights = _series(f"{name}[{key!r}]", read)
            curves.append(Plot("line", heights, _places(read), steps=read.steps, y_name=label))
            shapes.add("series")
    if len(shapes) > 1:
        raise UsageError(
            gettext("Of {name} some have two columns, and others are one series; %plot wants all alike.", name=name)
        )
    return NamedCurves(tuple(curves), shapes == {"path"}, asked.title)


def _plot_of(asked: _Asked, read: list[PlottedNumbers]) -> Plot:
    """The kind that suits the numbers, unless one was asked for. Raises UsageError."""
    if asked.line:
        *read, line = read
        points = _plot_of(replace(asked, line=""), read)
        heights, shape = _series(asked.line, line), read[-1].shape
        if line.shape != shape:
            raise UsageError(
                gettext(
                    "{line} has {count:,} values, and there are {points:,} points; line= wants one for each of them.",
                    line=asked.line,
                    count=line.shape[0],
                    points=shape[0],
                )
            )
        return replace(points, line=heights, line_name=asked.line)
    if len(read) == 1:
        (only,), (name,) = read, asked.expressions
        if asked.kind == "heat" or (asked.kind is None and only.is_grid):
            return Plot("heat", rows=only.rows, steps=only.steps, y_name=name, title=asked.title)
        if asked.kind != "hist":
            values, places = _series(name, only), _places(only)
            return Plot(asked.kind or "line", values, places, steps=only.steps, y_name=name, title=asked.title)
        values = tuple(value for row in only.rows for value in row)
        return Plot("hist", values, steps=only.steps, y_name=name, title=asked.title)
    x, y = read
    if asked.kind in ("hist", "heat"):
        raise UsageError(gettext('kind="{kind}" is about one expression, and here are two.', kind=asked.kind))
    x_values, y_values = _series(asked.expressions[0], x), _series(asked.expressions[1], y)
    if x.shape != y.shape:
        raise UsageError(
            gettext(
                "{x} has {x_count:,} values and {y} has {y_count:,}; %plot x, y wants as many of each.",
                x=asked.expressions[0],
                x_count=x.shape[0],
                y=asked.expressions[1],
                y_count=y.shape[0],
            )
        )
    in_order = all(a < b for a, b in itertools.pairwise(x_values))
    kind = asked.kind or ("line" if in_order and len(x_values) > 1 else "scatter")
    x_name, y_name = asked.expressions
    return Plot(kind, y_values, x_values, steps=y.steps, x_name=x_name, y_name=y_name, title=asked.title)


def _places(numbers: PlottedNumbers) -> tuple[float, ...]:
    """Where the values stand in the series, if not all of them were read."""
    step, last = numbers.steps[0], numbers.shape[0] - 1
    if step == 1:
        return ()
    return tuple(float(min(number * step, last)) for number in range(len(numbers.rows[0])))


def _series(text: str, numbers: PlottedNumbers) -> tuple[float, ...]:
    if numbers.is_grid:
        raise UsageError(
            gettext("{name} has two dims, and a curve or points want one, such as {name}[:, 0].", name=text)
        )
    return tuple(value for row in numbers.rows for value in row)
