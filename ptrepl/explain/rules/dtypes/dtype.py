"""Matrix products, convolutions and other operations whose tensors have different dtypes."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict, type_name
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import loop_at_prompt, loops_over, read_from_here, with_line_before
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.callers import argument_at_prompt
from ptrepl.explain.operands.dtypes import conversion, converted, dtype_origin, is_integral, preferred
from ptrepl.explain.operands.sides import calls_in_place, is_matmul, operation_called, sides
from ptrepl.explain.rewrite import operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.dtypes.by_caller import converted_by_caller
from ptrepl.explain.rules.dtypes.index_values import are_tokens, no_quantities
from ptrepl.texts.messages import gettext

_OF_NUMBERS = frozenset(
    """
    mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy binary_cross_entropy_with_logits
    MSELoss L1Loss SmoothL1Loss HuberLoss BCELoss BCEWithLogitsLoss
    """.split()
)
"""Losses whose target is floating point numbers."""
_MOST_BYTES = 5_000_000
_Operand = tuple[ast.expr, str]


def _dtypes(case: Case) -> list[_Operand]:
    """The tensors that took part, each with its dtype."""
    if any(True for _ in case.modules()):
        return []  # the weights of a layer took part too
    found = [(node, facts.dtype) for node, facts in case.tensors() if isinstance(facts.dtype, str)]
    if not re.search("destination|self", case.message) or "mat2" in case.message:
        return found
    value = _assigned(case)
    facts = case.facts(value) if value is not None else None
    if value is not None and facts is not None and isinstance(facts.dtype, str):
        return [*found[:1], (value, facts.dtype)]
    return [found[0], found[-1]] if found else []  # what lies between is the index


def _assigned(case: Case) -> ast.expr | None:
    """What was to be written, where the failing node is the left side of an assignment: ``x[mask] = value``."""
    match case.parents[:1]:
        case (ast.Assign(targets=[target], value=value),) if target is case.node:
            return value
    return None


def _mixed(case: Case) -> Finding | None:
    operands = _dtypes(case)
    dtypes = {dtype for _, dtype in operands}
    if len(dtypes) < 2:
        return None
    first = operands[0]
    other = next(each for each in operands if each[1] != first[1])
    left, right = sides(case, first[0], other[0])
    if is_matmul(case.node):
        what = gettext(
            "{left} is {dtype} and {right} is {other}: @ needs the same dtype on both sides.",
            left=left,
            dtype=first[1],
            right=right,
            other=other[1],
        )
    else:
        what = gettext(
            "{left} is {dtype} and {right} is {other}: {operation} needs one dtype for both.",
            left=left,
            dtype=first[1],
            right=right,
            other=other[1],
            operation=operation_called(case),
        )
    text = " ".join(filter(None, (what, dtype_origin(case, operands))))
    if any(are_tokens(case, each) for each, _ in operands):
        return Finding(text)
    written = _assigned(case) is not None or calls_in_place(case.node)
    if written and is_integral(first[1]) and other[1].startswith(("float", "bfloat")):
        return _into_integers(case, text, first, other[1])
    return Finding(text, tried(case, _conversions(case, operands)))


def _into_integers(case: Case, text: str, target: _Operand, dtype: str) -> Finding:
    """``counts[mask] = shares`` of integers, to which a conversion of what is written would cut the fractions off."""
    node = target[0].value if isinstance(target[0], ast.Subscript) else target[0]
    keeps = gettext(
        "{name} keeps its dtype when it is written into, and integers have no fractions. Make it with "
        "dtype=torch.{dtype}, or round what is written, where that is meant.",
        name=case.called(node, gettext("The tensor")),
        dtype=dtype,
    )
    site = case.site
    if not isinstance(node, ast.Name) or site.is_nested or site.line is not site.statement:
        return Finding(f"{text} {keeps}")
    line = segment(site.source, site.line)
    return Finding(f"{text} {keeps}", (Fix(f"{node.id} = {node.id}{conversion(dtype)}\n{line}"),))


def _conversions(case: Case, operands: list[_Operand]) -> Iterator[Candidate]:
    source, node = case.site.source, case.node
    assert node is not None
    if (value := _assigned(case)) is not None:
        text = converted(case, value, operands[0][1])
        yield Candidate(spliced(source, case.site.line, {value: text}), replaces_line=True)
        return
    # what is written to keeps its dtype: .double().add_() would write to a copy
    targets = [operands[0][1]] if calls_in_place(node) else preferred({dtype for _, dtype in operands})
    for target in targets:
        texts: dict[ast.expr | ast.stmt, str] = {
            each: converted(case, each, target) for each, dtype in operands if dtype != target
        }
        if isinstance(node, ast.AugAssign) and node.target in texts:
            if not isinstance(node.target, ast.Name):
                return
            # x.float() @= w is no statement
            right = texts.get(node.value) or operand(source, node.value)
            yield Candidate(f"{case.text(node.target)} = {texts[node.target]} @ {right}")
        else:
            yield Candidate(spliced(source, node, texts))


def _layer(case: Case) -> Finding | None:
    modules = [*case.modules()]
    given = _given(case)
    if not modules or given is None:
        return None
    path, module = modules[-1]
    weights, dtype = _weights_dtype(module), read(given).dtype
    if weights is None or not isinstance(dtype, str) or weights == dtype:
        return None
    node = next((node for node, facts in case.tensors() if facts.dtype == dtype), None)
    kind = type_name(module)
    if node is None:
        return Finding(
            gettext(
                "What reaches {layer} ({kind}) is {dtype}, and its weights are {weights}: a layer needs its input in "
                "the dtype of its weights.",
                layer=path,
                kind=kind,
                dtype=dtype,
                weights=weights,
            )
        )
    name = case.called(node, gettext("The input"))
    if kind.endswith("Loss"):
        return Finding(_weighted(case, module, {"input": name, "dtype": dtype, "layer": path, "kind": kind}, weights))
    what = gettext(
        "{input} is {dtype}, and the weights of {layer} ({kind}) are {weights}: a layer needs its input in the dtype "
        "of its weights.",
        input=name,
        dtype=dtype,
        layer=path,
        kind=kind,
        weights=weights,
    )
    if (caller := converted_by_caller(case, given, weights)) is not None:
        return Finding(f"{what} {caller.text}", caller.fixes)
    if is_integral(dtype) and (other := no_quantities(case, node, given, path, kind)) is not None:
        return Finding(f"{what} {other.text}", other.fixes)
    if dtype.startswith("complex") and not weights.startswith("complex"):
        parts = gettext(
            "A complex number has two parts, and a conversion would leave the imaginary one out. A layer made with "
            "dtype=torch.cfloat computes with such numbers; {code} gives both parts as two floating point numbers, and "
            ".abs() the absolute value.",
            code=f"torch.view_as_real({case.called(node, '…')})",
        )
        return Finding(f"{what} {parts}")
    text = " ".join(filter(None, (what, dtype_origin(case, [(node, dtype)]), _bytes_told(given))))
    return Finding(text, _fixes(case, node, given, weights))


def _bytes_told(given: Any) -> str:
    if not _scaled(given):
        return ""
    return gettext("Bytes of an image go from 0 to 255; / 255 brings them into 0 to 1, the range that networks expect.")


def _weighted(case: Case, module: Any, fields: dict[str, str], weights: str) -> str:
    """A loss that was made with class weights of NumPy's float64."""
    held = own_dict(module).get("_buffers")
    weight = held.get("weight") if type(held) is dict else None
    named = [name for name, value in case.names.items() if value is weight and not name.startswith("_")]
    what = gettext(
        "{input} is {dtype}, and the class weights of {layer} ({kind}) are {weights}: they must have one dtype.",
        **fields,
        weights=weights,
    )
    if weight is None:
        return what
    code = f"weight={named[0] if named else 'w'}{conversion(fields['dtype'])}"
    how = gettext("Make the loss with weights of that dtype: nn.{kind}({code}).", kind=fields["kind"], code=code)
    return f"{what} {how}"


def _given(case: Case) -> Any:
    """The tensor that reached the layer that failed."""
    frame = case.inner("forward")
    names = frame.f_locals if frame is not None else {}
    found = next((names[name] for name in ("input", "query", "src") if name in names), None)
    return found if is_tensor_class(type(found)) else None


def _weights_dtype(module: Any) -> str | None:
    """The one dtype of its own parameters and buffers, counters aside; None if there are none, or several."""
    dtypes = set()
    for part in ("_parameters", "_buffers"):
        held = own_dict(module).get(part)
        for each in held.values() if type(held) is dict else ():
            if is_tensor_class(type(each)):
                dtypes.add(read(each).dtype)
    dtypes.discard("int64")  # num_batches_tracked
    only = dtypes.pop() if len(dtypes) == 1 else None
    return only if isinstance(only, str) else None


def _fixes(case: Case, node: ast.expr, given: Any, dtype: str) -> tuple[Fix, ...]:
    assert case.node is not None
    fixes = tried(case, _conversion(case, node, given, dtype))
    if not fixes or not isinstance(case.site.statement, ast.ClassDef):
        return fixes
    # the class again would make a new network; where its input has a name at the prompt, that can be converted
    name = next((name for name, value in case.names.items() if value is given and not name.startswith("_")), None)
    if name is None:
        return _where_passed(case, given, dtype) or fixes
    if name in loops_over(case):
        return _in_loop(case, given, dtype)
    code = f"{name}{conversion(dtype)}{_scaled(given)}"
    return (Fix(f"{name} = {code}", gettext("dtype {dtype}", dtype=dtype)),)


def _scaled(given: Any) -> str:
    """What brings the bytes of an image, 0 to 255, into 0 to 1; "" for other tensors."""
    facts = read(given)
    if facts.dtype != "uint8" or not isinstance(facts.shape, tuple) or len(facts.shape) < 3:
        return ""
    plain = type(given) is sys.modules["torch"].Tensor and facts.device == "cpu"
    return " / 255" if plain and 0 < given.numel() <= _MOST_BYTES and int(given.max()) > 100 else ""


def _where_passed(case: Case, given: Any, dtype: str) -> tuple[Fix, ...]:
    """The statement at the prompt that passes the input on, with the input converted there: ``net(x.float())``."""
    found = argument_at_prompt(case, given)
    if found is None or found[0].site.line is not found[0].site.statement:
        return ()
    at, node = found
    text = f"{converted(at, node, dtype)}{_scaled(given)}"
    return verified(at, Candidate(spliced(at.site.source, at.site.line, {node: text}), replaces_line=True))


def _in_loop(case: Case, given: Any, dtype: str) -> tuple[Fix, ...]:
    """The loop at the prompt, which converts what it has in the wrong dtype: the input, and the target with it."""
    wrong = read(given).dtype
    names = []
    for name in read_from_here(case):
        value = case.names.get(name)
        if not is_tensor_class(type(value)) or read(value).dtype != wrong or name not in loops_over(case):
            continue
        if value is given or not is_integral(str(wrong)) or _is_numbers_to_predict(case, name):
            names.append(name)
    pairs = ", ".join(f"{each}{conversion(dtype)}" for each in names)
    return with_line_before(case, f"{', '.join(names)} = {pairs}") if names else ()


def _is_numbers_to_predict(case: Case, name: str) -> bool:
    """Whether the loop gives ``name`` to a loss that computes with it, such as MSELoss: class indices stay integers."""
    for each in ast.walk(loop) if (loop := loop_at_prompt(case)) is not None else ():
        if isinstance(each, ast.Call) and any(isinstance(part, ast.Name) and part.id == name for part in each.args):
            word = called_name(each)
            if word in _OF_NUMBERS or type_name(case.names.get(word)) in _OF_NUMBERS:
                return True
    return False


def _conversion(case: Case, node: ast.expr, given: Any, dtype: str) -> Iterator[Candidate]:
    assert case.node is not None
    is_given = isinstance(case.node, ast.Call) and any(node is each for each in case.node.args)
    text = f"{converted(case, node, dtype)}{_scaled(given) if is_given else ''}"
    yield Candidate(spliced(case.site.source, case.node, {node: text}))


BEFORE = ("dtypes.needs_float",)

RULES = (
    Rule(
        "operand dtypes",
        ("RuntimeError",),
        r"expected m1 and m2 to have the same dtype|mat1 and mat2 must have the same dtype|"
        r"self and mat2 must have the same dtype|expected scalar type \w+ but found \w+|"
        r"addmv input tensors must have the same dtype|expected both vectors to have same dtype|"
        r"expected dtype \w+ for `\w+` but got dtype \w+|Expected A and B to have the same dtype|"
        r"Expected query, key, and value to have the same dtype|expected self and source to have same dtypes|"
        r"Expected self.dtype to be equal to src.dtype|source and destination dtypes match|"
        r"tensor must be same dtype as the input tensor|Expected object of scalar type \w+ but got scalar type|"
        # a convolution, on a CPU whose library has no kernel for that dtype
        r"Input type \([\w.:]+\) and (?:weight|bias) type \([\w.:]+\) should be the same",
        _mixed,
        more="dtypes/matrix-product",
        lesson="creation/write-down",
    ),
    Rule(
        "layer dtype",
        ("RuntimeError", "ValueError", "NotImplementedError"),
        r"mat1 and mat2 must have the same dtype|expected m1 and m2 to have the same dtype|"
        r"Input type \(.+\) and (bias|weight) type|RNN input dtype|mixed dtype \(CPU\)|"
        r"expected scalar type \w+ but found \w+|\"batch_norm\" not implemented for|"
        r"must have the same dtype",
        _layer,
        more="dtypes/layer-input",
        lesson="creation/live-and-saved",
    ),
)
