"""What moved where → lines: operands and results as grids, each element with its letter or number and its colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ptrepl.engine.layouts.functions import ElementEffect
from ptrepl.engine.layouts.layout import ElementLayout, ShownResult, ShownTensor
from ptrepl.engine.layouts.sources import Source
from ptrepl.engine.watch.facts import shape_text
from ptrepl.screen.figures.layouts.grid import Cell, CellMark, GridBlock, flow, titled
from ptrepl.screen.figures.layouts.labels import Labels, value_text
from ptrepl.screen.figures.layouts.scheme import scheme_lines
from ptrepl.screen.figures.layouts.words import remark_lines, told_lines, with_names
from ptrepl.screen.line import Line
from ptrepl.texts.messages import gettext

_CONSTANT = "·"
_DIGITS, _FEWER_DIGITS = 3, 2


def layout_lines(code: str, layout: ElementLayout, width: int | None, *, drawn: bool = True) -> list[Line]:
    """``drawn`` False: in words. ``width``: columns, None for 80. ``code``: the expression."""
    if layout.scheme is not None:
        return scheme_lines(layout, width, drawn=drawn)
    if not drawn:
        return told_lines(code, layout, width)
    room = 80 if width is None else width
    labels = Labels(layout)
    blocks = _Drawing(layout, labels, room, _DIGITS).blocks()
    if not all(each.is_whole for each in blocks):
        # in the result of a broadcast, an element stands where its sources do
        labels.shown = labels.shown and layout.effect is not ElementEffect.ELEMENTWISE
        blocks = _Drawing(layout, labels, room, _FEWER_DIGITS).blocks()
    return [*flow(blocks, room), *remark_lines(code, layout, labels, width)]


class _Drawing:
    """The grids of one layout. ``digits``: significant ones of a value; ``width``: columns."""

    def __init__(self, layout: ElementLayout, labels: Labels, width: int, digits: int) -> None:
        self._layout, self._labels, self._width, self._digits = layout, labels, width, digits
        asked = layout.asked
        self._asked = None if asked is None else frozenset(layout.results[0].sources[asked])
        """The sources of the element that is told of; None where none is."""

    def blocks(self) -> list[GridBlock]:
        layout = self._layout
        # a name stands before what was written only where something is said of it below
        spoken = self._labels.shown or layout.asked is not None or layout.effect is ElementEffect.ELEMENTWISE
        names = [each.code for each in (with_names(layout) if spoken else layout).operands]
        blocks = []
        for place, (operand, name) in enumerate(zip(layout.operands, names, strict=True)):
            sign = layout.sign if place else ""
            before = f"{sign} {name} =" if name != operand.code else sign
            if layout.effect is ElementEffect.ELEMENTWISE and operand.moves:
                cells, shape = self._stretched_cells(place), layout.results[0].tensor.shape
            else:
                cells, shape = self._operand_cells(place), operand.shape
            blocks.append(self._block(operand, cells, before.strip(), shape))
        last = layout.operands[0].code
        for stage in layout.stages:
            blocks.append(self._block(_step(stage.tensor, last), self._result_cells(stage, None), "→"))
            last = stage.tensor.code
        for number, result in enumerate(layout.results):
            shown = _step(result.tensor, last) if layout.stages else result.tensor
            cells = self._result_cells(result, layout.asked if not number else None)
            blocks.append(self._block(shown, cells, "=" if layout.sign else "→"))
        return blocks

    def _block(
        self, tensor: ShownTensor, cells: Sequence[Cell], before: str, shape: tuple[int, ...] | None = None
    ) -> GridBlock:
        before = f"{before} " if before else ""
        facts = shape_text(tensor.shape)
        if shape is not None and shape != tensor.shape:
            facts = gettext("{shape} stretched to {wide}", shape=facts, wide=shape_text(shape))
        title: Line = (("", before), ("name", tensor.code), ("dim", f"  {facts}"))
        code = before + tensor.code
        return titled(title, code, shape or tensor.shape, cells, self._width, gettext("no elements"))

    def _operand_cells(self, place: int) -> list[Cell]:
        operand = self._layout.operands[place]
        texts = [value_text(value, self._digits) for value in operand.values or ()]
        if not operand.moves:
            return [Cell((), ("", text)) for text in texts]
        return [self._element((place, at), text, self._asked) for at, text in enumerate(texts)]

    def _stretched_cells(self, place: int) -> list[Cell]:
        """An operand in the shape of the result: what broadcasting adds is dim, and in parentheses."""
        values = self._layout.operands[place].values or ()
        seen: set[Source] = set()
        cells = []
        for at, sources in enumerate(self._layout.results[0].sources):
            [source] = [each for each in sources if each[0] == place]
            asked = None
            if self._layout.chosen is not None:
                asked = frozenset({source} if at == self._layout.chosen else ())
            text = value_text(values[source[1]], self._digits)
            cells.append(self._element(source, text, asked, is_copy=source in seen))
            seen.add(source)
        return cells

    def _element(self, source: Source, text: str, asked: frozenset[Source] | None, *, is_copy: bool = False) -> Cell:
        """An element of an operand, or of a result that it was moved to. ``asked``: those that stand in brackets."""
        unasked = asked is not None and source not in asked
        style = "dim" if is_copy or (unasked and self._layout.chosen is not None) else self._labels.hue(source)
        mark = CellMark.CHOSEN if asked is not None and not unasked else CellMark.COPY if is_copy else CellMark.NONE
        if not self._labels.shown:
            return Cell((), (style, text), mark)
        return Cell(((style, self._labels.letter(source)),), ("dim" if style == "dim" else "", text), mark)

    def _result_cells(self, result: ShownResult, asked: int | None) -> list[Cell]:
        """``asked``: the element that is told of."""
        is_move = self._layout.effect is ElementEffect.MOVE
        cells = []
        for at, value in enumerate(result.tensor.values or ()):
            text, sources = value_text(value, self._digits), result.sources[at]
            if is_move and sources:
                own = self._asked if asked is None else frozenset(sources if at == asked else ())
                cells.append(self._element(sources[0], text, own))
                continue
            style = "dim" if is_move or (self._layout.chosen is not None and at != asked) else ""
            mark = CellMark.CHOSEN if at == asked else CellMark.NONE
            label: Line = (("dim", _CONSTANT),) if is_move else self._made_of(sources, style)
            cells.append(Cell(label, (style, text), mark))
        return cells

    def _made_of(self, sources: Sequence[Source], style: str) -> Line:
        """The letters of the elements that one of the result was computed from."""
        labels = self._labels
        if not labels.shown or not sources:
            return ()
        if labels.are_joined(sources):
            return tuple((style or labels.hue(each), labels.letter(each)) for each in sources)
        return ((style, labels.joined(sources)),)


def _step(tensor: ShownTensor, before: str) -> ShownTensor:
    """Of ``x.T.flatten()`` behind ``x.T``: ``.flatten()``."""
    own = tensor.code.removeprefix(before)
    return replace(tensor, code=own) if own[:1] in (".", "[") else tensor
