"""``loss.backward()`` where loss is the number that a sum began with, or another of several results of a call."""

from __future__ import annotations

import ast
import types
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, mro
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.provenance.origins import earlier, label, parsed
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _number(case: Case) -> Finding | None:
    match case.node:
        case ast.Attribute(value=ast.Name(id=name) as base, attr="backward"):
            value = case.real(base)
        case _:
            return None
    made = _made(case, name)
    if made is None or not isinstance(made[0].value, (ast.Call, ast.BinOp)):
        return None
    assign, source = made
    if isinstance(assign.value, ast.BinOp):
        return _of_items(case, name, assign, source)
    if isinstance(assign.targets[0], ast.Tuple):
        return _other_result(case, name, label(source, assign), assign.targets[0])
    return _of_items(case, name, assign, source) or _no_round(case, name, value, assign.value)


def _of_items(case: Case, name: str, assign: ast.Assign, source: str) -> Finding | None:
    """``loss = sum(F.l1_loss(r, y).item() for r in outs)``: the parts of a sum were made plain numbers."""
    items: list[ast.Call] = [
        each
        for each in ast.walk(assign.value)
        if isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "item"
        and not each.args
    ]
    names = names_within(assign.value)
    if not items or any(each is assign.value for each in items) or names & {"np", "numpy", "math", "statistics"}:
        return None
    if any(_has_no_gradient(case, each) for each in items):
        return None
    texts: dict[ast.expr | ast.stmt, str] = {
        each: segment(source, each.func.value) for each in items if isinstance(each.func, ast.Attribute)
    }
    code = spliced(source, assign, texts)
    text = gettext(
        "{name} is a plain Python number: .item() in `{statement}` makes numbers of the parts, which have no graph. "
        "Without it the sum is a tensor: {code}.",
        name=name,
        statement=label(source, assign),
        code=in_a_sentence(code),
    )
    if source == case.site.source:
        return Finding(text, with_lines_changed(case, {assign: code}))
    again = segment(case.site.source, case.site.line) if case.site.line is case.site.statement else ""
    return Finding(text, (Fix(f"{code}\n{again}"),) if again else ())


def _has_no_gradient(case: Case, item: ast.Call) -> bool:
    """Whether ``correct.item()`` is of a tensor that is known to have no graph, such as a count."""
    real = case.real(item.func.value) if isinstance(item.func, ast.Attribute) else None
    return is_tensor_class(type(real)) and read(real).requires_grad is False


def _made(case: Case, name: str) -> tuple[ast.Assign, str] | None:
    """The one statement before the failing one that gave ``name`` its value, and the text that holds it."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    inside = [each for each in ast.walk(function or case.site.statement) if _binds(each, name)]
    if inside:
        [first, *others] = inside
        alone = isinstance(first, ast.Assign) and not others and first.lineno < case.site.line.lineno
        return (first, case.site.source) if alone and isinstance(first, ast.Assign) else None
    entry = next((each for each in earlier(case) if name in each.bound), None) if function is None else None
    tree = parsed(entry.source) if entry is not None else None
    match tree.body if tree is not None else None:
        case [ast.Assign() as only] if entry is not None and _binds(only, name):
            return only, entry.source
    return None


def _binds(node: ast.AST, name: str) -> bool:
    """Whether ``node`` is a statement that gives ``name`` a value."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(
        isinstance(each, ast.Name) and each.id == name
        for target in targets
        if isinstance(target, ast.AST)
        for each in ast.walk(target)
    )


def _other_result(case: Case, name: str, statement: str, targets: ast.Tuple) -> Finding | None:
    """``loss, accuracy = step(x)`` of a function that returns the loss last."""
    names = [each.id for each in targets.elts if isinstance(each, ast.Name)]
    if len(names) != len(targets.elts) or len({*names}) < len(names):
        return None
    held = [case.real(each) for each in targets.elts]
    graph = [at for at, each in enumerate(held) if is_tensor_class(type(each)) and read(each).requires_grad is True]
    if len(graph) != 1 or sizes(read(held[graph[0]])) != ():
        return None
    text = gettext(
        "`{statement}` gives {name} item {index} of the result, a plain number. The one tensor with a gradient in it "
        "is item {right}, here {other}: put {name} in that place.",
        statement=statement,
        name=name,
        index=names.index(name),
        right=graph[0],
        other=names[graph[0]],
    )
    if len(names) != 2:
        return Finding(text)  # where the others belong is not known
    swapped = gettext("That is `{first}, {second} = …`.", first=names[1], second=names[0])
    return Finding(f"{text} {swapped}")


def _no_round(case: Case, name: str, value: Any, call: ast.expr) -> Finding | None:
    """``loss = criterion(pred, boxes)`` whose loop over the boxes ran no round, so that its 0 came back."""
    if not isinstance(call, ast.Call) or type(value) not in (int, float) or value != 0:
        return None
    found = _callee(case, call)
    if found is None:
        return None
    source, function, bound = found
    returns = [each for each in ast.walk(function) if isinstance(each, ast.Return)]
    if len(returns) != 1 or not isinstance(returns[0].value, ast.Name):
        return None
    total = returns[0].value.id
    start = next((each for each in function.body if _starts(each, total)), None)
    loops = [each for each in function.body if isinstance(each, ast.For) and _adds(each, total)]
    if start is None or len(loops) != 1:
        return None
    given = names_within(loops[0].iter)
    over = next((node for parameter, node in bound.items() if parameter in given and _is_empty(case, node)), None)
    if over is None:
        return None
    shape = case.shape(over)
    text = gettext(
        "{name} is the number of `{start}` in {function}: {data}{shape} is empty, so the loop `{loop}` ran no round "
        "and added no tensor to it.",
        name=name,
        start=in_one_line(source, start),
        function=function.name,
        data=in_a_sentence(ast.unparse(over)),
        shape=f" {shape_text(shape)}" if shape else "",
        loop=segment(source, loops[0]).partition("\n")[0].strip(),
    )
    networks = [
        parameter
        for parameter, node in bound.items()
        if (facts := case.facts(node)) is not None and facts.requires_grad is True
    ]
    if len(networks) != 1:
        return Finding(text)
    begin = gettext(
        "Leave such a round out, or begin with a tensor that has a gradient: {total} = {network}.sum() * 0.",
        total=total,
        network=networks[0],
    )
    return Finding(f"{text} {begin}")


def _is_empty(case: Case, node: ast.expr) -> bool:
    shape, real = case.shape(node), case.real(node)
    return bool(shape and shape[0] == 0) or (type(real) in (list, tuple) and not real)


def _starts(node: ast.stmt, name: str) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name(id=target)], value=ast.Constant(value=int() | float() as number)):
            return target == name and number == 0
    return False


def _adds(loop: ast.For, name: str) -> bool:
    return any(
        (isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name) and each.target.id == name)
        or _binds(each, name)
        for each in ast.walk(loop)
    )


def _callee(case: Case, call: ast.Call) -> tuple[str, ast.FunctionDef, dict[str, ast.expr]] | None:
    """The definition that ``call`` ran, its text, and which expression each of its parameters was given."""
    from ptrepl.explain.locate import file_source

    real = case.real(call.func)
    if isinstance(real, types.FunctionType):
        found = file_source(real.__code__.co_filename) if case.learner_files(real.__code__.co_filename) else None
        tree = ast.parse(found.text) if found is not None else ast.Module([], [])
        nodes = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name == real.__name__]
        node, skip, source = nodes[0] if len(nodes) == 1 else None, 0, found.text if found is not None else ""
    else:
        method = "forward" if kind_of(real) is Kind.MODULE else "__call__"
        if real is None or not any(method in class_dict(each) for each in mro(type(real))[:-1]):
            return None
        text = class_text(case, type(real))
        node, skip, source = (text.method(method), 1, text.source) if text is not None else (None, 1, "")
    if node is None or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    parameters = [each.arg for each in node.args.args][skip:]
    named = {each.arg: each.value for each in call.keywords if each.arg is not None}
    return source, node, dict(zip(parameters, call.args, strict=False)) | named


BEFORE = (
    "modules.class_slips",
    "modules.network_call",
    "modules.subclass",
    "optimizers.optimizer_numbers",
    "python.attribute",
    "python.own_objects",
)

RULES = (
    Rule(
        "number loss",
        ("AttributeError",),
        r"^'(?:int|float)' object has no attribute 'backward'",
        _number,
        more="python/numbers-and-tensors",
    ),
)
