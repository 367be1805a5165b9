"""``%who``: the names of the session, tensors first, as a table."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ptrepl.engine.outcome import Summary
from ptrepl.engine.watch.compare.sharing import Neighbours
from ptrepl.engine.watch.facts import TensorFacts, Unreadable, attempt, base_attribute, torch_functions_off
from ptrepl.engine.watch.kinds import mro, type_name
from ptrepl.engine.watch.memory import Extent
from ptrepl.engine.watch.notes import Note, RequiresGrad
from ptrepl.engine.watch.snapshot import Snapshot, take
from ptrepl.engine.watch.targets import Name
from ptrepl.errors import UsageError
from ptrepl.screen.line import Line
from ptrepl.screen.names import shown_name
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import GUTTER, Piece, columns, wrap
from ptrepl.screen.xray import change_lines, note_pieces
from ptrepl.shell.context import ShellContext
from ptrepl.shell.interrupts import interruptible
from ptrepl.texts.messages import gettext, ngettext

MOST_ROWS = 100
_FACTS = ("shape", "dtype", "device")


@dataclass(frozen=True, slots=True)
class TensorRow:
    """One named tensor. ``size``: bytes, None if they cannot be known."""

    name: str
    facts: TensorFacts
    size: int | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What a namespace holds, each part sorted by name. Holds none of the learner's objects."""

    tensors: tuple[TensorRow, ...] = ()
    total: int = 0
    """Bytes of all the tensors."""
    more_tensors: int = 0
    """Tensors beyond the first ``MOST_ROWS``."""
    holders: tuple[Summary, ...] = ()
    """Containers of tensors, modules, optimizers, DataLoaders."""
    shared: int = 0
    """Bytes that the tensors have twice or more often, since they share memory."""
    others: tuple[tuple[str, str], ...] = ()
    """(name, type) of everything else but modules."""
    modules: tuple[str, ...] = ()


def who(context: ShellContext, arguments: str) -> None:
    """``%who [-b] [PATTERN]``: ``-b`` sorts the tensors by bytes, the biggest first."""
    words = arguments.split()
    patterns = [word for word in words if word != "-b"]
    if len(patterns) > 1 or (patterns and patterns[0].startswith("-")):
        raise UsageError(gettext("%who takes one pattern, such as w*, and -b, which sorts by bytes."))
    with interruptible():
        context.session.ready()
    session = context.session
    found = names_of(session.namespace, session.module_name, *patterns, by_bytes="-b" in words)
    none = (
        gettext("No name matches {pattern}.", pattern=patterns[0]) if patterns else gettext("There are no names yet.")
    )
    context.printer.lines(who_lines(found, context.printer.width) or told(none, context.printer.width))


def names_of(namespace: Mapping[str, Any], learner_module: str, pattern: str = "*", *, by_bytes: bool = False) -> Names:
    """The names in ``namespace`` that match the shell pattern ``pattern``, but those that Python put there."""
    values = {name: value for name, value in list(namespace.items()) if type(name) is str and name[:2] != "__"}
    now = take(values, Snapshot(), learner_module)
    neighbours = Neighbours(now, values)
    wanted = sorted((name for name in values if fnmatchcase(name, pattern)), key=lambda name: (name.casefold(), name))
    tensors = [name for name in wanted if name in now.names]
    holders = [(name, now.holders[name]) for name in wanted if name in now.holders]
    telling = [(name, holder) for name, holder in holders if holder.roles]
    plain = [name for name in wanted if name not in now.names and name not in dict(telling)]
    sizes = {name: _size(values[name]) for name in tensors}
    if by_bytes:
        tensors.sort(key=lambda name: -(sizes[name] or 0))
    return Names(
        tensors=tuple(_row(name, sizes[name], now, neighbours) for name in tensors[:MOST_ROWS]),
        total=sum(size for size in sizes.values() if size is not None),
        shared=_shared(now.tensors[now.names[name]].extent for name in tensors),
        more_tensors=max(len(tensors) - MOST_ROWS, 0),
        holders=tuple(
            Summary(Name(name), holder.type_name, holder.kind, holder.counts, holder.settings)
            for name, holder in telling
        ),
        others=tuple((name, type_name(values[name])) for name in plain if not _is_module(values[name])),
        modules=tuple(name for name in plain if _is_module(values[name])),
    )


def _is_module(value: Any) -> bool:
    return types.ModuleType in mro(type(value))


def _size(tensor: Any) -> int | None:
    with torch_functions_off():
        size = attempt(lambda: int(base_attribute("numel")(tensor) * base_attribute("element_size")(tensor)))
    return None if isinstance(size, Unreadable) else size


def _shared(extents: Iterable[Extent | None]) -> int:
    """Bytes that more than one extent covers, each counted as often as it is covered again."""
    dense = sorted((each.space, each.start, each.end) for each in extents if each is not None and each.dense)
    shared, space, reached = 0, "", 0
    for where, start, end in dense:
        if where != space:
            space, reached = where, start
        shared += max(min(reached, end) - start, 0)
        reached = max(reached, end)
    return shared


def _row(name: str, size: int | None, now: Snapshot, neighbours: Neighbours) -> TensorRow:
    key = now.names[name]
    seen = now.tensors[key]
    graded = (RequiresGrad(),) if seen.facts.requires_grad is True else ()
    return TensorRow(name, seen.facts, size, (*graded, *neighbours.notes(Name(name), key, seen)))


def who_lines(found: Names, width: int | None = None) -> list[Line]:
    """The table, then the other names. ``width``: columns of the terminal, None to wrap nothing."""
    lines = _table(found.tensors, width)
    if len(found.tensors) > 1:
        size = ngettext("{count:,} byte", "{count:,} bytes", found.total)
        total: list[Piece] = [(("dim", gettext("total")),), (("value", size),)]
        if found.shared:
            note = gettext("{size:,} of them shared", size=found.shared)
            total.append((("note", f"· {note}"),))
        lines += wrap(total, width)
    if found.more_tensors:
        more = gettext("… and {count} more; %who a* shows those that begin with a", count=found.more_tensors)
        lines.append((("gutter", GUTTER), ("dim", more)))
    lines += [line for holder in found.holders for line in change_lines([holder], width)]
    if found.others:
        others = [f"{shown_name(name)} ({shown_name(kind)})" for name, kind in found.others]
        lines += _listed(gettext("other names:"), others, width)
    if found.modules:
        lines += _listed(gettext("modules:"), map(shown_name, found.modules), width)
    return lines


def _table(rows: Iterable[TensorRow], width: int | None) -> list[Line]:
    headings = (gettext("name"), *_FACTS, gettext("bytes"))
    table: list[tuple[tuple[str, ...], tuple[Note, ...]]] = [(headings, ())]
    table += [(_cells(row), row.notes) for row in rows]
    if len(table) == 1:
        return []
    widths = [max(columns(cells[place]) for cells, _ in table) for place in range(len(headings))]
    lines: list[Line] = []
    for number, (cells, notes) in enumerate(table):
        styles = ("dim",) * len(cells) if number == 0 else ("name", "value", "value", "value", "value")
        padded = [
            _pad(cell, size, right=place == 4) for place, (cell, size) in enumerate(zip(cells, widths, strict=True))
        ]
        pieces = [((style, text),) for style, text in zip(styles, padded, strict=True)]
        lines += wrap([*pieces, *note_pieces(notes)], width)
    return lines


def _cells(row: TensorRow) -> tuple[str, ...]:
    size = "n/a" if row.size is None else f"{row.size:,}"
    return (shown_name(row.name), *map(row.facts.text, _FACTS), size)


def _pad(text: str, size: int, *, right: bool) -> str:
    gap = " " * (size - columns(text))
    return gap + text if right else text + gap


def _listed(heading: str, names: Iterable[str], width: int | None) -> list[Line]:
    return wrap([(("dim", heading),), (("value", ", ".join(names)),)], width)
