"""A Linear after a convolution: the channels, which it was made for, are dim 1 there, and it reads the last dim."""

from __future__ import annotations

from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.rewrite import in_one_line, postfix
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MOST_MODULES = 500


def channels_for_features(case: Case, layer: Layer, size: int) -> Finding | None:
    """What to say where a convolution of the network has as many channels as ``layer`` takes; None elsewhere."""
    node, shape = layer.argument, layer.shape
    if node is None or len(shape) not in (3, 4) or shape[1] != size or shape[-1] == size:
        return None
    if not _gives_channels(case.site.frame.f_locals.get("self"), size, len(shape) - 2):
        return None
    source, text = case.site.source, in_one_line(case.site.source, node)
    if layer.kind != "Linear":
        if len(shape) != 3:
            return None
        steps = gettext(
            "{input} comes out of a convolution, with its {size} channels in dim 1, and {layer} takes them as the "
            "features of each step: {turned} has them last.",
            input=case.called(node, gettext("Its input")),
            size=size,
            layer=layer.path,
            turned=f"{text}.transpose(1, 2)",
        )
        return Finding(
            steps, tried(case, [Candidate(changed(case, {node: postfix(source, node, ".transpose(1, 2)")}))])
        )
    mean, last = (".mean(2)", ".transpose(1, 2)") if len(shape) == 3 else (".mean((2, 3))", ".permute(0, 2, 3, 1)")
    said = gettext(
        "{input} comes out of a convolution, with its {size} channels in dim 1. For one result for each example, "
        "{mean} leaves the channels alone; for one at each place, {turned} has them last.",
        input=case.called(node, gettext("Its input")),
        size=size,
        mean=f"{text}{mean}",
        turned=f"{text}{last}",
    )
    ways = [Candidate(changed(case, {node: postfix(source, node, each)})) for each in (mean, last)]
    if len(shape) == 4:
        ways = ways[:1]
    return Finding(said, tried(case, ways))


def _gives_channels(network: Any, size: int, dims: int) -> bool:
    """Whether the network holds a convolution over so many dims with so many channels for its output."""
    pending = [network] if kind_of(network) is Kind.MODULE else []
    for each in pending:
        own = own_dict(each)
        if type(each).__name__ == f"Conv{dims}d" and own.get("out_channels") == size:
            return True
        inner = own.get("_modules")
        if type(inner) is dict and len(pending) < _MOST_MODULES:
            pending += [module for module in inner.values() if kind_of(module) is Kind.MODULE]
    return False
