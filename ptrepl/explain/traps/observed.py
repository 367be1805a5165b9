"""One statement that ran, as the traps see it: its tree, what it changed, and what its expressions give."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ptrepl.engine.outcome import Change, Status, TensorChange
from ptrepl.engine.record.record import Record, RecordedStatement
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.engine.watch.notes import Note
from ptrepl.engine.watch.targets import Name
from ptrepl.explain.rewrite import segment
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.standins import StandIns
from ptrepl.explain.standins.torch_code import is_torch_class, is_torch_function
from ptrepl.explain.traps.reading.own_code import own_code
from ptrepl.explain.traps.reading.place import Place, stored_in
from ptrepl.explain.traps.reading.walk import Walk

_LONGEST = 2_000
_MOST_SEARCHED = 300
_NO_CODE = ("no_grad", "enable_grad", "inference_mode", "set_grad_enabled", "autocast")
_MAY_NOT_RUN = (
    ast.If,
    ast.While,
    ast.Try,
    ast.TryStar,
    ast.Match,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.IfExp,
    ast.BoolOp,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Assert,
)


@dataclass(frozen=True, slots=True)
class Noticed:
    """A statement that ran. ``names``: the learner's namespace as the statement left it.

    After ``d = x - y`` with an ``x`` of shape (4, 1) and a ``y`` of shape (4,), ``changes`` has the new ``d``,
    ``ran()`` gives the tree of ``x - y`` among others, and ``shape`` of its left side is (4, 1). A trap speaks only of
    nodes that certainly ran, and of names that are ``is_settled``: they still are what the statement saw. Nothing runs
    again; what is not a plain name is evaluated on stand-ins.
    """

    source: str
    tree: ast.stmt
    changes: tuple[Change, ...]
    names: Mapping[str, Any]
    record: Record | None = None
    """The statements of the session; this one is its last."""
    places: tuple[Place, ...] = ()
    """The statements that ran in it, those of the learner's functions among them."""
    complete: bool = True
    """Whether ``places`` has all of them: False where there was more than is read."""
    others: list[Place] = field(default_factory=list)
    """The places of statements before this one, as far as a trap asked for them."""
    calls: list[tuple[Place, ast.Call, str]] = field(default_factory=list)
    """The calls of functions and modules of torch in ``places``, once they were looked up: where, and of what name."""

    read: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    """The places of statements before this one that were read whole, by their text."""
    known: dict[str, tuple[Place, ast.expr] | None] = field(default_factory=dict)
    """What names of the prompt got in statements before this one, once that was looked up."""

    def earlier(self) -> Iterator[RecordedStatement]:
        """The statements before this one, the last one first."""
        if self.record is not None:
            entries = reversed(self.record)
            next(entries, None)
            yield from entries

    def definition(self, place: Place, name: str) -> tuple[Place, ast.expr] | None:
        """Where ``name`` got what it stands for at ``place``, and the expression; None where that is not known."""
        if name in place.defined:
            return place.defined[name]
        if name in place.reader.scope.extra:
            return self.argument(place, name)
        return self._recorded(name)

    def argument(self, place: Place, name: str) -> tuple[Place, ast.expr] | None:
        """What the call that ``place`` ran in gave for the parameter ``name``, and where."""
        if place.call is None or not place.callers or not place.function:
            return None
        callee = place.callers[-1].reader.own_callee(place.call)
        code = None if callee is None else own_code(callee.function)
        if callee is None or code is None or name in stored_in(code.tree.body)[0]:
            return None
        names = callee.function.__code__.co_varnames[len(callee.first) : callee.function.__code__.co_argcount]
        for given, value in zip(names, place.call.args, strict=False):
            if given == name:
                return place.callers[-1], value
        return next(((place.callers[-1], each.value) for each in place.call.keywords if each.arg == name), None)

    def _recorded(self, name: str) -> tuple[Place, ast.expr] | None:
        if name not in self.known:
            found = self.made_by(name)
            places = () if found is None else Walk().through(found[0], found[1], self.names, frozenset())
            self.others.extend(places)
            self.known[name] = (places[0], found[2]) if places and found is not None else None
        return self.known[name]

    def places_of(self, source: str, tree: ast.stmt) -> tuple[Place, ...]:
        """The places of a statement before this one, each statement read once."""
        if source not in self.read:
            self.read[source] = Walk().through(source, tree, self.names, frozenset())
        return self.read[source]

    def made_by(self, name: str) -> tuple[str, ast.Assign, ast.expr] | None:
        """The statement before this one that gave ``name`` what it stands for, and the expression.

        None where the names in it may stand for something else by now.
        """
        later: set[str] = set()
        for entry in islice(self.earlier(), _MOST_SEARCHED):
            if name in entry.bound:
                if entry.status is not Status.OK or len(entry.source) >= _LONGEST:
                    return None
                try:
                    [tree] = ast.parse(entry.source).body
                except (SyntaxError, ValueError):
                    return None
                value = _given_to(tree, name)
                read = _names_read(value or tree)
                if value is None or not isinstance(tree, ast.Assign) or read & (later | {name}):
                    return None
                return entry.source, tree, value
            later |= {*entry.bound}
        return None

    def returned(self, place: Place, call: ast.Call) -> tuple[Place, ast.expr] | None:
        """Where the learner's function that ``call`` ran returned, and the expression; None where not known."""
        for each in (*self.places, *self.others):
            if each.call is call and isinstance(each.statement, ast.Return) and each.certain and each.statement.value:
                return each, each.statement.value
        return None

    def text(self, node: ast.expr) -> str:
        """The learner's own text of ``node``, in one line."""
        text = segment(self.source, node)
        return text if "\n" not in text else ast.unparse(node)

    def real(self, node: ast.expr) -> Any:
        """The object that ``node`` names; None if it names none, or reading it would run code."""
        return FrameScope(self.names, self.names).real_or_none(node)

    def tensor(self, node: ast.expr) -> Any:
        """The tensor that ``node`` names; None if it names none."""
        found = self.real(node)
        return found if is_tensor_class(type(found)) else None

    def shape(self, node: ast.expr) -> tuple[int, ...] | None:
        """The shape of the tensor that ``node`` gives now; None if it is none, or would have to run again."""
        try:
            value = Evaluator(FrameScope(self.names, self.names), StandIns()).value(node)
        except (Unknown, Failed):
            return None
        return tuple(value.shape) if is_tensor_class(type(value)) else None

    def nodes(self) -> Iterator[ast.AST]:
        """All nodes but those of functions and classes that the statement only defines."""
        pending: list[ast.AST] = [self.tree]
        while pending:
            node = pending.pop()
            yield node
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
                pending += ast.iter_child_nodes(node)

    def ran(self) -> Iterator[ast.AST]:
        """The nodes that certainly ran: none in an ``if``; of a loop, the assignments whose name has changed."""
        pending: list[ast.AST] = [self.tree]
        while pending:
            node = pending.pop()
            if isinstance(node, _MAY_NOT_RUN):
                continue
            yield node
            match node:
                case ast.For(body=body):
                    pending += (each for each in body if self._has_changed(each))
                case ast.With(items=items, body=body):
                    pending += (each.context_expr for each in items)
                    pending += body if all(_runs_all(each.context_expr) for each in items) else body[:1]
                case _:
                    pending += ast.iter_child_nodes(node)

    def _has_changed(self, statement: ast.stmt) -> bool:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]):
                return name in self._changed_names()
        return False

    def _changed_names(self) -> set[str]:
        targets = (change.target for change in self.changes if isinstance(change, TensorChange))
        return {target.name for target in targets if isinstance(target, Name)}

    def is_settled(self, node: ast.expr) -> bool:
        """Whether what ``node`` names is now what it was when the statement came to it.

        A name that the statement binds is so only where it does that once, in a line before, in the same block.
        """
        inside = [*ast.walk(node)]
        stored = [each for each in ast.walk(self.tree) if isinstance(getattr(each, "ctx", None), (ast.Store, ast.Del))]
        names = [each.id for each in stored if isinstance(each, ast.Name)]
        attributes = {each.attr for each in stored if isinstance(each, ast.Attribute)}
        items = any(isinstance(each, ast.Subscript) for each in stored)
        changed, before = self._changed_names(), _bound_before(self.tree, node)
        for each in inside:
            if isinstance(each, ast.Attribute) and each.attr in attributes:
                return False
            if isinstance(each, ast.Subscript) and items:
                return False
            if isinstance(each, ast.Name):
                once = names.count(each.id) == 1 and each.id in before
                if (each.id in names or each.id in changed) and not once:
                    return False
        return True

    def noted(self, note: type[Note]) -> Iterator[TensorChange]:
        """The tensors whose line has a note of this type."""
        for change in self.changes:
            if isinstance(change, TensorChange) and any(isinstance(each, note) for each in change.notes):
                yield change

    def is_module(self, node: ast.expr, *classes: str) -> bool:
        """Whether ``node`` names, or makes, a module of one of these classes of torch.nn's own."""
        found = self.real(node.func if isinstance(node, ast.Call) else node)
        cls = found if isinstance(node, ast.Call) else type(found) if kind_of(found) is Kind.MODULE else None
        return cls is not None and is_torch_class(cls) and cls.__name__ in classes

    def is_function(self, node: ast.expr, *names: str) -> bool:
        """Whether ``node`` names one of these functions of torch, under whatever name."""
        found = self.real(node)
        return is_torch_function(found) and found.__name__ in names


def _names_read(tree: ast.AST) -> set[str]:
    """The names in it, but for those that a lambda or a comprehension in it has for itself."""
    nodes = [*ast.walk(tree)]
    own = {each.arg for each in nodes if isinstance(each, ast.arg)}
    for each in nodes:
        if isinstance(each, ast.comprehension):
            own |= {part.id for part in ast.walk(each.target) if isinstance(part, ast.Name)}
    return {each.id for each in nodes if isinstance(each, ast.Name)} - own


def _given_to(tree: ast.stmt, name: str) -> ast.expr | None:
    """The expression that an assignment gives to ``name``."""
    match tree:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            return value
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(targets) == len(values):
            pairs = zip(targets, values, strict=True)
            return next((each for target, each in pairs if isinstance(target, ast.Name) and target.id == name), None)
    return None


def _runs_all(manager: ast.expr) -> bool:
    """Whether no exception is swallowed by it."""
    return isinstance(manager, ast.Call) and isinstance(manager.func, ast.Attribute) and manager.func.attr in _NO_CODE


def _bound_before(tree: ast.stmt, node: ast.expr) -> set[str]:
    """The names bound by assignments in the block in which ``node`` stands, in the lines before it."""
    found: set[str] = set()
    if isinstance(tree, (ast.For, ast.With)):
        for at, statement in enumerate(tree.body):
            if any(each is node for each in ast.walk(statement)):
                found = _bound_before(statement, node)
                for each in tree.body[:at]:
                    match each:
                        case ast.Assign(targets=[ast.Name(id=name)]):
                            found.add(name)
    return found
