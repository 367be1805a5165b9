"""Normalization over one value: a batch of one row in train mode, and other settings that do not fit."""

from __future__ import annotations

import ast
import re
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, own_dict, type_name
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.rewrite import in_one_line, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.data.last_batch import loader_of_loop
from ptrepl.texts.messages import gettext

_MOST_MODULES = 2_000


def _one_value(case: Case) -> Finding | None:
    found = [*case.modules()]
    frame = case.inner("forward")
    given = frame.f_locals.get("input") if frame is not None else None
    shape = sizes(read(given)) if is_tensor_class(type(given)) else None
    if not found or shape is None or own_dict(found[-1][1]).get("training") is not True:
        return None
    path, module = found[-1]
    if "spatial" in case.message:
        text = gettext(
            "{layer} ({type}) computes a mean for each channel of each image, and what reaches it is {shape}: one "
            "value a channel, whose spread is 0. Images need more than one pixel here.",
            layer=path,
            type=type_name(module),
            shape=shape_text(shape),
        )
        return Finding(text)
    told = [
        gettext(
            "In train mode {layer} ({type}) computes mean and spread over the batch, and what reaches it is {shape}: "
            "one value for each feature, whose spread is 0.",
            layer=path,
            type=type_name(module),
            shape=shape_text(shape),
        )
    ]
    loop = loader_of_loop(case)
    loader, size = (loop[0], own_dict(loop[1]).get("batch_size")) if loop is not None else ("", None)
    root = _root(case, module)
    if loader and size == 1:
        told.append(
            gettext(
                "{loader} was made with batch_size=1: make it with batch_size=2 or more, and with drop_last=True if "
                "one example could be left over.",
                loader=loader,
            )
        )
    elif loader and type(size) is int and size > 1:
        told.append(
            gettext(
                "The last batch of {loader} has one example: DataLoader(…, drop_last=True) leaves an incomplete batch "
                "out.",
                loader=loader,
            )
        )
    else:
        told.append(gettext("Train with batches of two examples or more."))
    told.append(
        gettext(
            "To use the network without training it, {module}.eval() first: then the layer takes the mean and spread "
            "that it has learned.",
            module=root or path,
        )
    )
    return Finding(" ".join(told), () if loader or root is None else _in_eval_mode(case, root))


def _root(case: Case, module: Any) -> str | None:
    """The learner's name at the prompt for the network that holds ``module``, the shortest if there are several."""
    held = [name for name, each in case.names.items() if not name.startswith("_") and _holds(each, module)]
    return min(held, key=lambda name: (name.count("."), len(name)), default=None)


def _holds(network: Any, module: Any) -> bool:
    pending, seen = [network], 0
    while pending and seen < _MOST_MODULES:
        each = pending.pop()
        seen += 1
        if each is module:
            return True
        inner = own_dict(each).get("_modules") if kind_of(each) is Kind.MODULE else None
        pending += [*inner.values()] if type(inner) is dict else []
    return False


def _in_eval_mode(case: Case, root: str) -> tuple[Fix, ...]:
    site = case.site
    if site.is_nested or site.line is not site.statement:
        return ()
    return (Fix(f"{root}.eval()\n{segment(site.source, site.line)}", ""),)


_CHANNELS = re.compile(r"(?i)\bc?_?(in|out)\b|ch(an|\b|_|s\b)|dim|width|filter|planes|feature|out\b")
"""Names that only the number of channels has."""


def _groups(case: Case) -> Finding | None:
    frame = case.inner("__init__")
    names = frame.f_locals if frame is not None else {}
    channels, groups = names.get("num_channels"), names.get("num_groups")
    if type(channels) is not int or type(groups) is not int or groups < 1:
        return None
    fitting = [each for each in range(1, channels + 1) if channels % each == 0]
    if fitting == [1]:
        return Finding(
            gettext(
                "Each group has the same number of channels, and with num_channels=1 there is one channel for {groups} "
                "groups. A layer with a single channel, as the last one of a network may be, goes without GroupNorm.",
                groups=groups,
            )
        )
    text = gettext(
        "Each group has the same number of channels, and {channels} channels are not divisible by num_groups={groups}. "
        "These numbers of groups would do: {fitting}.",
        channels=channels,
        groups=groups,
        fitting=", ".join(map(str, fitting[:12])),
    )
    node = case.node
    if (
        groups > channels > 1
        and isinstance(node, ast.Call)
        and len(node.args) == 2
        and groups % channels == 0
        and not _CHANNELS.search(segment(case.site.source, node.args[1]))
    ):
        first, second = (segment(case.site.source, each) for each in node.args)
        swapped = changed(case, {node.args[0]: second, node.args[1]: first})
        order = gettext(
            "nn.GroupNorm takes num_groups first, then num_channels. In that order: {code}.",
            code=in_one_line(swapped, ast.parse(swapped, mode="eval").body),
        )
        return Finding(f"{text} {order}", verified(case, Candidate(swapped)))
    near = sorted(sorted(fitting, key=lambda each: (abs(each - groups), each))[:2])
    if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
        return Finding(text)
    if case.site.is_nested and len(node.args) > 1 and not isinstance(node.args[1], ast.Constant):
        return Finding(text)  # other calls of the function have other channels, for which the number may be right
    return Finding(text, tried(case, [Candidate(changed(case, {node.args[0]: str(each)})) for each in near]))


def _channels(case: Case) -> Finding | None:
    """GroupNorm and InstanceNorm with another number of channels."""
    found = [*case.modules()]
    frame = case.inner("forward")
    given = frame.f_locals.get("input") if frame is not None else None
    shape = sizes(read(given)) if is_tensor_class(type(given)) else None
    if not found or shape is None or len(shape) < 2:
        return None
    path, module = found[-1]
    size = own_dict(module).get("num_channels")
    if type(size) is not int or shape[1] == size:
        return None
    return Finding(
        gettext(
            "{layer} was made for {size} channels (num_channels={size}), and what reaches it is {shape}: dim 1 is "
            "{channels}.",
            layer=path,
            size=size,
            shape=shape_text(shape),
            channels=shape[1],
        )
    )


def _probability(case: Case) -> Finding | None:
    node = case.node
    if not isinstance(node, ast.Call):
        return None
    given = next((each.value for each in node.keywords if each.arg == "dropout"), None)
    value = case.value(given) if given is not None and case.match.group(1) is None else None
    told = case.match.group(1) or (str(value) if type(value) in (int, float) else "")
    if not told:
        return None
    number = float(told)
    text = gettext(
        "p is the share of the numbers that dropout sets to 0: from 0 to 1, not {number}.",
        number=f"{number:g}",
    )
    if not 1 < number < 100:
        return Finding(text)
    found = [each for each in ast.walk(node) if isinstance(each, ast.Constant) and each.value == number]
    given = given if given is not None else next(iter(found), None)
    if given is None or number != int(number):
        return Finding(text)
    percent = gettext("{number} percent is p={share}.", number=f"{number:g}", share=f"{number / 100:g}")
    fixes = verified(case, Candidate(changed(case, {given: f"{number / 100:g}"})))
    return Finding(f"{text} {percent}", fixes if number >= 10 else ())  # p=3 may have been meant for 0.3


_MORE = "modules/normalization"

RULES = (
    Rule(
        "single row",
        ("ValueError",),
        r"Expected more than 1 (value per channel|spatial element) when training",
        _one_value,
        more="modules/batch-of-one",
    ),
    Rule("groups", ("ValueError",), r"must be divisible by num_groups", _groups, more=_MORE),
    Rule(
        "normalization channels",
        ("RuntimeError",),
        r"Expected weight to be a vector of size equal to the number of channels",
        _channels,
        more=_MORE,
    ),
    Rule(
        "dropout probability",
        ("ValueError",),
        r"dropout probability has to be between 0 and 1, but got (-?[\d.]+)|dropout should be a number in range",
        _probability,
        more="modules/dropout",
    ),
)
