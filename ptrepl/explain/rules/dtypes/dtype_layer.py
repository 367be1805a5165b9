"""Layers whose input has another dtype than their weights."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import conversion, converted, dtype_origin
from ptrepl.explain.rewrite import spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


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
    what = gettext(
        "{input} is {dtype}, and the weights of {layer} ({kind}) are {weights}: a layer needs its input in the dtype "
        "of its weights.",
        input=name,
        dtype=dtype,
        layer=path,
        kind=kind,
        weights=weights,
    )
    text = " ".join(filter(None, (what, dtype_origin(case, [(node, dtype)]))))
    return Finding(text, _fixes(case, node, given, weights))


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
    fixes = tried(case, _conversion(case, node, dtype))
    if not fixes or not isinstance(case.site.statement, ast.ClassDef):
        return fixes
    # defining the class again does not change a network that exists; its input can be converted at the prompt
    name = next((name for name, value in case.names.items() if value is given and not name.startswith("_")), None)
    if name is None:
        return ()
    return (Fix(f"{name} = {name}{conversion(dtype)}", gettext("dtype {dtype}", dtype=dtype)),)


def _conversion(case: Case, node: ast.expr, dtype: str) -> Iterator[Candidate]:
    assert case.node is not None
    yield Candidate(spliced(case.site.source, case.node, {node: converted(case, node, dtype)}))


BEFORE = ("needs_float",)

RULES = (
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
