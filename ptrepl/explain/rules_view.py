"""Views of a tensor whose elements do not lie in memory in the order of its shape."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.explain.invocation import changed, invocation
from ptrepl.explain.rewrite import postfix
from ptrepl.explain.table import Row, Told
from ptrepl.explain.trial import Candidate, tried

__all__ = ["ROWS"]

_TURNING = frozenset("T mT H mH t permute transpose swapaxes swapdims movedim moveaxis adjoint".split())
_WHY = ".view never copies, so it cannot read them in another order; .reshape copies where it must."


def _not_contiguous(case: Case) -> Told | None:
    call = invocation(case)
    if call is None or call.name not in ("view", "view_as") or not isinstance(call.node.func, ast.Attribute):
        return None
    source, base = case.site.source, call.args[0]  # type: ignore[union-attr]
    text = f"{_what(case, base)} {_WHY}"
    method = ".reshape" if call.name == "view" else ".reshape_as"
    fixes = [
        Candidate(changed(case, {call.node.func: postfix(source, base, method)})),
        Candidate(changed(case, {base: postfix(source, base, ".contiguous()")})),
    ]
    return Told(text, tried(case, fixes))


def _what(case: Case, base: ast.expr) -> str:
    """Which operation left the elements where they were."""
    name = case.called(base, "the tensor")
    turned = _turning(base)
    if turned is not None:
        return f"{case.called(turned, 'An operation before it')} turns a tensor without moving its elements in memory."
    made = None
    if isinstance(base, ast.Name) and case.record is not None and case.real(base) is case.names.get(base.id):
        made = case.record.made(base.id)
    if made is not None:
        try:
            match ast.parse(made[0].source).body:
                case [ast.Assign(value=value) as statement] if _turning(value) is not None:
                    return (
                        f"{name} was made by {ast.unparse(statement)}, which turns a tensor without moving its "
                        f"elements in memory."
                    )
        except SyntaxError:
            pass
    return f"The elements of {name} do not lie in memory in the order of its shape, as after .T, .permute or a slice."


def _turning(node: ast.expr) -> ast.expr | None:
    """The last operation in a chain of methods that turned the tensor."""
    while True:
        match node:
            case ast.Attribute(attr=name) | ast.Call(func=ast.Attribute(attr=name)) if name in _TURNING:
                return node
            case ast.Call(func=ast.Attribute(value=value, attr="detach" | "relu" | "abs" | "float" | "clone")):
                node = value
            case _:
                return None


ROWS = (
    Row(
        "view of turned memory",
        ("RuntimeError",),
        r"view size is not compatible with input tensor's size and stride",
        _not_contiguous,
        more="The elements of a tensor lie in one row of memory. A shape says how to count through that row, and .view "
        "only changes how to count. .T, .permute and .transpose do not move the elements either: they count in big "
        "steps and come back. After them no single count gives the new shape, so a copy is needed. .reshape makes one "
        "only where it must, .contiguous() makes one in the order of the shape.",
    ),
)
