"""A local variable that has no value yet: a sum that nothing started, a loop that ran no round, a hidden function."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.operands.loaders import is_dataset, is_loader
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import label
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MOST_LINES = 20
_BLOCKS = (ast.For, ast.While, ast.If, ast.With, ast.Try)


def _local(case: Case) -> Finding | None:
    name = case.match.group(1)
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if function is None:
        return Finding(_hides(name)) if _outer(case, name) else None
    stores = _stores(function, name)
    line = case.site.line
    if stores and all(isinstance(each, ast.AugAssign) for each in stores):
        return _only_added(case, function, name, line)
    if _outer(case, name):
        return Finding(_hides(name))
    before = [each for each in stores if each.lineno < line.lineno]
    if not before:
        return Finding(
            gettext(
                "{name} is read in `{line}`, before anything in this function has given it a value.",
                name=name,
                line=label(case.site.source, line),
            )
        )
    blocks = [_block(function, each, line) for each in before]
    if any(each is None for each in blocks):
        return None
    block = blocks[-1]
    if len({id(each) for each in blocks}) > 1 or block is None:
        return Finding(
            gettext("{name} gets its value only in some branches of this function, and none of those ran.", name=name)
        )
    header = segment(case.site.source, block).partition("\n")[0].strip()
    if isinstance(block, ast.For) and (empty := _no_round(case, name, block)) is not None:
        return empty
    inner = _condition_in(block, before[-1]) if isinstance(block, ast.For) and len(before) == 1 else None
    if isinstance(block, ast.For) and inner is not None and _ran(case, block):
        text = gettext(
            "{name} gets its value only under `{condition}` in the loop `{loop}`, and that was true in none of its "
            "rounds. Give it one before the loop too.",
            name=name,
            condition=segment(case.site.source, inner).partition("\n")[0].strip(),
            loop=header,
        )
    elif isinstance(block, ast.For | ast.While):
        text = gettext(
            "{name} gets its value only inside the loop `{loop}`, and no round of it came to that line: there was "
            "nothing to go over, or it was left before.",
            name=name,
            loop=header,
        )
    elif isinstance(block, ast.If):
        text = gettext(
            "{name} gets its value only under `{condition}`, which was not true here. Give it one in the other case "
            "too.",
            name=name,
            condition=header,
        )
    else:
        return None
    return Finding(text)


def _condition_in(loop: ast.For, store: ast.stmt) -> ast.If | None:
    """The one ``if`` in ``loop`` under which ``store`` stands, where nothing but that keeps a round from it."""
    around = [
        each
        for each in ast.walk(loop)
        if isinstance(each, (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.Match)) and each is not loop
        if any(part is store for part in ast.walk(each))
    ]
    leaves = any(isinstance(each, (ast.Break, ast.Continue)) for each in ast.walk(loop))
    match around:
        case [ast.If(body=body) as only] if not leaves and any(each is store for each in body):
            return only
    return None


def _ran(case: Case, loop: ast.For) -> bool:
    """Whether a round of ``loop`` has begun: what it binds has a value, and nothing else here binds it."""
    names = [each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)]
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if function is None or not names or names[0] in {each.arg for each in function.args.args}:
        return False
    return names[0] in case.scope.locals and len(_stores(function, names[0])) == 1


def _no_round(case: Case, name: str, loop: ast.For) -> Finding | None:
    """The loop went over something empty: a loader that leaves its one incomplete batch out, an empty list."""
    over = loop.iter
    if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id in ("enumerate", "tqdm"):
        over = over.args[0] if over.args else over
    held: Any = case.real(over)
    fields = {
        "name": name,
        "loop": segment(case.site.source, loop).partition("\n")[0].strip(),
        "items": operand_text(case, over),
    }
    if type(held) in (list, tuple, dict, str) and not held:
        return Finding(
            gettext(
                "{name} gets its value only inside the loop `{loop}`, and {items} is empty: no round ran.", **fields
            )
        )
    if not is_loader(held):
        return None
    own = own_dict(held)
    size, dataset = own.get("batch_size"), own.get("dataset")
    count = _samples(dataset)
    if own.get("drop_last") is not True or type(size) is not int or count is None or count >= size:
        return None
    text = gettext(
        "{name} gets its value only inside the loop `{loop}`, and no round ran: with batch_size={size} the {count} "
        "samples of {items} make no full batch, and drop_last=True leaves an incomplete one out. drop_last=False keeps "
        "it.",
        size=size,
        count=count,
        **fields,
    )
    return Finding(text, _kept_last(case, over))


def _samples(dataset: Any) -> int | None:
    """How many samples a list, or a dataset of torch's own, has; its own ``__len__`` is not called."""
    if type(dataset) in (list, tuple):
        return len(dataset)
    if not is_dataset(dataset, "TensorDataset", "Subset"):
        return None
    own = own_dict(dataset)
    tensors, indices = own.get("tensors"), own.get("indices")
    if type(indices) is list:
        return len(indices)
    first = tensors[0] if type(tensors) is tuple and tensors else None
    shape = sizes(read(first)) if is_tensor_class(type(first)) else None
    return shape[0] if shape else None


def _kept_last(case: Case, over: ast.expr) -> tuple[Fix, ...]:
    """The function with ``drop_last=False``, where it makes the loader itself."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if function is None or not isinstance(over, ast.Name):
        return ()
    flags = [
        keyword.value
        for each in ast.walk(function)
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == over.id and isinstance(each.value, ast.Call)
        for keyword in each.value.keywords
        if keyword.arg == "drop_last" and isinstance(keyword.value, ast.Constant)
    ]
    if len(flags) != 1 or case.site.statement is not function or not _only_defines(function):
        return ()
    new = spliced(case.site.source, function, {flags[0]: "False"})
    return (Fix(new, gettext("then call it again")),) if new.count("\n") < _MOST_LINES else ()


def _only_defines(function: ast.FunctionDef) -> bool:
    return not function.decorator_list and not function.args.defaults and not any(function.args.kw_defaults)


def _hides(name: str) -> str:
    return gettext(
        "{name} is assigned somewhere in this function, so it is a local variable in all of it, and here it has no "
        "value yet. Pass the outer {name} in as an argument, or use another name inside.",
        name=name,
    )


def _outer(case: Case, name: str) -> bool:
    return name in case.scope.globals or name in case.names or hasattr(builtins, name)


def _stores(function: ast.FunctionDef, name: str) -> list[ast.stmt]:
    """The statements of the function that bind ``name``, in the order of the text."""
    found = [
        each
        for each in ast.walk(function)
        if isinstance(each, ast.stmt)
        and not isinstance(each, (ast.FunctionDef, ast.ClassDef))
        and any(_binds(part, name) for part in _own_parts(each))
    ]
    return sorted(found, key=lambda each: (each.lineno, each.col_offset))


def _own_parts(statement: ast.stmt) -> list[ast.AST]:
    """What belongs to the statement itself: not the statements in it."""
    return [each for each in ast.iter_child_nodes(statement) if not isinstance(each, ast.stmt)]


def _binds(part: ast.AST, name: str) -> bool:
    return any(
        isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store) for each in ast.walk(part)
    )


def _block(function: ast.FunctionDef, store: ast.stmt, line: ast.stmt) -> ast.stmt | None:
    """The outermost block with ``store`` and without ``line``; None where the store stands free."""
    for each in ast.walk(function):
        inside = {id(part) for part in ast.walk(each)} if isinstance(each, _BLOCKS) else set()
        if isinstance(each, ast.stmt) and id(store) in inside and id(line) not in inside:
            return each
    return None


def _only_added(case: Case, function: ast.FunctionDef, name: str, line: ast.stmt) -> Finding | None:
    """``correct += 1`` in a function where nothing gave correct a first value."""
    if not isinstance(line, ast.AugAssign):
        return None
    said = label(case.site.source, line)
    if _outer(case, name) and not hasattr(builtins, name):
        text = gettext(
            "`{line}` makes {name} a local variable of this function, and the local one has no value yet: the {name} "
            "outside is another one. Start the local one with {name} = 0, or pass the outer one in and return it.",
            line=said,
            name=name,
        )
        return Finding(text)
    if not isinstance(line.op, (ast.Add, ast.Sub)):
        return Finding(gettext("`{line}` changes {name}, which has no value yet.", line=said, name=name))
    place = _outermost_loop(case, line)
    text = gettext(
        "`{line}` adds to {name}, which has no value yet. It starts with {name} = 0, before the loop.",
        line=said,
        name=name,
    )
    if place is None:
        text = gettext("`{line}` adds to {name}, which has no value yet: {name} = 0 comes first.", line=said, name=name)
    return Finding(text, _started(case, function, name, place or line))


def _outermost_loop(case: Case, line: ast.stmt) -> ast.stmt | None:
    """The outermost loop of the function that holds the line."""
    found: ast.stmt | None = None
    for each in case.parents:
        if isinstance(each, ast.FunctionDef):
            break
        if isinstance(each, (ast.For, ast.While)):
            found = each
    return found


def _started(case: Case, function: ast.FunctionDef, name: str, place: ast.stmt) -> tuple[Fix, ...]:
    """The function with ``name = 0`` before ``place``; () for a method, or a definition that does more than define."""
    if not _only_defines(function) or case.site.statement is not function:
        return ()
    source = case.site.source
    pad = " " * place.col_offset
    new = spliced(source, function, {place: f"{name} = 0\n{pad}{segment(source, place)}"})
    return (Fix(new, gettext("then call it again")),) if new.count("\n") < _MOST_LINES else ()


RULES = (
    Rule(
        "unbound local",
        ("UnboundLocalError",),
        r"local variable '(\w+)' where it is not associated with a value",
        _local,
        more="python/local-names",
    ),
)
