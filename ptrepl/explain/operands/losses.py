"""The call of a loss that failed: which expression is the prediction, and which one the target."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import end_position, operand, postfix, segment, spliced
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.standins import StandIns
from ptrepl.explain.standins.torch_code import is_torch_class, is_torch_function
from ptrepl.texts.messages import gettext


@dataclass(frozen=True, slots=True)
class LossCall:
    """A call of a function such as ``F.cross_entropy``, or of a module such as ``nn.CrossEntropyLoss()``."""

    case: Case
    node: ast.Call
    name: str
    """``F.cross_entropy``, ``loss_fn``: as the learner wrote it, if that is short."""
    input: ast.expr
    target: ast.expr
    is_function: bool

    @property
    def input_name(self) -> str:
        """What a sentence calls the prediction."""
        return self.case.called(self.input, gettext("the prediction"))

    @property
    def target_name(self) -> str:
        """What a sentence calls the target."""
        return self.case.called(self.target, gettext("the target"))

    def with_input(self, suffix: str) -> str:
        """The call with ``suffix`` (``.squeeze(1)``) after the prediction."""
        return self._with({self.input: postfix(self._source, self.input, suffix)})

    def with_input_text(self, text: str) -> str:
        """The call with ``text`` for the prediction."""
        return self._with({self.input: text})

    def with_target(self, suffix: str) -> str:
        """The call with ``suffix`` after the target."""
        return self._with({self.target: postfix(self._source, self.target, suffix)})

    def with_both(self, input_suffix: str, target_suffix: str) -> str:
        """The call with a suffix after the prediction, and one after the target."""
        source = self._source
        texts: dict[ast.expr | ast.stmt, str] = {self.input: postfix(source, self.input, input_suffix)}
        texts[self.target] = postfix(source, self.target, target_suffix)
        return self._with(texts)

    def with_target_less(self, number: int) -> str:
        """The call with ``target - number``."""
        return self._with({self.target: f"{operand(self._source, self.target)} - {number}"})

    def with_target_more(self, number: int) -> str:
        """The call with ``target + number``."""
        return self._with({self.target: f"{operand(self._source, self.target)} + {number}"})

    def with_target_text(self, text: str) -> str:
        """The call with ``text`` for the target."""
        return self._with({self.target: text})

    def with_keyword(self, text: str) -> str:
        """The call with ``name=value`` as one more argument."""
        last = max((*self.node.args, *(each.value for each in self.node.keywords)), key=end_position)
        return self._with({last: f"{segment(self._source, last)}, {text}"})

    def with_function(self, function: str) -> str:
        """The call of another function or module."""
        return self._with({self.node.func: function})

    def _with(self, texts: Mapping[ast.expr | ast.stmt, str]) -> str:
        return spliced(self._source, self.node, texts)

    @property
    def _source(self) -> str:
        return self.case.site.source


def failing_loss(case: Case, *names: str) -> LossCall | None:
    """The failing node as a call of one of ``names``: ``cross_entropy``, ``CrossEntropyLoss``."""
    node = case.node
    if not isinstance(node, ast.Call) or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    real = case.real(node.func)
    is_function = real is not None and is_torch_function(real)
    if (real.__name__ if is_function else _module(case)) not in names:
        return None
    given: dict[str | None, ast.expr] = dict(zip(("input", "target"), node.args, strict=False))
    given |= {each.arg: each.value for each in node.keywords}
    if "input" not in given or "target" not in given:
        return None
    return LossCall(
        case, node, case.called(node.func, gettext("the loss")), given["input"], given["target"], is_function
    )


def _module(case: Case) -> str:
    """The class of the one module that was called; "" if there were several, or if it is not one of torch.nn."""
    modules = [module for _, module in case.modules()]
    return type(modules[0]).__name__ if len(modules) == 1 and is_torch_class(type(modules[0])) else ""


def values(case: Case, node: ast.expr) -> Any:
    """A detached copy of what ``node`` gives; None where it is not a small tensor on the CPU."""
    standins = StandIns(exact=True)
    try:
        found = Evaluator(case.scope, standins).value(node)
    except (Unknown, Failed):
        return None
    if standins.blank or not is_tensor_class(type(found)) or found.is_meta:
        return None
    return found.detach()


def fraction_in(case: Case, node: ast.expr) -> str:
    """The first number in a floating point tensor that is no whole one, as text; "" where there is none, or its values
    are not known. To an integer dtype only whole numbers can be converted without loss; of a division it is meant."""
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    divided = made.value if made is not None else node
    if isinstance(divided, ast.BinOp) and isinstance(divided.op, ast.Div):
        return ""
    found = values(case, node)
    if found is None or not found.is_floating_point() or not found.numel():
        return ""
    others = found[found != found.round()]
    return f"{float(others[0]):.4g}" if others.numel() else ""
