"""The statement that made a network, with the sizes that the tensors of a state dict have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.operands.state import Shapes, shapes_of_module
from ptrepl.explain.provenance.origins import Origin, origin
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
    if (text := class_text(case, type(case.names.get(name)))) is not None:
        return _of_class(case, name, made, text, wanted)
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


def _of_class(case: Case, name: str, made: Origin, text: ClassText, wanted: Shapes) -> str:
    """``net = Net(hidden=128)`` for ``net = Net()``: each size that differs is a parameter of ``__init__``."""
    init, call, own = text.method("__init__"), made.value, shapes_of_module(case.names[name])
    if init is None or own is None or own.keys() != wanted.keys() or not isinstance(call, ast.Call):
        return ""
    names = [each.arg for each in init.args.args[1:]]
    if any(isinstance(each, ast.Starred) for each in call.args) or called_name(call) != text.node.name:
        return ""
    sizes: dict[str, set[int]] = {}
    told: set[tuple[str, int]] = set()
    for path, argument, key, dim in _arguments_in(init):
        if key in own and key in wanted and isinstance(argument, ast.Name) and argument.id in names:
            sizes.setdefault(argument.id, set()).add(wanted[key][dim])
            told |= {
                (key, dim),
                *([(f"{path}bias", 0), (f"{path}running_mean", 0), (f"{path}running_var", 0)] * (not dim)),
            }
    differ = {
        (key, dim)
        for key, shape in own.items()
        for dim, (one, two) in enumerate(zip(shape, wanted[key], strict=False))
        if one != two or len(shape) != len(wanted[key])
    }
    changed = {
        each for path, argument, key, dim in _arguments_in(init) for each in _changed(argument, key, dim, differ)
    }
    if not changed or not differ <= told or any(len(sizes[each]) != 1 for each in changed):
        return ""
    texts: dict[ast.expr | ast.stmt, str] = {}
    more = []
    for each in sorted(changed, key=names.index):
        at, number = names.index(each), str(min(sizes[each]))
        given = next((keyword.value for keyword in call.keywords if keyword.arg == each), None)
        given = call.args[at] if given is None and at < len(call.args) else given
        if given is not None and not isinstance(given, ast.Constant):
            return ""  # such as len(vocab): it is used elsewhere too
        if given is None:
            more.append(f"{each}={number}")
        else:
            texts[given] = number
    code = spliced(made.source, made.statement, texts)
    end = code.rindex(")")
    comma = ", " if more and (call.args or call.keywords) else ""
    return code[:end] + comma + ", ".join(more) + code[end:] if code.rstrip().endswith(")") or not more else ""


def _changed(argument: ast.expr, key: str, dim: int, differ: set[tuple[str, int]]) -> Iterator[str]:
    if isinstance(argument, ast.Name) and (key, dim) in differ:
        yield argument.id


def _arguments_in(init: ast.FunctionDef) -> Iterator[tuple[str, ast.expr, str, int]]:
    """For each size that ``__init__`` gives a layer: the layer's path, the argument, the key and dim of its tensor."""
    for line in init.body:
        match line:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)], value=ast.Call() as call
            ):
                pass
            case _:
                continue
        for path, layer in _layers(call, f"{attribute}."):
            for position, (word, dim) in enumerate(_SIZES[_class(layer)]):
                keyword = next((each.value for each in layer.keywords if each.arg == word), None)
                given = layer.args[position] if keyword is None and position < len(layer.args) else keyword
                if given is not None:
                    yield path, given, f"{path}weight", dim


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
