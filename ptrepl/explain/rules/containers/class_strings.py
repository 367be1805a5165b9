"""Names of classes that a Dataset gives as strings: where it has the list of them, each gets its number there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, mro, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.data.last_batch import loader_of_loop
from ptrepl.texts.messages import gettext

_MOST_NAMES = 3_000
_MOST_CLASSES = 10_000
_LONGEST = 20
_OF_TEXT = {*"/\\\n.,!?"}
"""Signs of sentences and paths."""


def _of_dataset(case: Case) -> Finding | None:
    found = _strings(case)
    loop = loader_of_loop(case)
    dataset: Any = own_dict(loop[1]).get("dataset") if loop is not None else None
    text = class_text(case, type(dataset)) if dataset is not None else None
    if found is None or text is None or loop is None:
        return None
    node, strings = found
    part = part_returned(text, case, node)
    if part is None:
        return None
    said = gettext(
        "{name} is a {type} of strings, such as {first}: {cls}.__getitem__ gives {part}, and a tensor holds numbers.",
        name=operand_text(case, node),
        type=type_name(case.real(node)),
        first=repr(strings[0][:_LONGEST]),
        cls=text.node.name,
        part=segment(text.source, part),
    )
    numbers = [*dict.fromkeys(_numbers(case, dataset, strings, segment(text.source, part)))]
    if len(numbers) == 1:
        there = gettext("{code} in its place gives the index of the class.", code=numbers[0])
        return Finding(f"{said} {there}", text.anew({part: numbers[0]}))
    held = _all_of(dataset, part)
    if held and not numbers:
        code = f"self.classes.index({segment(text.source, part)})"
        first = gettext(
            "In __init__, write self.classes = sorted(set({held})), and there {code} in its place.",
            held=held,
            code=code,
        )
        return Finding(f"{said} {first}")
    return None


def _strings(case: Case) -> tuple[ast.expr, list[str]] | None:
    """What holds nothing but strings in the failing expression: the object of an attribute, or an argument."""
    match case.node:
        case ast.Attribute(value=value):
            parts = [value]
        case ast.Call(args=args):
            parts = [*args]
        case _:
            return None
    for each in parts:
        held: Any = case.real(each)
        if type(held) in (list, tuple) and held and all(type(one) is str for one in held):
            return each, [*held]
    return None


def part_returned(text: ClassText, case: Case, node: ast.expr) -> ast.expr | None:
    """The expression in the one ``return`` of ``__getitem__`` that gave the strings."""
    getter = text.method("__getitem__")
    returns = [each for each in ast.walk(getter) if isinstance(each, ast.Return)] if getter is not None else []
    value = returns[0].value if len(returns) == 1 else None
    match node, value:
        case ast.Subscript(slice=ast.Constant(value=str() as key)), ast.Dict(keys=keys, values=values):
            named = [each.value if isinstance(each, ast.Constant) else None for each in keys]
            return values[named.index(key)] if key in named else None
        case ast.Name(id=name), ast.Tuple(elts=elements):
            loop = next((each for each in case.parents if isinstance(each, ast.For)), None)
            target = loop.target if loop is not None else None
            if isinstance(target, ast.Tuple) and len(target.elts) == 2 and isinstance(target.elts[1], ast.Tuple):
                target = target.elts[1]
            names = [getattr(each, "id", "") for each in target.elts] if isinstance(target, ast.Tuple) else []
            return elements[names.index(name)] if name in names and len(names) == len(elements) else None
    return None


def _numbers(case: Case, dataset: Any, strings: list[str], part: str) -> Iterator[str]:
    """``self.names.index(label)``, ``CLASSES[label]``: of what the dataset or the prompt has."""
    own = own_dict(dataset)
    of_class = {name: held for base in mro(type(dataset)) for name, held in class_dict(base).items()}
    held = {f"self.{name}": each for name, each in {**of_class, **own}.items()}
    given = next(iter(_strings(case) or ()), None)
    mine = case.real(given) if isinstance(given, ast.expr) else None
    for name, each in [*held.items(), *case.names.items()][:_MOST_NAMES]:
        if each is mine or part.startswith(f"{name}["):
            continue  # what the strings are taken from: each would get its own place in it
        if type(each) in (list, tuple) and 1 < len(each) <= _MOST_CLASSES and all(type(one) is str for one in each):
            if len({*each}) == len(each) and {*strings} <= {*each}:
                yield f"{name}.index({part})"
        elif type(each) is dict and all(type(each.get(one)) is int for one in strings):
            yield f"{name}[{part}]"


def _all_of(dataset: Any, part: ast.expr) -> str:
    """``self.y`` of ``self.y[i]``, where that has all the strings; "" elsewhere."""
    match part:
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id="self"), attr=name)):
            held: Any = own_dict(dataset).get(name)
        case _:
            return ""
    is_list = type(held) in (list, tuple) and 0 < len(held) <= _MOST_CLASSES
    if not is_list or not all(type(each) is str for each in held):
        return ""
    # texts, paths and ids differ from each other; of a class there are several examples
    repeat = len({*held}) < len(held) and not any(_OF_TEXT & {*each} for each in held)
    return f"self.{name}" if repeat else ""


BEFORE = (
    "arrays.argument_types",
    "containers.moved",
    "containers.parts",
    "containers.wanted_tensor",
    "data.enumerated",
    "modules.class_slips",
    "modules.network_call",
    "modules.subclass",
    "optimizers.optimizer_numbers",
    "python.attribute",
    "python.own_objects",
    "python.plain_slips",
    "sequences.two_states",
)

RULES = (
    Rule(
        "class strings",
        ("AttributeError", "TypeError"),
        r"^'(?:tuple|list)' object has no attribute '(?:to|cuda|cpu|long|float|int|size|view|unsqueeze|squeeze|type)'|"
        r"must be Tensor, not (?:tuple|list)",
        _of_dataset,
        more="containers/tensor-wanted",
    ),
)
