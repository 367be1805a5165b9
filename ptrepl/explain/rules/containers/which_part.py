"""Which part of what a network returns was meant, where a loss or a layer was given all of them."""

from __future__ import annotations

import ast
import re
import types
from typing import Any

from ptrepl.engine.watch.kinds import is_tensor_class, type_name
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.function_text import function_text
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, postfix, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_SCORES = re.compile(r"logit|score|pred|recon|^(?:out|output|outputs|y_hat|yhat|y)$", re.IGNORECASE)


_ON_THE_WAY = re.compile(
    r"^(?:h|z|x|w)$|hid|feat|emb|attn|attention|weight|^mu|mean|aux|softmax|sigmoid|prob", re.IGNORECASE
)
_HEAD = re.compile(r"self\.\w+\(")
_FILE = re.compile(r"\S\.(?:png|jpe?g|bmp|tiff?|gif|webp|npy|npz|pt|pth|wav|mp3|flac|mp4|csv|txt|json)$", re.IGNORECASE)
_TARGETS = re.compile(r"(?:\w+_)?(?:labels?|targets?|masks?)", re.IGNORECASE)


def array_in(case: Case, node: ast.expr) -> Finding | None:
    """``torch.from_numpy(env.reset())`` of a tuple whose one array is meant, as those of Gymnasium are."""
    held = case.held(node)
    found = [at for at, each in enumerate(held) if is_numpy_array(each)] if type(held) is tuple else []
    call = case.node
    if len(found) != 1 or len(held) < 2 or not isinstance(call, ast.Call):
        return None
    code = postfix(case.site.source, node, f"[{found[0]}]")
    text = gettext(
        "{name} is a tuple of {count} things, {parts}, as some functions return it. {code} is the array.",
        name=operand_text(case, node),
        count=len(held),
        parts=", ".join(type_name(each) for each in held),
        code=code,
    )
    return Finding(text, verified(case, Candidate(spliced(case.site.source, call, {node: code}))))


def told_of_strings(strings: list[str], **fields: str) -> str:
    """What to say of strings where a tensor is wanted: names of classes, texts, or the paths of files."""
    what = gettext(
        "{name} is a {type} of strings, such as {first}, and {function} takes a tensor of numbers.",
        first=repr(strings[0][:20]),
        **fields,
    )
    if all(_FILE.search(each) for each in strings):
        read = gettext(
            "They look like the names of files: those have to be read where the samples are made, and made a tensor of."
        )
        return f"{what} {read}"
    named = gettext(
        "If they are the names of classes, give each its index where the samples are made: classes.index(label), or a "
        "dict from names to indices."
    )
    return f"{what} {named}"


def keys_meant(case: Case, keys: list[str]) -> list[str]:
    """``keys`` of a batch: for what is no loss without those of its targets, where others are left."""
    return keys if is_loss(case) else [each for each in keys if not _TARGETS.fullmatch(each)] or keys


def returned_parts(case: Case, node: ast.expr) -> list[str]:
    """What the one ``return a, b`` of the function or network that gave ``node`` calls its parts; [] if not known."""
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    call = made.value if made is not None else node
    found = function_text(case, case.real(call.func)) if isinstance(call, ast.Call) else None
    if found is None:
        return []
    source, function = found
    returns = [each.value for each in ast.walk(function) if isinstance(each, ast.Return)]
    match returns:
        case [ast.Tuple(elts=parts)]:
            return [in_one_line(source, each) for each in parts]
    return []


def part_meant(names: list[str], inside: list[Any]) -> int | None:
    """The place of the one part that a loss takes; None where that is not clear.

    ``names``: what the parts are called where they come from; ``inside``: the parts. The only tensor among them is
    meant; of several the only one that is called ``logits``, ``out`` or the like; else the first, as it is the custom,
    unless it is by its name something on the way, or each is the result of a layer of its own.
    """
    tensors = [at for at, each in enumerate(inside) if is_tensor_class(type(each))]
    if len(tensors) == 1:
        return tensors[0]
    named = [at for at, name in enumerate(names) if len(names) == len(inside) and _SCORES.search(name)]
    if len(named) == 1 and named[0] in tensors:
        return named[0]
    heads = bool(names) and all(_HEAD.match(name) for name in names)
    return None if not names or named or heads or _ON_THE_WAY.search(names[0]) else 0


def is_loss(case: Case) -> bool:
    """Whether the failing call is one of a loss of torch, by its name or its class."""
    held: Any = case.real(case.node.func) if isinstance(case.node, ast.Call) else None
    name = held.__name__ if type(held) in (types.FunctionType, types.BuiltinFunctionType) else type_name(held)
    return name.endswith("Loss") or "loss" in name or "entropy" in name
