"""What carries the graph of an earlier round into this one: a hidden state, a running sum, an attribute of a network.

``out, h = rnn(x, h)`` in a loop makes ``out`` anew in each iteration, and yet its graph goes through all of them, since
``h`` was computed from the ``h`` before.
"""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.record.record import RecordedStatement
from ptrepl.engine.run.failure import is_learner_file
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, mro, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.graph import Graph, behind, is_spent, node_of
from ptrepl.explain.provenance.origins import earlier, label, parsed
from ptrepl.explain.standins.calling import Unknown
from ptrepl.explain.standins.read_code import function_tree

_MOST_NAMES = 500
_MOST_HELD = 64
_MOST_MODULES = 200
_MOST_STATEMENTS = 100
_MOST_DEPTH = 12
_BINDING = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr)
_RUNS_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Carried:
    """A name, or ``net.hidden``, whose value is computed from the one before."""

    name: str
    holder: str
    """``tuple`` or ``list`` where it holds tensors, else ""."""
    round: str
    """``loop``, ``function`` or ``session``: what comes round again."""
    is_added_to: bool
    """Whether it is written ``total += x``: then it is no state, but a sum."""
    bound_by: ast.stmt | None = None
    """The last statement of the round that binds it; None for an attribute of a network."""
    is_appended_to: bool = False
    """Whether it is a list that grows with every round."""
    is_state: bool = True
    """Whether the round computes it from its own value before, as a hidden state; else it is only kept from there."""

    @property
    def fed_by(self) -> str:
        """What the failing code names: of ``net.hidden`` the network, which reads it in its ``forward``."""
        return self.name if self.bound_by is not None or self.is_appended_to else re.split(r"[.\[]", self.name)[0]

    @property
    def detached(self) -> str:
        """Its value, cut off from the graph, as an expression."""
        if not self.holder:
            return f"{self.name}.detach()"
        inside = f"t.detach() for t in {self.name}"  # not a sentence: Python
        return f"[{inside}]" if self.holder == "list" else f"tuple({inside})"


def carried(case: Case, start: ast.expr, lost: set[Any]) -> list[Carried]:
    """What brings the nodes ``lost`` of an earlier round into the graph of ``start``; [] where the text is silent."""
    found: dict[str, Carried] = {}
    for each in _candidates(case):
        found.setdefault(each.name, each)
    feeding = _feeding(case, start)
    return [
        each
        for name, each in found.items()
        if each.fed_by in feeding and lost & {*behind(_tensors(_value(case, name))).nodes}
    ]


def _feeding(case: Case, start: ast.expr) -> set[str]:
    """The names from which ``start`` is computed, directly or through others, by the text of this round."""
    site = case.site
    loops = [each for each in _own_parents(case) if isinstance(each, (ast.For, ast.While))]
    function = next((each for each in site.parents if isinstance(each, ast.FunctionDef)), None)
    trees: Sequence[ast.AST]
    if site.is_nested and function is not None:
        trees = [*function.body]
    elif loops:
        trees = [*loops[-1].body]
    else:
        trees = [tree for entry in earlier(case) if (tree := parsed(entry.source)) is not None][:_MOST_STATEMENTS][::-1]
    return _needed(trees, {name for name, _ in _uses([start])})


def _needed(trees: Sequence[ast.AST], needed: set[str]) -> set[str]:
    """``needed``, and the names that ``trees`` compute these from, directly or through others."""
    steps = [each for tree in trees for each in ast.walk(tree) if isinstance(each, (*_BINDING, ast.For))]
    for _ in range(_MOST_DEPTH):
        more = set(needed)
        for each in steps:
            uses = [*_uses([each.target, each.iter] if isinstance(each, ast.For) else [each])]
            if any(stores and name in needed for name, stores in uses):
                more |= {name for name, stores in uses if not stores}
        if more == needed:
            break
        needed = more
    return needed


def cut_after(case: Case, found: Sequence[Carried]) -> tuple[str, str]:
    """The statement that cuts off what is carried, and the one after which it is to be written, in one line each.

    That is the backward pass, which still needs the graph, or the statement after it that binds the name.
    """
    code = f"{', '.join(each.name for each in found)} = {', '.join(each.detached for each in found)}"
    last = case.site.line
    for each in found:
        if each.round != "session" and each.bound_by is not None and each.bound_by.lineno > last.lineno:
            last = each.bound_by
    return code, label(case.site.source, last)


def _candidates(case: Case) -> Iterator[Carried]:
    site = case.site
    loops = [each for each in _own_parents(case) if isinstance(each, (ast.For, ast.While, ast.AsyncFor))]
    if loops:
        own = [loops[0].target] if isinstance(loops[0], (ast.For, ast.AsyncFor)) else []
        yield from _carried_in(case, loops[0].body, "loop", own)
    function = next((each for each in site.parents if isinstance(each, ast.FunctionDef)), None)
    if function is not None and site.is_nested:
        yield from _carried_in(case, function.body, "function")
    elif not site.is_nested and not loops:
        entries = [*earlier(case)]
        for place, entry in enumerate(entries):
            tree = parsed(entry.source)
            if tree is not None and entry.bound:
                found = (each for each in _carried_in(case, tree.body, "session") if each.name in entry.bound)
                yield from (each for each in found if _had_backward(each.name, entries[place:]))
    yield from _attributes(case, "loop" if loops else "function" if site.is_nested else "session")


def _had_backward(name: str, entries: Sequence[RecordedStatement]) -> bool:
    """Whether a backward pass ran between two bindings of ``name``, of which the first of ``entries`` is the later one.

    Without one, as in ``x = layer(x)``, nothing of an earlier round is carried into this one.
    """
    latest, *older = entries
    if latest.ran_backward():
        return True
    for entry in older:
        if entry.ran_backward():
            return True
        if name in entry.bound:
            return False
    return False


def _own_parents(case: Case) -> Iterator[ast.AST]:
    """The parents of the failing node up to its function."""
    for each in case.site.parents:
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return
        yield each


def _carried_in(case: Case, body: Sequence[ast.stmt], what: str, own: Sequence[ast.expr] = ()) -> Iterator[Carried]:
    """The names that ``body`` reads before it binds them. ``own``: what the loop binds itself in each round."""
    first, bound = _first_uses([*own, *body])
    cut = {name for statement in body for name in _cut(case, statement)}
    added = {_added_to(part) for statement in body for part in ast.walk(statement)}
    for name, stores in first.items():
        value = _value(case, name)
        if name in bound and name not in cut and not stores and value is not None:
            state = name in _needed(body, _read_for(body, name))
            yield Carried(name, _holder(value), what, name in added, _last_binding(body, name), is_state=state)
    grown = {_appended_to(part) for statement in body for part in ast.walk(statement)} - {None, *bound}
    for name in map(str, grown):
        if what != "session" and type(_value(case, name)) is list:
            yield Carried(name, "list", what, is_added_to=False, is_appended_to=True)


def _first_uses(nodes: Sequence[ast.AST]) -> tuple[dict[str, bool], set[str]]:
    """Of each name whether its first use binds it, and the names that are bound."""
    first: dict[str, bool] = {}
    bound: set[str] = set()
    for name, stores in _uses(nodes):
        first.setdefault(name, stores)
        if stores:
            bound.add(name)
    return first, bound


def _holder(value: Any) -> str:
    return type(value).__name__ if type(value) in (list, tuple) else ""


def _appended_to(node: ast.AST) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend")):
            return name
    return None


def _last_binding(body: Sequence[ast.stmt], name: str) -> ast.stmt | None:
    parts = [each for statement in body for each in ast.walk(statement) if isinstance(each, _BINDING)]
    found = [each for each in parts if (name, True) in _uses([each]) and isinstance(each, ast.stmt)]
    return max(found, key=lambda each: each.lineno, default=None)


def _cut(case: Case, statement: ast.stmt) -> Iterator[str]:
    """The names that ``statement`` cuts off from the graph: ``h = h.detach()``, ``h = repackage(h)``."""
    for each in ast.walk(statement):
        match each:
            case ast.Attribute(attr="detach" | "detach_" | "data"):
                yield from (name for name, _ in _uses([each]))
                yield from _stored(statement)
            case ast.Call(func=func, args=args) if _detaches(case, func):
                yield from (name for name, _ in _uses(args))


def _stored(statement: ast.stmt) -> Iterator[str]:
    return (name for name, stores in _uses([statement]) if stores) if isinstance(statement, ast.Assign) else iter(())


def _detaches(case: Case, func: ast.expr) -> bool:
    """Whether ``func`` names a function of the learner's whose code has ``detach`` in it."""
    real = case.real(func)
    real = real.__func__ if type(real) is types.MethodType else real
    return type(real) is types.FunctionType and bool({"detach", "detach_", "data"} & {*real.__code__.co_names})


def _read_for(body: Sequence[ast.stmt], name: str) -> set[str]:
    """The names that the statements read which bind ``name``."""
    uses = [[*_uses([each])] for statement in body for each in ast.walk(statement) if isinstance(each, _BINDING)]
    return {read for each in uses if (name, True) in each for read, stores in each if not stores}


def _added_to(node: ast.AST) -> str | None:
    """The name in ``total += x`` and in ``total = total + x``."""
    match node:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add()):
            return name
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(left=ast.Name(id=left), op=ast.Add())):
            return name if name == left else None
    return None


def _uses(nodes: Sequence[ast.AST]) -> Iterator[tuple[str, bool]]:
    """The names in ``nodes`` in the order in which Python comes to them, each with whether it is bound there."""
    for node in nodes:
        match node:
            case ast.Name() | ast.Attribute(value=ast.Name()) | ast.Subscript(value=ast.Name(), slice=ast.Constant()):
                if not isinstance(node, ast.Name):
                    yield ast.unparse(node.value), False
                yield ast.unparse(node), isinstance(node.ctx, ast.Store)
            case ast.Assign(targets=targets, value=value):
                yield from _uses([value, *targets])
            case ast.AnnAssign(target=target, value=value):
                yield from _uses([value, target] if value is not None else [])
            case ast.AugAssign(target=target, value=value):
                uses = [*_uses([target])]
                yield from ((name, False) for name, _ in uses)
                yield from _uses([value])
                yield from uses
            case ast.For(target=target, iter=over, body=body):
                yield from _uses([over, target, *body])
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                parts = [*node.generators, *(each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr))]
                own = {name for name, stores in _uses([each.target for each in node.generators]) if stores}
                yield from (each for each in _uses(parts) if each[0] not in own)
            case _ if not isinstance(node, _RUNS_LATER):
                yield from _uses([*ast.iter_child_nodes(node)])


def _attributes(case: Case, what: str) -> Iterator[Carried]:
    """What networks of the learner's keep from call to call: ``net.hidden``, which ``forward`` reads, then sets."""
    scope = case.scope
    mapping = scope.locals if case.site.is_nested else case.names
    for name in [*mapping][:_MOST_NAMES]:
        holder = mapping[name]
        if name.startswith("_") or kind_of(holder) is not Kind.MODULE:
            continue
        for path, module in networks_in(name, holder):
            for attribute in _kept_by(module):
                value = _value(case, f"{path}.{attribute}")
                if _tensors(value):
                    yield Carried(f"{path}.{attribute}", _holder(value), what, is_added_to=False)


def spent_in_network(case: Case, graph: Graph) -> str:
    """``net.table``, a tensor of ``graph`` that a network keeps and whose own graph was freed; "" where none does."""
    nodes = {*graph.nodes}
    scope = case.scope
    mapping = scope.locals if case.site.is_nested else case.names
    for name in [*mapping][:_MOST_NAMES]:
        if name.startswith("_") or kind_of(mapping[name]) is not Kind.MODULE:
            continue
        for path, module in networks_in(name, mapping[name]):
            for attribute, held in [*own_dict(module).items()][:_MOST_HELD]:
                if is_tensor_class(type(held)) and node_of(held) in nodes and is_spent(held):
                    return f"{path}.{attribute}"
    return ""


def networks_in(name: str, module: Any) -> Iterator[tuple[str, Any]]:
    """``module`` and what it holds, each with its path."""
    pending = [(name, module)]
    for path, each in pending:
        yield path, each
        children = own_dict(each).get("_modules")
        if type(children) is dict and len(pending) < _MOST_MODULES:
            pending += [(path + (f"[{key}]" if key.isdigit() else f".{key}"), child) for key, child in children.items()]


def _kept_by(module: Any) -> Iterator[str]:
    """The attributes that ``forward`` of a learner's module reads before it sets them."""
    forward = next((class_dict(each)["forward"] for each in mro(type(module)) if "forward" in class_dict(each)), None)
    if type(forward) is not types.FunctionType or not is_learner_file(forward.__code__.co_filename):
        return
    try:
        tree = function_tree(forward)
    except Unknown:
        return
    first, bound = _first_uses(tree.body if isinstance(tree, ast.FunctionDef) else [tree.body])
    for name in bound:
        owner, dot, attribute = name.partition(".")
        if dot and owner == "self" and not first[name] and attribute.isidentifier():
            yield attribute


def _value(case: Case, name: str) -> Any:
    return case.scope.real_or_none(ast.parse(name, mode="eval").body)


def _tensors(value: Any) -> list[Any]:
    """The tensors with a graph in a value, a tuple or a list."""
    held = value if type(value) in (list, tuple) and len(value) <= _MOST_HELD else [value]
    return [each for each in held if is_tensor_class(type(each)) and node_of(each) is not None]
