"""An index of the wrong kind: a name for a position, a float in a slice, a tensor as the key of a dict."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.dtypes import is_float
from ptrepl.explain.operands.operand_text import is_written, operand_text
from ptrepl.explain.operands.outline import outline
from ptrepl.explain.operands.state import is_plain_dict
from ptrepl.explain.provenance.origins import label
from ptrepl.explain.rewrite import in_a_sentence, operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _by_name(case: Case) -> Finding | None:
    """``batch["image"]`` of a tuple, a list or a tensor."""
    match case.node:
        case ast.Subscript(value=value, slice=index):
            pass
        case _:
            return None
    key = case.held(index)
    if type(key) is not str:
        return None
    held: Any = case.held(value)
    fields = {"name": operand_text(case, value), "key": operand_text(case, index)}
    if is_tensor_class(type(held)):
        shape = case.shape(value)
        text = gettext(
            "{name} is a tensor of shape {shape}, which has positions and no names: {key} is the key of a dict.",
            shape=shape_text(shape) if shape is not None else "?",
            **fields,
        )
        return Finding(text)
    if type(held) not in (tuple, list):
        return None
    if held and all(is_plain_dict(each) for each in held) and all(key in each for each in held):
        text = gettext(
            "{name} is a list of dicts, each of which has the key {key}: one has to be picked first, {name}[0][{key}] "
            "for example.",
            **fields,
        )
        return Finding(text)
    if any(is_tensor_class(type(each)) for each in held):
        text = gettext(
            "{name} is a {type} with the shapes {parts}: its parts have positions, {name}[0] and so on, and no names.",
            type=type(held).__name__,
            parts=outline(held),
            **fields,
        )
        return Finding(text)
    text = gettext(
        "{name} is a {type} of {count}: what it holds has positions, {name}[0] and so on, and no names.",
        type=type(held).__name__,
        count=len(held),
        **fields,
    )
    return Finding(text)


def _slice(case: Case) -> Finding | None:
    """``x[:n]`` with a float for n."""
    match case.node:
        case ast.Subscript(slice=ast.Slice() | ast.Tuple()) as node:
            pass
        case _:
            return None
    bounds = [
        bound
        for part in ast.walk(node.slice)
        if isinstance(part, ast.Slice)
        for bound in (part.lower, part.upper, part.step)
        if bound is not None
    ]
    wrong = next((each for each in bounds if type(case.held(each)) is float), None)
    if wrong is None:
        return None
    source, value = case.site.source, case.held(wrong)
    text = gettext(
        "{bound} is {value}, a float, and a slice takes integers.",
        bound=operand_text(case, wrong),
        value=value,
    )
    if is_written(wrong):
        text = gettext("{bound} is a float, and a slice takes integers.", bound=operand_text(case, wrong))
    said_of = segment(source, node.value)
    if isinstance(wrong, ast.Constant) and 0 < value < 1:
        new = f"int({segment(source, wrong)} * len({said_of}))"
        text = gettext(
            "{bound} is a fraction, and a slice takes positions, which are integers: {code}.",
            bound=operand_text(case, wrong),
            code=new,
        )
    elif isinstance(wrong, ast.BinOp) and isinstance(wrong.op, ast.Div):
        new = f"{operand(source, wrong.left)} // {operand(source, wrong.right)}"
        text = gettext(
            "{bound} is {value}, a float, and a slice takes integers. In Python / always gives a float; // divides "
            "integers.",
            bound=operand_text(case, wrong),
            value=value,
        )
    elif isinstance(wrong, ast.Constant):
        return Finding(text)
    else:
        new = f"int({segment(source, wrong)})"
    line, said = case.site.line, segment(source, wrong)
    if not isinstance(line, (ast.Assign, ast.Expr, ast.Return)):
        return Finding(text, tried(case, [Candidate(spliced(source, node, {wrong: new}))]))
    same: dict[ast.expr | ast.stmt, str] = {
        bound: new
        for part in ast.walk(line)
        if isinstance(part, ast.Slice)
        for bound in (part.lower, part.upper)
        if bound is not None and segment(source, bound) == said
    }
    whole = Candidate(spliced(source, line, {**same, wrong: new}), replaces_line=True)
    return Finding(text, tried(case, [whole]) or verified(case, whole))


def _float_tensors(case: Case) -> Finding | None:
    """``image[:, y - 4:y + 4]`` with ``y`` from a tensor of floats."""
    match case.node:
        case ast.Subscript(slice=ast.Slice() | ast.Tuple() as index):
            parts = [each for each in ast.walk(index) if isinstance(each, ast.Slice)]
        case _:
            return None
    bounds = [each for part in parts for each in (part.lower, part.upper, part.step) if each is not None]
    wrong = [each for each in bounds if (facts := case.facts(each)) is not None and is_float(str(facts.dtype))]
    if not wrong or any(case.shape(each) != () for each in wrong):
        return None
    source, line = case.site.source, case.site.line
    names = {part.id for each in wrong for part in ast.walk(each) if isinstance(part, ast.Name)}
    names = {each for each in names if is_tensor_class(type(case.scope.locals.get(each)))}
    text = gettext(
        "{bound} is a floating point tensor, and a slice takes integers.", bound=operand_text(case, wrong[0])
    )
    made = next((each for each in _before(line) if names <= {*_bound_alone(each)}), None) if names else None
    if made is not None and not _read_elsewhere(case, names, (made, index)):
        texts = _as_int(source, made, names)
        code = ", ".join(in_a_sentence(each) for each in texts.values())
        how = gettext("Make integers in `{line}`: {code}.", line=label(source, made), code=code)
        return Finding(f"{text} {how}", with_lines_changed(case, {made: spliced(source, made, texts)}))
    new: dict[ast.expr | ast.stmt, str] = {each: f"int({segment(source, each)})" for each in wrong}
    code = in_a_sentence(spliced(source, case.site.node, new))
    how = gettext("int() makes an integer of one: {code}.", code=code)
    return Finding(f"{text} {how}", verified(case, Candidate(code)))


def _before(line: ast.stmt) -> list[ast.stmt]:
    """The lines before ``line`` in its block, the last one first."""
    body = getattr(getattr(line, "parent", None), "body", None)
    return [*reversed(body[: body.index(line)])] if isinstance(body, list) and line in body else []


def _read_elsewhere(case: Case, names: set[str], but: tuple[ast.AST, ...]) -> bool:
    """Whether other code of the function or the loop reads the names, which may need them as they are."""
    inside = {id(each) for part in but for each in ast.walk(part)}
    return any(
        isinstance(each, ast.Name) and each.id in names and id(each) not in inside and isinstance(each.ctx, ast.Load)
        for each in ast.walk(case.site.statement)
    )


def _bound_alone(line: ast.stmt) -> list[str]:
    """The names that ``y, x = a[1], a[0]`` or ``y = a[1]`` gives one value each."""
    match line:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == len(values):
            return [each.id for each in names if isinstance(each, ast.Name)]
        case ast.Assign(targets=[ast.Name(id=name)]):
            return [name]
    return []


def _as_int(source: str, line: ast.stmt, names: set[str]) -> dict[ast.expr | ast.stmt, str]:
    match line:
        case ast.Assign(targets=[ast.Tuple(elts=bound)], value=ast.Tuple(elts=values)):
            pairs = zip(bound, values, strict=True)
            return {
                value: f"int({segment(source, value)})" for each, value in pairs if getattr(each, "id", "") in names
            }
        case ast.Assign(value=value):
            return {value: f"int({segment(source, value)})"}
    return {}


def _over_values(case: Case, value: ast.expr, index: ast.expr) -> ast.Call | None:
    """``before.values()``, where the name of the index goes over that in a loop or a comprehension."""
    if not isinstance(index, ast.Name):
        return None
    for each in case.parents:
        comprehension = isinstance(each, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
        for loop in each.generators if comprehension else [each]:  # type: ignore[attr-defined]
            match loop:
                case (
                    ast.comprehension(target=ast.Name(id=name), iter=ast.Call(func=ast.Attribute() as func) as call)
                    | ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Attribute() as func) as call)
                ) if name == index.id and func.attr == "values":
                    return call if ast.dump(func.value) == ast.dump(value) else None
    return None


def _tensor_key(case: Case) -> Finding | None:
    """``names[scores.argmax()]`` of a dict: a tensor is looked up by which object it is, not by its number."""
    match case.node:
        case ast.Subscript(value=value, slice=index) as node if not case.inner_frames:
            held: Any = case.real(value)
        case _:
            return None
    facts, shape = case.facts(index), case.shape(index)
    if not is_plain_dict(held) or facts is None or shape is None:
        return None
    fields = {"name": operand_text(case, value), "index": operand_text(case, index)}
    if (iterated := _over_values(case, value, index)) is not None:
        text = gettext(
            "{index} is a value of {name}: .values() goes over the values. for {index} in {name} goes over the keys.",
            **fields,
        )
        source, line = case.site.source, case.site.line
        new = Candidate(spliced(source, line, {iterated: segment(source, value)}), replaces_line=True)
        return Finding(text, verified(case, new) if any(each is iterated for each in ast.walk(line)) else ())
    if shape not in ((), (1,)):
        text = gettext(
            "{index} is a tensor of shape {shape}, and the keys of {name} are looked up one at a time: "
            "[{name}[each] for each in {index}.tolist()].",
            shape=shape_text(shape),
            **fields,
        )
        return Finding(text)
    text = gettext(
        "{index} is a tensor, and a dict looks a tensor up by which object it is, not by the number in it. "
        "{index}.item() is the number.",
        **fields,
    )
    keys = {type(each) for each in held}
    if is_float(str(facts.dtype)) or keys != {int}:
        return Finding(text)
    code = spliced(case.site.source, node, {index: postfix(case.site.source, index, ".item()")})
    return Finding(text, verified(case, Candidate(code)))


def _names_of(case: Case) -> Finding | None:
    """``names[prediction]`` of a list, with a tensor of several class indices."""
    match case.node:
        case ast.Subscript(value=value, slice=index):
            held: Any = case.real(value)
        case _:
            return None
    facts, shape = case.facts(index), case.shape(index)
    if type(held) not in (list, tuple) or facts is None or shape is None or len(shape) != 1 or shape[0] < 2:
        return None
    if str(facts.dtype) == "bool" and shape[0] == len(held):
        kept = gettext(
            "{index} is a mask, one True or False for each element of {name}, and a list takes one index. A list "
            "comprehension keeps the elements where it is True.",
            index=operand_text(case, index),
            name=operand_text(case, value),
        )
        one, two = segment(case.site.source, value), segment(case.site.source, index)
        code = f"[each for each, kept in zip({one}, {two}) if kept]"  # not a sentence: Python
        return Finding(kept, verified(case, Candidate(code)))
    if is_float(str(facts.dtype)) or str(facts.dtype) == "bool" or any(is_tensor_class(type(each)) for each in held):
        return None
    source = case.site.source
    code = f"[{segment(source, value)}[each] for each in {operand(source, index)}]"  # not a sentence: Python
    text = gettext(
        "{index} holds {count} indices, and a list takes one: {code} takes each of them.",
        index=operand_text(case, index),
        count=shape[0],
        code=code,
    )
    return Finding(text, verified(case, Candidate(code)))


BEFORE = (
    "arrays.from_data",
    "containers.joined",
    "containers.key",
    "containers.parts",
    "data.collate",
    "data.sample_index",
    "modules.subclass",
    "python.scalar",
    "shapes.index",
    "shapes.mask",
)

RULES = (
    Rule(
        "named position",
        ("TypeError", "IndexError"),
        r"^(?:list|tuple) indices must be integers or slices, not str|^too many indices for tensor of dimension|"
        r"^only integers, slices .* are valid indices",
        _by_name,
        "containers/tensor-wanted",
        only_torch=False,
    ),
    Rule("float slice", ("TypeError",), r"^slice indices must be integers", _slice, "arrays/sizes"),
    Rule(
        "float bounds",
        ("TypeError",),
        r"^only integer tensors of a single element can be converted to an index",
        _float_tensors,
        "arrays/sizes",
    ),
    Rule("tensor key", ("KeyError",), r"^tensor\(", _tensor_key, "containers/dicts", only_torch=False),
    Rule(
        "several indices",
        ("TypeError",),
        r"only integer tensors of a single element can be converted to an index",
        _names_of,
        "python/numbers-and-tensors",
        only_torch=False,
    ),
)
