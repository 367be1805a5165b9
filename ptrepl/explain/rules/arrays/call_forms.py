"""Functions that make tensors, called as NumPy's or Python's: sizes, dtypes and data in other places."""

from __future__ import annotations

import ast
import sys

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.call_form import failed_call
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_DTYPES = {"float": "float32", "int": "int64", "bool": "bool", "str": "", "double": "float64", "float_": "float64"}
_MORE = "arrays/call-forms"


def _dtype_name(case: Case, node: ast.expr) -> str:
    """``float32`` for ``"float32"``, ``np.float32``, ``float`` and ``torch.float32``; "" for anything else."""
    value = case.real(node)
    value = case.value(node) if value is None else value
    torch, numpy = sys.modules["torch"], sys.modules.get("numpy")
    if type(value) is torch.dtype:
        return str(value).removeprefix("torch.")
    if value in (float, int, bool) if isinstance(value, type) else False:
        return _DTYPES[value.__name__]
    if type(value) is str:
        name = value.removeprefix("torch.").removeprefix("np.")
    elif numpy is not None and isinstance(value, type) and issubclass(value, numpy.generic):
        name = value.__name__
    elif numpy is not None and isinstance(value, numpy.dtype):
        name = value.name
    else:
        return ""
    name = _DTYPES.get(name, name)
    return name if name and type(getattr(torch, name, None)) is torch.dtype else ""


def _no_dtype(case: Case) -> Finding | None:
    """``dtype="float32"``, ``dtype=np.float32``."""
    node = case.node
    if not isinstance(node, ast.Call):
        return None
    given = next((each.value for each in node.keywords if each.arg == "dtype"), None)
    if given is None and node.args:
        given = next((each for each in reversed(node.args) if _dtype_name(case, each)), None)
    name = _dtype_name(case, given) if given is not None else ""
    if given is None:
        return None
    if not name:
        text = gettext(
            "{given} is no dtype of PyTorch. Those are torch.float32, torch.int64, torch.bool and so on.",
            given=operand_text(case, given),
        )
        return Finding(text)
    text = gettext(
        "{given} is no dtype of PyTorch: its dtypes are written torch.float32, torch.int64 and so on. This one is "
        "torch.{name}.",
        given=operand_text(case, given),
        name=name,
    )
    return Finding(text, tried(case, [Candidate(spliced(case.site.source, node, {given: f"torch.{name}"}))]))


def _positions(case: Case) -> Finding | None:
    """``torch.full(2, 2, 0.5)``, ``torch.zeros((2, 3), torch.float32)``, ``torch.ones_like(x, 2.5)``."""
    found = failed_call(case)
    if found is None or not found[0].args:
        return None
    node, name = found
    source, last = case.site.source, node.args[-1]
    dtype = _dtype_name(case, last)
    if dtype:
        text = gettext(
            "A dtype has to be given by its name, dtype=torch.{dtype}: {function} does not take it by position.",
            dtype=dtype,
            function=operand_text(case, node.func),
        )
        return Finding(text, tried(case, [Candidate(spliced(source, node, {last: f"dtype=torch.{dtype}"}))]))
    if name == "full" and len(node.args) > 2 and all(type(case.value(each)) is int for each in node.args[:-1]):
        sizes = [segment(source, each) for each in node.args[:-1]]
        joined = f"({', '.join(sizes)})"
        text = gettext(
            "torch.full takes the shape as one argument, a tuple, and then the value: write {shape} for the shape.",
            shape=joined,
        )
        texts: dict[ast.expr | ast.stmt, str] = {node.args[0]: f"({sizes[0]}", node.args[-2]: f"{sizes[-1]})"}
        return Finding(text, tried(case, [Candidate(spliced(source, node, texts))]))
    if name == "index_select":
        return _single_places(case, node)
    if name == "nonzero":
        return _only_mask(case, node)
    floats = [each for each in node.args if type(case.value(each)) is float]
    if name in ("zeros", "ones", "empty", "rand", "randn") and floats:
        return _whole_sizes(case, node, floats)
    if name in ("ones_like", "zeros_like", "empty_like") and len(node.args) == 2:
        text = gettext(
            "{function} takes only a tensor, whose shape it takes over. torch.full_like takes a value as well.",
            function=operand_text(case, node.func),
        )
        return Finding(text, tried(case, [Candidate(spliced(source, node, {node.func: "torch.full_like"}))]))
    return None


def _single_places(case: Case, node: ast.Call) -> Finding | None:
    """``torch.index_select(x, 1, 0, 2)``, ``x.index_select(1, 0, 2)``."""
    places = node.args[1:] if case.facts(node.args[0]) is None else node.args[2:]
    if len(places) < 2 or any(type(case.value(each)) is not int for each in places):
        return None
    source = case.site.source
    made = f"torch.tensor([{', '.join(segment(source, each) for each in places)}])"
    text = gettext(
        "{function} takes the indices as one tensor: {tensor}.", function=operand_text(case, node.func), tensor=made
    )
    kept = ", ".join(segment(source, each) for each in node.args[: -len(places)])
    whole = f"{segment(source, node.func)}({kept}, {made})"
    return Finding(text, tried(case, [Candidate(whole)]) if not node.keywords else ())


def _only_mask(case: Case, node: ast.Call) -> Finding | None:
    """``torch.nonzero(x, x > 4)``."""
    source, last = case.site.source, node.args[-1]
    facts, first = case.facts(last), case.facts(node.args[0])
    if facts is None or facts.dtype != "bool" or len(node.args) != 2 or first is None or first.shape != facts.shape:
        return None
    text = gettext(
        "{function} takes one tensor, here the mask alone: {mask}.",
        function=operand_text(case, node.func),
        mask=operand_text(case, last),
    )
    whole = f"{segment(source, node.func)}({segment(source, last)})"
    return Finding(text, tried(case, [Candidate(whole)]) if not node.keywords else ())


def _coins(case: Case) -> Finding | None:
    """``torch.bernoulli(torch.tensor(0.3), 1000)``, ``torch.bernoulli(0.3, 1000)``: a count for ``p``."""
    found = failed_call(case)
    if found is None or found[1] != "bernoulli" or len(found[0].args) != 2 or found[0].keywords:
        return None
    node, source = found[0], case.site.source
    chance, many = node.args
    count, facts = case.value(many), case.facts(chance)
    if type(count) is not int or count < 2 or (facts is None and type(case.value(chance)) is not float):
        return None
    shape = f"({segment(source, many)},)"
    text = gettext(
        "torch.bernoulli tosses one coin for each element of a tensor of probabilities. It takes no count: {count} of "
        "them are a tensor of shape {shape}.",
        count=operand_text(case, many),
        shape=shape,
    )
    if facts is None:
        made = f"torch.full({shape}, {segment(source, chance)})"
    elif facts.shape in ((), (1,)):
        made = postfix(source, chance, f".expand({segment(source, many)})")
    else:
        return Finding(text)
    return Finding(text, tried(case, [Candidate(f"{segment(source, node.func)}({made})")]))


def _sizes(case: Case) -> Finding | None:
    """A tensor, a value or a list in the place of the shape."""
    found = failed_call(case)
    if found is None or not found[0].args:
        return None
    node, name = found
    source, function = case.site.source, operand_text(case, node.func)
    first = node.args[0]
    if name == "full" and len(node.args) == 2 and _is_shape(case, node.args[1]) and _is_number(case, first):
        text = gettext("torch.full takes the shape first and the value second.")
        texts: dict[ast.expr | ast.stmt, str] = {
            first: segment(source, node.args[1]),
            node.args[1]: segment(source, first),
        }
        return Finding(text, tried(case, [Candidate(spliced(source, node, texts))]))
    if case.facts(first) is not None and name != "full_like":
        tensor = operand_text(case, first)
        text = gettext(
            "{function} takes a shape, and {tensor} is a tensor: {tensor}.shape is its shape.",
            function=function,
            tensor=tensor,
        )
        shape = f"{operand(source, first)}.shape"
        return Finding(text, tried(case, [Candidate(spliced(source, node, {first: shape}))]))
    if name == "full" and len(node.args) == 2 and type(case.value(first)) is int:
        text = gettext(
            "{function} takes the shape as a tuple, also where it is one number: ({size},).",
            function=function,
            size=operand_text(case, first),
        )
        tuple_text = f"({segment(source, first)},)"
        return Finding(text, tried(case, [Candidate(spliced(source, node, {first: tuple_text}))]))
    sizes = [*(first.elts if isinstance(first, (ast.Tuple, ast.List)) and len(node.args) == 1 else node.args)]
    floats = [each for each in sizes if type(case.value(each)) is float]
    if floats:
        return _whole_sizes(case, node, floats)
    return None


def _is_shape(case: Case, node: ast.expr) -> bool:
    value = case.value(node)
    return type(value) in (tuple, list, sys.modules["torch"].Size)


def _is_number(case: Case, node: ast.expr) -> bool:
    return type(case.value(node)) in (int, float, bool)


def _whole_sizes(case: Case, node: ast.Call, floats: list[ast.expr]) -> Finding:
    source, first = case.site.source, floats[0]
    if isinstance(first, ast.Constant):
        text = gettext(
            "{size} is a float: the sizes of a tensor or a layer are integers.", size=operand_text(case, first)
        )
    else:
        text = gettext(
            "{size} is {value}, a float: the sizes of a tensor or a layer are integers.",
            size=operand_text(case, first),
            value=case.value(first),
        )
    if isinstance(first, ast.BinOp) and isinstance(first.op, ast.Div):
        text += " " + gettext("In Python / always gives a float; // divides integers.")
    texts: dict[ast.expr | ast.stmt, str] = {}
    for each in floats:
        value = case.value(each)
        if value != int(value):
            return Finding(text)
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div):
            texts[each] = f"{operand(source, each.left)} // {operand(source, each.right)}"
        elif isinstance(each, ast.Constant):
            texts[each] = str(int(value))
        else:
            texts[each] = f"int({segment(source, each)})"
    return Finding(text, tried(case, [Candidate(spliced(source, node, texts))]))


def _layer_sizes(case: Case) -> Finding | None:
    """``nn.Linear(3.0, 2)``, ``nn.Conv2d(3, n / 2, 3)``."""
    node = case.node
    if not isinstance(node, ast.Call):
        return None
    given = [*node.args, *(each.value for each in node.keywords)]
    floats = [each for each in given if type(case.value(each)) is float]
    return _whole_sizes(case, node, floats) if floats else None


def _no_value(case: Case) -> Finding | None:
    """``torch.full(shape)``."""
    found = failed_call(case)
    if found is None or found[1] not in ("full", "full_like"):
        return None
    if found[1] == "full_like":
        return Finding(gettext("The value is missing: torch.full_like takes a tensor and the value that fills it."))
    return Finding(gettext("The value is missing: torch.full takes a shape and the value that fills it."))


def _integers(case: Case) -> Finding | None:
    """``torch.randint(1, 7, 600)``: the shape has to be a tuple."""
    found = failed_call(case)
    if found is None or found[1] != "randint" or len(found[0].args) not in (2, 3) or found[0].keywords:
        return None
    node, source = found[0], case.site.source
    last = node.args[-1]
    if type(case.value(last)) is not int:
        return None
    text = gettext(
        "torch.randint takes the shape as a tuple, also where it is one number: ({size},).",
        size=operand_text(case, last),
    )
    return Finding(text, tried(case, [Candidate(spliced(source, node, {last: f"({segment(source, last)},)"}))]))


def _only_sizes(case: Case) -> Finding | None:
    """``torch.rand(1, 7, (600,))``."""
    found = failed_call(case)
    if found is None or found[1] not in ("rand", "randn", "zeros", "ones", "empty"):
        return None
    node, source = found[0], case.site.source
    given = [case.value(each) for each in node.args]
    function = operand_text(case, node.func)
    if any(type(each) is float for each in given):
        return _whole_sizes(case, node, [each for each in node.args if type(case.value(each)) is float])
    if not any(type(each) in (tuple, list) for each in given) or len(given) < 2:
        return None
    text = gettext(
        "{function} takes nothing but a shape, as numbers or as one tuple. To draw integers between two bounds, write "
        "torch.randint(low, high, shape).",
        function=function,
    )
    if found[1] != "rand" or [type(each) for each in given] not in ([int, int, tuple], [int, tuple]):
        return Finding(gettext("{function} takes nothing but a shape, as numbers or as one tuple.", function=function))
    return Finding(text, tried(case, [Candidate(spliced(source, node, {node.func: "torch.randint"}))]))


def _from_numpy(case: Case) -> Finding | None:
    """``torch.from_numpy(array, dtype=torch.float32)``."""
    node = case.node
    if not isinstance(node, ast.Call) or getattr(case.real(node.func), "__name__", "") != "from_numpy" or not node.args:
        return None
    source = case.site.source
    names = [str(each.arg) for each in node.keywords]
    if not names or not set(names) <= {"dtype", "device"}:
        return None
    moves = ", ".join(_moved(case, each) for each in node.keywords)
    text = gettext(
        "from_numpy takes nothing but the array, whose memory the tensor shares. .to(…) converts the tensor after that."
    )
    new = f"{segment(source, node.func)}({segment(source, node.args[0])}).to({moves})"
    return Finding(text, tried(case, [Candidate(new)]))


def _moved(case: Case, keyword: ast.keyword) -> str:
    dtype = _dtype_name(case, keyword.value) if keyword.arg == "dtype" else ""
    return f"torch.{dtype}" if dtype else segment(case.site.source, keyword.value)


BEFORE = ("modules.layer_settings", "arrays.from_data", "python.keyword", "python.truth", "modules.own_arguments")

RULES = (
    Rule(
        "dtype object",
        ("TypeError",),
        r"argument 'dtype' (\(position \d+\) )?must be torch\.dtype, not|"
        r"^to\(\) received an invalid combination of arguments - got \(type, ?\)",
        _no_dtype,
        _MORE,
        lesson="creation/price-list",
    ),
    Rule(
        "argument order",
        ("TypeError",),
        r"^(\w+)\(\) takes \d positional arguments? but \d+ (was|were) given",
        _positions,
        _MORE,
        lesson="creation/filled",
    ),
    Rule(
        "argument order",
        ("TypeError",),
        r"argument 'size' \(position \d\) must be tuple of (ints|SymInts), not|"
        r"must be tuple of ints, but found element of type float",
        _sizes,
        _MORE,
        lesson="creation/filled",
    ),
    Rule(
        "whole sizes",
        ("TypeError",),
        r"argument 'size' (failed to unpack|must be tuple of ints).*float",
        _layer_sizes,
        "arrays/sizes",
    ),
    Rule("missing value", ("TypeError",), r"missing 1 required positional arguments: \"fill_value\"", _no_value, _MORE),
    Rule(
        "shape tuple",
        ("TypeError",),
        r"randint\(\) received an invalid combination|randint\(\): argument 'size'",
        _integers,
        _MORE,
    ),
    Rule("only sizes", ("TypeError",), r"argument 'size' failed to unpack the object", _only_sizes, _MORE),
    Rule(
        "coins",
        ("RuntimeError", "TypeError"),
        r"bernoulli_ expects p to be in \[0, 1\]|^bernoulli\(\) received an invalid combination",
        _coins,
        _MORE,
    ),
    Rule("from_numpy", ("TypeError",), r"from_numpy\(\) takes no keyword arguments", _from_numpy, _MORE),
)
