"""The learner's call of a whole network, in which something failed, and the layer that takes its input first."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.own_sites import own_sites

_MOST_MODULES = 500
_MOST_CALLS = 8
_OTHERS = ("Linear", "Embedding", "EmbeddingBag", "LSTM", "GRU", "RNN")
_CONVOLUTION = re.compile(r"Conv(?:Transpose)?([123])d$")


def outermost_call(case: Case) -> Case | None:
    """The outermost of the learner's calls of a network with one argument that led to the failure, as a case."""
    found = None
    for number, site in enumerate(own_sites(case)):
        node = site.node
        if number == _MOST_CALLS:
            return None
        if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
            continue
        outer = case if site.node is case.node else replace(case, maybe_site=site)
        if kind_of(outer.real(node.func)) is Kind.MODULE and not isinstance(node.args[0], ast.Starred):
            found = outer
    # the layer alone was called: what it was given, the lines before it have made
    return found if found is not None and not _is_own_attribute(found.node) else None


def _is_own_attribute(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("self.")


def first_convolution(network: Any) -> tuple[int, int] | None:
    """Over how many dims the first convolution of a network goes, and how many channels it takes.

    None where a layer that is no convolution comes before it.
    """
    found = first_layer(network)
    match = _CONVOLUTION.fullmatch(type(found).__name__)
    channels = own_dict(found).get("in_channels") if found is not None else None
    return (int(match[1]), channels) if match is not None and type(channels) is int else None


def first_layer(network: Any) -> Any:
    """The first convolution, Linear, Embedding or recurrent layer of a network; None where there is none."""
    pending = [network]
    for _ in range(_MOST_MODULES):
        if not pending:
            return None
        each = pending.pop()
        own = own_dict(each)
        if _CONVOLUTION.fullmatch(type(each).__name__) or type_name(each) in _OTHERS:
            return each
        inner = own.get("_modules")
        below = [*inner.values()] if type(inner) is dict else []
        pending += [module for module in reversed(below) if kind_of(module) is Kind.MODULE]
    return None
