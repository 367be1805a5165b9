"""One example without a batch dim, given to a network that is written for batches: the call gets a batch of one."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.layers import failing_layer
from ptrepl.explain.operands.loaders import is_dataset, is_loader
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.outer_call import first_convolution, first_layer, outermost_call
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.provenance.passed_before import passed_before
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext


def _one_example(case: Case) -> Finding | None:
    outer = outermost_call(case)
    if outer is None:
        return _several(case)
    call, source = outer.node, outer.site.source
    assert isinstance(call, ast.Call)
    given = call.args[0]
    shape, network = outer.shape(given), outer.real(call.func)
    if not shape or not _is_one(outer, given, shape, network):
        return None
    if outer is case and not _is_taken(case, given):
        return None  # a layer of torch's own that is tried out, perhaps with a vector that is meant as it is
    if len(shape) == 1 and (points := _points(outer, call, given, shape[0], network)) is not None:
        return points
    batch = postfix(source, given, ".unsqueeze(0)")
    code = spliced(source, call, {given: batch})
    text = gettext(
        "{input} is {shape}, one example without a batch dim: {code} makes a batch of one.",
        input=operand_text(outer, given),
        shape=shape_text(shape),
        code=in_a_sentence(code),
    )
    try:
        Evaluator(outer.scope, StandIns()).value(ast.parse(code, mode="eval").body)
    except Failed:
        return _in_train_mode(case, outer, text, code)
    except Unknown:
        return Finding(text)
    fixes = tried(outer, [Candidate(code)])
    case.too_long += outer.too_long
    return Finding(text, fixes if not outer.site.is_nested or not passed_before(outer) else ())


def _points(outer: Case, call: ast.Call, given: ast.expr, count: int, network: Any) -> Finding | None:
    """``net(torch.linspace(0, 1, 100))`` of a network whose first layer takes one number: 100 examples of one."""
    first = own_dict(first_layer(network))
    if count < 2 or first.get("in_features") != 1:
        return None
    code = spliced(outer.site.source, call, {given: postfix(outer.site.source, given, ".unsqueeze(1)")})
    text = gettext(
        "{input} has {count} numbers in one dim, and the first layer of {network} takes one number: {code} makes "
        "{count} examples of them, with one number each.",
        input=operand_text(outer, given),
        count=count,
        network=in_one_line(outer.site.source, call.func),
        code=in_a_sentence(code),
    )
    return Finding(text, tried(outer, [Candidate(code)]))


def _several(case: Case) -> Finding | None:
    """``critic(state, action)`` with a vector for each, of a network that joins its inputs along dim 1."""
    site = next((each for each in own_sites(case) if not each.is_nested), None)
    call = site.node if site is not None and case.site.is_nested else None
    held = case.site.frame.f_locals.get("self") if case.site.is_nested else None
    if site is None or not isinstance(call, ast.Call) or call.keywords or len(call.args) < 2:
        return None
    outer = replace(case, maybe_site=site)
    shapes = [outer.shape(each) for each in call.args]
    if outer.real(call.func) is not held or kind_of(held) is not Kind.MODULE:
        return None
    if not all(shape is not None and len(shape) == 1 and shape[0] > 1 for shape in shapes):
        return None  # (1,) may be a batch of one already
    code = spliced(site.source, call, {each: postfix(site.source, each, ".unsqueeze(0)") for each in call.args})
    fixes = tried(outer, [Candidate(code)])
    if not fixes:
        return None
    text = gettext(
        "{inputs} are one example each, without a batch dim: {code} makes a batch of one.",
        inputs=every([operand_text(outer, each) for each in call.args]),
        code=in_a_sentence(code),
    )
    return Finding(text, fixes)


def _in_train_mode(case: Case, outer: Case, text: str, code: str) -> Finding | None:
    """The same where a layer takes its mean and spread over the batch, which one row does not have."""
    layer = failing_layer(case, "_BatchNorm")
    if layer is None or own_dict(layer.module).get("training") is not True or len(layer.shape) != 1:
        return None
    call, site = outer.node, outer.site
    assert isinstance(call, ast.Call)
    network = in_one_line(site.source, call.func)
    mode = gettext(
        "{network} is in train mode, in which {layer} ({type}) needs two rows or more: to use it for one, "
        "{network}.eval() first.",
        network=network,
        layer=layer.path,
        type=type_name(layer.module),
    )
    alone = not site.is_nested and site.line is site.statement and isinstance(site.line, (ast.Expr, ast.Assign))
    fixes = (Fix(f"{network}.eval()\n{spliced(site.source, site.line, {call: code})}"),) if alone else ()
    return Finding(f"{text} {mode}", fixes)


def _is_one(case: Case, node: ast.expr, shape: tuple[int, ...], network: Any) -> bool:
    """Whether what a network was given is certain to be one example: a vector, an image of the right channels, or what
    one index took out of several."""
    first = first_convolution(network)
    if first is not None:
        return len(shape) == first[0] + 1 and shape[0] == first[1]
    return len(shape) == 1 or (len(shape) < 4 and _is_taken(case, node))


def _is_taken(case: Case, node: ast.expr) -> bool:
    """Whether ``x[0]``, ``dataset[3][0]`` or the variable of a loop over a tensor or a dataset gave it."""
    if isinstance(node, ast.Name):
        made = origin(case, node.id)
        if made is not None:
            return _is_indexed(case, made.value)
        return any(
            isinstance(each, ast.For)
            and any(isinstance(part, ast.Name) and part.id == node.id for part in ast.walk(each.target))
            and _has_examples(case, each.iter)
            for each in case.parents
        )
    return _is_indexed(case, node)


def _is_indexed(case: Case, node: ast.expr) -> bool:
    match node:
        case ast.Subscript(value=base, slice=index) if type(case.value(index)) is int:
            return _has_examples(case, base) or _is_indexed(case, base)
    return False


def _has_examples(case: Case, node: ast.expr) -> bool:
    held = case.real(node)
    return case.shape(node) is not None or (held is not None and is_dataset(held) and not is_loader(held))


BEFORE = (
    "containers.used_up",
    "data.unpack",
    "inputs.gone_dim",
    "modules.network_call",
    "python.positions",
    "sequences.two_states",
    "shapes.dim",
    "shapes.index",
    "shapes.join",
    "shapes.join_dims",
    "shapes.layer",
    "shapes.mask",
)

RULES = (
    Rule(
        "one example",
        ("IndexError", "RuntimeError", "ValueError"),
        r"^Dimension out of range|^too many indices for tensor|number of dimensions in the tensor input does not match|"
        r"^expected \dD(?: or \dD)? input \(got|^not enough values to unpack",
        _one_example,
        more="modules/layer-dims",
    ),
)
