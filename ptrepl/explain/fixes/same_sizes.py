"""The statement that made a network, with the sizes that the tensors of a state dict have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.operands.state import Shapes, shapes_of_module
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import spliced
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.standins import StandIns

_SIZES = {
    "Linear": (("in_features", 1), ("out_features", 0)),
    "Embedding": (("num_embeddings", 0), ("embedding_dim", 1)),
    "Conv1d": (("in_channels", 1), ("out_channels", 0), ("kernel_size", 2)),
    "Conv2d": (("in_channels", 1), ("out_channels", 0), ("kernel_size", 2)),
    "BatchNorm1d": (("num_features", 0),),
    "BatchNorm2d": (("num_features", 0),),
    "LayerNorm": (("normalized_shape", 0),),
}
"""Of a layer's arguments, in their order: the name, and the dim of its weight that has this size."""


def made_with(case: Case, name: str, wanted: Shapes) -> str:
    """``net = nn.Linear(3, 10)`` for ``net = nn.Linear(3, 4)``: its state dict would have the shapes ``wanted``.

    "" where the statement that gave ``name`` its value is not known, or no numbers in it lead to these shapes.
    """
    made = origin(case, name)
    if (
        made is None
        or not isinstance(made.statement, ast.Assign)
        or made.parents
        or not isinstance(made.value, ast.Call)
    ):
        return ""
    texts: dict[ast.expr | ast.stmt, str] = {}
    for path, call in _layers(made.value):
        weight = wanted.get(f"{path}weight")
        for position, (argument, dim) in enumerate(_SIZES[_class(call)]):
            keyword = next((each.value for each in call.keywords if each.arg == argument), None)
            given = call.args[position] if keyword is None and position < len(call.args) else keyword
            if (
                weight is None
                or dim >= len(weight)
                or not isinstance(given, ast.Constant)
                or type(given.value) is not int
            ):
                continue
            if given.value != weight[dim]:
                texts[given] = str(weight[dim])
    if not texts:
        return ""
    code = spliced(made.source, made.statement, texts)
    try:
        new = ast.parse(code).body[0]
        assert isinstance(new, ast.Assign)
        network = Evaluator(FrameScope(case.names, case.names), StandIns()).value(new.value)
    except (SyntaxError, Unknown, Failed):
        return ""
    return code if shapes_of_module(network) == wanted else ""


def _layers(call: ast.Call, path: str = "") -> Iterator[tuple[str, ast.Call]]:
    """The calls that make layers, each with the beginning of its keys: ``0.``, ``2.1.``."""
    if _class(call) == "Sequential":
        for number, each in enumerate(call.args):
            if isinstance(each, ast.Call):
                yield from _layers(each, f"{path}{number}.")
    elif _class(call) in _SIZES:
        yield path, call


def _class(call: ast.Call) -> str:
    return called_name(call)
