"""random_split, TensorDataset and ConcatDataset: lengths that do not fit, and arguments of another form."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.loaders import is_dataset
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_FILE = "torch/utils/data/dataset.py"


def _size(dataset: Any) -> int | None:
    """The number of samples, without calling a __len__ of the learner's."""
    if type(dataset) in (list, tuple, range, str):
        return len(dataset)
    if is_tensor_class(type(dataset)):
        shape = sizes(read(dataset))
        return shape[0] if shape else None
    if is_dataset(dataset, "TensorDataset"):
        return _size(own_dict(dataset)["tensors"][0])
    if is_dataset(dataset, "Subset"):
        indices: Any = own_dict(dataset).get("indices")
        return len(indices) if type(indices) in (list, range, tuple) else None
    return None


def _sum(case: Case) -> Finding | None:
    held = locals_of(case, "random_split", _FILE)
    match case.node:
        case ast.Call(args=[first, second, *_]) as node if held:
            lengths: Any = held.get("lengths")
        case _:
            return None
    if type(lengths) not in (list, tuple) or not all(type(each) in (int, float) for each in lengths):
        return None
    total, size = sum(lengths), _size(held.get("dataset"))
    fields = {"lengths": operand_text(case, second), "sum": f"{total:g}", "name": operand_text(case, first)}
    fractions = any(type(each) is float for each in lengths)
    if fractions and all(0 <= each <= 1 for each in lengths):
        text = gettext("{lengths} are fractions that add up to {sum}. The parts of random_split add up to 1.", **fields)
        return Finding(text, _rest(case, node, second, "1", lengths))
    if fractions and not all(float(each).is_integer() for each in lengths):
        return _whole_numbers(case)
    if size is None:
        text = gettext(
            "The lengths in {lengths} add up to {sum}, and {name} has another number of samples. Together the parts "
            "hold each sample once.",
            **fields,
        )
    else:
        text = gettext(
            "The lengths in {lengths} add up to {sum}, and {name} has {size} samples. Together the parts hold each "
            "sample once.",
            size=size,
            **fields,
        )
    whole = f"len({segment(case.site.source, first)})"
    known = size is not None and not fractions and sum(lengths[:-1]) < size
    return Finding(text, _rest(case, node, second, whole, lengths) if known else ())


def _rest(case: Case, node: ast.Call, lengths: ast.expr, whole: str, values: Any) -> tuple[Fix, ...]:
    """The last length as what the others leave; of numbers written out as one number."""
    if not isinstance(lengths, (ast.List, ast.Tuple)) or len(lengths.elts) != len(values) or len(values) < 2:
        return ()
    source, last = case.site.source, lengths.elts[-1]
    others = lengths.elts[:-1]
    if whole == "1":
        left = round(1 - sum(values[:-1]), 10)
        if not 0 < left < 1:
            return ()
        new = f"{left:g}"
    else:
        new = " - ".join([whole, *(operand(source, each) for each in others)])
    return verified(case, Candidate(spliced(source, node, {last: new})))


def _whole_numbers(case: Case) -> Finding | None:
    """``random_split(data, [0.8 * n, 0.2 * n])``: lengths of type float."""
    held = locals_of(case, "random_split", _FILE)
    match case.node:
        case ast.Call(args=[_, second, *_]) as node if held:
            lengths: Any = held.get("lengths")
        case _:
            return None
    if type(lengths) not in (list, tuple) or not any(type(each) is float for each in lengths):
        return None
    text = gettext(
        "{lengths} has lengths of type float. random_split takes numbers of samples, of type int, or fractions that "
        "add up to 1.",
        lengths=operand_text(case, second),
    )
    source = case.site.source
    if not isinstance(second, (ast.List, ast.Tuple)) or not all(
        type(each) in (int, float) and each == int(each) for each in lengths
    ):
        return Finding(text)
    whole: dict[ast.expr | ast.stmt, str] = {each: f"int({segment(source, each)})" for each in second.elts}
    return Finding(text, verified(case, Candidate(spliced(source, node, whole))))


def _one_number(case: Case) -> Finding | None:
    """``random_split(data, 80)``."""
    held = locals_of(case, "random_split", _FILE)
    match case.node:
        case ast.Call(args=[first, second, *_]) as node if held and type(held.get("lengths")) is int:
            number, size = held["lengths"], _size(held.get("dataset"))
        case _:
            return None
    text = gettext(
        "random_split takes a list with the length of each part, and {length} is one number.",
        length=operand_text(case, second),
    )
    source = case.site.source
    if size is None or not 0 < number < size:
        return Finding(text)
    both = f"[{segment(source, second)}, len({segment(source, first)}) - {operand(source, second)}]"
    return Finding(text, verified(case, Candidate(spliced(source, node, {second: both}))))


def _rows(case: Case) -> Finding | None:
    """``TensorDataset(x, y)`` of different lengths."""
    held = locals_of(case, "__init__", _FILE).get("tensors")
    node = case.node
    if type(held) is not tuple or not isinstance(node, ast.Call) or len(node.args) != len(held) or len(held) < 2:
        return None
    shapes = [sizes(read(each)) if is_tensor_class(type(each)) else None for each in held]
    first = shapes[0]
    odd = next((at for at, shape in enumerate(shapes) if shape and first and shape[0] != first[0]), None)
    if first is None or odd is None:
        return None
    shape = shapes[odd]
    assert shape is not None
    text = gettext(
        "{first} is {one} and {other} is {two}. Dim 0 of each tensor counts the samples, so it must be the same: "
        "{rows} and {others} here.",
        first=operand_text(case, node.args[0]),
        one=shape_text(first),
        other=operand_text(case, node.args[odd]),
        two=shape_text(shape),
        rows=first[0],
        others=shape[0],
    )
    return Finding(text, _transposed(case, node, shapes))


def _transposed(case: Case, node: ast.Call, shapes: list[tuple[int, ...] | None]) -> tuple[Fix, ...]:
    """One matrix among them whose columns are the samples."""
    for at, shape in enumerate(shapes):
        others = {each[0] for number, each in enumerate(shapes) if number != at and each}
        if shape is not None and len(shape) == 2 and others == {shape[1]}:
            given = node.args[at]
            return verified(
                case, Candidate(spliced(case.site.source, node, {given: f"{operand(case.site.source, given)}.T"}))
            )
    return ()


def _no_tensors(case: Case) -> Finding | None:
    """``TensorDataset([1, 2], array)``, ``TensorDataset((x, y))``."""
    held = locals_of(case, "__init__", _FILE).get("tensors")
    node = case.node
    if type(held) is not tuple or not isinstance(node, ast.Call) or len(node.args) != len(held):
        return None
    source = case.site.source
    tensors = (
        type(held[0]) in (list, tuple) and len(held[0]) > 0 and all(is_tensor_class(type(each)) for each in held[0])
    )
    if len(held) == 1 and tensors:
        text = gettext(
            "TensorDataset takes tensors, one argument for each, and {name} is a {type} of them. * takes it apart.",
            name=operand_text(case, node.args[0]),
            type=type(held[0]).__name__,
        )
        return Finding(
            text, verified(case, Candidate(spliced(source, node, {node.args[0]: f"*{operand(source, node.args[0])}"})))
        )
    wrong = [at for at, each in enumerate(held) if not is_tensor_class(type(each))]
    if not wrong or not all(is_numpy_array(held[at]) or type(held[at]) in (list, tuple) for at in wrong):
        return None
    first = held[wrong[0]]
    text = gettext(
        "{name} is a {type}, and TensorDataset takes tensors. Make a tensor of it first.",
        name=operand_text(case, node.args[wrong[0]]),
        type=gettext("NumPy array") if is_numpy_array(first) else type(first).__name__,
    )
    texts: dict[ast.expr | ast.stmt, str] = {}
    for at in wrong:
        if not is_numpy_array(held[at]) and not all(type(each) in (int, float, bool) for each in held[at]):
            return Finding(text)
        function = "torch.from_numpy" if is_numpy_array(held[at]) else "torch.tensor"
        single = ".float()" if is_numpy_array(held[at]) and str(held[at].dtype) == "float64" else ""
        texts[node.args[at]] = f"{function}({segment(source, node.args[at])}){single}"
    if any(text.endswith(".float()") for text in texts.values()):
        dtype = gettext("NumPy's numbers are float64, and layers have float32: .float() converts them.")
        text = f"{text} {dtype}"
    return Finding(text, verified(case, Candidate(spliced(source, node, texts))))


def _one_list(case: Case) -> Finding | None:
    """``ConcatDataset(a, b)``."""
    match case.node:
        case ast.Call(args=[_, _, *_]) as node if case.text(node.func).endswith("ConcatDataset"):
            pass
        case _:
            return None
    source = case.site.source
    text = gettext("ConcatDataset takes one list with all datasets.")
    inside = f"{segment(source, node.func)}([{', '.join(segment(source, each) for each in node.args)}])"
    return Finding(text, verified(case, Candidate(inside)) if not node.keywords else ())


BEFORE = ("modules.subclass", "optimizers.optimizer", "containers.parts")

_MORE = "data/split"

RULES = (
    Rule("split", ("ValueError",), r"^Sum of input lengths does not equal", _sum, more=_MORE),
    Rule("float lengths", ("TypeError",), r"^randperm\(\) received an invalid combination", _whole_numbers, more=_MORE),
    Rule("one length", ("TypeError",), r"^'int' object is not iterable", _one_number, more=_MORE),
    Rule("rows", ("AssertionError",), r"^Size mismatch between tensors", _rows, more="data/tensor-dataset"),
    Rule(
        "no tensors",
        ("AttributeError", "TypeError"),
        r"^'(?:list|tuple)' object has no attribute 'size'|^'int' object is not callable",
        _no_tensors,
        more="data/tensor-dataset",
    ),
    Rule(
        "one list",
        ("TypeError",),
        r"ConcatDataset\.__init__\(\) takes 2 positional arguments but",
        _one_list,
        more=_MORE,
    ),
)
