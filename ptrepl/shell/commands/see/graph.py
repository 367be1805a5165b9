"""``%graph NAME``: the autograd graph behind a tensor, in lines, as SVG, or as DOT for Graphviz."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from ptrepl.engine.graphs.graph import MOST_GRAPH_NODES, AutogradGraph, read_graph
from ptrepl.engine.graphs.names import LearnersNames, names_in
from ptrepl.engine.graphs.written import with_source
from ptrepl.engine.record.record import Record
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.errors import UsageError
from ptrepl.screen.figures.graphs.tree import graph_lines
from ptrepl.screen.paragraphs import told
from ptrepl.shell.context import ShellContext
from ptrepl.shell.inspect.lookup import lookup_value
from ptrepl.shell.interrupts import interruptible
from ptrepl.shell.pager import show_in_pages
from ptrepl.texts.messages import gettext

_OPTION = re.compile(r"(?:^|\s)--(saved|svg|dot)(?![\w-])")
_FILE = re.compile(r"""\s*(?:=\s*)?("[^"]*"|'[^']*'|[^\s-]\S*)""")
_UNKNOWN = re.compile(r"(?:^|\s)(-{1,2}[A-Za-z][\w-]*)")
_MOST_WRITTEN = 100
"""Nodes of a graph in which it is looked for what the learner wrote."""
_MOST_DRAWN = 2_000
"""Nodes in a picture: no viewer shows more of them at once, and nobody would look."""


class GraphRequest(NamedTuple):
    """What was asked for; the files are "" where none is to be written."""

    name: str
    saved: bool = False
    svg: str = ""
    dot: str = ""


def show_graph(context: ShellContext, arguments: str) -> None:
    """``%graph NAME [--saved] [--svg FILE] [--dot FILE]``"""
    asked = parse_request(arguments)
    session, printer = context.session, context.printer
    with interruptible(), _without_collection():
        session.ready()
        tensor = tensor_named(asked.name, "%graph", session.namespace, session.module_name)
        names = names_in(session.namespace, session.module_name)
        to_file = bool(asked.svg or asked.dot)
        most = _MOST_DRAWN if to_file else MOST_GRAPH_NODES
        graph = read_graph(tensor, names, with_kept=asked.saved or to_file, most=most)
        if graph is not None:
            graph = with_written(graph, names, session.record)
    del tensor, names
    if graph is None:
        raise UsageError(no_graph_text(asked.name))
    if not to_file:
        drawn = printer.is_terminal and not printer.plain
        with interruptible(), _without_collection():
            lines = graph_lines(asked.name, graph, printer.width, drawn=drawn, with_kept=asked.saved)
        show_in_pages(context, lines)
        if context.takes_svg is not None and len(graph.nodes) <= _MOST_DRAWN:
            from ptrepl.screen.figures.graphs.svg import graph_svg

            context.takes_svg(graph_svg(asked.name, graph))
        return
    with interruptible():
        _write_pictures(asked, graph)
    for path in filter(None, (asked.svg, asked.dot)):
        printer.lines(told(gettext("The graph of {name} is in {path}.", name=asked.name, path=path), printer.width))
    if graph.left_out:
        count = f"{graph.left_out:,}+" if graph.left_out_more else f"{graph.left_out:,}"
        said = gettext(
            "A picture has {most:,} nodes at most; {count} that are farther from the result are left out.",
            most=_MOST_DRAWN,
            count=count,
        )
        printer.lines(told(said, printer.width))


@contextmanager
def _without_collection() -> Iterator[None]:
    """Twenty thousand nodes would set the garbage collector off many times, for nothing: half of what they take."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def parse_request(arguments: str) -> GraphRequest:
    """The name and the options of ``%graph``, in any order. Raises UsageError."""
    rest, found = arguments, {"saved": "", "svg": "", "dot": ""}
    while match := _OPTION.search(rest):
        option, end = match[1], match.end()
        if option == "saved":
            found[option] = option
        else:
            file = _FILE.match(rest, end)
            path = file[1].strip("\"'") if file is not None else ""
            endings = (".svg",) if option == "svg" else (".dot", ".gv")
            if not path.lower().endswith(endings):
                raise UsageError(
                    gettext(
                        "--{option} wants a file whose name ends in {ending}, such as --{option} graph{ending}.",
                        option=option,
                        ending=endings[0],
                    )
                )
            found[option] = path
            assert file is not None
            end = file.end()
        rest = f"{rest[: match.start()]} {rest[end:]}"
    name = rest.strip()
    if unknown := _UNKNOWN.search(name):
        raise UsageError(gettext("%graph knows --saved, --svg FILE and --dot FILE, not {option}.", option=unknown[1]))
    if not name:
        raise UsageError(gettext("%graph wants the name of a tensor, such as %graph loss. %who lists the names."))
    return GraphRequest(name, bool(found["saved"]), found["svg"], found["dot"])


def tensor_named(name: str, command: str, namespace: dict[str, Any], learner_module: str) -> Any:
    """The tensor of that name. Raises UsageError for what is none."""
    value = lookup_value(name, namespace)
    kind = kind_of(value, learner_module)
    if kind is Kind.TENSOR:
        return value
    if kind is Kind.MODULE:
        raise UsageError(
            gettext(
                "{name} is a module, and {command} is about a tensor: give what {name} computes a name, such as "
                "out = {name}(x), and try {command} out.",
                name=name,
                command=command,
            )
        )
    raise UsageError(
        gettext(
            "{command} is about one tensor, and {name} is of type {type}.",
            command=command,
            name=name,
            type=type_name(value),
        )
    )


def with_written(graph: AutogradGraph, names: LearnersNames, record: Record) -> AutogradGraph:
    """A small graph with what the learner wrote for its operations."""
    if len(graph.nodes) > _MOST_WRITTEN:
        return graph
    sources = {}
    for name, tensor in names.named_results():
        made = record.maker(tensor)
        if made is not None and made[1].name == name:
            sources[name] = made[0].source
    return with_source(graph, sources)


def no_graph_text(name: str) -> str:
    """Why there is nothing to show."""
    return gettext(
        "There is no graph behind {name}: nothing that it was computed from requires grad, or the graph was cut off, "
        "by torch.no_grad() or detach() for example.",
        name=name,
    )


def _write_pictures(asked: GraphRequest, graph: AutogradGraph) -> None:
    if asked.svg:
        from ptrepl.screen.figures.graphs.svg import graph_svg

        _write(asked.svg, graph_svg(asked.name, graph))
    if asked.dot:
        from ptrepl.screen.figures.graphs.dot import graph_dot

        _write(asked.dot, graph_dot(asked.name, graph))


def _write(path: str, text: str) -> None:
    try:
        with open(os.path.expanduser(path), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(gettext("{path} cannot be written: {reason}.", path=path, reason=reason)) from None
