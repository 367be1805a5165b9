"""A method that a line only names: ``loss.backward`` without its parentheses does nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, module_name
from ptrepl.explain.traps.observed import Noticed
from ptrepl.texts.messages import gettext

_OF_TENSORS = frozenset({"backward", "zero_", "detach_", "retain_grad", "requires_grad_"})
_OF_MODULES = frozenset({"zero_grad", "train", "eval", "cuda", "cpu", "double", "float", "half"})
_OF_OPTIMIZERS = frozenset({"step", "zero_grad"})


def named_not_called(noticed: Noticed) -> Iterator[str]:
    """``loss.backward``, ``opt.step``, ``net.eval`` as a whole line, here or in a loop that ran."""
    for node in noticed.nodes():
        match node:
            case ast.Expr(value=ast.Attribute(value=base, attr=name) as method) if _runs(noticed.real(base), name):
                yield gettext(
                    "{method} only names the method, so nothing has run. With parentheses it is called: {method}().",
                    method=noticed.text(method),
                )


def _runs(value: Any, name: str) -> bool:
    """Whether ``name`` is a method that is called for what it does, and without arguments."""
    if is_tensor_class(type(value)):
        return name in _OF_TENSORS
    if kind_of(value) is Kind.MODULE:
        return name in _OF_MODULES
    return name in _OF_OPTIMIZERS and module_name(type(value)).startswith("torch.optim.")
