"""A result that cannot be cast to the dtype of the tensor it is written into: ``x /= 2`` of integers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.operator_signs import OPERATOR_SIGNS
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.dtypes import converted, is_float, is_integral
from ptrepl.explain.rewrite import in_a_sentence, operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _cast(case: Case) -> Finding | None:
    match case.node:
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in OPERATOR_SIGNS:
            return _written(
                case, target, f"{OPERATOR_SIGNS[type(op)]}=", _assigned(case, target, OPERATOR_SIGNS[type(op)], value)
            )
        case ast.Call(func=ast.Attribute(value=base, attr=name)) if name.endswith("_") and case.facts(base) is not None:
            return _written(case, base, f".{name}", _without_underscore(case, base, name))
        case ast.Call():
            return _argument(case)
    return None


def _written(case: Case, target: ast.expr, sign: str, ways: Iterator[Candidate]) -> Finding | None:
    facts = case.facts(target)
    if facts is None:
        return None
    keeps = gettext(
        "{operation} changes it in place and keeps its dtype, but the result has another dtype and cannot be cast to "
        "it.",
        operation=sign,
    )
    holds = _holds(case.called(target, gettext("The left side")), str(facts.dtype))
    text = f"{holds} {keeps}"
    if (bounds := _float_bounds(case, target, str(facts.dtype))) is not None:
        return Finding(f"{holds} {bounds.text}", bounds.fixes)
    if _goes_over_state(case, target) and is_integral(str(facts.dtype)):
        name = case.called(target, gettext("The left side"))
        skip = gettext(
            "A counter among the weights, such as num_batches_tracked of a batch norm, is no floating point tensor: "
            "skip it, or convert the update to the dtype of {name}.",
            name=name,
        )
        text = f"{text} {skip}"
    return Finding(text, tried(case, ways))


def _float_bounds(case: Case, base: ast.expr, dtype: str) -> Finding | None:
    """``rows.clamp_(lower, gain[2] - 1)`` of integers, with a bound that is floating point."""
    node, line, source = case.node, case.site.line, case.site.source
    match node:
        case ast.Call(func=ast.Attribute(attr="clamp_" | "clip_" | "clamp_min_" | "clamp_max_" as name)):
            pass
        case _:
            return None
    bounds = _floats(case, node)
    if not bounds or not is_integral(dtype):
        return None
    text = gettext(
        ".{name} works in place and keeps the dtype, and the bound {bound} is {given}. A bound for integers is an "
        "integer: {code}.",
        name=name,
        bound=case.text(bounds[0]),
        given=str(case.facts(bounds[0]).dtype),  # type: ignore[union-attr]
        code=in_a_sentence(postfix(source, bounds[0], ".long()")),
    )
    calls = [
        each
        for each in ast.walk(line)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr == name
    ]
    texts: dict[ast.expr | ast.stmt, str] = {
        each: postfix(source, each, ".long()") for call in calls for each in _floats(case, call)
    }
    return Finding(text, verified(case, Candidate(spliced(source, line, texts), replaces_line=True)))


def _floats(case: Case, call: ast.Call) -> list[ast.expr]:
    given = [*call.args, *(each.value for each in call.keywords)]
    return [each for each in given if (facts := case.facts(each)) is not None and is_float(str(facts.dtype))]


def _holds(name: str, dtype: str) -> str:
    if dtype == "bool":
        return gettext("{name} is bool and holds only True and False.", name=name)
    if is_integral(dtype):
        return gettext("{name} is {dtype} and holds integers.", name=name, dtype=dtype)
    return gettext("{name} is {dtype}.", name=name, dtype=dtype)


def _assigned(case: Case, target: ast.expr, sign: str, value: ast.expr) -> Iterator[Candidate]:
    source = case.site.source
    # .T and .data of a tensor cannot be bound to another one
    own = isinstance(target, ast.Attribute) and case.facts(target.value) is None
    if isinstance(target, ast.Name) and not may_be_bound_anew(case, target.id):
        yield from _converted_update(case, target, value)
    elif isinstance(target, ast.Name) or own:
        name = case.text(target)
        yield Candidate(f"{name} = {name} {sign} {operand(source, value)}")
        facts = case.facts(target)
        if sign == "/" and facts is not None and facts.dtype != "uint8":  # the bytes of an image would all be 0
            yield Candidate(f"{name} //= {case.text(value)}")
    elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        name = target.value.id
        yield Candidate(f"{name} = {name}.float()")


def _without_underscore(case: Case, base: ast.expr, name: str) -> Iterator[Candidate]:
    """``x = x.div(2)`` for ``x.div_(2)``; where others have the tensor too, the update in the dtype of ``x``."""
    site, node = case.site, case.node
    if not isinstance(base, ast.Name) or not may_be_bound_anew(case, base.id):
        if isinstance(node, ast.Call) and len(node.args) == 1:
            yield from _converted_update(case, base, node.args[0])
        return
    if not (isinstance(site.line, ast.Expr) and site.line.value is node):
        return
    func = node.func if isinstance(node, ast.Call) else None
    assert func is not None
    text = spliced(site.source, site.line, {func: postfix(site.source, base, f".{name[:-1]}")})
    yield Candidate(f"{base.id} = {text}", replaces_line=True)


def _converted_update(case: Case, base: ast.expr, given: ast.expr) -> Iterator[Candidate]:
    source, line, node = case.site.source, case.site.line, case.node
    assert node is not None
    name = segment(source, base)
    if isinstance(line, (ast.Expr, ast.AugAssign)) and _goes_over_state(case, base):
        yield Candidate(f"if {name}.is_floating_point():\n    {segment(source, line)}", replaces_line=True, gives="")
    yield Candidate(spliced(source, node, {given: postfix(source, given, f".to({name}.dtype)")}))


def _goes_over_state(case: Case, base: ast.expr) -> bool:
    """Whether it is the variable of a loop over a state dict or buffers, some of which are counters."""
    loops = [each for each in case.parents if isinstance(each, ast.For)]
    words = {part.attr for each in loops for part in ast.walk(each.iter) if isinstance(part, ast.Attribute)}
    bound = {part.id for each in loops for part in ast.walk(each.target) if isinstance(part, ast.Name)}
    return isinstance(base, ast.Name) and base.id in bound and bool(words & {"state_dict", "buffers", "named_buffers"})


def may_be_bound_anew(case: Case, name: str) -> bool:
    """Whether ``name = …`` does what a change in place was to do: the name is read again where it is bound.

    The variable of a loop, or an argument that the function does not use afterwards, is changed for others who have it.
    """
    site = case.site
    loops = [each for each in case.parents if isinstance(each, (ast.For, ast.comprehension))]
    if any(isinstance(part, ast.Name) and part.id == name for each in loops for part in ast.walk(each.target)):
        return False
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if function is None or name not in {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}:
        return True
    end = site.line.end_lineno or site.line.lineno
    return any(
        isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load) and each.lineno > end
        for each in ast.walk(function)
    )


def _argument(case: Case) -> Finding | None:
    """An integer tensor among the arguments, such as the target of a loss: the function writes into a copy of it."""
    integers = [(node, facts) for node, facts in case.tensors() if is_integral(str(facts.dtype))]
    node = case.node
    if len(integers) != 1 or not isinstance(node, ast.Call) or any(each.arg == "out" for each in node.keywords):
        return None
    found, facts = integers[0]
    tensor, function = case.called(found, gettext("One argument")), case.called(node.func, gettext("the function"))
    text = gettext(
        "{tensor} is {dtype}, and {function} computes floating point numbers from it, which cannot be cast to that "
        "dtype.",
        tensor=tensor,
        dtype=facts.dtype,
        function=function,
    )
    source = case.site.source
    return Finding(text, tried(case, [Candidate(spliced(source, node, {found: converted(case, found, "float32")}))]))


RULES = (
    Rule(
        "result cast",
        ("RuntimeError",),
        r"result type \w+ can't be cast to the desired output type",
        _cast,
        more="dtypes/in-place",
        lesson="creation/one-price",
    ),
)
