"""A NumPy array, a list or a number where only a tensor will do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import is_tensor_class, type_name
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.arrays.class_names import names_or_numbers, of_strings
from ptrepl.explain.rules.containers.which_part import array_in
from ptrepl.explain.rules.inputs.row_of_one import row_of_one
from ptrepl.texts.messages import N_, gettext

_NUMBERS = (int, float, bool)
_NO_TENSOR = {
    "array": N_(
        "{name} is a NumPy array, and {function} takes tensors. torch.from_numpy({name}) makes a tensor of it."
    ),
    "list": N_("{name} is a list, and {function} takes tensors. torch.tensor({name}) makes a tensor of it."),
    "number": N_("{name} is a Python number, and {function} takes tensors. torch.tensor({name}) makes a tensor of it."),
}
_NO_ARRAY = {
    "list": N_("{name} is a list, and from_numpy takes a NumPy array. torch.tensor takes lists and numbers."),
    "number": N_(
        "{name} is a Python number, and from_numpy takes a NumPy array. torch.tensor takes lists and numbers."
    ),
}


def _kind(case: Case, node: ast.expr) -> str:
    """``array``, ``list``, ``number``, or ""."""
    value = case.held(node)
    if is_numpy_array(value):
        return "array"
    if type(value) in (list, tuple):
        return "list"
    return "number" if type(value) in _NUMBERS else ""


def _operator(case: Case) -> Finding | None:
    """``array * tensor``, ``tensor + [1, 2]``."""
    match case.node:
        case ast.BinOp(left=left, right=right) | ast.AugAssign(target=left, value=right):
            pair = [left, right]
        case ast.Compare(left=left, comparators=[right]):
            pair = [left, right]
        case ast.Subscript() as target:
            return _assigned(case, target)
        case _:
            return None
    tensor = next((each for each in pair if case.facts(each) is not None), None)
    other = next((each for each in pair if each is not tensor), None)
    if tensor is None or other is None:
        return None
    kind = _kind(case, other)
    fields = {"other": operand_text(case, other), "tensor": operand_text(case, tensor)}
    if kind == "array":
        text = gettext(
            "{other} is a NumPy array and {tensor} is a tensor: the two do not mix here. "
            "torch.from_numpy({other}) makes a tensor of the array.",
            **fields,
        )
    elif kind == "list" and _holds_tensors(case, other):
        text = gettext(
            "{other} is a list of tensors and {tensor} is a tensor: torch.stack makes one tensor of the list.", **fields
        )
        new = spliced(case.site.source, case.site.node, {other: f"torch.stack({segment(case.site.source, other)})"})
        return Finding(text, tried(case, [Candidate(new)]))
    elif kind == "list":
        text = gettext(
            "{other} is a list and {tensor} is a tensor: Python lists do not compute with tensors. "
            "torch.tensor({other}) makes a tensor of the list.",
            **fields,
        )
    else:
        return None
    return Finding(text, _made(case, [other]))


def _holds_tensors(case: Case, node: ast.expr) -> bool:
    held = case.held(node)
    return bool(held) and all(is_tensor_class(type(each)) for each in held)


def _assigned(case: Case, target: ast.Subscript) -> Finding | None:
    """``x[0] = array``."""
    match case.parents[:1]:
        case (ast.Assign(value=value) as statement,) if _kind(case, value) == "array":
            source = case.site.source
            text = gettext(
                "{name} is a NumPy array, and only tensors and numbers can be assigned to a part of a tensor. "
                "torch.from_numpy({name}) makes a tensor of the array.",
                name=operand_text(case, value),
            )
            new = spliced(source, statement, {value: f"torch.from_numpy({segment(source, value)})"})
            return Finding(text, tried(case, [Candidate(new, replaces_line=True)]))
    return None


def _argument(case: Case) -> Finding | None:
    """``torch.exp(array)``, ``net([1., 2.])``."""
    node = case.node
    if not isinstance(node, ast.Call) or ("object" in case.message and case.inner() is None):
        return None
    wrong = [each for each in case.operands() if _kind(case, each) == "array"]
    parts = [*node.args, *(each.value for each in node.keywords)]
    wrong += (
        [each for each in parts if _kind(case, each) == "list"]
        if re.search("not list|'list' object", case.message)
        else []
    )
    wrong += (
        [each for each in parts if _kind(case, each) == "number"][:1]
        if re.search("not (float|int)", case.message)
        else []
    )
    if not wrong:
        return None
    name, function, kind = operand_text(case, wrong[0]), operand_text(case, node.func), _kind(case, wrong[0])
    fixes = _made(case, wrong)
    if not fixes and kind == "number" and (row := row_of_one(case, node, wrong[0])) is not None:
        return row
    return Finding(gettext(_NO_TENSOR[kind], name=name, function=function), fixes)


def _made(case: Case, wrong: list[ast.expr]) -> tuple[Fix, ...]:
    """The same with tensors; of dtype float32 where another one does not fit, as in a layer."""
    if isinstance(case.node, ast.AugAssign):
        return ()
    plain, single = (Candidate(_converted(case, wrong, suffix)) for suffix in ("", ".float()"))
    double = any(_is_double(case, each) for each in wrong)
    return tried(case, [plain, single]) if double else tried(case, [plain]) or tried(case, [single])


def _is_double(case: Case, node: ast.expr) -> bool:
    value = case.value(node)
    return is_numpy_array(value) and str(value.dtype) == "float64"


def _converted(case: Case, wrong: list[ast.expr], suffix: str) -> str:
    source, node = case.site.source, case.node
    assert node is not None
    texts: dict[ast.expr | ast.stmt, str] = {}
    for each in wrong:
        function = "torch.from_numpy" if _kind(case, each) == "array" else "torch.tensor"
        texts[each] = f"{function}({segment(source, each)}){suffix}"
    return spliced(source, node, texts)


def _not_an_array(case: Case) -> Finding | None:
    """``torch.from_numpy`` of something else."""
    match case.node:
        case ast.Call(args=[value]) as node:
            pass
        case _:
            return None
    source = case.site.source
    name = operand_text(case, value)
    if case.facts(value) is not None:
        text = gettext("{name} is a tensor already: there is nothing to convert.", name=name)
        return Finding(text, tried(case, [Candidate(segment(source, value))]))
    if (part := array_in(case, value)) is not None:
        return part
    kind = _kind(case, value)
    if kind in _NO_ARRAY:
        text = gettext(_NO_ARRAY[kind], name=name)
        return Finding(text, tried(case, [Candidate(spliced(source, node, {node.func: "torch.tensor"}))]))
    if case.match.group(1) in ("DataFrame", "Series"):
        text = gettext(
            "{name} is a pandas {type}, and from_numpy takes a NumPy array. .to_numpy() gives its numbers as one.",
            name=name,
            type=case.match.group(1),
        )
        return Finding(text)
    real = case.real(value)
    if real is None:
        return None
    if hasattr(type(real), "dtype") and type(real).__module__ == "numpy":
        text = gettext(
            "{name} is one number of NumPy, and from_numpy takes an array. torch.tensor makes a tensor of it.",
            name=name,
        )
        return Finding(text, verified(case, Candidate(f"torch.tensor({segment(source, value)})")))
    text = gettext("{name} is of type {type}, and from_numpy takes a NumPy array.", name=name, type=type_name(real))
    return Finding(text)


_MORE = "arrays/tensor-from-data"


_KINDS = {
    "object_": N_(
        "{name} holds Python objects: its dtype is object. That comes from rows of different lengths or columns of "
        'different types. {name}.astype("float32") makes numbers of them where each one is a number.'
    ),
    "str_": N_("{name} holds strings, and a tensor holds only numbers."),
    "datetime64": N_("{name} holds dates, and a tensor holds only numbers."),
    "timedelta64": N_("{name} holds time differences, and a tensor holds only numbers."),
    "longdouble": N_("{name} holds numbers with more bits than any dtype of PyTorch has."),
}


def _data(case: Case) -> ast.expr | None:
    match case.node:
        case ast.Call(args=[data, *_]):
            return data
    return None


def _kind_of_object(case: Case) -> Finding | None:
    node, sentence = _data(case), _KINDS.get(case.match.group(1))
    if node is None or sentence is None:
        return None
    if (held := _one_object(case, node)) is not None:
        return held
    if case.match.group(1) == "object_" and (column := of_strings(case, node)) is not None:
        return column
    if case.match.group(1) == "object_" and (ragged := _lists(case, node)) is not None:
        return ragged
    if (
        case.match.group(1) == "str_"
        and (named := names_or_numbers(case, node, gettext(sentence, name=operand_text(case, node)))) is not None
    ):
        return named
    numbers = case.match.group(1) in ("object_", "longdouble")
    text = gettext(sentence, name=operand_text(case, node))
    return Finding(text, tried(case, _as_numbers(case, node)) if numbers else ())


def _lists(case: Case, node: ast.expr) -> Finding | None:
    """An array of objects that holds lists of different lengths."""
    match node:
        case ast.Call(func=ast.Attribute(attr="array" | "asarray"), args=[inner]):
            node = inner
    array = case.real(node)
    if not is_numpy_array(array) or array.dtype.kind != "O" or array.ndim != 1:
        return None
    rows = array.tolist()
    if not all(type(row) is list and all(type(each) in (int, float) for each in row) for row in rows):
        return None
    if len({len(row) for row in rows}) < 2:
        return None
    name = operand_text(case, node)
    rows_of = f"[torch.tensor(row) for row in {name}]"  # not a sentence: code
    text = gettext(
        "{name} holds lists of different lengths, and the rows of a tensor have one length. {code} fills the short "
        "ones up with zeros.",
        name=name,
        code=f"nn.utils.rnn.pad_sequence({rows_of}, batch_first=True)",  # not a sentence: code
    )
    return Finding(text)


def _one_object(case: Case, node: ast.expr) -> Finding | None:
    """``np.array(scores.values())``: an array of one object, a view of a dict, and not of its numbers."""
    array = case.real(node)
    if is_numpy_array(array) and array.shape == () and array.dtype.kind == "O":
        held = type_name(array.item())
        if held in ("dict_values", "dict_keys", "dict_items", "map", "generator", "zip"):
            return Finding(
                gettext(
                    "{name} is an array that holds one object, of type {type}. list() takes its values out: "
                    "np.array(list(…)).",
                    name=operand_text(case, node),
                    type=held,
                )
            )
    match node:
        case ast.Call(func=made, args=[ast.Call(func=ast.Attribute(attr="values" | "keys")) as view]):
            pass
        case _:
            return None
    code = f"{case.text(made)}(list({case.text(view)}))"
    text = gettext(
        "{view} is a view of a dict, and an array of it holds that one object. list() takes its values out: {code}.",
        view=case.text(view),
        code=code,
    )
    return Finding(text)


def _as_numbers(case: Case, node: ast.expr) -> Iterator[Candidate]:
    source, whole = case.site.source, case.node
    assert whole is not None
    yield Candidate(spliced(source, whole, {node: postfix(source, node, '.astype("float32")')}))


def _backwards(case: Case) -> Finding | None:
    node = _data(case)
    if node is None:
        return None
    source, whole = case.site.source, case.node
    assert whole is not None
    text = gettext(
        "{name} has negative strides: [::-1] and flip do not copy in NumPy, and a tensor cannot have negative strides. "
        ".copy() makes an array in the new order.",
        name=operand_text(case, node),
    )
    # a copy has no strides of its own to refuse: it is right where stand-ins do not have the array, too
    copied = Candidate(spliced(source, whole, {node: postfix(source, node, ".copy()")}))
    return Finding(text, tried(case, [copied]) or verified(case, copied))


def _pandas(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(args=[node, *_]):
            pass
        case _:
            return None
    name = operand_text(case, node)
    if (column := of_strings(case, node)) is not None:
        return column
    if "Series" in case.match.groups():
        text = gettext(
            "{name} is a pandas Series, whose entries have labels. {name}.to_numpy() gives the numbers as an array, "
            "which torch.tensor takes.",
            name=name,
        )
        return Finding(text)
    text = gettext(
        "{name} is a pandas DataFrame, a table whose columns have names. {name}.to_numpy() gives its numbers as an "
        'array, which torch.tensor takes. {name}.select_dtypes("number") leaves out columns of strings.',
        name=name,
    )
    return Finding(text)


_MORE_ON_OBJECTS = "arrays/array-dtypes"


BEFORE = (
    "python.attribute",
    "python.called",
    "shapes.join",
    "containers.list_elements",
    "python.scalar",
)

RULES = (
    Rule(
        "array, list",
        ("TypeError",),
        r"unsupported operand type\(s\) for .+: '(numpy.ndarray|list|Tensor|Parameter)' and "
        r"'(numpy.ndarray|list|Tensor|Parameter)'|Concatenation operation is not implemented for NumPy arrays|"
        r"not supported between instances of '(Tensor|Parameter|numpy.ndarray)' and|can only concatenate list|"
        r"only integer tensors of a single element|can't assign a numpy.ndarray to a",
        _operator,
        more=_MORE,
        lesson="creation/live-and-saved",
        only_torch=False,
    ),
    Rule(
        "array, list",
        ("TypeError", "AttributeError"),
        r"must be Tensor, not (numpy.ndarray|list|float|int)|expected Tensor as element \d+ in argument 0, but got "
        r"numpy.ndarray|must be tuple of Tensors, not numpy.ndarray|'int' object is not callable|"
        r"'(list|float)' object has no attribute 'size'|invalid combination of arguments - got \(numpy.ndarray",
        _argument,
        more=_MORE,
        lesson="creation/live-and-saved",
    ),
    Rule(
        "from_numpy",
        ("TypeError",),
        r"expected np.ndarray \(got (\w+)",
        _not_an_array,
        more=_MORE,
        lesson="creation/one-memory",
    ),
    Rule(
        "array dtype",
        ("TypeError",),
        r"can't convert np.ndarray of type numpy\.(\w+)",
        _kind_of_object,
        more=_MORE_ON_OBJECTS,
    ),
    Rule(
        "negative strides",
        ("ValueError",),
        r"At least one stride in the given numpy array is negative",
        _backwards,
        more="arrays/negative-strides",
    ),
    Rule(
        "pandas table",
        ("ValueError", "TypeError"),
        r"could not determine the shape of object type '(DataFrame|Series)'|must be Tensor, not (DataFrame|Series)",
        _pandas,
        more=_MORE_ON_OBJECTS,
    ),
)
