"""Plain Python around tensors: range of a string, lists that are subtracted, a comma too much."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import Kind, is_a, is_tensor_class, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.loaders import is_loader
from ptrepl.explain.operands.operand_text import is_written, operand_text
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MORE = "python/calls"


def _range(case: Case) -> Finding | None:
    """``range(cfg["epochs"])`` of a string or a float, ``range(loader)``."""
    match case.node:
        case ast.Call(func=ast.Name(id="range"), args=args) as node:
            pass
        case _:
            return None
    source = case.site.source
    for each in args:
        value = case.held(each)
        name = operand_text(case, each)
        if type(value) is float:
            text = gettext("{name} is {value}, a float, and range takes integers.", name=name, value=value)
            if is_written(each):
                text = gettext("{name} is a float, and range takes integers.", name=name)
            if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div):
                new = f"{operand(source, each.left)} // {operand(source, each.right)}"
            else:
                new = f"{value:.0f}" if is_written(each) else f"int({segment(source, each)})"
            made = origin(case, each.id) if isinstance(each, ast.Name) else None
            if made is not None and isinstance(made.value, ast.BinOp) and isinstance(made.value.op, ast.Div):
                more = gettext("`{statement}` divides with /, which always gives a float.", statement=made.label)
                text = f"{text} {more}"
            if value != int(value):
                both = gettext(
                    "int({name}) is {less} and leaves the rest off; math.ceil({name}) is {more} and counts it.",
                    name=name,
                    less=int(value),
                    more=int(value) + 1,
                )
                return Finding(f"{text} {both}")
        elif type(value) is str and value.isdigit():
            text = gettext("{name} is a string, and range takes integers.", name=name)
            new = f"int({segment(source, each)})"
        elif type(value) in (list, tuple, dict) or is_loader(value):
            text = gettext(
                "{name} is of type {type}, and range takes numbers. len({name}) is how many there are.",
                name=name,
                type=type_name(value),
            )
            new = f"len({segment(source, each)})"
        else:
            continue
        line = case.site.line
        whole = Candidate(spliced(source, node, {each: new}))
        if isinstance(line, ast.For) and line.iter is node:
            whole = Candidate(spliced(source, line, {each: new}), replaces_line=True)
            return Finding(text, tried(case, [whole]) or verified(case, whole))
        return Finding(text, tried(case, [whole]))
    return None


def _lists(case: Case) -> Finding | None:
    """``[1.0, 2.0] - [0.5, 0.5]``, ``[[1, 2], [3, 4]] @ [10, 1]``."""
    match case.node:
        case ast.BinOp(left=left, right=right) as node:
            pass
        case _:
            return None
    one, two = case.held(left), case.held(right)
    if type(one) is not list or type(two) is not list:
        return None
    product = isinstance(node.op, ast.MatMult)
    inside = [each for part in (*one, *two) for each in (part if product and type(part) is list else [part])]
    if not inside or not all(type(each) in (int, float) for each in inside):
        return None
    source = case.site.source
    text = gettext("@ multiplies tensors, not Python lists: torch.tensor makes one of each list.")
    if not product:
        text = gettext(
            "Python lists have no elementwise arithmetic, tensors have: torch.tensor makes one of each list."
        )
    texts: dict[ast.expr | ast.stmt, str] = {each: f"torch.tensor({segment(source, each)})" for each in (left, right)}
    return Finding(text, tried(case, [Candidate(spliced(source, node, texts))]))


def _append(case: Case) -> Finding | None:
    """``losses.append(0.5, 0.3)``."""
    node = case.node
    if not isinstance(node, ast.Call) or case.inner_frames or len(node.args) < 2 or node.keywords:
        return None
    source = case.site.source
    inner = ", ".join(segment(source, each) for each in node.args)
    code = f"{segment(source, node.func)}(({inner}))"
    text = gettext("append adds one element. A pair is one, in brackets of its own: {code}.", code=code)
    return Finding(text, verified(case, Candidate(code)))


def _comma(case: Case) -> Finding | None:
    """``loss = criterion(pred, y),``: the comma at the end makes a tuple."""
    node, line = case.node, case.site.line
    suspects = [node.value] if isinstance(node, ast.Attribute) else []
    suspects += [*node.args, *(each.value for each in node.keywords)] if isinstance(node, ast.Call) else []
    suspects += [node.left, node.right] if isinstance(node, ast.BinOp) else []
    for each in suspects:
        held = case.real(each)
        made = origin(case, each.id) if isinstance(each, ast.Name) and type(held) is tuple and len(held) == 1 else None
        if made is None or not isinstance(made.value, ast.Tuple) or segment(made.source, made.value).startswith("("):
            continue
        plain = spliced(made.source, made.statement, {made.value: segment(made.source, made.value.elts[0])})
        text = gettext(
            "{name} is a tuple with one element: the comma at the end of `{statement}` makes it one. Without the comma "
            "it is `{plain}`.",
            name=made.name,
            statement=made.label,
            plain=in_a_sentence(plain),
        )
        if made.entry is None and case.site.is_nested:
            inside = segment(made.source, made.value.elts[0])
            return Finding(text, verified(case, Candidate(inside, of=made.value, gives="")))
        fits = made.is_alone and not case.site.is_nested and case.site.statement is line and "\n" not in plain
        again = f"{plain}\n{segment(case.site.source, line)}"
        return Finding(text, verified(case, Candidate(again, replaces_line=True, gives="")) if fits else ())
    return None


def _empty(case: Case) -> Finding | None:
    """``min(history["val"])`` of a list that nothing was added to."""
    match case.node:
        case ast.Call(func=ast.Name(id="min" | "max" as word), args=[given]):
            held = case.real(given)
        case _:
            return None
    if type(held) not in (list, tuple, dict) or held:
        return None
    text = gettext(
        "{name} is empty: nothing was added to it, so it has no {word}.", name=operand_text(case, given), word=word
    )
    return Finding(text)


def _no_input(case: Case) -> Finding | None:
    """``net(loader)``, ``net(dataset)``, ``DataLoader(MyDataset)``."""
    node = case.node
    if not isinstance(node, ast.Call) or not node.args:
        return None
    given = node.args[0]
    held: Any = case.real(given)
    name, taker = operand_text(case, given), operand_text(case, node.func)
    if "no len" in case.message:
        if not is_a(held, type) or operand_text(case, node.func).rpartition(".")[2] != "DataLoader":
            return None
        text = gettext(
            "{name} is the class, not a dataset: {name}(…) makes one, with what its __init__ takes in the brackets.",
            name=name,
        )
        return Finding(text)
    if is_loader(held):
        text = gettext(
            "{name} is a DataLoader, and {function} takes a tensor. Its batches come in a loop: for batch in {name}.",
            name=name,
            function=taker,
        )
        return Finding(text)
    if (
        kind_of(held) is not Kind.MODULE
        and not is_tensor_class(type(held))
        and type_name(held)
        in (
            "TensorDataset",
            "Subset",
            "ConcatDataset",
        )
    ):
        text = gettext(
            "{name} is a dataset ({type}), and {function} takes a tensor. {name}[:] or a DataLoader takes the tensors "
            "out of it.",
            name=name,
            type=type_name(held),
            function=taker,
        )
        return Finding(text)
    return None


def _counted(case: Case) -> Finding | None:
    """``for epoch in 300:``."""
    loop = case.site.line
    if not isinstance(loop, ast.For) or case.node not in (loop, loop.iter) or type(case.held(loop.iter)) is not int:
        return None
    code = f"range({segment(case.site.source, loop.iter)})"
    text = gettext(
        "for goes through the parts of something, and {name} is a single number. {code} counts that often, from 0.",
        name=operand_text(case, loop.iter),
        code=code,
    )
    return Finding(text, verified(case, Candidate(code, of=loop.iter)))


BEFORE = (
    "arrays.argument_types",
    "arrays.assigned",
    "arrays.creation",
    "arrays.from_data",
    "containers.moved",
    "containers.parts",
    "containers.wanted_tensor",
    "data.dataset",
    "data.split",
    "optimizers.optimizer",
    "optimizers.optimizer_settings",
    "optimizers.scheduler_settings",
    "modules.subclass",
    "sequences.two_states",
    "python.attribute",
    "python.called",
    "python.built_in",
)

RULES = (
    Rule("range", ("TypeError",), r"object cannot be interpreted as an integer", _range, _MORE, only_torch=False),
    Rule(
        "lists subtracted",
        ("TypeError",),
        r"^unsupported operand type\(s\) for .+: 'list' and 'list'",
        _lists,
        "python/numbers-and-tensors",
        only_torch=False,
    ),
    Rule("counted", ("TypeError",), r"^'int' object is not iterable", _counted, "python/blocks", only_torch=False),
    Rule("append", ("TypeError",), r"append\(\) takes exactly one argument", _append, _MORE, only_torch=False),
    Rule(
        "last comma",
        ("AttributeError", "TypeError"),
        r"^'tuple' object has no attribute|^'\S+' not supported between instances of 'tuple'|must be \w+, not tuple"
        r"|arguments - got \(tuple,|^unsupported operand type\(s\) for .+'tuple'|^can only concatenate tuple",
        _comma,
        "containers/tensor-wanted",
        only_torch=False,
    ),
    Rule(
        "empty list",
        ("ValueError",),
        r"^(?:min|max)\(\) (?:arg|iterable argument) is (?:an )?empty",
        _empty,
        _MORE,
        only_torch=False,
    ),
    Rule(
        "no input",
        ("TypeError",),
        r"must be Tensor, not (?:DataLoader|TensorDataset|Subset|ConcatDataset)|"
        r"^object of type '(?:type|ABCMeta)' has no len",
        _no_input,
        "data/batches",
    ),
)
