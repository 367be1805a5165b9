"""What pandas and NumPy do not know: ``column.fillna(counts.mean())`` of a tensor, ``to_numpy(torch.float32)``."""

from __future__ import annotations

import ast
import sys
from math import prod
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import TensorFacts, shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_NOT_OF_NUMPY = ("bfloat16", "float8", "quint", "qint", "bits", "complex32")


def _whole(case: Case) -> ast.expr | ast.stmt | None:
    """The failing node; where it is what ``table.loc[0, "a"] = x`` writes to, the line."""
    node = case.node
    if isinstance(node, ast.Subscript) and isinstance(line := case.site.line, ast.Assign) and node in line.targets:
        return line
    return node


def _given(whole: ast.expr | ast.stmt | None) -> list[ast.expr]:
    """What the failing call, operation or assignment was given."""
    match whole:
        case ast.Call(args=args, keywords=keywords):
            return [*args, *(each.value for each in keywords)]
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.Compare(left=left, comparators=others):
            return [left, *others]
        case ast.Assign(value=value) | ast.AugAssign(value=value):
            return [value]
    return []


def _in_pandas(case: Case) -> bool:
    return any(str(frame.f_globals.get("__name__")).partition(".")[0] == "pandas" for frame in case.inner_frames)


def _tensor(case: Case) -> Finding | None:
    whole = _whole(case)
    found = [(node, facts) for node in _given(whole) if (facts := case.facts(node)) is not None]
    if len(found) != 1 or whole is None or not _in_pandas(case):
        return None
    node, facts = found[0]
    shape = case.shape(node)
    if shape is None:
        return None
    if prod(shape) > 1:
        text = gettext(
            "{name} is a tensor of shape {shape}, and pandas works with numbers, arrays and tables of its own.",
            name=operand_text(case, node),
            shape=shape_text(shape),
        )
        code = _array(case, node, facts) if isinstance(whole, (ast.BinOp, ast.Compare)) else ""
    else:
        text = gettext(
            "{name} is a tensor, and pandas works with plain numbers here. item() takes the number out of it.",
            name=operand_text(case, node),
        )
        code = postfix(case.site.source, node, ".item()") if prod(shape) else ""
    return Finding(text, _with(case, whole, node, code) if code else ())


def _with(case: Case, whole: ast.expr | ast.stmt, node: ast.expr, code: str) -> tuple[Fix, ...]:
    text = spliced(case.site.source, whole, {node: code})
    return verified(case, Candidate(text, replaces_line=isinstance(whole, ast.Assign)))


def _array(case: Case, node: ast.expr, facts: TensorFacts) -> str:
    steps = [".detach()"] if facts.requires_grad else []
    steps += [".cpu()"] if facts.device != "cpu" else []
    return postfix(case.site.source, node, f"{''.join(steps)}.numpy()")


def _dtype(case: Case) -> Finding | None:
    dtype = sys.modules["torch"].dtype
    given: list[tuple[ast.expr, Any]] = [(node, case.real(node)) for node in _given(case.node)]
    found = [(node, str(real).rpartition(".")[2]) for node, real in given if type(real) is dtype]
    if len(found) != 1 or case.node is None:
        return None
    node, name = found[0]
    fields = {"code": ast.unparse(node), "name": name}
    if name.startswith(_NOT_OF_NUMPY):
        return Finding(gettext("{code} is a dtype of PyTorch, and NumPy has none like it.", **fields))
    text = gettext(
        '{code} is a dtype of PyTorch. NumPy and pandas have their own, named by a text: "{name}".', **fields
    )
    return Finding(text, _with(case, case.node, node, f'"{name}"'))


BEFORE = ("modules.class_slips", "optimizers.optimizer_numbers", "python.attribute", "python.plain_slips")

RULES = (
    Rule(
        "pandas argument",
        ("AttributeError", "TypeError"),
        r"^'torch\.dtype' object has no attribute 'kind'|you passed a \"Tensor\"|"
        r"^Concatenation operation is not implemented for NumPy arrays|"
        r"not supported between instances of '(?:numpy\.ndarray' and 'Tensor|Tensor' and 'numpy\.ndarray)'",
        _tensor,
        more="arrays/tensors-for-pandas",
        only_torch=False,
    ),
    Rule(
        "numpy dtype",
        ("TypeError",),
        r"^Cannot interpret 'torch\.\w+' as a data type",
        _dtype,
        more="arrays/tensors-for-pandas",
        only_torch=False,
    ),
)
