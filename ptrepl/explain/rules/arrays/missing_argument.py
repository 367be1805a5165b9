"""A function of torch without an argument that it needs: ``x.cumsum()``, ``x.flip()``, ``BatchSampler(sampler, 2)``."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.invocation import invocation
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MOST_DIMS = 3


def _missing(case: Case) -> Finding | None:
    """``dim``, ``dims``, ``dim1``: for a tensor of few dims each of them is a way."""
    call, names = (
        invocation(case),
        [each.strip("'\" ") for each in case.match["names"].replace(" and ", ",").split(",")],
    )
    tensor = call.argument(0, "input", "self") if call is not None else None
    shape = case.shape(tensor) if tensor is not None else None
    if call is None or tensor is None or shape is None or len(names) != 1 or not names[0].startswith("dim"):
        return None
    text = gettext(
        "{call} needs {name}, the dim along which it works. {tensor} is {shape}: its dims are {dims}.",
        call=call.said,
        name=names[0],
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
        dims=", ".join(map(str, range(len(shape)))),
    )
    if names[0] == "dim1" or not 0 < len(shape) <= _MOST_DIMS:
        return Finding(text)
    source, position = case.site.source, len(call.args)
    ways = [call.with_argument(source, position, names[0], str(dim)) for dim in range(len(shape))]
    if names[0] == "dims":
        ways = [call.with_argument(source, position, names[0], f"({dim},)") for dim in range(len(shape))]
    return Finding(text, tried(case, [Candidate(each) for each in ways]))


_WORDS = {
    ("BatchSampler", "drop_last"): "drop_last=False",
    ("clip_grad_norm_", "max_norm"): "max_norm=1.0",
    ("clip_grad_value_", "clip_value"): "clip_value=1.0",
}


def _of_class(case: Case) -> Finding | None:
    name = case.match["function"].removesuffix(".__init__")
    node = case.node
    if not isinstance(node, ast.Call):
        return None
    match name, case.match["name"]:
        case "BatchSampler", "drop_last":
            text = gettext(
                "BatchSampler also needs drop_last: whether a last batch that is not full is left out. drop_last=False "
                "keeps it."
            )
        case "WeightedRandomSampler", "num_samples":
            text = gettext(
                "WeightedRandomSampler also needs num_samples, how many indices it draws in one epoch: most often the "
                "number of weights, num_samples=len(weights)."
            )
        case "clip_grad_norm_", "max_norm":
            text = gettext(
                "clip_grad_norm_ also needs max_norm, the largest norm that the gradients may have together: "
                "max_norm=1.0 is a common choice."
            )
        case "clip_grad_value_", "clip_value":
            text = gettext(
                "clip_grad_value_ also needs clip_value: each gradient is limited to -clip_value to clip_value."
            )
        case _:
            return None
    added = _WORDS.get((name, case.match["name"]), "")
    if not added:
        return Finding(text)
    source = case.site.source
    last = max([*node.args, *(each.value for each in node.keywords)], key=lambda each: (each.lineno, each.col_offset))
    new = spliced(source, node, {last: f"{segment(source, last)}, {added}"})
    return Finding(text, verified(case, Candidate(new)))


def _no_bounds(case: Case) -> Finding | None:
    call = invocation(case)
    if call is None:
        return None
    return Finding(
        gettext("{call} needs a limit: min, max, or both, as in {call}(min=0).", call=call.said)
        if call.is_method
        else gettext("{call} needs a limit: min, max, or both, as in {call}(x, min=0).", call=call.said)
    )


BEFORE = (
    "modules.layer_settings",
    "modules.network_call",
    "arrays.other_forms",
    "arrays.call_forms",
    "arrays.creation",
    "python.keyword",
    "modules.subclass",
    "forward.missing_input",
    "modules.module",
    "python.called",
)

_MORE = "arrays/missing-argument"

RULES = (
    Rule(
        "missing argument",
        ("TypeError",),
        r"^\w+\(\) missing \d required positional arguments?: (?P<names>\".+)$",
        _missing,
        more=_MORE,
    ),
    Rule(
        "missing argument",
        ("TypeError",),
        r"(?P<function>BatchSampler\.__init__|WeightedRandomSampler\.__init__|clip_grad_\w+)\(\) missing 1 required "
        r"positional argument: '(?P<name>\w+)'",
        _of_class,
        more=_MORE,
    ),
    Rule("no limit", ("RuntimeError",), r"At least one of 'min' or 'max' must not be None", _no_bounds, more=_MORE),
)
