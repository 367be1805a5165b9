"""One failure, as the rules see it: the error, the place, and what is known of the operands."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ptrepl.engine.record.record import Record
from ptrepl.engine.run.failure import is_learner_file
from ptrepl.engine.watch.facts import TensorFacts, read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, own_dict, type_name
from ptrepl.explain.given_values import given_values
from ptrepl.explain.locate import Site
from ptrepl.explain.rewrite import in_one_line
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope, NotReadable
from ptrepl.explain.standins.standins import StandIns

_MOST_SHOWN = 40
_MOST_MODULES = 2_000


class NoSite(Exception):
    """It is not known where the code failed: a rule that needs to know says nothing."""


@dataclass(slots=True)
class Case:
    """What a rule decides on. ``names``: the namespace of the prompt; ``record``: what the session did before.

    After ``y = x.view(7)`` has failed on an ``x`` of shape (2, 3), ``message`` is torch's text and ``match`` what the
    rule's pattern found in it; ``node`` is the tree of ``x.view(7)`` and ``text(node)`` its text;
    ``shape(node.func.value)`` is (2, 3), and ``facts`` gives dtype and device too. A compound operand such as
    ``x.relu()`` is evaluated on stand-ins, never on the learner's own tensors. What needs a site raises ``NoSite``
    where there is none; ``explain`` catches it, and the rule says nothing.
    """

    error: BaseException
    message: str
    maybe_site: Site | None
    """Where it failed; None for a SyntaxError, and where the source or the positions are not known."""
    names: Mapping[str, Any]
    record: Record | None = None
    unbound: Callable[[str], str] | None = None
    """What to say of a name that is not defined, "" for nothing: a lesson knows its own names."""
    learner_files: Callable[[str], bool] = is_learner_file
    """Whether a file of that name holds the learner's code."""
    match: re.Match[str] = field(init=False)
    """What the rule's pattern matched in the message."""
    too_long: list[str] = field(default_factory=list, init=False)
    """The mended lines of code that is too long to be offered as a whole, each in one line."""
    _given: dict[str, Any] | None = field(default=None, init=False)
    _known: dict[int, TensorFacts | None] = field(default_factory=dict, init=False)
    """The facts of nodes of the failing code, by their ids: to find some, a whole network is gone through."""

    @property
    def site(self) -> Site:
        """Where it failed. Raises NoSite where that is not known."""
        if self.maybe_site is None:
            raise NoSite
        return self.maybe_site

    @property
    def node(self) -> ast.expr | ast.stmt | None:
        """The failing expression or statement."""
        return self.maybe_site.node if self.maybe_site is not None else None

    @property
    def parents(self) -> tuple[ast.AST, ...]:
        """The nodes that hold the failing node, the nearest first; () where they are not known."""
        return self.maybe_site.parents if self.maybe_site is not None else ()

    @property
    def inner_frames(self) -> tuple[types.FrameType, ...]:
        """The frames of libraries that the learner's frame called, the innermost last; () where they are not known."""
        return self.maybe_site.inner if self.maybe_site is not None else ()

    @property
    def scope(self) -> FrameScope:
        """The names of the frame that failed, and what the failing call was given."""
        return self.scope_of(self.site.frame)

    def scope_of(self, frame: types.FrameType) -> FrameScope:
        """The names of ``frame``, the one that failed or the one around it, and what the failing call was given."""
        if self._given is None:
            self._given = given_values(self.site)
        return replace(FrameScope.of(frame), results=self._given)

    def text(self, node: ast.expr | ast.stmt) -> str:
        """The learner's own text of ``node``, in one line."""
        return in_one_line(self.site.source, node)

    def called(self, node: ast.expr, otherwise: str) -> str:
        """``node`` in a sentence: its text if that is short, else ``otherwise`` (``gettext("the left side")``)."""
        text = self.text(node)
        return text if len(text) <= _MOST_SHOWN else otherwise

    def real(self, node: ast.expr) -> Any:
        """The learner's object that ``node`` names; None where it names none, or reading it would run code."""
        return self.scope.real_or_none(node)

    def real_at_prompt(self, node: ast.expr) -> Any:
        """As ``real``, where ``node`` stands in an earlier statement of the prompt."""
        return FrameScope(self.names, self.names).real_or_none(node)

    def held(self, node: ast.expr) -> Any:
        """The learner's object that ``node`` names, else what it gives on stand-ins; None where neither is known."""
        real = self.real(node)
        return self.value(node) if real is None else real

    def value(self, node: ast.expr) -> Any:
        """What ``node`` gives on stand-ins: a tensor without contents, or a plain value; None if that is not known."""
        try:
            return Evaluator(self.scope, StandIns()).value(node)
        except (Unknown, Failed):
            return None

    def facts(self, node: ast.expr) -> TensorFacts | None:
        """The facts of the tensor that ``node`` gives; None if it gives none, or what it gives is not known.

        For a compound operand, ``device`` is the one device of the tensors in it, or "several".
        """
        real = self.real(node)
        if real is not None:
            return read(real) if is_tensor_class(type(real)) else None
        if any(node is each for each in ast.walk(self.site.statement)):
            if id(node) not in self._known:
                self._known[id(node)] = self._facts(node)
            return self._known[id(node)]
        return self._facts(node)

    def _facts(self, node: ast.expr) -> TensorFacts | None:
        try:
            seen = self.scope.result(node)
            return read(seen) if is_tensor_class(type(seen)) else None
        except NotReadable:
            pass
        standins = StandIns(one_device=True)
        try:
            value = Evaluator(self.scope, standins).value(node)
        except (Unknown, Failed):
            return None
        if not is_tensor_class(type(value)):
            return None
        facts = read(value)
        device = next(iter(standins.devices), "cpu") if len(standins.devices) < 2 else "several"
        return TensorFacts(facts.shape, facts.dtype, device, facts.grad_fn, facts.is_leaf, facts.requires_grad)

    def shape(self, node: ast.expr) -> tuple[int, ...] | None:
        """The shape of the tensor that ``node`` gives, if it is known."""
        facts = self.facts(node)
        return sizes(facts)

    def inner(self, *functions: str) -> types.FrameType | None:
        """The innermost frame of a library, or the innermost of one of ``functions``; None where there is none."""
        frames = reversed(self.inner_frames)
        return next((each for each in frames if not functions or each.f_code.co_name in functions), None)

    def modules(self) -> Iterator[tuple[str, Any]]:
        """The modules of torch.nn that were being called, the outermost first, each with its path: ``net.0``."""
        seen: list[Any] = []
        for frame in self.inner_frames:
            held = frame.f_locals.get("self")
            if kind_of(held) is Kind.MODULE and not any(held is each for each in seen):
                seen.append(held)
        path = ""
        for index, module in enumerate(seen):
            if index == 0:
                path = self._name_of(module)
            else:
                path += _step(seen[index - 1], module)
            yield path, module

    def _name_of(self, module: Any) -> str:
        node = self.node
        if isinstance(node, ast.Call):
            return self.called(node.func, type_name(module))
        return type_name(module)

    def tensors(self) -> Iterator[tuple[ast.expr, TensorFacts]]:
        """Each operand of the failing node that is a tensor, with its facts, in the order of the text."""
        for node in self.operands():
            facts = self.facts(node)
            if facts is not None:
                yield node, facts

    def operands(self) -> list[ast.expr]:
        """The direct parts of the failing node that are values: both sides, the object of a method, the arguments."""
        match self.node:
            case ast.BinOp(left=left, right=right) | ast.AugAssign(target=left, value=right):
                return [left, right]
            case ast.Compare(left=left, comparators=comparators):
                return [left, *comparators]
            case ast.UnaryOp(operand=operand):
                return [operand]
            case ast.Call(func=func, args=args, keywords=keywords):
                first = [func.value] if isinstance(func, ast.Attribute) else []
                given = [part for each in args for part in _elements(each)]
                return [*first, *given, *(keyword.value for keyword in keywords)]
            case ast.Subscript(value=value, slice=index):
                return [value, index]
            case ast.Attribute(value=value):
                return [value]
            case ast.expr() as node:
                return [node]
        return []


def sizes(facts: TensorFacts | None) -> tuple[int, ...] | None:
    """The shape, if it can be read and all its sizes are numbers."""
    if facts is None or not isinstance(facts.shape, tuple):
        return None
    found = tuple(size for size in facts.shape if isinstance(size, int))
    return found if len(found) == len(facts.shape) else None


def _elements(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Starred):
        return [node.value]
    return [*node.elts] if isinstance(node, (ast.List, ast.Tuple)) else [node]


def _step(parent: Any, child: Any) -> str:
    """``[0]`` or ``.encoder[1]``: the path from a module to one that it holds."""
    pending: list[tuple[str, Any]] = [("", parent)]
    for path, module in pending:
        if module is child:
            return path
        held = own_dict(module).get("_modules")
        if len(pending) < _MOST_MODULES and type(held) is dict:
            pending += [(path + (f"[{name}]" if name.isdigit() else f".{name}"), each) for name, each in held.items()]
    return f" → {type_name(child)}"
