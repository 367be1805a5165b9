"""``a @ b`` → its operands, its result, and where each element of the result comes from."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ptrepl.engine.layouts.calls import Refused, TorchCall
from ptrepl.engine.layouts.expression import ExpressionReader, NotShown, Obstacle, is_making
from ptrepl.engine.layouts.functions import EFFECTS, ElementEffect
from ptrepl.engine.layouts.scheme import Scheme, scheme_of
from ptrepl.engine.layouts.sources import Source, Sources, results_of, sources_of, terms_of
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import is_one

MOST_DRAWN = 64
"""Elements of a tensor that are followed one by one."""
_MOST_STAGES = 6
_WITH_INDICES = frozenset("sort topk max min median nanmedian cummax cummin".split())

ElementValue = float | int | bool | complex


@dataclass(frozen=True, slots=True)
class ShownTensor:
    """``code``: what was written for it; ``values``: row by row, None where there are too many of them."""

    code: str
    shape: tuple[int, ...]
    dtype: str
    values: tuple[ElementValue, ...] | None = None
    moves: bool = True
    """False for one that says where elements go, as an index or a mask does."""


@dataclass(frozen=True, slots=True)
class ShownResult:
    """A tensor that a step gave, and the sources of its elements."""

    tensor: ShownTensor
    sources: Sources = ()


@dataclass(frozen=True, slots=True)
class ElementLayout:
    """What an expression does with the elements of its operands."""

    effect: ElementEffect
    name: str
    """Of the function that it ends in."""
    sign: str
    operands: tuple[ShownTensor, ...]
    results: tuple[ShownResult, ...]
    stages: tuple[ShownResult, ...] = ()
    """What came between, where several moves follow each other: of ``x.T.flatten()``, ``x.T``."""
    chosen: int | None = None
    """The element of the first result that was asked about, row by row."""
    terms: tuple[tuple[Source, ...], ...] = ()
    """Of a product: the factors of each product whose sum the chosen element is, or the first one if none is chosen."""
    scheme: Scheme | None = None
    """For tensors of more elements: their dims."""

    @property
    def asked(self) -> int | None:
        """The element to tell of: the chosen one, or of a product the first as an example."""
        if self.chosen is None and self.effect is ElementEffect.PRODUCT and self.results[0].sources:
            return 0
        return self.chosen


@dataclass(frozen=True, slots=True)
class RefusedLayout:
    """torch raised ``error`` for these operands."""

    error: Exception
    operands: tuple[ShownTensor, ...] = ()
    sign: str = ""
    scheme: Scheme | None = None
    copies: dict[str, Any] = field(default_factory=dict)
    """Copies of what the expression names, to run it on; {} where that is not possible, or too much work."""


def expression_tree(text: str) -> ast.expr:
    """The tree of an expression. Raises NotShown."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise NotShown(Obstacle.NOT_CODE, text.strip()) from None


def read_layout(
    tree: ast.expr, find: Callable[[ast.expr], Any], chosen: Sequence[int] | None = None
) -> ElementLayout | RefusedLayout:
    """What the expression does. ``find``: the object that a path of names has; it may raise what is let through.

    ``chosen``: the index of an element of the result. Nothing of the learner's is called, changed or kept. Raises
    NotShown. Draws random numbers where the expression does.
    """
    torch = sys.modules["torch"]
    with torch.no_grad(), torch._C.DisableTorchFunction():
        reader = ExpressionReader(find)
        try:
            call = reader.call(tree)
            if is_making(call) or not call.operands:
                raise NotShown(Obstacle.NO_TENSOR, ast.unparse(tree))
            result = call.result()
        except RecursionError:
            raise NotShown(Obstacle.UNKNOWN_SYNTAX, ast.unparse(tree)) from None
        except Refused as refused:
            at = refused.call
            costly = reader.has_costly or (at is not None and at.is_costly)
            copies = {} if costly else _names_in(tree, find)
            if at is None or not at.operands:
                return RefusedLayout(refused.error, copies=copies)
            operands = tuple(map(_shown_operand, at.operands))
            scheme = scheme_of(at) if at.name in EFFECTS else None
            return RefusedLayout(refused.error, operands, at.sign, scheme, copies)
        return _layout(reader, call, tree, results_of(call, result), chosen)


def _layout(
    reader: ExpressionReader, call: TorchCall, tree: ast.expr, results: list[Any], chosen: Sequence[int] | None
) -> ElementLayout:
    code = ast.unparse(tree)
    codes = [code]
    if call.name in _WITH_INDICES and len(results) == 2:
        codes = [f"{code}.values", f"{code}.indices"]
    elif len(results) > 1:
        codes = [f"{code}[{number}]" for number in range(len(results))]
    shown = [_shown(each, text) for each, text in zip(results, codes, strict=True)]
    operands = tuple(map(_shown_operand, call.operands))
    element = None if chosen is None else _flat(chosen, shown[0])
    if any(each.values is None for each in (*operands, *shown)):
        if chosen is not None:
            raise NotShown(Obstacle.TOO_LARGE, str(MOST_DRAWN))
        plain = tuple(ShownResult(each) for each in shown)
        return ElementLayout(call.effect, call.name, call.sign, operands, plain, scheme=scheme_of(call, results))
    sources = sources_of(call, results)
    stages: list[ShownResult] = []
    terms: tuple[tuple[Source, ...], ...] = ()
    if call.effect is ElementEffect.PRODUCT and results[0].numel():
        terms = terms_of(call, sources[0][element or 0], element or 0)
    if call.effect is ElementEffect.MOVE:
        first, stages = _stages(reader, call)
        if stages:
            operands = (
                _shown_operand(first.operands[first.moving()[0]]),
                *(each for each in operands if not each.moves),
            )
            before = stages[-1].sources
            sources = [_through(each, before) for each in sources]
    pairs = zip(shown, sources, strict=True)
    found = tuple(ShownResult(each, came) for each, came in pairs)
    return ElementLayout(call.effect, call.name, call.sign, operands, found, tuple(stages), element, terms)


def _stages(reader: ExpressionReader, call: TorchCall) -> tuple[TorchCall, list[ShownResult]]:
    """The first of the moves that end in ``call``, and what each but the last gave: they follow one tensor."""
    calls = [call]
    while len(calls) <= _MOST_STAGES:
        last = calls[-1]
        if last.moving() != [0]:
            break
        node = reader.node_of(last.operands[0].tensor)
        try:
            before = None if node is None else reader.call(node)
        except NotShown:
            break
        if before is None or is_making(before) or before.effect is not ElementEffect.MOVE or len(before.operands) != 1:
            break
        calls.append(before)
    stages: list[ShownResult] = []
    for number in range(len(calls) - 1, 0, -1):
        result = calls[number - 1].operands[0].tensor
        shown = _shown(result, calls[number - 1].operands[0].code)
        if shown.values is None or any(each.tensor.numel() > MOST_DRAWN for each in calls[number].operands):
            return call, []
        [sources] = sources_of(calls[number], [result])
        stages.append(ShownResult(shown, _through(sources, stages[-1].sources) if stages else sources))
    return calls[-1], stages


def _through(sources: Sources, before: Sources) -> Sources:
    """Sources in what came before → sources in what that came from."""
    return tuple(tuple(root for _, place in each for root in before[place]) for each in sources)


def _shown_operand(operand: Any) -> ShownTensor:
    return _shown(operand.tensor, operand.code, moves=operand.moves)


def _shown(tensor: Any, code: str, *, moves: bool = True) -> ShownTensor:
    values = None
    if tensor.numel() <= MOST_DRAWN and not tensor.is_meta:
        values = tuple(tensor.reshape(-1).tolist())
    return ShownTensor(code, tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."), values, moves)


def _flat(chosen: Sequence[int], tensor: ShownTensor) -> int:
    """An index → the place row by row. Raises NotShown where there is no such element."""
    if len(chosen) != len(tensor.shape) or any(
        not -size <= at < size for at, size in zip(chosen, tensor.shape, strict=False)
    ):
        raise NotShown(Obstacle.NO_ELEMENT, f"{[*chosen]}", shape_text(tensor.shape))
    place = 0
    for at, size in zip(chosen, tensor.shape, strict=True):
        place = place * size + at % size
    return place


def _names_in(tree: ast.expr, find: Callable[[ast.expr], Any]) -> dict[str, Any]:
    """Copies of what the expression names, under the same names; {} where one of them is no tensor and not plain."""
    reader, found = ExpressionReader(find), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in found:
            real = find(node)
            if is_one(type(real), (types.ModuleType, types.BuiltinFunctionType, types.FunctionType, type)):
                found[node.id] = real
                continue
            try:
                found[node.id] = reader.value(node)
            except NotShown:
                return {}
    return found


def needs_brackets(code: str) -> bool:
    """Whether an index behind ``code`` would be of a part of it: ``a + b[0]``."""
    try:
        tree = ast.parse(code, mode="eval").body
    except (SyntaxError, ValueError):
        return True
    return not isinstance(tree, (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.List, ast.Tuple))
