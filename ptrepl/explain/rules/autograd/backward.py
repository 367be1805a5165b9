"""``backward`` of a tensor that is no scalar, and with a ``gradient`` of the wrong shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import prod
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.retyped import retyped
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.provenance.backward import Start, named_tensors, start_of
from ptrepl.explain.provenance.graph import behind, is_intact, node_of
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import is_torch_function
from ptrepl.texts.messages import gettext, ngettext

_LOSSES = ("loss", "cost", "nll", "elbo", "objective", "total", "error")


def _several(case: Case) -> Finding | None:
    start = start_of(case)
    if start is None or len(start.tensors) != 1:
        return None
    shape = _shape(start)
    name = start.name(case)
    if not shape:
        return None
    what = ngettext(
        "{name} is {shape}, {count} element, and gradients are computed from a scalar, a single number.",
        "{name} is {shape}, {count} elements, and gradients are computed from a scalar, a single number.",
        prod(shape),
        name=name,
        shape=shape_text(shape),
    )
    reduce = gettext("Reduce it first: mean() takes the average, sum() adds the elements up.")
    text = f"{what} {reduce}"
    if not is_intact(start.tensors[0]) or start.node is None:
        return Finding(text)
    if start.inputs:
        return Finding(text, tuple(_of_grad(case, start, start.node)))
    if (loss := _loss_of(case, start)) is not None:
        there = gettext("{loss} was computed from {name} and is one: write {loss}.backward().", loss=loss, name=name)
        return Finding(f"{what} {there}", tried(case, _from_other(case, start.node, loss)))
    if (mask := _masked_by(case, start.node, shape)) is not None:
        said, code = mask
        return Finding(f"{text} {said}", tried(case, _from_other(case, start.node, code)))
    if _is_output(case, start.node):
        train = gettext("To train, call backward() on a loss that is computed from {name}.", name=name)
        text = f"{text} {train}"
    return Finding(text, tried(case, _reduced(case, start.node)))


def _loss_of(case: Case, start: Start) -> str | None:
    """The one name of a single number that was computed from the start, ``loss`` for ``outputs.backward()``."""
    node = node_of(start.tensors[0])
    found: dict[Any, str] = {}
    for name, value in named_tensors(case).items():
        if not any(word in name.lower() for word in _LOSSES) or read(value).shape != ():
            continue
        if node is not None and node_of(value) is not None and node in {*behind([value]).nodes} and is_intact(value):
            found.setdefault(node_of(value), name)
    return next(iter(found.values())) if len(found) == 1 else None


def _masked_by(case: Case, node: ast.expr, shape: tuple[int, ...]) -> tuple[str, str] | None:
    """``loss * mask``, a sentence on it and the mean of what the mask leaves in; None where there is no mask."""
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    match made.value if made is not None else None:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            pass
        case _:
            return None
    assert made is not None
    for each in (left, right):
        facts = case.facts(each)
        if not isinstance(each, ast.Name) or facts is None or facts.shape != shape:
            continue
        if facts.dtype == "bool" or "mask" in each.id.lower():
            code = f"({segment(case.site.source, node)}.sum() / {each.id}.sum())"
            said = gettext(
                "`{statement}` has zeros where {mask} leaves something out, and mean() would count them: {code} is "
                "the average of the rest.",
                statement=made.label,
                mask=each.id,
                code=code[1:-1],
            )
            return said, code
    return None


def _is_output(case: Case, node: ast.expr) -> bool:
    """Whether a network of the session gave it, and no loss did."""
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    match made.value if made is not None else None:
        case ast.Call(func=func):
            called = case.real(func)
            return kind_of(called) is Kind.MODULE and not type_name(called).endswith("Loss")
    return False


def _from_other(case: Case, node: ast.expr, code: str) -> Iterator[Candidate]:
    """The line with ``code`` in the place of what goes back."""
    line, source = case.site.line, case.site.source
    match line:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=value)) as call) if value is node:
            rest = segment(source, call)[len(segment(source, call.func)) :]
            yield Candidate(f"{code}.backward{rest}", replaces_line=True)


def _shape(start: Start) -> tuple[int, ...] | None:
    shape = read(start.tensors[0]).shape
    return tuple(each for each in shape if isinstance(each, int)) if isinstance(shape, tuple) else None


def _reductions(case: Case, node: ast.expr) -> tuple[str, str]:
    """The likelier one first: a loss is a mean more often than a sum."""
    return (".mean()", ".sum()") if "loss" in case.text(node).lower() else (".sum()", ".mean()")


def _reduced(case: Case, node: ast.expr) -> Iterator[Candidate]:
    line = case.site.line
    if isinstance(line, ast.Expr) and line.value is case.site.node:
        source, call = case.site.source, line.value
        for way in _reductions(case, node):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.value is node:
                rest = segment(source, call)[len(segment(source, call.func)) :]
                yield Candidate(f"{postfix(source, node, way)}.backward{rest}", replaces_line=True)


def _of_grad(case: Case, start: Start, node: ast.expr) -> Iterator[Fix]:
    """For ``autograd.grad``. Whether the inputs are in the graph is read there: stand-ins do not share the graph."""
    site = case.site
    graph = start.graph()
    reached = [*graph.leaves()]
    if site.is_nested or not all(any(each is leaf for leaf in reached) for each in start.inputs):
        return
    for way in _reductions(case, node):
        inner = tried(case, [Candidate(postfix(site.source, node, way), of=node)])
        if inner:
            yield Fix(spliced(site.source, site.node, {node: inner[0].code}))


def _mismatch(case: Case) -> Finding | None:
    start, node = start_of(case), case.node
    if start is None or start.node is None or not isinstance(node, ast.Call) or len(start.tensors) != 1:
        return None
    given = next((each.value for each in node.keywords if each.arg == "gradient"), None)
    given = given or (node.args[0] if len(node.args) == 1 and not start.inputs else None)
    shape, other = _shape(start), case.shape(given) if given is not None else None
    if given is None or shape is None or other is None or given is start.node:
        return None
    gradient = case.called(given, gettext("the gradient"))
    text = gettext(
        "{name} is {shape} and {gradient} is {other}: the gradient has one weight for each element, so both need the "
        "same shape.",
        name=start.name(case),
        shape=shape_text(shape),
        gradient=gradient,
        other=shape_text(other),
    )
    if not shape:
        return _of_scalar(case, start, text, given)
    if not _is_ones(given):
        return Finding(text)  # whatever fits in shape would not be the learner's weights
    line, source = case.site.line, case.site.source
    same = f"torch.ones_like({segment(source, start.node)})"
    if not isinstance(line, ast.Expr) or line.value is not node or not is_intact(start.tensors[0]):
        return Finding(text)
    return Finding(text, tried(case, [Candidate(spliced(source, line, {given: same}), replaces_line=True)]))


def _is_ones(node: ast.expr) -> bool:
    """Whether it is all ones, so that ``torch.ones_like`` says the same in another shape."""
    match node:
        case ast.Call(func=ast.Attribute(attr="ones" | "ones_like")):
            return True
    numbers = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
    return bool(numbers) and all(type(each) in (int, float) and each == 1 for each in numbers)


def _of_scalar(case: Case, start: Start, text: str, given: ast.expr) -> Finding:
    """A weight for each element of what a reduction has made one number of."""
    made = origin(case, start.node.id) if isinstance(start.node, ast.Name) else None
    said = gettext("{name} is one number already.", name=start.name(case))
    if prod(case.shape(given) or (0,)) == 1:
        single = gettext("The one weight for it has the shape () too, as torch.tensor(1.0) has.")
        weight = postfix(case.site.source, given, ".squeeze()")
        ways = [Candidate(spliced(case.site.source, case.site.node, {given: weight}))]
        return Finding(f"{text} {said} {single}", tried(case, ways) or verified(case, *ways))
    if made is None:
        return Finding(f"{text} {said}")
    whole = _unreduced(case, made)
    if whole is None:
        return Finding(f"{text} {said}")
    reduced = gettext("`{statement}` has made one number of all elements.", statement=made.label)
    keep = gettext("`{code}` keeps them.", code=one_line(whole))
    fix = retyped(case, lambda tensor: tensor is start.tensors[0], {made.statement: whole})
    return Finding(f"{text} {reduced} {keep}", (fix,) if fix is not None else ())


def _unreduced(case: Case, made: Origin) -> str | None:
    """``out = F.mse_loss(x, y)`` → with ``reduction="none"``; ``out = x.sum()`` → ``out = x``."""
    match made.value:
        case ast.Call(func=func, args=[_, _], keywords=keywords) as call if is_torch_function(case.real(func)):
            named = {each.arg: each.value for each in keywords}
            if not ast.unparse(func).endswith(("_loss", "cross_entropy", "with_logits")):
                return None
            if "reduction" in named:
                return spliced(made.source, made.statement, {named["reduction"]: '"none"'})
            text = segment(made.source, call)
            return spliced(made.source, made.statement, {call: f'{text.removesuffix(")")}, reduction="none")'})
        case ast.Call(func=ast.Attribute(value=base, attr="sum" | "mean"), args=[], keywords=[]) as call:
            return spliced(made.source, made.statement, {call: segment(made.source, base)})
    return None


RULES = (
    Rule(
        "non-scalar backward",
        ("RuntimeError",),
        r"grad can be implicitly created only for scalar outputs",
        _several,
        more="autograd/backward-of-scalar",
        lesson="autograd-more/weighted-grad",
    ),
    Rule(
        "gradient shape",
        ("RuntimeError",),
        r"Mismatch in shape: grad_output\[0\]",
        _mismatch,
        more="autograd/gradient-argument",
        lesson="autograd-more/weighted-grad",
    ),
)
