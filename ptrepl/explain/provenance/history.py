"""Why a tensor has no graph: what cut it off from the tensors that require grad, and at which statement."""

from __future__ import annotations

import ast
import itertools
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ptrepl.engine.run.failure import is_learner_file
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, mro, own_dict
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case
from ptrepl.explain.locate import file_source
from ptrepl.explain.provenance.cuts import CUTTING_WORDS, Cut, cuts, requires_grad_in
from ptrepl.explain.provenance.functions import outer_values
from ptrepl.explain.provenance.origins import Origin, label, origin, switched_off, unrecorded_in
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope, NotReadable
from ptrepl.explain.standins.read_code import function_tree, is_readable
from ptrepl.explain.standins.standins import StandIns
from ptrepl.explain.standins.torch_code import is_torch_class, is_torch_function

_MOST_STEPS = 30
_HARMLESS = (float, int, abs, sum, len, range, max, min, list, tuple, print)
_SWITCHES = ("no_grad", "inference_mode", "set_grad_enabled")
_WORDS = frozenset({"no_grad", "inference_mode", "set_grad_enabled", "detach", "detach_", "data", "item", "numpy"})


@dataclass(frozen=True, slots=True)
class Cause:
    """``kind``: that of a ``Cut``; ``no_grad``; ``inside`` (in a function of the learner); ``late`` (computed before
    its source required grad); ``none`` (nothing requires grad)."""

    kind: str
    cut: Cut | None = None
    path: tuple[Origin, ...] = ()
    """The assignments that lead to it, the one nearest to the failure first; () where it is in the failing line."""
    names: tuple[str, ...] = ()
    """``late``: what requires grad now; ``none``: what does not; ``inside``: the word in the function's code, and the
    line that it is in, where that is known.

    ``none`` has a ``cut`` where no gradient would flow to any of them, even if they required grad.
    """

    @property
    def place(self) -> Origin | None:
        """The statement; None where it is the failing one."""
        return self.path[-1] if self.path else None


@dataclass(slots=True)
class _Search:
    case: Case
    steps: int = 0
    known: bool = True
    """Whether everything that was met is understood: else something unseen may be the cause."""
    plain: dict[str, Cause | None] = field(default_factory=dict)
    """Names of floating point tensors, and networks, that do not require grad and were computed from nothing else;
    each with the cut between it and the result, if there is one everywhere."""

    def find(
        self, node: ast.AST, source: str, scope: FrameScope, path: tuple[Origin, ...], above: Cause | None = None
    ) -> Cause | None:
        self.steps += 1
        if self.steps > _MOST_STEPS:
            self.known = False
            return None
        for cut in cuts(node, source):
            if requires_grad_in(cut.base, scope) or self._required_grad(cut.base, path):
                return Cause(cut.kind, cut, path)
        live, understood = requires_grad_in(node, scope), self._is_understood(node, scope)
        live = live or next((name for each in _functions_in(node, scope) if (name := _reads_live(each))), None)
        if live is not None:
            return self._although(live, path, understood)
        self.known = self.known and understood
        cut_off = _cut_off(node, source)
        for name, value in self._values(node, scope):
            inside = above or (Cause("none", cut_off[name], path) if name in cut_off else None)
            if kind_of(value) is Kind.MODULE:
                self._remember(name, value, inside)  # its parameters are what they are, however it was made
                continue
            made = origin(self.case, name, self._before(path))
            found = None
            if made is None and isinstance(node, ast.Name):
                self.known = False  # the tensor itself, and nothing says how it was made
            if made is not None and made not in path:
                inner = scope if made.entry is None else FrameScope(self.case.names, self.case.names)
                found = self.find(made.value, made.source, inner, (*path, made), inside)
                if found is None and _is_live_block(made, inner):
                    found = Cause("no_grad", None, (*path, made))
                if [*self._values(made.value, inner)]:
                    if found is not None:
                        return found
                    continue
            if found is not None:
                return found
            self._remember(name, value, inside)
        return None

    def _required_grad(self, base: ast.expr, path: tuple[Origin, ...]) -> bool:
        """Whether ``base`` is a name that the cut itself gave another value, ``w = w.detach()``, and that was made to
        require grad before.
        """
        if not path or not isinstance(base, ast.Name) or base.id != path[-1].name:
            return False
        made = origin(self.case, base.id, self._before(path))
        return made is not None and made not in path and _asks_for_gradients(made.value)

    def _although(self, live: str, path: tuple[Origin, ...], understood: bool) -> Cause | None:
        """What ``live`` is used in requires grad, and yet the result has no graph."""
        if not path:
            return Cause("no_grad") if unrecorded_in(self.case) else None
        if path[-1].unrecorded:
            return Cause("no_grad", None, path)
        if len({each.name for each in path}) < len(path):
            return self._cut_on_the_way(path)
        if self._detached_since(path[-1]):
            self.known = False
            return None
        if understood and self._would_be_recorded(path[-1]):
            return Cause("late", None, path, (live,))
        if self._is_decorated(path[-1]):
            return Cause("no_grad", None, path)
        entry = path[-1].entry
        scope = self.case.scope if entry is None else FrameScope(self.case.names, self.case.names)
        functions = [*_functions_in(path[-1].value, scope)]
        used = {word for each in functions for word in each.__code__.co_names} if entry is None else entry.words
        words = sorted(_WORDS & used)
        self.known = False
        cutting = [found for each in functions for found in _cutting_lines(each)]
        if len(cutting) == 1 and not any(word in words for word in _SWITCHES):
            line, called = cutting[0]
            return Cause("inside", None, path, (called, line))
        if len(words) != 1:
            return None
        lines = [line for each in functions for line in _lines_with(each, words[0])]
        return Cause("inside", None, path, (*words, *lines) if len(lines) == 1 else tuple(words))

    def _cut_on_the_way(self, path: tuple[Origin, ...]) -> Cause | None:
        """Where a name got a new value on the way, ``h = h.detach()``: what it stands for now is not the operand."""
        for place, (made, source) in enumerate(itertools.pairwise(path)):
            if made.unrecorded:
                return Cause("no_grad", None, path[: place + 1])
            for cut in cuts(made.value, made.source):
                if any(isinstance(each, ast.Name) and each.id == source.name for each in ast.walk(cut.base)):
                    return Cause(cut.kind, cut, path[: place + 1])
        self.known = False
        return None

    def _detached_since(self, made: Origin) -> bool:
        """Whether a statement after ``made`` calls ``detach_()``, which cuts off the tensor that is there already."""
        if made.entry is None or self.case.record is None:
            return False
        number = made.entry.number
        return any("detach_" in each.words for each in self.case.record if each.number > number)

    def _would_be_recorded(self, made: Origin) -> bool:
        """Whether the statement, run now, would give a result with a graph: ``torch.zeros_like(w)`` does not."""
        scope = self.case.scope if made.entry is None else FrameScope(self.case.names, self.case.names)
        try:
            with sys.modules["torch"].enable_grad():
                result = Evaluator(scope, StandIns()).value(made.value)
        except (Unknown, Failed):
            return False
        return is_tensor_class(type(result)) and bool(result.requires_grad)

    def _is_decorated(self, made: Origin) -> bool:
        """Whether it calls a function that is decorated with ``@torch.no_grad()``."""
        scope = self.case.scope if made.entry is None else FrameScope(self.case.names, self.case.names)
        return any(_is_wrapper(each) for each in _called_in(made.value, scope))

    def _before(self, path: tuple[Origin, ...]) -> int | None:
        return path[-1].entry.number if path and path[-1].entry is not None else None

    def _remember(self, name: str, value: Any, cut: Cause | None) -> None:
        is_module = kind_of(value) is Kind.MODULE
        if is_module or (
            is_tensor_class(type(value)) and str(read(value).dtype).startswith(("float", "bfloat", "complex"))
        ):
            self.plain[name] = cut and self.plain.get(name, cut)

    def _values(self, node: ast.AST, scope: FrameScope) -> Iterator[tuple[str, Any]]:
        for name in dict.fromkeys(each.id for each in ast.walk(node) if isinstance(each, ast.Name)):
            try:
                value = scope.name(name)
            except NotReadable:
                continue
            if (
                kind_of(value) in (Kind.TENSOR, Kind.MODULE)
                or type(value) in (float, int, list)
                or is_numpy_array(value)
            ):
                yield name, value
            elif type(value) is types.FunctionType:
                yield from outer_values(value) or ()

    def _is_understood(self, node: ast.AST, scope: FrameScope) -> bool:
        """Whether it calls only torch and a few builtins: no function of the learner or of another library."""
        return all(_is_torchs(each, scope) for each in ast.walk(node) if isinstance(each, ast.Call))


def _asks_for_gradients(node: ast.expr) -> bool:
    """Whether ``requires_grad=True`` or ``requires_grad_()`` stands in it."""
    for each in ast.walk(node):
        match each:
            case ast.keyword(arg="requires_grad", value=ast.Constant(value=True)):
                return True
            case ast.Call(func=ast.Attribute(attr="requires_grad_"), args=[], keywords=[]):
                return True
    return False


def _is_live_block(made: Origin, scope: FrameScope) -> bool:
    """Whether it was made in a block without grad mode, in which something requires grad that would be recorded."""
    return any(switched_off(each) and requires_grad_in(each, scope) for each in made.parents)


def _called_in(node: ast.AST, scope: FrameScope) -> Iterator[Any]:
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            try:
                yield scope.real(each.func)
            except NotReadable:
                continue


def _is_wrapper(called: Any) -> bool:
    """Whether it is what ``@torch.no_grad()`` makes of a function, or of a method."""
    called = called.__func__ if type(called) is types.MethodType else called
    return type(called) is types.FunctionType and called.__code__.co_name == "decorate_context"


def _functions_in(node: ast.AST, scope: FrameScope) -> Iterator[types.FunctionType]:
    """The learner's functions that ``node`` calls: plain ones, methods, and the forward of a network."""
    for called in _called_in(node, scope):
        if kind_of(called) is Kind.MODULE:
            called = next(
                (class_dict(each)["forward"] for each in mro(type(called)) if "forward" in class_dict(each)), 0
            )
        elif _is_wrapper(called):
            called = own_dict(called).get("__wrapped__")
        if type(called) is types.FunctionType and is_learner_file(called.__code__.co_filename):
            yield called


def _reads_live(function: types.FunctionType) -> str | None:
    """The global name that ``function`` reads of something that requires grad."""
    scope = FrameScope({}, function.__globals__)
    names = (ast.Name(each, ast.Load()) for each in function.__code__.co_names if each in function.__globals__)
    return next((found for each in names if (found := requires_grad_in(each, scope))), None)


def _cutting_lines(function: types.FunctionType) -> list[tuple[str, str]]:
    """The simple statements of ``function`` that cut something off, each with how the first cut is written."""
    try:
        tree, source = function_tree(function), file_source(function.__code__.co_filename)
    except Unknown:
        return []
    if source is None:
        return []
    simple = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return)
    found = [(each, next(cuts(each, source.text), None)) for each in ast.walk(tree) if isinstance(each, simple)]
    return [(label(source.text, each), cut.called) for each, cut in found if cut is not None]


def _lines_with(function: types.FunctionType, word: str) -> list[str]:
    """The simple statements of ``function`` in which ``word`` stands."""
    try:
        tree, source = function_tree(function), file_source(function.__code__.co_filename)
    except Unknown:
        return []
    return [
        label(source.text, each)
        for each in ast.walk(tree)
        if isinstance(each, (ast.Assign, ast.AugAssign, ast.Expr, ast.Return)) and source is not None
        if any(word in (getattr(part, "attr", ""), getattr(part, "id", "")) for part in ast.walk(each))
    ]


def _cut_off(node: ast.AST, source: str) -> dict[str, Cut]:
    """The names that occur in ``node`` only inside of cuts, each with its cut."""
    found = [*cuts(node, source)]
    inside = {id(part): cut for cut in reversed(found) for part in ast.walk(cut.node)}
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
    free = {each.id for each in names if id(each) not in inside}
    return {each.id: inside[id(each)] for each in names if each.id not in free}


def _is_torchs(node: ast.Call, scope: FrameScope) -> bool:
    try:
        called = scope.real(node.func)
    except NotReadable:
        return isinstance(node.func, (ast.Attribute, ast.Call))  # a method of a tensor; nn.Linear(2, 3)(x)
    if kind_of(called) is Kind.MODULE and is_torch_class(type(called)):
        return True
    if is_readable(called):
        return _cuts_nothing_off(node, scope)
    if type(called) is types.FunctionType and not is_torch_function(called):
        return outer_values(called) is not None
    return is_torch_function(called) or is_torch_class(called) or any(called is each for each in _HARMLESS)


def _cuts_nothing_off(node: ast.Call, scope: FrameScope) -> bool:
    """Whether a call of the learner's code can be followed, and no word in it cuts a result off from the graph."""
    standins = StandIns()
    try:
        Evaluator(scope, standins).value(node)
    except (Unknown, Failed):
        return False
    return not standins.attributes_read & CUTTING_WORDS


def cause(case: Case, node: ast.expr) -> Cause | None:
    """Why what ``node`` gave has no graph; None where the text and the record do not say."""
    search = _Search(case)
    found = search.find(node, case.site.source, case.scope, ())
    if found is None and search.known and search.plain:
        free = tuple(name for name, cut in search.plain.items() if cut is None)
        if free:
            return Cause("none", names=free)
        name, cut = next((name, cut) for name, cut in search.plain.items() if cut is not None)
        return Cause("none", cut.cut, cut.path, (name,))
    return found
