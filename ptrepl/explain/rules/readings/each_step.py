"""A network with a recurrent layer that predicts at each step, where the target has one value for the sequence."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import source_and_value
from ptrepl.explain.rewrite import postfix, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MOST_MODULES = 500


def of_each_step(
    case: Case, prediction: tuple[ast.expr, tuple[int, ...]], target: tuple[ast.expr, tuple[int, ...]]
) -> Finding | None:
    """What to say of a prediction of shape (batch, steps, values) for a target (batch,) or (batch, values)."""
    (node, one), (other, two) = prediction, target
    if len(one) != 3 or len(two) not in (1, 2) or not isinstance(case.node, ast.Call):
        return None
    value = source_and_value(case, node)[1]
    layer = _recurrent(case.real(value.func)) if isinstance(value, ast.Call) else None
    if layer is None or own_dict(layer).get("bidirectional") is not False:
        return None  # of two directions, the last step of one is the first of the other
    first = own_dict(layer).get("batch_first") is True
    batch, steps = one[:2] if first else (one[1], one[0])
    if two not in ((batch,), (batch, one[2])) or steps == batch:
        return None
    last = "[:, -1]" if first else "[-1]"
    text = gettext(
        "{prediction} has a prediction for each of the {steps} steps, and {target} one for each sequence. {last} "
        "behind it takes the last step, which has seen all of them.",
        prediction=operand_text(case, node),
        steps=steps,
        target=operand_text(case, other),
        last=last,
    )
    source = case.site.source
    texts = (postfix(source, node, each) for each in (last, f"{last}.squeeze(1)"))
    ways = [Candidate(spliced(source, case.node, {node: each})) for each in texts]
    return Finding(text, tried(case, ways[:1] if len(two) == 2 else ways, most=1))


def _recurrent(network: Any) -> Any:
    """The last recurrent layer in a network; None where it has none."""
    if kind_of(network) is not Kind.MODULE:
        return None
    found, pending = None, [network]
    for each in pending:
        if type(each).__name__ in ("RNN", "LSTM", "GRU") and type(each).__module__.startswith("torch.nn."):
            found = each
        inner = own_dict(each).get("_modules")
        if len(pending) < _MOST_MODULES and type(inner) is dict:
            pending += [module for module in inner.values() if kind_of(module) is Kind.MODULE]
    return found
