"""``batch.to(device)`` of a list, a tuple or a dict: what it holds is moved one by one."""

from __future__ import annotations

import ast
import sys
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.following import following
from ptrepl.explain.fixes.spelling import of_tensors
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.joined import CAT
from ptrepl.explain.operands.loaders import is_loader
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.outline import outline
from ptrepl.explain.operands.state import is_plain_dict
from ptrepl.explain.rewrite import postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import is_torch_function
from ptrepl.texts.messages import gettext

_EACH = ("to", "cuda", "cpu", "float", "half", "double", "long", "detach", "clone", "pin_memory")
"""Methods of a tensor that are meant for each of several tensors."""


_DEVICES = ("to", "cuda", "cpu", "pin_memory")


def _moved(case: Case) -> Finding | None:
    match case.node, case.parents[:1]:
        case ast.Attribute(value=held_by, attr=word) as node, (ast.Call(func=func) as call, *_) if func is node:
            pass
        case _:
            return None
    held: Any = case.real(held_by)
    if word not in _EACH:
        return None
    source = case.site.source
    name, given = segment(source, held_by), segment(source, call)[len(segment(source, node)) :]
    if is_plain_dict(held):
        inside = [*held.values()]
        comprehension = f"{{key: value.{word}{given} for key, value in {name}.items()}}"  # not a sentence: Python
    elif isinstance(held_by, (ast.Tuple, ast.List)) and held_by.elts:
        return _written_out(case, held_by, call, word, given)
    elif type(held) in (list, tuple):
        inside = [*held]
        inner = f"each.{word}{given} for each in {name}"  # not a sentence: Python
        comprehension = f"[{inner}]" if type(held) is list else f"tuple({inner})"
    else:
        return None
    shapes = {sizes(read(each)) if is_tensor_class(type(each)) else None for each in inside}
    if word not in _DEVICES and type(held) is list and len(shapes) == 1:
        return None  # one tensor of them all is what is meant
    kinds = {is_tensor_class(type(each)) for each in inside}
    if True not in kinds or (type(held) is not dict and len(inside) < 2):
        return None
    fields = {"name": operand_text(case, held_by), "method": word}
    if is_plain_dict(held):
        text = gettext("{name} is a dict, and a dict has no {method}: each value needs its own call.", **fields)
    elif type(held) is list:
        text = gettext("{name} is a list, and a list has no {method}: each element needs its own call.", **fields)
    else:
        text = gettext("{name} is a tuple, and a tuple has no {method}: each element needs its own call.", **fields)
    if False in kinds:
        return Finding(text)
    if type(held) in (list, tuple) and (loop := loop_over_loader(case, held_by)) is not None:
        gives = gettext(
            "{loader} gives {name} as the dataset's samples are made up: one batch of each part, here with the shapes "
            "{parts}.",
            loader=operand_text(case, loop),
            name=fields["name"],
            parts=outline(held),
        )
        if not _taken_apart(case, call):
            first = gettext("{name}[0] is the first of them.", name=fields["name"])
            return Finding(
                f"{text} {gives} {first}",
                tried(case, [Candidate(postfix(source, held_by, f"[0].{word}{given}"), of=call)]),
            )
        text = f"{text} {gives}"
    elif not _taken_apart(case, call):
        return Finding(text)
    return Finding(text, verified(case, Candidate(comprehension, of=call)))


def _written_out(case: Case, held: ast.Tuple | ast.List, call: ast.Call, word: str, given: str) -> Finding | None:
    """``x, y = (x, y).to(device)``."""
    if any(case.facts(each) is None for each in held.elts):
        return None
    source = case.site.source
    each_moved = ", ".join(f"{postfix(source, each, f'.{word}')}{given}" for each in held.elts)
    kind = "tuple" if isinstance(held, ast.Tuple) else "list"
    text = gettext(
        "{name} is a {type}, and only tensors have {method}: each element needs its own call.",
        name=operand_text(case, held),
        type=kind,
        method=word,
    )
    bare = kind == "tuple" and any(isinstance(each, ast.Assign) and each.value is call for each in case.parents[:2])
    code = each_moved if bare else f"({each_moved})" if kind == "tuple" else f"[{each_moved}]"
    return Finding(text, verified(case, Candidate(code, of=call)))


def loop_over_loader(case: Case, node: ast.expr) -> ast.expr | None:
    """The loader that the loop around the failing line goes over with ``node`` for its batches; None if none does."""
    for parent in case.parents:
        match parent, node:
            case (
                ast.For(target=ast.Name(id=bound), iter=over)
                | ast.For(
                    target=ast.Tuple(elts=[_, ast.Name(id=bound)]),
                    iter=ast.Call(func=ast.Name(id="enumerate"), args=[over, *_]),
                ),
                ast.Name(id=name),
            ) if bound == name:
                made = over.func if isinstance(over, ast.Call) else over
                loader = sys.modules["torch.utils.data"].DataLoader
                return over if is_loader(case.real(over)) or case.real(made) is loader else None
    return None


def _taken_apart(case: Case, call: ast.Call) -> bool:
    """Whether what comes after ``images = batch.to(device)`` may use the result as several tensors, not as one."""
    match case.site.line:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is call:
            pass
        case _:
            return True
    tensor = {*of_tensors()} - {*dir(list), *dir(tuple)}
    for statement in following(case.site):
        for each in ast.walk(statement):
            match each:
                case ast.Attribute(value=ast.Name(id=used), attr=word) if used == name and word in tensor:
                    return False
                case ast.Call(func=called, args=[ast.Name(id=used)]) if used == name and _takes_tensor(case, called):
                    return False
    return True


def _takes_tensor(case: Case, called: ast.expr) -> bool:
    """Whether it is a module, or a function of torch that takes a tensor first: ``net(images)``."""
    real = case.real(called)
    return kind_of(real) is Kind.MODULE or (is_torch_function(real) and real.__name__ not in CAT)


BEFORE = (
    "sequences.two_states",
    "containers.parts",
    "containers.wanted_tensor",
    "python.attribute",
)

RULES = (
    Rule(
        "moved together",
        ("AttributeError",),
        r"^'(?:collections\.OrderedDict|dict|list|tuple)' object has no attribute '(?:to|cuda|cpu|float|half|double|"
        r"long|detach|clone|pin_memory)'",
        _moved,
        more="containers/lists-of-tensors",
    ),
)
