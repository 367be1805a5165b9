"""An optimizer, a scheduler or a DataLoader that is there already, called like its class or like a function."""

from __future__ import annotations

import ast
import sys
from typing import Any

from ptrepl.engine.watch.kinds import mro, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _called(case: Case) -> Finding | None:
    node = case.node
    held: Any = case.real(node.func) if isinstance(node, ast.Call) else None
    if not isinstance(node, ast.Call) or held is None:
        return None
    optim = sys.modules["torch"].optim
    name, kind = operand_text(case, node.func), type_name(held)
    is_optimizer = any(each is optim.Optimizer for each in mro(type(held)))
    if not is_optimizer and not any(each is optim.lr_scheduler.LRScheduler for each in mro(type(held))):
        return None
    if not any(each.arg in ("lr", None) for each in node.keywords):  # not as a class would be called
        text = gettext("{name} ({type}) is no function: its step() takes a step.", name=name, type=kind)
        alone = not node.args and not node.keywords
        step = Candidate(postfix(case.site.source, node.func, ".step()"))
        return Finding(text, verified(case, step) if alone else ())
    if is_optimizer and hasattr(optim, kind):
        return Finding(
            gettext(
                "{name} ({type}) was made before, and this line calls it as its class would be called. What makes one "
                "here needs the class itself, torch.optim.{type}, without brackets.",
                name=name,
                type=kind,
            )
        )
    return Finding(gettext("{name} ({type}) was made before: it is no function.", name=name, type=kind))


BEFORE = ("modules.class_slips", "python.called")

RULES = (
    Rule(
        "called optimizer",
        ("TypeError",),
        r"^'(?!NoneType|Tensor|Parameter)[A-Z]\w+' object is not callable",
        _called,
        "modules/optimizer",
    ),
)
