"""A function or a ``forward`` of the learner's whose ``squeeze()`` took the batch dim of a batch of one as well."""

from __future__ import annotations

import ast
import types
from collections.abc import Sequence
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, mro
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.locate import file_source
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.function_body import argument
from ptrepl.explain.standins.read_code import function_tree, value_inside
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import gettext

_MOST_LINES = 20


def squeezed_in(case: Case, node: ast.expr) -> Finding | None:
    """What to say of a tensor that a function or a network of the learner's gave without its batch dim; or None.

    ``def scores(x): return head(x).squeeze()`` gives (5,) in place of (1, 5) for a batch of one.
    """
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    call, source = (made.value, made.source) if made is not None else (node, case.site.source)
    if not isinstance(call, ast.Call) or call.keywords or not call.args:
        return None
    batch = next((each for each in call.args if (case.shape(each) or ())[:1] == (1,)), None)
    found = _function(case, case.real(call.func))
    if batch is None or found is None:
        return None
    function, first = found
    try:
        tree = function_tree(function)
    except Unknown:
        return None
    held = file_source(function.__code__.co_filename)
    squeezes = [
        (each, line) for line in getattr(tree, "body", ()) for each in ast.walk(line) if _base(each) is not None
    ]
    if held is None or len(squeezes) != 1 or not isinstance(tree, ast.FunctionDef):
        return None
    squeeze, line = squeezes[0]
    base = _base(squeeze)
    assert isinstance(squeeze, ast.Call)
    assert base is not None
    shape = _shape_inside(case, function, [*first, *call.args], line, base)
    if shape is None or shape.count(1) < 1:
        return None
    after = _kept(held.text, tree, base, shape)
    if after is None:
        return None
    where = tree.name if not first else f"{type(first[0]).__name__}.{tree.name}"
    text = gettext(
        "{squeeze} in {function} drops every dim of size 1, also the batch dim: {input} is {shape}, a batch of one. "
        "{code} keeps it.",
        squeeze=in_one_line(held.text, squeeze),
        function=where,
        input=in_one_line(source, batch),
        shape=shape_text(case.shape(batch) or ()),
        code=in_a_sentence(after),
    )
    return Finding(text, _defined(case, held.text, tree, squeeze, after, first))


def _function(case: Case, called: Any) -> tuple[types.FunctionType, list[Any]] | None:
    """The learner's function that a call runs, and what it gets before the arguments: the network itself."""
    first: list[Any] = []
    if kind_of(called) is Kind.MODULE:
        first = [called]
        held = (class_dict(base) for base in mro(type(called)))
        called = next((each["forward"] for each in held if "forward" in each), None)
    is_learners = isinstance(called, types.FunctionType) and case.learner_files(called.__code__.co_filename)
    return (called, first) if is_learners else None


def _base(node: ast.AST) -> ast.expr | None:
    """``x`` of ``x.squeeze()`` and of ``torch.squeeze(x)``."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr="squeeze"), args=[base], keywords=[]):
            return base
        case ast.Call(func=ast.Attribute(value=base, attr="squeeze"), args=[], keywords=[]):
            return base
    return None


def _shape_inside(
    case: Case, function: types.FunctionType, given: Sequence[Any], line: ast.stmt, base: ast.expr
) -> tuple[int, ...] | None:
    evaluator = Evaluator(case.scope, StandIns(one_device=True))
    try:
        args = [argument(evaluator, each) if isinstance(each, ast.expr) else each for each in given]
        value = value_inside(evaluator, function, args, line, base)
    except (Unknown, Failed):
        return None
    return tuple(value.shape) if is_tensor_class(type(value)) else None


def _kept(source: str, tree: ast.FunctionDef, base: ast.expr, shape: tuple[int, ...]) -> str | None:
    """The squeeze that leaves the batch dim: of the last state of an RNN dim 1, else dim 0; None if it is no batch."""
    if len(shape) == 3 and shape[:2] == (1, 1) and isinstance(base, ast.Name) and _is_state(tree, base.id):
        return postfix(source, base, ".squeeze(0)")
    if shape[0] != 1:
        return None
    singles = [dim for dim, size in enumerate(shape) if dim and size == 1]
    if not singles:
        return segment(source, base)
    return postfix(source, base, f".squeeze({singles[0] if len(singles) == 1 else tuple(singles)})")


def _is_state(tree: ast.FunctionDef, name: str) -> bool:
    """Whether ``_, h = self.gru(x)`` or ``_, (h, c) = self.lstm(x)`` gave the name."""
    for each in ast.walk(tree):
        match each:
            case ast.Assign(targets=[ast.Tuple(elts=[_, second])], value=ast.Call()):
                if any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(second)):
                    return True
    return False


def _defined(
    case: Case, source: str, tree: ast.FunctionDef, squeeze: ast.Call, after: str, first: list[Any]
) -> tuple[Fix, ...]:
    """The class or the function with ``after`` in place of the squeeze."""
    if not first:
        plain = not tree.decorator_list and not tree.col_offset and not tree.args.defaults
        code = spliced(source, tree, {squeeze: after})
        return (Fix(code, gettext("then call it again")),) if plain and code.count("\n") < _MOST_LINES else ()
    text = class_text(case, type(first[0]))
    place = squeeze.lineno, squeeze.col_offset, squeeze.end_col_offset
    for each in ast.walk(text.node) if text is not None and text.source == source else ():
        if isinstance(each, ast.Call) and (each.lineno, each.col_offset, each.end_col_offset) == place:
            return text.anew({each: after}) if text is not None else ()
    return ()
