"""``net.module`` of a network that nothing wraps, layers of one that is wrapped, and names that only look alike."""

from __future__ import annotations

import ast
import types
from typing import Any

from ptrepl.engine.watch.kinds import Kind, class_dict, kind_of, mro, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import renamed
from ptrepl.explain.fixes.trial import tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.passed_before import passed_before
from ptrepl.explain.rewrite import in_a_sentence, postfix, segment
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_WRAPPERS = ("DataParallel", "DistributedDataParallel")
_PARTS = ("_modules", "_parameters", "_buffers")
_WITHOUT_INPUT = ("modules", "children", "parameters", "buffers", "train", "eval")
_UNKNOWN = object()


def of_wrapped(case: Case) -> Finding | None:
    """``net.module`` where ``net`` is no nn.DataParallel, and ``net.fc`` where it is one."""
    node, error = case.node, case.error
    if not isinstance(node, ast.Attribute) or not isinstance(error, AttributeError):
        return None
    held: Any = error.obj
    if kind_of(held) is not Kind.MODULE:
        return None
    name, source = operand_text(case, node.value), case.site.source
    if node.attr == "module" and type_name(held) not in _WRAPPERS and name != "self":
        text = gettext(
            "Only a wrapper such as nn.DataParallel has .module: the network in it. {network} is the network itself "
            "({type}): leave .module off.",
            network=name,
            type=type_name(held),
        )
        plain = renamed(case, node, segment(source, node.value))
        return Finding(text, verified(case, plain) if not passed_before(case) else ())
    inner = own_dict(held).get("_modules", {}).get("module") if type_name(held) in _WRAPPERS else None
    if kind_of(inner) is not Kind.MODULE or _attribute(inner, node.attr) is _UNKNOWN:
        return None
    code = postfix(source, node.value, f".module.{node.attr}")
    text = gettext(
        "{network} is wrapped in {wrapper}, which has no {name} of its own. The network in it has: {code}.",
        network=name,
        wrapper=type_name(held),
        name=node.attr,
        code=in_a_sentence(code),
    )
    return Finding(text, tried(case, [renamed(case, node, code)]) or verified(case, renamed(case, node, code)))


def is_used_alike(case: Case, node: ast.Attribute, module: Any, name: str) -> bool:
    """Whether what is done with the attribute ``node`` can be done with ``module.name``, as far as that is known.

    ``net.module.state_dict()`` cannot mean ``net.modules``, a method: a method is only called, and a number never is.
    """
    found = _attribute(module, name)
    if found is _UNKNOWN:
        return True
    parent = case.parents[0] if case.parents else None
    is_called = isinstance(parent, ast.Call) and parent.func is node
    if isinstance(found, (types.FunctionType, types.MethodType, classmethod, staticmethod)):
        return is_called and not (name in _WITHOUT_INPUT and parent.args)  # type: ignore[union-attr]
    if isinstance(found, property):
        return True
    if is_called:
        return kind_of(found) is Kind.MODULE or type(found) not in (int, float, str, bool, list, tuple, dict)
    if isinstance(parent, ast.Attribute) and kind_of(found) is Kind.MODULE:
        return _attribute(found, parent.attr) is not _UNKNOWN
    return True


def _attribute(module: Any, name: str) -> Any:
    """``module.name`` as its dicts have it, without calling its ``__getattr__``; ``_UNKNOWN`` where they have none."""
    own = own_dict(module)
    for held in (own, *(own.get(part) for part in _PARTS)):
        if type(held) is dict and name in held:
            return held[name]
    found = (class_dict(base)[name] for base in mro(type(module)) if name in class_dict(base))
    return next(found, _UNKNOWN)
