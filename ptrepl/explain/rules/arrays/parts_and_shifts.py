"""``chunk`` and ``split`` into no parts, and ``roll`` with as many shifts as dims or not."""

from __future__ import annotations

from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.call_form import failed_call
from ptrepl.explain.operands.invocation import invocation
from ptrepl.explain.operands.operand_text import is_written, operand_text
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _no_parts(case: Case) -> Finding | None:
    """``x.chunk(0)``, ``x.split(0)``, most often with a number that was computed."""
    call = invocation(case)
    if call is None or call.name not in ("chunk", "split", "unsafe_chunk", "tensor_split"):
        return None
    given = call.argument(1, "chunks", "split_size_or_sections", "split_size", "sections")
    tensor, number = call.argument(0, "input", "tensor"), case.value(given) if given is not None else None
    shape = case.shape(tensor) if tensor is not None else None
    if given is None or tensor is None or shape is None or type(number) is not int or number > 0:
        return None
    fields: dict[str, Any] = {"tensor": operand_text(case, tensor), "shape": shape_text(shape), "call": call.said}
    name, told = operand_text(case, given), []
    made = origin(case, name) if name.isidentifier() else None
    if made is not None:
        told.append(gettext("{name} is {number}, from `{line}`.", name=name, number=number, line=made.label))
        if "//" in made.label and number == 0:
            told.append(gettext("// rounds down."))
    elif name != str(number):
        told.append(gettext("{name} is {number}.", name=name, number=number))
    if call.name == "split":
        told.append(
            gettext("{tensor} is {shape}. {call} takes the size of each part, which has to be 1 or more.", **fields)
        )
    else:
        told.append(
            gettext("{tensor} is {shape}. {call} takes the number of parts, which has to be 1 or more.", **fields)
        )
    return Finding(" ".join(told))


def _rolled(case: Case) -> Finding | None:
    """``x.roll((1, 2), dims=0)``: a shift for each dim."""
    call = invocation(case)
    if call is None or call.name != "roll":
        return None
    shifts, dims = call.argument(1, "shifts"), call.argument(2, "dims")
    if shifts is None or dims is None:
        return None
    many, number = int(case.match["shifts"]), int(case.match["dims"])
    text = gettext(
        "{call} takes one shift for each dim: {shifts} has {count}, and dims={dims} has {number}.",
        call=call.said,
        shifts=operand_text(case, shifts),
        count=many,
        dims=operand_text(case, dims),
        number=number,
    )
    if many != 1:
        return Finding(text)
    source = case.site.source
    value = segment(source, shifts)
    same = f"({', '.join([value] * number)})" if type(case.value(shifts)) is int else ""
    fixes = tried(case, [Candidate(spliced(source, call.node, {shifts: same}))]) if same else ()
    return Finding(text, fixes)


def _rolled_by(case: Case) -> Finding | None:
    """``torch.roll(x, shift=1, axis=0)``, ``torch.roll(x, n / 2)``."""
    found = failed_call(case)
    if found is None or found[1] != "roll":
        return None
    node, source = found[0], case.site.source
    wrong = {"shift": "shifts", "axis": "dims", "dim": "dims", "n": "shifts"}
    named = [each for each in node.keywords if each.arg in wrong]
    if named:
        text = gettext("torch.roll calls its arguments shifts and dims: torch.roll(x, shifts=1, dims=0).")
        new = segment(source, node)
        for each in named:
            value = segment(source, each.value)
            if new.count(f"{each.arg}={value}") != 1:
                return Finding(text)
            new = new.replace(f"{each.arg}={value}", f"{wrong[str(each.arg)]}={value}")
        return Finding(text, tried(case, [Candidate(new)]))
    shifts = next(
        (each for each in (*node.args, *(part.value for part in node.keywords)) if type(case.value(each)) is float),
        None,
    )
    if shifts is None:
        return None
    text = gettext(
        "{shift} is {value}, a float, and torch.roll shifts by an integer.",
        shift=operand_text(case, shifts),
        value=case.value(shifts),
    )
    if is_written(shifts):
        text = gettext("{shift} is a float, and torch.roll shifts by an integer.", shift=operand_text(case, shifts))
    parts = segment(source, shifts).split("/")
    if len(parts) != 2:
        return Finding(text)
    text = f"{text} " + gettext("In Python / always gives a float; // divides integers.")
    return Finding(text, tried(case, [Candidate(spliced(source, node, {shifts: "//".join(parts)}))]))


BEFORE = (
    "data.collate_call",
    "modules.subclass",
    "arrays.argument_types",
    "arrays.further_forms",
    "arrays.call_forms",
    "arrays.missing_argument",
    "arrays.other_forms",
    "arrays.creation",
    "python.keyword",
)

_MORE = "shapes/selection"

RULES = (
    Rule(
        "no parts",
        ("RuntimeError",),
        r"chunk expects `chunks` to be greater than 0|split_size can only be 0 if dimension size is 0|"
        r"number of sections must be larger than 0|expects split_size be non-negative",
        _no_parts,
        _MORE,
    ),
    Rule(
        "roll",
        ("RuntimeError",),
        r"shifts and dimensions must align\. shifts: (?P<shifts>\d+), dims:\s?(?P<dims>\d+)",
        _rolled,
        _MORE,
    ),
    Rule(
        "roll",
        ("TypeError",),
        r"^roll\(\)(?: missing 1 required|: argument 'shifts'| received an invalid| got an unexpected)",
        _rolled_by,
        _MORE,
    ),
)
