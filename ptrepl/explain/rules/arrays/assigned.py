"""Attributes of a tensor that cannot be assigned: ``x.dtype = …``, ``x.shape = …``, ``x.grad = 0``."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MORE = "arrays/assigned-attributes"


def _assigned(case: Case) -> tuple[ast.Assign, ast.Attribute] | None:
    line = case.site.line
    match line:
        case ast.Assign(targets=[ast.Attribute() as target]):
            return line, target
    return None


def _gradient(case: Case) -> Finding | None:
    """``w.grad = 0``, ``w.grad = [0, 0]``, a gradient of another shape."""
    found = _assigned(case)
    if found is None or found[1].attr != "grad":
        return None
    statement, target = found
    name, given = operand_text(case, target), statement.value
    value = case.value(given)
    if type(value) in (int, float) and value == 0:
        text = gettext(
            "A gradient is a tensor, or None where there is none. {name} = None clears it; {name}.zero_() fills it "
            "with zeros.",
            name=name,
        )
        whole = segment(case.site.source, target)
        return Finding(text, _clearing(case, whole))
    if type(value) in (list, tuple):
        text = gettext("A gradient is a tensor, or None where there is none. torch.tensor makes one of a list.")
        dtype = f", dtype={segment(case.site.source, target.value)}.dtype"
        new = spliced(case.site.source, statement, {given: f"torch.tensor({segment(case.site.source, given)}{dtype})"})
        return Finding(text, tried(case, [Candidate(new, replaces_line=True)]))
    return Finding(gettext("A gradient is a tensor, or None where there is none."))


def _clearing(case: Case, whole: str) -> tuple[Fix, ...]:
    return tried(case, [Candidate(f"{whole} = None", replaces_line=True, gives="")])


def _gradient_shape(case: Case) -> Finding | None:
    found = _assigned(case)
    if found is None or found[1].attr != "grad":
        return None
    tensor, given = case.shape(found[1].value), case.shape(found[0].value)
    if tensor is None or given is None or tensor == given:
        return None
    return Finding(
        gettext(
            "A gradient has the shape of its tensor: {tensor} is {shape}, and {given} is {given_shape}.",
            tensor=operand_text(case, found[1].value),
            shape=shape_text(tensor),
            given=operand_text(case, found[0].value),
            given_shape=shape_text(given),
        )
    )


def _parameter(case: Case) -> Finding | None:
    """``conv.weight = kernel``: only a Parameter can take the place of a parameter."""
    found = _assigned(case)
    if found is None:
        return None
    statement, target = found
    source = case.site.source
    facts = case.facts(statement.value)
    if facts is None:
        return None
    given = operand_text(case, statement.value)
    held = case.real(target)
    in_forward = any(isinstance(each, ast.FunctionDef) and each.name == "forward" for each in case.parents)
    if in_forward and is_tensor_class(type(held)) and read(held).requires_grad is False:
        return Finding(
            gettext(
                "{name} is a parameter of the module, and only another parameter can take its place. It does not "
                "require grad: a tensor that is kept and not trained is a buffer, which takes this assignment. In "
                '__init__, write self.register_buffer("{attribute}", …) with the tensor itself.',
                name=operand_text(case, target),
                attribute=target.attr,
            )
        )
    if in_forward:
        return Finding(
            gettext(
                "{name} is a parameter of the module, and only another parameter can take its place. A new one, made "
                "in forward, would be a leaf: no gradient would flow from it to what {given} was computed from. "
                "Compute with {given} itself, as F.linear and F.conv2d do with a weight that they are given.",
                name=operand_text(case, target),
                given=given,
            )
        )
    text = gettext(
        "{name} is a parameter of the module, and only another parameter can take its place: nn.Parameter({given}) "
        "makes one. An optimizer that was made before still holds the old one.",
        name=operand_text(case, target),
        given=given,
    )
    shape, wanted = sizes(facts), sizes(read(held)) if is_tensor_class(type(held)) else None
    if shape is not None and wanted is not None and shape != wanted:
        differs = gettext(
            "{name} was {wanted}, and {given} is {shape}.",
            name=operand_text(case, target),
            wanted=shape_text(wanted),
            given=given,
            shape=shape_text(shape),
        )
        return Finding(f"{text} {differs}")
    new = spliced(source, statement, {statement.value: f"nn.Parameter({segment(source, statement.value)})"})
    return Finding(text, tried(case, [Candidate(new, replaces_line=True, gives="")]) or _typed(case, new))


def _typed(case: Case, new: str) -> tuple[Fix, ...]:
    site = case.site
    return () if site.is_nested or site.line is not site.statement else (Fix(new, ""),)


def _data(case: Case) -> Finding | None:
    """``w.data = [[0., 0.]]``."""
    found = _assigned(case)
    if found is None or type(case.value(found[0].value)) not in (list, tuple, int, float):
        return None
    statement, target = found
    text = gettext(
        "{name} is a tensor, and only a tensor can be assigned to it: torch.tensor makes one of {given}.",
        name=operand_text(case, target),
        given=operand_text(case, statement.value),
    )
    source = case.site.source
    new = spliced(source, statement, {statement.value: f"torch.tensor({segment(source, statement.value)})"})
    return Finding(text, tried(case, [Candidate(new, replaces_line=True, gives="")]))


def _seed(case: Case) -> Finding | None:
    """``y.backward(gradient=[1, 2])``, ``y.backward(2)``."""
    node = case.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "backward":
        return _of_number(case)
    named = next((each.value for each in node.keywords if each.arg == "gradient"), None)
    given = named if named is not None else node.args[0] if node.args else None
    value = case.value(given) if given is not None else None
    if given is None or type(value) not in (list, tuple, int, float):
        return None
    output = node.func.value
    text = gettext(
        "gradient is a tensor of the shape of {output}{shape}, floating point as the output is.",
        output=operand_text(case, output),
        shape=_of_shape(case, output),
    )
    return Finding(text, _seeded(case, node, given, value, output))


def _of_number(case: Case) -> Finding | None:
    """``torch.autograd.grad(x**2, x)`` with the plain number 3 for ``x``."""
    node = case.node
    if not isinstance(node, ast.Call) or operand_text(case, node.func).rpartition(".")[2] != "grad":
        return None
    named = next((each.value for each in node.keywords if each.arg == "inputs"), None)
    given = named if named is not None else node.args[1] if len(node.args) > 1 else None
    value = case.value(given) if given is not None else None
    if given is None or type(value) not in (int, float):
        return _from_number(case, node)
    return Finding(
        gettext(
            "{name} is a plain Python number here, and a gradient is asked for with respect to a tensor: one that was "
            "made with requires_grad=True, and that the result was computed from.",
            name=operand_text(case, given),
        )
    )


def _from_number(case: Case, node: ast.Call) -> Finding | None:
    """The same with a plain number for the result."""
    result = next((each.value for each in node.keywords if each.arg == "outputs"), next(iter(node.args), None))
    if result is None or type(case.value(result)) not in (int, float):
        return None
    return Finding(
        gettext(
            "{name} is a plain Python number here, and has no graph that leads back. The gradient is that of a "
            "tensor which was computed from tensors that require grad.",
            name=operand_text(case, result),
        )
    )


def _of_shape(case: Case, node: ast.expr) -> str:
    shape = case.shape(node)
    return "" if shape is None else f", {shape_text(shape)}"


def _seeded(case: Case, node: ast.Call, given: ast.expr, value: object, output: ast.expr) -> tuple[Fix, ...]:
    """The call with a tensor, where that has the shape of the output; stand-ins have no graph to try it on."""
    site, source, shape = case.site, case.site.source, case.shape(output)
    if site.is_nested or site.line is not site.statement or shape is None:
        return ()
    if isinstance(value, (list, tuple)):
        if not all(type(each) in (int, float) for each in value) or shape != (len(value),):
            return ()
        dtype = "" if any(type(each) is float for each in value) else ", dtype=torch.float32"
        new = f"torch.tensor({segment(source, given)}{dtype})"
    else:
        new = f"torch.full_like({operand(source, output)}, {segment(source, given)})"
    return (Fix(spliced(source, site.line, {given: new}), ""),)


def _clear_tensor(case: Case) -> Finding | None:
    """``w.zero_grad()``: that is a method of optimizers and modules."""
    node = case.node
    if not isinstance(node, ast.Attribute) or case.facts(node.value) is None:
        return None
    tensor = operand_text(case, node.value)
    text = gettext(
        "zero_grad() is a method of optimizers and modules; it clears the gradients of all their parameters. Of one "
        "tensor: {tensor}.grad = None.",
        tensor=tensor,
    )
    match case.parents[:2]:
        case (ast.Call(args=[], keywords=[]), ast.Expr()):
            whole = f"{segment(case.site.source, node.value)}.grad"
            return Finding(text, _clearing(case, whole))
    return Finding(text)


BEFORE = ("arrays.growing", "autograd.backward", "data.split")

RULES = (
    Rule("gradient value", ("TypeError",), r"assigned grad expected to be a Tensor or None", _gradient, _MORE),
    Rule("gradient shape", ("RuntimeError",), r"attempting to assign a gradient of size", _gradient_shape, _MORE),
    Rule(
        "parameter",
        ("TypeError",),
        r"cannot assign '\S+' as parameter '\w+' \(torch.nn.Parameter or None expected\)",
        _parameter,
        "modules/assigned-parameter",
    ),
    Rule("tensor data", ("TypeError",), r"Variable data has to be a tensor, but got", _data, _MORE),
    Rule(
        "gradient argument",
        ("TypeError",),
        r"gradients can be either Tensors or None, but got|'(int|float)' object is not iterable",
        _seed,
        "autograd/gradient-argument",
    ),
    Rule("cleared tensor", ("AttributeError",), r"has no attribute 'zero_grad'", _clear_tensor, _MORE),
)
