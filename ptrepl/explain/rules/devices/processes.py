"""A network wrapped for several processes in a program that is one."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _no_group(case: Case) -> Finding | None:
    text = gettext(
        "There is no process group: the functions of torch.distributed need torch.distributed.init_process_group "
        "first, in each of several processes that torchrun starts."
    )
    node = case.node
    if not isinstance(node, ast.Call) or not node.args or kind_of(case.real(node.args[0])) is not Kind.MODULE:
        return Finding(text)
    alone = gettext(
        "In a single process {network} ({type}) needs no wrapper: use it as it is.",
        network=operand_text(case, node.args[0]),
        type=type_name(case.real(node.args[0])),
    )
    return Finding(f"{text} {alone}")


RULES = (
    Rule(
        "process group",
        ("ValueError", "RuntimeError"),
        r"^Default process group has not been initialized",
        _no_group,
        more="devices/device-names",
    ),
)
