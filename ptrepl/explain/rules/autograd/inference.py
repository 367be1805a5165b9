"""Tensors of ``torch.inference_mode()`` in a computation that autograd records, or changed in place outside it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def _saved(case: Case) -> Finding | None:
    """``head(features)`` in training, with features that inference mode has made."""
    found = [*_of_inference_mode(case)]
    if len(found) != 1:
        return None
    node, source = found[0], case.site.source
    copied = postfix(source, node, ".clone()")
    text = gettext(
        "{tensor} was made in torch.inference_mode(), and autograd cannot record a computation with such a tensor. "
        "Make it under torch.no_grad(), which records nothing either, or go on with a copy: {code}.",
        tensor=operand_text(case, node),
        code=in_a_sentence(copied),
    )
    whole = case.node
    assert isinstance(whole, ast.expr)
    return Finding(text, verified(case, Candidate(spliced(source, whole, {node: copied}))))


def _changed(case: Case) -> Finding | None:
    """``x += 1`` outside inference mode."""
    match case.node:
        case ast.AugAssign(target=target):
            pass
        case ast.Call(func=ast.Attribute(value=target)):
            pass
        case _:
            return None
    if not _is_inference(case, target):
        return None
    text = gettext(
        "{tensor} was made in torch.inference_mode(), and outside of it such a tensor cannot be changed in place. "
        "Make it under torch.no_grad(), or go on with a copy: {code}.",
        tensor=operand_text(case, target),
        code=in_a_sentence(postfix(case.site.source, target, ".clone()")),
    )
    return Finding(text, verified(case, *_anew(case)))


def _anew(case: Case) -> Iterator[Candidate]:
    source = case.site.source
    match case.node, case.site.line:
        case ast.AugAssign(target=ast.Name(id=name), op=op, value=value), _ if type(op) in _SIGNS:
            given = segment(source, value)
            given = given if isinstance(value, (ast.Name, ast.Constant, ast.Call, ast.Attribute)) else f"({given})"
            yield Candidate(f"{name} = {name} {_SIGNS[type(op)]} {given}")
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) as call, ast.Expr():
            arguments = segment(source, call)[len(segment(source, call.func)) :]
            yield Candidate(f"{name} = {name}.clone().{attr}{arguments}", replaces_line=True)


def _needs_gradient(case: Case) -> Finding | None:
    """``x.requires_grad_()`` and ``x.requires_grad = True``."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=target, attr="requires_grad_")):
            pass
        case ast.Attribute(value=target):
            pass
        case _:
            return None
    if not _is_inference(case, target):
        return None
    text = gettext(
        "{tensor} was made in torch.inference_mode(), and such a tensor cannot require grad outside of it. Make it "
        "under torch.no_grad(), or go on with a copy: {code}.",
        tensor=operand_text(case, target),
        code=in_a_sentence(postfix(case.site.source, target, ".clone().requires_grad_()")),
    )
    if not isinstance(target, ast.Name) or not isinstance(case.site.line, (ast.Expr, ast.Assign)):
        return Finding(text)
    line = f"{target.id} = {target.id}.clone().requires_grad_()"
    return Finding(text, verified(case, Candidate(line, replaces_line=True)))


def _of_inference_mode(case: Case) -> Iterator[ast.expr]:
    if isinstance(case.node, ast.expr):
        yield from (each for each in case.operands() if _is_inference(case, each))


def _is_inference(case: Case, node: ast.expr) -> bool:
    held = case.real(node)
    return is_tensor_class(type(held)) and bool(base_attribute("is_inference")(held))


_MORE = "autograd/saved-tensors"

RULES = (
    Rule("inference mode", ("RuntimeError",), r"Inference tensors cannot be saved for backward", _saved, _MORE),
    Rule("inference mode", ("RuntimeError",), r"Inplace update to inference tensor outside", _changed, _MORE),
    Rule(
        "inference mode",
        ("RuntimeError",),
        r"Setting requires_grad=True on inference tensor outside",
        _needs_gradient,
        _MORE,
    ),
)
