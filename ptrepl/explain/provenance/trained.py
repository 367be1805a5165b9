"""Whether what failed is on the way to a loss: in the forward pass of a module, or before a backward pass."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.locate import frames_of


def is_trained(case: Case) -> bool:
    """Whether autograd has to record the failing line: without its graph nothing before it could be trained.

    False where the line only keeps a value aside: ``self.attention = weights.numpy()``, ``kept.append(…)``.
    """
    line = case.site.line
    match line:
        case ast.Expr() | ast.Assign(targets=[ast.Attribute()]):
            return False
    for each in frames_of(case.error.__traceback__):
        frame = each.tb_frame
        if frame.f_code.co_name == "forward" and kind_of(frame.f_locals.get("self")) is Kind.MODULE:
            return True
    inner = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), case.site.statement)
    after = (each for each in ast.walk(inner) if getattr(each, "lineno", 0) > line.lineno)
    bound = {each.id for each in ast.walk(line) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return any(_goes_back(each, bound) for each in after) or (bound == {"loss"} and not _sums_up(line))


def _sums_up(line: ast.stmt) -> bool:
    """``loss = np.mean(losses)``: what earlier losses were, which is only shown."""
    return any(name != "loss" and "loss" in name.casefold() for name in names_within(line))


def _goes_back(node: ast.AST, bound: set[str]) -> bool:
    """``loss.backward()`` of a name in ``bound``, or of something computed from it."""
    match node:
        case ast.Call(func=ast.Attribute(attr="backward", value=base)):
            return bool(bound & names_within(base))
    return False
