"""What the failing call was given, where a frame of torch in the traceback still holds it.

``criterion(net(xb), yb)`` fails inside torch, and the frame of torch that was called first has both arguments: so the
shape of ``net(xb)`` is known although nothing calls ``net`` again.
"""

from __future__ import annotations

import ast
import dis
import sys
import types
from collections.abc import Iterator
from functools import cache
from typing import Any

from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.explain.locate import Site
from ptrepl.explain.standins.lookup import FrameScope

_REBINDING = frozenset({"STORE_FAST", "DELETE_FAST", "STORE_DEREF", "DELETE_DEREF"})
_VARARGS, _VARKEYWORDS = 0x04, 0x08


def given_values(site: Site) -> dict[str, Any]:
    """The learner's own objects that the failing call was given, by the ``ast.dump`` of their expressions.

    Names and constants are left out: a frame of the learner's has those. {} where no frame of torch was called first,
    or where it is not certain which argument is which.
    """
    node = site.node
    if not isinstance(node, ast.Call) or not site.inner or not _is_its_frame(site, node):
        return {}
    if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
        return {}
    pairs = _pairs(site.inner[0], node)
    return {ast.dump(each): value for each, value in pairs if not isinstance(each, (ast.Name, ast.Constant))}


def _is_its_frame(site: Site, node: ast.Call) -> bool:
    """Whether the first frame of a library is that of what the failing node calls."""
    frame, torch = site.inner[0], sys.modules["torch"]
    real = FrameScope.of(site.frame).real_or_none(node.func)
    if type(real) is types.FunctionType:
        return real.__code__ is frame.f_code
    if kind_of(real) is Kind.MODULE or (real is None and isinstance(node.func, ast.Call)):
        code = getattr(torch.nn.Module.__call__, "__code__", None)
        return frame.f_code is code and (real is None or frame.f_locals.get("self") is real)
    if real is None and isinstance(node.func, ast.Attribute):
        method = torch.Tensor.__dict__.get(node.func.attr)
        return type(method) is types.FunctionType and method.__code__ is frame.f_code
    return False


def _pairs(frame: types.FrameType, node: ast.Call) -> Iterator[tuple[ast.expr, Any]]:
    code, held = frame.f_code, frame.f_locals
    names = [*code.co_varnames[: code.co_argcount]]
    kept = set(names) | {*code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]}
    kept -= _rebound(code)
    if names[:1] == ["self"]:
        owner = held.get("self")
        if isinstance(node.func, ast.Attribute) and is_tensor_class(type(owner)) and "self" in kept:
            yield node.func.value, owner
        del names[0]
    more, keywords = _more(frame)
    for at, each in enumerate(node.args):
        if at < len(names):
            if names[at] in kept and names[at] in held:
                yield each, held[names[at]]
        elif at - len(names) < len(more):
            yield each, more[at - len(names)]
    for keyword in node.keywords:
        name = str(keyword.arg)
        if name in kept and name in held:
            yield keyword.value, held[name]
        elif name in keywords:
            yield keyword.value, keywords[name]


def _more(frame: types.FrameType) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What ``*args`` and ``**kwargs`` of a frame hold, unless it has bound those names anew."""
    code, held = frame.f_code, frame.f_locals
    at = code.co_argcount + code.co_kwonlyargcount
    rebound = _rebound(code)
    args: Any = ()
    if code.co_flags & _VARARGS:
        args = held.get(code.co_varnames[at]) if code.co_varnames[at] not in rebound else ()
        at += 1
    found = held.get(code.co_varnames[at]) if code.co_flags & _VARKEYWORDS else {}
    return args if type(args) is tuple else (), found if type(found) is dict else {}


@cache
def _rebound(code: types.CodeType) -> frozenset[str]:
    """The local names that a function of torch binds itself, so that they may no longer be what it was given."""
    return frozenset(str(each.argval) for each in dis.get_instructions(code) if each.opname in _REBINDING)
