"""An autograd graph → a tree in lines: the result first, below each operation what it was computed from."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ptrepl.engine.graphs.graph import AutogradGraph, GraphNode, Operand
from ptrepl.engine.graphs.nodes import SavedState
from ptrepl.screen.figures.graphs.kept import kept_pieces
from ptrepl.screen.figures.graphs.order import ColumnPlace, column_of
from ptrepl.screen.figures.graphs.words import (
    counted_text,
    named,
    node_notes,
    node_pieces,
    shape_of,
)
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.names import shown_name
from ptrepl.screen.paragraphs import told
from ptrepl.screen.units import bytes_text
from ptrepl.screen.wrap import Piece, line_width, slices
from ptrepl.texts.messages import gettext, ngettext

_DEEPEST, _MOST_NESTED = 10, 60
"""Levels and lines up to which each operand stands indented below its operation; larger graphs stand in columns."""
_MOST_PERIOD, _FEWEST_REPEATS = 60, 4
_MOST_LINES = 600
_MOST_LEAVES = 40


@dataclass(frozen=True, slots=True)
class _Look:
    """How the tree looks: with lines in front, or with spaces alone for a screen reader and a pipe."""

    width: int | None
    drawn: bool

    @property
    def branch(self) -> str:
        return "├─ " if self.drawn else "  "

    @property
    def last_branch(self) -> str:
        return "└─ " if self.drawn else "  "

    @property
    def rail(self) -> str:
        return "│  " if self.drawn else "  "

    @property
    def no_rail(self) -> str:
        return "   " if self.drawn else "  "

    @property
    def goes_on(self) -> str:
        return "↑ " if self.drawn else "  "


def graph_lines(
    label: str, graph: AutogradGraph, width: int | None = None, *, drawn: bool = True, with_kept: bool = False
) -> list[Line]:
    """``label``: what the learner calls the tensor. ``with_kept``: also what each node keeps for the backward pass."""
    look = _Look(width, drawn)
    if fits_as_tree(graph):
        lines = [line for row in _nested(label, graph, look, with_kept) for line in row]
    else:
        lines = _Columns(label, graph, look, with_kept).lines()
        lines += told(_how_to_read(drawn=drawn), width, "dim")
    return [*lines, *_said_below(graph, width, with_kept)]


def _how_to_read(*, drawn: bool) -> str:
    if drawn:
        return gettext(
            "Behind ↑ stands what the operation above was computed from, behind ├─ what else; #1 is the line marked #1."
        )
    return gettext("Each operation stands above what it was computed from; #1 is the line marked #1.")


def fits_as_tree(graph: AutogradGraph) -> bool:
    """Whether every operand can stand indented below its operation."""
    if len(graph.nodes) > _MOST_NESTED or graph.left_out:
        return False
    pending, rows = [(0, 0)], 0
    expanded: set[int] = set()
    while pending:
        place, depth = pending.pop()
        rows += 1
        if depth > _DEEPEST or rows > _MOST_NESTED:
            return False
        if place not in expanded:
            expanded.add(place)
            pending += [(each.node, depth + 1) for each in graph.nodes[place].inputs if each and each.node is not None]
    return True


def _nested(label: str, graph: AutogradGraph, look: _Look, with_kept: bool) -> Iterator[list[Line]]:
    shared = _numbers_of_shared(graph)
    shown: set[int] = set()
    pending: list[tuple[Operand, str, str, str]] = [(Operand(0, graph.output), label, "", "")]
    while pending:
        operand, name, before, below = pending.pop()
        assert operand.node is not None  # a small graph is whole
        node = graph.nodes[operand.node]
        number = shared.get(operand.node, 0)
        if operand.node in shown:
            as_above = gettext("as above")
            above: Piece = (("note", f"· {as_above}"),)
            yield _row(before, below, [*node_pieces(node, operand.output, number=number), above], look)
            continue
        shown.add(operand.node)
        inputs = [each for each in node.inputs if each is not None]
        rest = below + (look.rail if inputs else look.no_rail)
        pieces = [*node_pieces(node, operand.output, name, number), *node_notes(node)]
        yield [*_row(before, rest, pieces, look), *_kept_rows(graph, operand.node, rest, look, with_kept)]
        for place in range(len(inputs) - 1, -1, -1):
            last = place == len(inputs) - 1
            mark, rail = (look.last_branch, look.no_rail) if last else (look.branch, look.rail)
            pending.append((inputs[place], "", below + mark, below + rail))


def _numbers_of_shared(graph: AutogradGraph) -> dict[int, int]:
    """Nodes without a name to which more than one line leads, numbered: ``#1`` is how the others refer to it."""
    users: dict[int, int] = {}
    for node in graph.nodes:
        for each in node.inputs:
            if each is not None and each.node is not None:
                users[each.node] = users.get(each.node, 0) + 1
    several = [place for place, count in sorted(users.items()) if count > 1 and not graph.nodes[place].names]
    return {place: number for number, place in enumerate(several, 1)}


def _kept_rows(graph: AutogradGraph, place: int, before: str, look: _Look, with_kept: bool) -> list[Line]:
    if not with_kept:
        return []
    return [line for piece in kept_pieces(graph, place) for line in _row(before, before, [piece], look)]


def _row(before: str, below: str, pieces: Sequence[Piece], look: _Look) -> list[Line]:
    """One node, in as many lines as it needs; ``below`` stands in front of all but the first."""
    room = look.width
    if room is not None:  # where the terminal is narrow, half of a line at most is indented
        before, below = before[: room // 2], below[: room // 2 - 2]
    rows: list[list[tuple[str, str]]] = [[("gutter", before)] if before else []]
    used, empty = len(before), True
    for piece in pieces:
        size = line_width(piece)
        gap = 0 if empty else 1 if piece[0][0] == "note" and rows[-1][-1][0] == "note" else 2
        if room is not None and not empty and used + gap + size > room:
            rows.append([("gutter", f"{below}  ")])
            used, gap = len(below) + 2, 0
        if gap:
            rows[-1].append(("", " " * gap))
        if room is not None and used + gap + size > room:
            style, text = piece[0][0], "".join(part for _, part in piece)
            first, *more = slices(text, max(room - used - gap, 1), max(room - len(below) - 2, 1))
            rows[-1].append((style, text[first]))
            rows += [[("gutter", f"{below}  "), (style, text[each])] for each in more]
            used = line_width(tuple(rows[-1]))
        else:
            rows[-1] += piece
            used += gap + size
        empty = False
    return [tuple(row) for row in rows]


@dataclass(slots=True)
class _Columns:
    """A large graph: a column that goes up to the result, branches beside it; parameters stand with their layer."""

    label: str
    graph: AutogradGraph
    look: _Look
    with_kept: bool
    operations: list[list[int]] = field(init=False)
    """For each node the operations that it was computed from."""
    near: list[list[str]] = field(init=False)
    """The leaves that each operation was given, by name."""
    users: list[int] = field(init=False)
    numbers: dict[int, int] = field(init=False, default_factory=dict)
    follows: dict[int, int] = field(init=False, default_factory=dict)
    signs: dict[int, object] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        nodes = self.graph.nodes
        self.operations, self.near = [[] for _ in nodes], [[] for _ in nodes]
        self.users = [0] * len(nodes)
        for place, node in enumerate(nodes):
            for each in node.inputs:
                if each is None or each.node is None:
                    continue
                leaf = self._leaf_behind(each.node)
                if leaf is None:
                    self.operations[place].append(each.node)
                    self.users[each.node] += 1
                else:
                    self.near[place].append(self._called(*leaf))

    def _leaf_behind(self, place: int) -> tuple[int, str] | None:
        """The leaf that ``place`` is, or is the transpose of."""
        node = self.graph.nodes[place]
        if node.leaf is not None:
            return place, ""
        if node.operation == "t" and len(node.inputs) == 1 and not node.names:
            operand = node.inputs[0]
            if operand is not None and operand.node is not None and self.graph.nodes[operand.node].leaf is not None:
                return operand.node, ".t()"
        return None

    def _called(self, place: int, suffix: str) -> str:
        names = named(self.graph.nodes[place])
        return shown_name(names[0]) + suffix if names else gettext("a leaf without a name")

    def lines(self) -> list[Line]:
        column = column_of([list(dict.fromkeys(each)) for each in self.operations]) if self.graph.nodes else []
        self._note_followers(column)
        found: list[Line] = []
        for line in self._column(column, "", ""):
            if len(found) == _MOST_LINES:
                said = gettext("… and more; %graph --svg FILE and --dot FILE write what does not fit here.")
                found += told(said, self.look.width, "dim")
                break
            found.append(line)
        return [*found, *self._leaves()]

    def _note_followers(self, column: list[ColumnPlace]) -> None:
        pending = [column]
        while pending:
            each = pending.pop()
            for place, after in itertools.pairwise(each):
                self.follows[place.node] = after.node
            pending += [branch for place in each for branch in place.branches]

    def _column(self, column: list[ColumnPlace], first: str, rest: str) -> Iterator[Line]:
        """``first``: in front of the first node, ``rest`` in front of the others."""
        signs = [self._sign(place) for place in column]
        at = 0
        while at < len(column):
            period, times = _repeats(signs, at)
            for place in column[at : at + period]:
                mark = first if place is column[0] else rest + self.look.goes_on
                yield from self._place(place, mark, rest)
            at += period * times
            if times > 1:
                said = ngettext(
                    "… the operation above, {times:,} more times",
                    "… the {count} operations above, {times:,} more times",
                    period,
                    times=times - 1,
                )
                yield from _row(rest + self.look.goes_on, rest, [(("note", said),)], self.look)

    def _place(self, place: ColumnPlace, mark: str, rest: str) -> Iterator[Line]:
        node = self.graph.nodes[place.node]
        label = self.label if place.node == 0 else ""
        number = self._number(place.node) if self.users[place.node] > 1 and not node.names else 0
        pieces = node_pieces(node, self.graph.output if place.node == 0 else 0, label, number)
        beside = self._operands(place)
        if beside:
            pieces.append((("fact", gettext("of {operands}", operands=", ".join(beside))),))
        below = rest + (self.look.rail if place.branches else self.look.no_rail)
        yield from _row(mark, below, [*pieces, *node_notes(node)], self.look)
        yield from _kept_rows(self.graph, place.node, below, self.look, self.with_kept)
        yield from self._branches(place.branches, rest)

    def _branches(self, branches: list[list[ColumnPlace]], rest: str) -> Iterator[Line]:
        signs: list[object] = [tuple(map(self._sign, branch)) for branch in branches]
        at = 0
        while at < len(branches):
            period, times = _repeats(signs, at)
            for branch in branches[at : at + period]:
                yield from self._column(branch, rest + self.look.branch, rest + self.look.rail)
            at += period * times
            if times > 1:
                said = ngettext(
                    "… the branch above, {times:,} more times",
                    "… the {count} branches above, {times:,} more times",
                    period,
                    times=times - 1,
                )
                yield from _row(rest + self.look.branch, rest, [(("note", said),)], self.look)

    def _operands(self, place: ColumnPlace) -> list[str]:
        """The operands that are in no line of their own just below: leaves, and what other lines lead to as well."""
        node = self.graph.nodes[place.node]
        below = {branch[0].node for branch in place.branches}
        follows = self.follows.get(place.node)
        near = self.near[place.node]
        if node.layer is not None and all(name.startswith(f"{node.layer.name}.") for name in near):
            near = []  # the layer says it
        found = list(near)
        for each in dict.fromkeys(self.operations[place.node]):
            if each in below or (each == follows and self.users[each] == 1):
                continue
            names = named(self.graph.nodes[each])
            found.append(shown_name(names[0]) if names else f"#{self._number(each)}")
        return found

    def _number(self, node: int) -> int:
        return self.numbers.setdefault(node, len(self.numbers) + 1)

    def _sign(self, place: ColumnPlace) -> object:
        """Equal for places that would have the same lines."""
        found = self.signs.get(place.node)
        if found is None:
            node = self.graph.nodes[place.node]
            branches = tuple(tuple(map(self._sign, branch)) for branch in place.branches)
            found = (node.class_name, node.shapes, node.names, node.layer, node.state, node.gradient)
            found = (*found, tuple(self.near[place.node]), len(self.operations[place.node]), branches)
            self.signs[place.node] = found
        return found

    def _leaves(self) -> Iterator[Line]:
        leaves = _by_module(self.graph.leaves)
        if not leaves:
            return
        yield text_line(gettext("leaves"), "title")
        for node in leaves[:_MOST_LEAVES]:
            yield from _row(self.look.no_rail, self.look.no_rail, [*_leaf_pieces(node), *node_notes(node)], self.look)
        if len(leaves) > _MOST_LEAVES:
            more = ngettext("… and {count:,} more leaf", "… and {count:,} more leaves", len(leaves) - _MOST_LEAVES)
            yield from told(more, self.look.width, "dim", self.look.no_rail)


def _repeats(signs: Sequence[object], at: int) -> tuple[int, int]:
    """How many places from ``at`` on are repeated, and how often they stand there in all; (1, 1) for no repeat."""
    for period in range(1, min(_MOST_PERIOD, (len(signs) - at) // _FEWEST_REPEATS) + 1):
        if signs[at] != signs[at + period]:
            continue
        end = at + period
        while end < len(signs) and signs[end] == signs[end - period]:
            end += 1
        times = (end - at) // period
        if times >= _FEWEST_REPEATS:
            return period, times
    return 1, 1


def _by_module(leaves: Sequence[GraphNode]) -> list[GraphNode]:
    """Those of one module together, where the first of them stands."""
    groups: dict[str, list[GraphNode]] = {}
    for place, node in enumerate(leaves):
        owner, dot, _ = named(node)[0].rpartition(".") if named(node) else ("", "", "")
        groups.setdefault(owner if dot else f" {place}", []).append(node)
    return [node for group in groups.values() for node in group]


def _leaf_pieces(node: GraphNode) -> list[Piece]:
    names = " = ".join(map(shown_name, named(node))) or gettext("a leaf without a name")
    return [(("name", names),), (("value", shape_of(node)),)]


def _said_below(graph: AutogradGraph, width: int | None, with_kept: bool) -> list[Line]:
    leaves = len(graph.leaves)
    lines = told(counted_text(len(graph.nodes) - leaves, leaves), width, "dim")
    for text in _sentences(graph, with_kept):
        lines += told(text, width, "dim")
    return lines


def _sentences(graph: AutogradGraph, with_kept: bool) -> Iterator[str]:
    if graph.left_out:
        count = f"{graph.left_out:,}+" if graph.left_out_more else f"{graph.left_out:,}"
        yield gettext("{count} nodes that are farther from the result are left out.", count=count)
    if any(each is None for node in graph.nodes for each in node.inputs):
        yield gettext("Inputs that need no gradient are not in the graph, so they are not shown.")
    if graph.freed:
        yield gettext(
            "freed: a backward pass has used what these nodes had saved. To go backward again, compute the result "
            "again, or call backward(retain_graph=True) the first time."
        )
    if with_kept:
        yield _kept_sentence(graph)


def _kept_sentence(graph: AutogradGraph) -> str:
    kept = [
        each for node in graph.nodes for each in node.kept if each.state is SavedState.KEPT and each.size is not None
    ]
    if not kept:
        return gettext("No tensor is saved for the backward pass.")
    sizes: dict[int, int] = {}
    for place, each in enumerate(kept):
        key = each.storage or -place - 1
        sizes[key] = max(sizes.get(key, 0), each.size or 0)
    return ngettext(
        "{count:,} tensor is saved for the backward pass: {size}, shared memory counted once.",
        "{count:,} tensors are saved for the backward pass: {size}, shared memory counted once.",
        len(kept),
        size=bytes_text(sum(sizes.values())),
    )
