"""What a statement ran, read in order: its own code and that of the learner's functions, on stand-ins."""

from __future__ import annotations

import ast
import itertools
import sys
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeGuard

from ptrepl.engine.watch.kinds import is_one, module_name, own_dict
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.standins import Work
from ptrepl.explain.traps.reading.own_code import own_code
from ptrepl.explain.traps.reading.passes import is_plain_tensor, passes_of, rows_of
from ptrepl.explain.traps.reading.place import Loop, Place, carried_over, inside, is_no_grad, leaves, stored_in, varies
from ptrepl.explain.traps.reading.reader import HIDDEN, Callee, CodeReader, Made, top_reader

_MOST_STATEMENTS = 400
_DEEPEST = 6
_MOST_WORK = 1_500
"""How many expressions are evaluated, with those that they are made of: a count, so that a busy machine reads as far.

The programs of tests/explain need up to 110, each some 0.1 ms.
"""


class _Enough(Exception):
    """It is too much to read."""


class _Returned(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


@dataclass(slots=True)
class _Frame:
    """Where the walk is: one function, or the prompt."""

    reader: CodeReader
    source: str
    function: str = ""
    filename: str = ""
    certain: bool = True
    loops: tuple[Loop, ...] = ()
    grads_off: bool = False
    defined: dict[str, tuple[Place, ast.expr]] = field(default_factory=dict)
    callers: tuple[Place, ...] = ()
    call: ast.Call | None = None
    place: Place | None = None
    functions: tuple[types.CodeType, ...] = ()
    entered: dict[int, Any] = field(default_factory=dict)
    """What the calls of the learner's functions in it returned, by the id of the node."""


class Walk:
    """Goes through one statement that ran, and keeps its places in ``places``."""

    def __init__(self, *, exact: bool = False) -> None:
        """``exact``: stand-ins have the values of what they stand for."""
        self._exact = exact
        self._settled: dict[str, Any] = {}
        self.places: list[Place] = []
        self.complete = True
        """False where there was more than is read."""
        self._frames: list[_Frame] = []
        self._over = False
        self._work = Work()

    def through(
        self, source: str, tree: ast.stmt, names: Mapping[str, Any], hidden: frozenset[str]
    ) -> tuple[Place, ...]:
        """The places of ``tree``. ``hidden``: names that do not stand for what they stood for."""
        stored, attributes = stored_in([tree])
        self._settled = _bound_once(tree, names)
        entered: dict[int, Any] = {}
        enter = partial(self._enter, entered)
        reader = top_reader(names, hidden | stored, attributes, enter, self._work, exact=self._exact)
        self._frames.append(_Frame(reader, source, entered=entered))
        try:
            self._block([tree])
        except (_Returned, _Enough, RecursionError):
            self.complete = isinstance(sys.exception(), _Returned)
        self._over = True
        # the readers lead back to this walk: a circle that would keep the learner's tensors
        places, self.places = tuple(self.places), []
        self._frames.clear()
        self._settled = {}
        return places

    @property
    def _now(self) -> _Frame:
        return self._frames[-1]

    def _block(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            self._statement(statement, tuple(body))

    def _statement(self, statement: ast.stmt, body: tuple[ast.stmt, ...]) -> None:
        if len(self.places) >= _MOST_STATEMENTS or self._work.done > _MOST_WORK:
            raise _Enough
        now = self._now
        place = Place(
            statement, now.reader, now.source, now.certain, now.function, now.filename, body,
            now.loops, now.grads_off, dict(now.defined), now.callers, now.call,
        )  # fmt: skip
        self.places.append(place)
        now.place = place
        handler = _STATEMENTS.get(type(statement))
        if handler is not None:
            handler(self, statement, place)
        else:
            self._forget([statement])
        for node in place.nodes():
            if isinstance(node, ast.Call) and id(node) not in now.entered:
                callee = place.reader.own_callee(node)
                if callee is not None:
                    now.place = place
                    try:
                        place.reader.value(node)
                    except (Unknown, Failed):
                        pass

    def _forget(self, statements: Sequence[ast.stmt]) -> None:
        for name in stored_in(statements)[0]:
            self._bind(name, HIDDEN)

    def _bind(self, name: str, value: Any) -> None:
        now = self._now
        if len(self._frames) == 1 and not now.loops and name in self._settled:
            value = self._settled[name]
        now.reader = now.reader.binding(name, value)
        now.defined.pop(name, None)

    def _assign(self, statement: ast.Assign, place: Place) -> None:
        value = place.reader.known(statement.value)
        for target in statement.targets:
            self._give(target, value, place)
            pairs = [(target, statement.value)]
            if isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple):
                pairs = [*zip(target.elts, statement.value.elts, strict=False)]
            for one, given in pairs:
                if isinstance(one, ast.Name):
                    self._now.defined[one.id] = (place, given)

    def _annotated(self, statement: ast.AnnAssign, place: Place) -> None:
        if statement.value is not None:
            self._give(statement.target, place.reader.known(statement.value), place)

    def _augmented(self, statement: ast.AugAssign, place: Place) -> None:
        if isinstance(statement.target, ast.Name):
            load = ast.copy_location(ast.Name(statement.target.id, ast.Load()), statement.target)
            together = ast.copy_location(ast.BinOp(load, statement.op, statement.value), statement)
            self._bind(statement.target.id, place.reader.known(together))

    def _give(self, target: ast.expr, value: Any, place: Place) -> None:
        match target:
            case ast.Name(id=name):
                self._bind(name, value)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                if is_plain_tensor(value):  # q, k, v = qkv
                    value = rows_of(place.reader, value, len(parts))
                elif module_name(type(value)) == "torch.return_types":  # values, indices = torch.max(x, 1)
                    value = tuple(map(place.reader.standins.adopt, tuple(value)))
                fits = is_one(type(value), (tuple, list, sys.modules["torch"].Size)) and len(value) == len(parts)
                starred = any(isinstance(each, ast.Starred) for each in parts)
                values = value if fits and not starred else itertools.repeat(HIDDEN)
                for part, each in zip(parts, values, strict=False):
                    self._give(part, each, place)
            case ast.Starred(value=inner):
                self._give(inner, HIDDEN, place)
            case ast.Attribute(value=base, attr=name):
                owner = place.reader.real(base)
                if type(owner) is Made:
                    own_dict(owner)[name] = value

    def _expression(self, statement: ast.Expr, place: Place) -> None:
        try:
            place.reader.value(statement.value)
        except (Unknown, Failed):
            pass

    def _return(self, statement: ast.Return, place: Place) -> None:
        value = None if statement.value is None else place.reader.known(statement.value)
        if place.certain:
            raise _Returned(value)
        raise _Returned(HIDDEN)

    def _for(self, statement: ast.For, place: Place) -> None:
        times, first = passes_of(place.reader, statement.iter)
        self._loop(statement, times, lambda: self._give(statement.target, first, place))

    def _while(self, statement: ast.While, place: Place) -> None:
        times = None
        try:
            if place.reader.value(statement.test) is False:
                times = 0
        except (Unknown, Failed):
            pass
        self._loop(statement, times, lambda: None)

    def _loop(self, statement: ast.For | ast.While, times: int | None, begin: Any) -> None:
        now = self._now
        certain, loops = now.certain, now.loops
        if times != 0:
            begin()
            now.loops = (*loops, Loop(statement, times))
            try:
                self._block(statement.body)
            except _Returned:
                if now.certain:
                    raise
        now.certain, now.loops = certain and not leaves(statement.body, loop=True), loops
        for name in carried_over(statement):
            self._bind(name, HIDDEN)
        if times is None:
            self._forget([statement])

    def _with(self, statement: ast.With, place: Place) -> None:
        now = self._now
        certain, off = now.certain, now.grads_off
        for item in statement.items:
            if item.optional_vars is not None:
                self._give(item.optional_vars, HIDDEN, place)
            if is_no_grad(place.reader, item.context_expr):
                now.grads_off = True
        runs = all(_runs_all(place.reader, item.context_expr) for item in statement.items)
        now.certain = certain and runs
        self._block(statement.body)
        now.certain, now.grads_off = certain and not leaves(statement.body), off

    def _if(self, statement: ast.If, place: Place) -> None:
        try:
            test = place.reader.value(statement.test)
        except (Unknown, Failed):
            test = None
        if type(test) is bool:
            self._block(statement.body if test else statement.orelse)
            if any(varies(loop, statement.test) for loop in self._now.loops):
                self._in_other_rounds(statement.orelse if test else statement.body)
            return
        self._uncertain(statement.body, statement.orelse)

    def _try(self, statement: ast.Try | ast.TryStar, place: Place) -> None:
        handlers = [each.body for each in statement.handlers]
        self._uncertain(statement.body, *handlers, statement.orelse, statement.finalbody)

    def _in_other_rounds(self, block: Sequence[ast.stmt]) -> None:
        """Go through what the first round of a loop leaves out: what follows is still read as in that round."""
        now = self._now
        certain, reader, defined = now.certain, now.reader, dict(now.defined)
        now.certain = False
        try:
            self._block(block)
        except _Returned:
            pass
        now.certain, now.reader, now.defined = certain, reader, defined

    def _uncertain(self, *blocks: Sequence[ast.stmt]) -> None:
        now = self._now
        certain, reader, defined = now.certain, now.reader, dict(now.defined)
        for block in blocks:
            now.certain, now.reader, now.defined = False, reader, dict(defined)
            try:
                self._block(block)
            except _Returned:
                pass
        now.certain = certain and not any(map(leaves, blocks))
        now.reader, now.defined = reader, defined
        for block in blocks:
            self._forget(block)

    def _import(self, statement: ast.Import, place: Place) -> None:
        for alias in statement.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self._bind(alias.asname or name, sys.modules.get(name, HIDDEN))

    def _enter(self, entered: dict[int, Any], reader: CodeReader, node: ast.Call, callee: Callee) -> Any:
        if id(node) not in entered and not self._over:
            entered[id(node)] = HIDDEN
            entered[id(node)] = self._run(reader, node, callee)
        found = entered.get(id(node), HIDDEN)
        if found is HIDDEN:
            raise Unknown
        return found

    def _run(self, reader: CodeReader, node: ast.Call, callee: Callee) -> Any:
        code, now = own_code(callee.function), self._now
        made = callee.function.__code__
        if code is None or len(self._frames) > _DEEPEST or made in now.functions or now.place is None:
            return HIDDEN
        try:
            values = _arguments(reader, node, callee)
        except Unknown:
            return HIDDEN
        stored, attributes = stored_in(code.tree.body)
        names = {**dict.fromkeys(stored, HIDDEN), **values}
        scope = FrameScope({}, callee.function.__globals__, names)
        entered: dict[int, Any] = {}
        enter = partial(self._enter, entered)
        inner = CodeReader(scope, reader.standins, enter=enter, stored=reader.stored | attributes)
        frame = _Frame(
            inner,
            code.source,
            callee.function.__name__,
            code.filename,
            now.certain,
            grads_off=now.grads_off or callee.grads_off,
            callers=(*now.callers, now.place),
            call=node,
            functions=(*now.functions, made),
            entered=entered,
        )
        self._frames.append(frame)
        try:
            self._block(code.tree.body)
            value = None
        except _Returned as returned:
            value = returned.value
        finally:
            self._frames.pop()
        return callee.first[0] if callee.makes else value


def _bound_once(tree: ast.stmt, names: Mapping[str, Any]) -> dict[str, Any]:
    """What stands under the names that the statement binds in one place only: it did so from there on."""
    stored = [each.id for each in inside([tree]) if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)]
    changed = {each.target.id for each in inside([tree]) if isinstance(each, ast.AugAssign) and _is_name(each.target)}
    once = [name for name in stored if stored.count(name) == 1 and name not in changed]
    return {name: names[name] for name in once if name in names}


def _is_name(node: ast.expr) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)


def _arguments(reader: CodeReader, node: ast.Call, callee: Callee) -> dict[str, Any]:
    """The names that the function sees at first. Raises Unknown where the call is not a plain one."""
    function = callee.function
    code = function.__code__
    if code.co_flags & 0x0C or any(isinstance(each, ast.Starred) for each in node.args):
        raise Unknown
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    given = [*callee.first, *(reader.known(each) for each in node.args)]
    if len(given) > code.co_argcount or any(each.arg is None for each in node.keywords):
        raise Unknown
    defaults = function.__defaults__ or ()
    values = dict(zip(names[code.co_argcount - len(defaults) : code.co_argcount], defaults, strict=True))
    values |= function.__kwdefaults__ or {}
    values |= dict(zip(names, given, strict=False))
    values |= {str(each.arg): reader.known(each.value) for each in node.keywords}
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        try:
            values[name] = cell.cell_contents
        except ValueError:
            values[name] = HIDDEN
    return values


def _runs_all(reader: CodeReader, manager: ast.expr) -> bool:
    """Whether it is one of torch's, which swallows no exception."""
    found = reader.real(manager.func) if isinstance(manager, ast.Call) else None
    home = getattr(found, "__module__", None) if is_one(type(found), (type, types.FunctionType)) else None
    return type(home) is str and home.partition(".")[0] == "torch"


_STATEMENTS: dict[type[ast.stmt], Any] = {
    ast.Assign: Walk._assign,
    ast.AnnAssign: Walk._annotated,
    ast.AugAssign: Walk._augmented,
    ast.Expr: Walk._expression,
    ast.Return: Walk._return,
    ast.For: Walk._for,
    ast.While: Walk._while,
    ast.With: Walk._with,
    ast.If: Walk._if,
    ast.Try: Walk._try,
    ast.TryStar: Walk._try,
    ast.Import: Walk._import,
    ast.Pass: lambda self, statement, place: None,
}
