"""Elements of the list for torch.cat and torch.stack that are no tensors: numbers, arrays, tuples of tensors."""

from __future__ import annotations

import ast
import sys

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, type_name
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.invocation import FailedCall, changed, invocation
from ptrepl.explain.operands.joined import CAT, JOINS
from ptrepl.explain.operands.outline import outline
from ptrepl.explain.rewrite import operand, postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _not_a_tensor(case: Case) -> Finding | None:
    call = invocation(case)
    given = call.argument(0, "tensors") if call is not None else None
    index = int(case.match["index"])
    if call is None or given is None or call.name not in JOINS:
        return None
    if isinstance(given, (ast.List, ast.Tuple)):
        if index >= len(given.elts):
            return None
        node = given.elts[index]
        name = case.called(node, gettext("One element"))
        text = gettext(
            "{element} is not a tensor, and {call} joins tensors only.",
            element=name,
            call=call.said,
        )
        value = case.value(node)
        if (nested := _of_nested(case, call, given)) is not None:
            return nested
        if (singles := _single_batches(case, call, given)) is not None:
            return singles
        if (alone := _numbers_alone(case, call, given, text)) is not None:
            return alone
        if type(value) not in (int, float, bool):
            return Finding(text)
        new = f"torch.tensor({case.text(node)})" if call.name == "stack" else f"torch.tensor([{case.text(node)}])"
        return Finding(text, tried(case, [Candidate(changed(case, {node: new}))]))
    if type(case.error) is TypeError and case.message.endswith("NoneType") and isinstance(given, ast.ListComp):
        return _none_among(case, call, given, index)
    real = case.real(given)
    if type(real) not in (list, tuple) or index >= len(real):
        return None
    text = gettext(
        "{list}[{index}] is of type {type}, and {call} joins tensors only.",
        list=case.text(given),
        index=index,
        type=type_name(real[index]),
        call=call.said,
    )
    if all(type_name(each) == "ndarray" for each in real):
        return Finding(text, _joined_in_numpy(case, call, given))
    if call.name == "stack" and all(type(each) in (int, float) for each in real):
        numbers = gettext("torch.tensor makes a tensor of a list of numbers.")
        return Finding(
            f"{text} {numbers}", tried(case, [Candidate(f"torch.tensor({segment(case.site.source, given)})")])
        )
    scalars = all(type(each) in (int, float) or _is_scalar(each) for each in real)
    if call.name == "stack" and scalars and type(real[index]) in (int, float):
        some = gettext("torch.as_tensor makes tensors of the numbers among them.")
        made = f"[torch.as_tensor(each) for each in {operand(case.site.source, given)}]"  # not a sentence: Python
        return Finding(f"{text} {some}", verified(case, Candidate(changed(case, {given: made}))))
    return Finding(text)


def _none_among(case: Case, call: FailedCall, given: ast.ListComp, index: int) -> Finding:
    """``torch.stack([step.next for step in batch])``, where an episode ends in the batch."""
    part = case.text(given.elt)
    return Finding(
        gettext(
            "{part} is None for the element of index {index}, and {call} joins tensors only. Behind the for, "
            "`if {part} is not None` leaves such ones out.",
            part=part,
            index=index,
            call=call.said,
        )
    )


def _is_scalar(value: object) -> bool:
    return is_tensor_class(type(value)) and sizes(read(value)) == ()


def _single_batches(case: Case, call: FailedCall, given: ast.List | ast.Tuple) -> Finding | None:
    """``torch.cat([xa, xb])`` of batches of a TensorDataset: each is a list that holds one tensor."""
    held = [case.real(each) for each in given.elts]
    single = [
        node
        for node, each in zip(given.elts, held, strict=True)
        if type(each) in (list, tuple) and len(each) == 1 and is_tensor_class(type(each[0]))
    ]
    rest = [each for node, each in zip(given.elts, held, strict=True) if node not in single]
    if not single or not all(is_tensor_class(type(each)) for each in rest):
        return None
    text = gettext(
        "{element} is a list that holds one tensor, as a batch of a dataset with one part is, and {call} joins "
        "tensors: [0] takes it out.",
        element=case.text(single[0]),
        call=call.said,
    )
    texts: dict[ast.expr | ast.stmt, str] = {each: postfix(case.site.source, each, "[0]") for each in single}
    return Finding(text, tried(case, [Candidate(changed(case, texts))]))


def _numbers_alone(case: Case, call: FailedCall, given: ast.List | ast.Tuple, text: str) -> Finding | None:
    """``torch.cat([observation, action])`` of lists of numbers and numbers: no tensor is among them."""
    parts = []
    for each in given.elts:
        held = case.value(each)
        if type(held) in (int, float):
            parts.append(segment(case.site.source, each))
        elif type(held) in (list, tuple) and held and all(type(number) in (int, float) for number in held):
            parts.append(f"*{operand(case.site.source, each)}")
        else:
            return None
    if call.name not in CAT or not any(each.startswith("*") for each in parts):
        return None
    made = gettext("torch.tensor makes one tensor of all their numbers.")
    return Finding(f"{text} {made}", verified(case, Candidate(f"torch.tensor([{', '.join(parts)}])")))


def _joined_in_numpy(case: Case, call: FailedCall, given: ast.expr) -> tuple[Fix, ...]:
    """``torch.cat(arrays)`` as ``torch.from_numpy(np.concatenate(arrays))``."""
    numpy, dim = sys.modules.get("numpy"), call.argument(1, "dim")
    if numpy is None or case.real(ast.Name("np", ast.Load())) is not numpy:
        return ()
    function = {**dict.fromkeys(CAT, "concatenate"), "stack": "stack"}.get(call.name, call.name)
    source = case.site.source
    axis = f", axis={segment(source, dim)}" if dim is not None else ""
    return verified(case, Candidate(f"torch.from_numpy(np.{function}({segment(source, given)}{axis}))"))


def _of_nested(case: Case, call: FailedCall, given: ast.List | ast.Tuple) -> Finding | None:
    """``torch.cat((out[-1], out[-2]))`` where ``out[-1]`` is itself the tuple that was meant."""
    source, inner = case.site.source, ""
    for node in given.elts:
        match node:
            case ast.Subscript(value=ast.Name() as base, slice=index) if type(case.value(index)) is int:
                held = case.real(base)
            case _:
                return None
        if type(held) not in (list, tuple):
            return None
        at = case.value(index)
        part = held[at] if -len(held) <= at < len(held) else None
        if type(part) in (list, tuple) and part and all(is_tensor_class(type(each)) for each in part):
            inner, parts = segment(source, node), part
    if not inner:
        return None
    text = gettext(
        "{element} is a {type} of {count} tensors, here with the shapes {parts}, and {call} joins tensors only. Its "
        "own elements are taken out with a second index: {element}[0], {element}[-1].",
        element=inner,
        type=type(parts).__name__,
        count=len(parts),
        parts=outline(parts),
        call=call.said,
    )
    first = next(ast.dump(each.value) for each in given.elts if isinstance(each, ast.Subscript))
    texts: dict[ast.expr | ast.stmt, str] = {
        each.value: inner for each in given.elts if isinstance(each, ast.Subscript) and ast.dump(each.value) == first
    }
    # from the end, and of more than a pair: the last layers of several are meant
    behind = all(isinstance(each, ast.Subscript) and case.value(each.slice) < 0 for each in given.elts)
    same = len(texts) == len(given.elts) and behind and len(parts) > 2
    return Finding(text, tried(case, [Candidate(changed(case, texts))]) if same else ())


BEFORE = ("autograd.no_gradient",)

_MORE = "shapes/list-of-tensors"

RULES = (
    Rule(
        "list elements",
        ("TypeError",),
        r"expected Tensor as element (?P<index>\d+) in argument 0, but got",
        _not_a_tensor,
        more=_MORE,
        lesson="indexing/join",
    ),
)
