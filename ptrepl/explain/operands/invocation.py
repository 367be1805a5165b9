"""The call that failed: which function of torch it is, and which expression was given for which parameter."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from ptrepl.explain.case import Case
from ptrepl.explain.rewrite import end_position, segment, spliced
from ptrepl.explain.standins.torch_code import is_torch_function


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A call of a function of torch, or of a method of a tensor."""

    node: ast.Call
    name: str
    """``cat``, ``linalg_inv``, ``view``."""
    said: str
    """As the learner wrote it: ``torch.cat``, ``.view``."""
    args: tuple[ast.expr, ...]
    """By position; the tensor of a method is the first."""
    keywords: dict[str, ast.expr]
    is_method: bool

    def argument(self, position: int, *keywords: str) -> ast.expr | None:
        """What was given at ``position``, or under one of ``keywords``."""
        if position < len(self.args):
            return self.args[position]
        return next((self.keywords[each] for each in keywords if each in self.keywords), None)

    def with_argument(self, source: str, position: int, keyword: str, text: str) -> str:
        """The text of the call with another value for one parameter, added as ``keyword=`` where it had none."""
        given = self.argument(position, keyword)
        if given is not None:
            return spliced(source, self.node, {given: text})
        written: list[ast.expr] = [*self.node.args, *(each.value for each in self.node.keywords)]
        if not written:
            whole = segment(source, self.node)
            return f"{whole[: whole.rindex('(')]}({keyword}={text})"
        last = max(written, key=end_position)
        return spliced(source, self.node, {last: f"{segment(source, last)}, {keyword}={text}"})


def invocation(case: Case) -> FailedCall | None:
    """The failing node as a call; None where it is none, or where the function is not one of torch."""
    node = case.node
    if not isinstance(node, ast.Call) or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    keywords = {each.arg: each.value for each in node.keywords if each.arg is not None}
    if len(keywords) < len(node.keywords):
        return None
    real: Any = case.real(node.func)
    if real is not None and is_torch_function(real):
        return FailedCall(node, real.__name__, case.text(node.func), tuple(node.args), keywords, False)
    if real is None and isinstance(node.func, ast.Attribute) and case.facts(node.func.value) is not None:
        name = node.func.attr
        return FailedCall(node, name, f".{name}", (node.func.value, *node.args), keywords, True)
    return None


def changed(case: Case, texts: dict[ast.expr | ast.stmt, str]) -> str:
    """The text of the failing node in which the nodes of ``texts`` are written anew."""
    return spliced(case.site.source, case.site.node, texts)
