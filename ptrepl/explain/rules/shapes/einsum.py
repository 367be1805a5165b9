"""einsum, tensordot and inner: subscripts and dims with two sizes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import FailedCall, changed, invocation
from ptrepl.explain.rewrite import postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext, ngettext

_Operand = tuple[str, str, tuple[int, ...]]
"""Its subscripts, its name in a sentence, its shape."""


def _operands(case: Case, call: FailedCall) -> tuple[str, list[_Operand]] | None:
    """The equation, and each operand with its subscripts; None where their numbers differ or a shape is not known."""
    equation = case.value(call.args[0]) if call.args else None
    nodes = call.args[1:]
    if len(nodes) == 1 and isinstance(nodes[0], (ast.List, ast.Tuple)):
        nodes = tuple(nodes[0].elts)
    if type(equation) is not str or "." in equation:
        return None
    letters = equation.replace(" ", "").partition("->")[0].split(",")
    shapes = [shape for node in nodes if (shape := case.shape(node)) is not None]
    if len(letters) != len(nodes) or len(shapes) < len(nodes):
        return None
    names = [case.called(node, gettext("operand {index}", index=index)) for index, node in enumerate(nodes)]
    return equation, [*zip(letters, names, shapes, strict=True)]


def _sizes(case: Case) -> Finding | None:
    call = invocation(case)
    found = _operands(case, call) if call is not None and call.name == "einsum" else None
    if call is None or found is None:
        return None
    equation, operands = found
    seen: dict[str, tuple[int, str, tuple[int, ...]]] = {}
    for letters, name, shape in operands:
        if len(letters) != len(shape):
            return None
        for letter, size in zip(letters, shape, strict=True):
            known = seen.setdefault(letter, (size, name, shape))
            if known[0] != size and 1 not in (known[0], size):
                text = gettext(
                    "In the equation the subscript {letter} stands for {first_size} in {first}, which is "
                    "{first_shape}, and for {second_size} in {second}, which is {second_shape}: each subscript stands "
                    "for one size.",
                    letter=letter,
                    first_size=known[0],
                    first=known[1],
                    first_shape=shape_text(known[2]),
                    second_size=size,
                    second=name,
                    second_shape=shape_text(shape),
                )
                return Finding(text, tried(case, _reordered(case, call, equation, operands)))
    return None


def _reordered(case: Case, call: FailedCall, equation: str, operands: list[_Operand]) -> Iterator[Candidate]:
    """The letters of one operand in another order, or one of them another, so that each stands for one size."""
    if not isinstance(call.args[0], ast.Constant):
        return
    _, arrow, result = equation.replace(" ", "").partition("->")
    for at in reversed(range(len(operands))):
        letters = operands[at][0]
        for order in permutations(letters) if len(letters) <= 3 else ():
            parts = [each[0] for each in operands]
            parts[at] = "".join(order)
            if parts[at] != letters and _agrees(parts, operands):
                yield Candidate(changed(case, {call.args[0]: repr(f"{','.join(parts)}{arrow}{result}")}))

    for at, (letters, _, shape) in enumerate(operands):
        sizes = {letter: size for other, _, known in operands[:at] for letter, size in zip(other, known, strict=True)}
        wrong = [each for each, size in zip(letters, shape, strict=True) if sizes.get(each, size) != size]
        if len(wrong) != 1 or len(letters) < 3:
            continue  # two letters in another order say as much
        wanted = shape[letters.index(wrong[0])]
        others = [each for each, size in sizes.items() if size == wanted and each not in letters]
        if len(others) == 1:
            parts = [each[0] for each in operands]
            parts[at] = letters.replace(wrong[0], others[0])
            yield Candidate(changed(case, {call.args[0]: repr(f"{','.join(parts)}{arrow}{result}")}))


def _agrees(parts: list[str], operands: list[_Operand]) -> bool:
    seen: dict[str, int] = {}
    return all(
        seen.setdefault(letter, size) == size
        for letters, (_, _, shape) in zip(parts, operands, strict=True)
        for letter, size in zip(letters, shape, strict=True)
    )


def _letters(case: Case) -> Finding | None:
    call = invocation(case)
    found = _operands(case, call) if call is not None and call.name == "einsum" else None
    if found is None:
        return None
    wrong = next((each for each in found[1] if len(each[0]) != len(each[2])), None)
    if wrong is None:
        return None
    letters, name, shape = wrong
    text = gettext(
        "The equation has the subscripts {letters} for {operand}, which is {shape}: it needs one letter for each dim.",
        letters=repr(letters),
        operand=name,
        shape=shape_text(shape),
    )
    return Finding(text)


def _equation(case: Case) -> Finding | None:
    """An equation that does not go together with itself, or with the number of operands."""
    call = invocation(case)
    equation = case.value(call.args[0]) if call is not None and call.name == "einsum" and call.args else None
    if call is None or type(equation) is not str:
        return None
    inputs, _, result = equation.replace(" ", "").partition("->")
    count = len(call.args) - 1
    fields = {"equation": repr(equation), "result": repr(result), "operands": repr(inputs)}
    match case.match.lastgroup:
        case "absent":
            text = gettext(
                "The result {result} has the subscript {letter}, and none of {operands} has it: a dim of the result "
                "comes from an operand.",
                letter=case.match["absent"],
                **fields,
            )
        case "twice":
            text = gettext(
                "The result {result} has the subscript {letter} twice, and each dim of the result has a letter of its "
                "own.",
                letter=case.match["twice"],
                **fields,
            )
        case "number":
            wants = inputs.count(",") + 1
            text = ngettext(
                "The equation {equation} has {wants} operands, separated by commas, and one tensor is given.",
                "The equation {equation} has {wants} operands, separated by commas, and {count} tensors are given.",
                count,
                wants=wants,
                **fields,
            )
            if wants == 1:
                text = ngettext(
                    "The equation {equation} has one operand, and one tensor is given.",
                    "The equation {equation} has one operand, and {count} tensors are given: a comma separates the "
                    "subscripts of one from those of the next.",
                    count,
                    **fields,
                )
        case "invalid":
            return _not_a_letter(case, call, equation)
        case _:
            text = gettext(
                "In the equation {equation} the subscript {letter} stands twice in one operand, for its diagonal, and "
                "there it is {first} and {second}: a diagonal needs two equal sizes.",
                letter=case.match["diagonal"],
                first=case.match["first"],
                second=case.match["second"],
                **fields,
            )
    return Finding(text)


def _not_a_letter(case: Case, call: FailedCall, equation: str) -> Finding:
    text = gettext("Each subscript in {equation} is one letter, a to z or A to Z.", equation=repr(equation))
    for wrong in ("=>", ">", "="):
        if wrong in equation.replace("->", "") and "->" not in equation and isinstance(call.args[0], ast.Constant):
            new = equation.replace(wrong, "->")
            text = gettext("{equation} has no arrow: it is written -> with a hyphen.", equation=repr(equation))
            return Finding(text, tried(case, [Candidate(changed(case, {call.args[0]: repr(new)}))]))
    return Finding(text)


def _tensor_first(case: Case) -> Finding | None:
    """``torch.einsum(x, "ij->ji")``."""
    call = invocation(case)
    if call is None or call.name != "einsum" or len(call.args) < 2 or type(case.value(call.args[-1])) is not str:
        return None
    source = case.site.source
    new = ", ".join(segment(source, each) for each in (call.args[-1], *call.args[:-1]))
    text = gettext("The equation is the first argument of torch.einsum, and the tensors follow it.")
    return Finding(text, tried(case, [Candidate(f"{segment(source, call.node.func)}({new})")]))


def _inner(case: Case) -> Finding | None:
    """``torch.inner`` and ``torch.tensordot`` of dims that differ."""
    call = invocation(case)
    if call is None or call.name not in ("inner", "tensordot") or len(call.args) < 2:
        return None
    left, right = call.args[:2]
    one, two = case.shape(left), case.shape(right)
    if not one or not two or (call.name == "tensordot" and case.match["first"] is None):
        return None
    operands = {
        "left": case.called(left, gettext("The left side")),
        "left_shape": shape_text(one),
        "right": case.called(right, gettext("the right side")),
        "right_shape": shape_text(two),
        "call": call.said,
    }
    if call.name == "inner":
        text = gettext(
            "{left} is {left_shape} and {right} is {right_shape}: {call} multiplies along the last dim of both, and "
            "{left_size} is not {right_size}.",
            left_size=one[-1],
            right_size=two[-1],
            **operands,
        )
    else:
        text = gettext(
            "{left} is {left_shape} and {right} is {right_shape}: {call} multiplies along dims that must be equal, and "
            "{left_size} is not {right_size}.",
            left_size=case.match["first"],
            right_size=case.match["second"],
            **operands,
        )
    source = case.site.source
    transposed = [
        Candidate(changed(case, {node: postfix(source, node, ".T")}))
        for node, shape in ((right, two), (left, one))
        if len(shape) == 2
    ]
    return Finding(text, tried(case, transposed))


def _ellipsis(case: Case) -> Finding | None:
    """``torch.einsum("...ij,...jk->...ik", x, y)`` whose batch dims differ."""
    call = invocation(case)
    at = int(case.match["operand"])
    if call is None or call.name != "einsum" or not 0 < at < len(call.args):
        return None
    nodes = call.args[1:]
    if at >= len(nodes):
        return None
    node, shape = nodes[at], case.shape(nodes[at])
    if shape is None:
        return None
    name = case.called(node, gettext("Operand {index}", index=at))
    text = gettext(
        "... in the equation stands for the dims that have no letter. {operand} is {shape}, and there such a dim is "
        "{size}, where an operand before it has {other}: they have to be equal, or one of them 1.",
        operand=name,
        shape=shape_text(shape),
        size=case.match["size"],
        other=case.match["other"],
    )
    return Finding(text)


_MORE = "shapes/einsum"

BEFORE = ("optimizers.optimizer_settings", "modules.subclass")

RULES = (
    Rule("einsum sizes", ("RuntimeError",), r"einsum\(\): subscript \w has size \d+ for operand", _sizes, more=_MORE),
    Rule(
        "einsum subscripts",
        ("RuntimeError",),
        r"einsum\(\): the number of subscripts in the equation",
        _letters,
        more=_MORE,
    ),
    Rule(
        "einsum equation",
        ("RuntimeError",),
        r"einsum\(\): (?:output subscript (?P<absent>\w) does not appear|output subscript (?P<twice>\w) appears more|"
        r"(?P<number>fewer|more) operands were provided|invalid subscript given at (?P<invalid>index)|"
        r"subscript (?P<diagonal>\w) is repeated .* (?P<first>\d+) != (?P<second>\d+))",
        _equation,
        more=_MORE,
    ),
    Rule(
        "einsum ellipsis",
        ("RuntimeError",),
        r"covered by ellipsis in operand (?P<operand>\d+) ?has size (?P<size>\d+) .* ellipsis with size (?P<other>\d+)",
        _ellipsis,
        more=_MORE,
    ),
    Rule(
        "einsum order",
        ("TypeError",),
        r"'>=' not supported between instances of 'str' and 'int'",
        _tensor_first,
        more=_MORE,
    ),
    Rule(
        "inner products",
        ("RuntimeError",),
        r"inner\(\) the last dimension must match|contracted dimensions need to match, but first has size "
        r"(?P<first>\d+) in dim -?\d+ and second has size (?P<second>\d+)",
        _inner,
        more="shapes/inner",
    ),
)
