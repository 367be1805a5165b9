"""One statement as it ran, as the traps see it, and what can be told of blocks of code by looking."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.called_name import names_within
from ptrepl.explain.rewrite import segment
from ptrepl.explain.standins.torch_code import is_torch_class, is_torch_function
from ptrepl.explain.traps.reading.reader import CodeReader

_MAY_NOT_RUN = (
    ast.Lambda,
    ast.IfExp,
    ast.BoolOp,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
_NO_GRAD = ("no_grad", "inference_mode")
_LEAVES = (ast.Return, ast.Break, ast.Continue)
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop that a statement stands in, and how often it ran through; None where that is not known."""

    tree: ast.For | ast.While
    times: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """One statement as it ran, for the first time of a loop: what its expressions gave, and what stands round it."""

    statement: ast.stmt
    reader: CodeReader
    source: str
    """The text that the positions of the nodes are in."""
    certain: bool
    """Whether it ran, if each loop of unknown length went round at least once."""
    function: str
    """The name of the learner's function that it stands in; "" at the prompt."""
    filename: str
    body: tuple[ast.stmt, ...]
    """The block that it stands in."""
    loops: tuple[Loop, ...] = ()
    grads_off: bool = False
    defined: Mapping[str, tuple[Place, ast.expr]] = field(default_factory=dict)
    """Names that the same function, or the same statement of the prompt, gave a value before."""
    callers: tuple[Place, ...] = ()
    """The places of the calls that led here, the prompt's first."""
    call: ast.Call | None = None
    """The call that ran the function."""

    def text(self, node: ast.expr) -> str:
        """The learner's own text of ``node``, in one line."""
        text = segment(self.source, node)
        return text if "\n" not in text else ast.unparse(node)

    def nodes(self) -> Iterator[ast.expr]:
        """The expressions of the statement that certainly ran, not those of the blocks in it."""
        pending: list[ast.AST] = [*_heads(self.statement)]
        while pending:
            node = pending.pop()
            if isinstance(node, _MAY_NOT_RUN):
                continue
            if isinstance(node, ast.expr):
                yield node
            pending += ast.iter_child_nodes(node)

    def is_module(self, node: ast.expr, *classes: str) -> bool:
        """Whether ``node`` names, or makes, a module of one of these classes of torch.nn's own."""
        return self.module_class(node) in classes

    def module_class(self, node: ast.expr) -> str:
        """The class of torch.nn's own whose module ``node`` names or makes; "" for all else."""
        found = self.reader.real(node.func if isinstance(node, ast.Call) else node)
        cls = found if isinstance(node, ast.Call) else type(found) if kind_of(found) is Kind.MODULE else None
        return cls.__name__ if cls is not None and is_torch_class(cls) else ""

    def is_function(self, node: ast.expr, *names: str) -> bool:
        """Whether ``node`` names one of these functions of torch, under whatever name."""
        found = self.reader.real(node)
        return is_torch_function(found) and found.__name__ in names

    @property
    def after(self) -> tuple[ast.stmt, ...]:
        """The statements that follow it in its block."""
        return self.body[self.body.index(self.statement) + 1 :]


def _heads(statement: ast.stmt) -> Iterator[ast.AST]:
    match statement:
        case ast.For(iter=head) | ast.While(test=head) | ast.If(test=head):
            yield head
        case ast.With(items=items):
            yield from items
        case _ if isinstance(statement, (*_DEFINES, ast.Try, ast.TryStar, ast.Match, ast.Assert)):
            return
        case _:
            yield from ast.iter_child_nodes(statement)


def stored_in(statements: Sequence[ast.AST]) -> tuple[frozenset[str], frozenset[str]]:
    """The names, and the attributes, that the statements may bind; not those of functions that they define."""
    names, attributes = set(), set()
    pending = [*statements]
    while pending:
        node = pending.pop()
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()):
                attributes.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
                continue
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
            case ast.Lambda():
                continue
        pending += ast.iter_child_nodes(node)
    return frozenset(names), frozenset(attributes)


def leaves(body: Sequence[ast.AST], *, loop: bool = False) -> bool:
    """Whether it may leave its block before the end; ``loop``: the function, or a loop round this one."""
    kinds = (ast.Return,) if loop else _LEAVES
    return any(isinstance(each, kinds) for each in inside(body))


def inside(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """All nodes, but those of functions and classes that it only defines."""
    pending = [*body]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _DEFINES):
            pending += ast.iter_child_nodes(node)


def carried_over(loop: ast.For | ast.While) -> Iterator[str]:
    """The names whose value of one round goes into their value of the next."""
    for node in inside(loop.body):
        match node:
            case ast.AugAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=targets, value=value):
                read = names_within(value)
                yield from {
                    each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)
                } & read


def varies(loop: Loop, test: ast.expr) -> bool:
    """Whether ``test`` reads a name that the rounds of the loop give values."""
    names = names_within(test)
    return not names.isdisjoint(stored_in([loop.tree])[0])


def is_no_grad(reader: CodeReader, manager: ast.expr) -> bool:
    """Whether it is ``torch.no_grad()`` or ``torch.inference_mode()``."""
    found = reader.real(manager.func) if isinstance(manager, ast.Call) else None
    torch = sys.modules["torch"]
    return any(found is getattr(torch, name) for name in _NO_GRAD)
