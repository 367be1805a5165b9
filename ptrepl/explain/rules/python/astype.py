"""``x.astype(np.uint8)`` of a tensor: a method of NumPy's arrays."""

from __future__ import annotations

import ast
import sys
import types

from ptrepl.engine.watch.kinds import module_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.following import following
from ptrepl.explain.fixes.spelling import around
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.dtypes import conversion
from ptrepl.explain.rewrite import in_a_sentence, postfix, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_OF_ARRAYS = ("numpy", "cv2", "PIL", "matplotlib", "scipy", "skimage", "sklearn", "pandas")


def as_dtype(case: Case, node: ast.Attribute) -> Finding:
    """What to say of ``node``, the ``astype`` of a tensor."""
    parent = case.parents[0] if case.parents else None
    call = parent if isinstance(parent, ast.Call) and parent.func is node else None
    given = [*call.args, *(each.value for each in call.keywords)] if call is not None else []
    dtype = dtype_meant(given[0]) if len(given) == 1 else None
    if call is None or dtype is None:
        return Finding(
            gettext(
                "A tensor has no attribute astype: that is NumPy's. .to(torch.float32), with the dtype that you want, "
                "converts it."
            )
        )
    whole, source = around(case), case.site.source
    array = _array(case, node.value)
    if array is not None and (reader := _read_as_array(case, whole)):
        text = gettext(
            "A tensor has no attribute astype: that is NumPy's. What comes after it, {reader}, takes an array: "
            "{array} gives one.",
            reader=reader,
            array=in_a_sentence(array),
        )
        new = spliced(source, whole, {node.value: array})
        return Finding(text, verified(case, Candidate(new, of=whole, gives=gettext("an array"))))
    ways = [f".to(torch.{dtype})", *([short] if (short := conversion(dtype)).endswith("()") else [])]
    text = gettext(
        "A tensor has no attribute astype: that is NumPy's. {way} converts it to {dtype}.", way=ways[0], dtype=dtype
    )
    texts = [postfix(source, node.value, way) for way in ways]
    return Finding(
        text,
        tried(
            case,
            [
                Candidate(spliced(source, whole, {call: each}) if whole is not call else each, of=whole)
                for each in texts
            ],
        ),
    )


def _array(case: Case, tensor: ast.expr) -> str | None:
    """The tensor as an array of NumPy; None where it is not known what that takes."""
    facts = case.facts(tensor)
    if facts is None or not isinstance(facts.device, str):
        return None
    steps = [".detach()"] if facts.requires_grad is not False else []
    steps += [".cpu()"] if facts.device != "cpu" else []
    return postfix(case.site.source, tensor, f"{''.join(steps)}.numpy()")


def _read_as_array(case: Case, whole: ast.expr) -> str:
    """The function of NumPy, or of a library that takes its arrays, which gets the result; "" where none is seen."""
    above = case.parents[case.parents.index(whole) + 1] if whole in case.parents[:-1] else None
    if isinstance(above, ast.Call) and whole in above.args and _takes_arrays(case, above.func):
        return case.text(above.func)
    match case.site.line:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is whole:
            pass
        case _:
            return ""
    for statement in following(case.site):
        for each in ast.walk(statement):
            if isinstance(each, ast.Call) and _takes_arrays(case, each.func):
                given = [*each.args, *(keyword.value for keyword in each.keywords)]
                if any(isinstance(node, ast.Name) and node.id == name for node in given):
                    return ast.unparse(each.func)
    return ""


def _takes_arrays(case: Case, function: ast.expr) -> bool:
    base = function
    while isinstance(base, ast.Attribute):
        base = base.value
    held = case.real(base) if isinstance(base, ast.Name) and base is not function else case.real(function)
    name = held.__name__ if type(held) is types.ModuleType else module_name(held) if isinstance(held, type) else ""
    return name.partition(".")[0] in _OF_ARRAYS


def dtype_meant(node: ast.expr) -> str | None:
    """The dtype of torch that a dtype of NumPy, of Python or a text means; ``float`` is what torch uses for it."""
    match node:
        case ast.Name(id="float" | "int" | "bool" as word):
            return {"float": "float32", "int": "int64", "bool": "bool"}[word]
        case ast.Constant(value=str() as word) | ast.Attribute(attr=word):
            pass
        case _:
            return None
    name = {"float": "float32", "double": "float64", "int": "int64", "long": "int64", "bool_": "bool"}.get(word, word)
    found = getattr(sys.modules["torch"], name, None)
    return name if type(found) is sys.modules["torch"].dtype else None
