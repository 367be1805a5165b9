"""``opt.step(loss)``: an optimizer goes by the gradients, and is not given the loss."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.kinds import module_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _step_with_loss(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(func=ast.Attribute(value=owner, attr="step"), args=[given], keywords=[]) as node:
            optimizer = case.real(owner)
        case _:
            return None
    if not module_name(type(optimizer)).startswith("torch.optim.") or case.inner("step") is None:
        return None
    facts = case.facts(given)
    if facts is None:
        return None
    code = f"{segment(case.site.source, node.func)}()"
    text = gettext(
        "step() of an optimizer takes no loss: it changes the parameters by their gradients, which {loss}.backward() "
        "stores in them. Write {code}.",
        loss=operand_text(case, given),
        code=code,
    )
    return Finding(text, verified(case, Candidate(code, of=node)))


BEFORE = ("modules.class_slips", "python.called")

RULES = (Rule("step loss", ("TypeError",), r"^'Tensor' object is not callable", _step_with_loss, "modules/optimizer"),)
