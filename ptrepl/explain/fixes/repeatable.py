"""Whether statements of the session, typed again, would do the same as before."""

from __future__ import annotations

import ast
import builtins
import re
import sys
import types
from collections.abc import Collection, Mapping
from typing import Any

from ptrepl.engine.record.record import RecordedStatement
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, own_dict
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.graph import is_intact
from ptrepl.explain.provenance.origins import Origin, parsed
from ptrepl.explain.standins.lookup import FrameScope, NotReadable
from ptrepl.explain.standins.torch_code import is_in_place, is_numpy_function, is_torch_class, is_torch_function

_MOST_PARTS = 2_000
_RANDOM = re.compile(
    r"rand(?!om_split$)|dropout|normal_?$|bernoulli|multinomial|poisson|shuffle|^r?sample|uniform|exponential_"
    r"|geometric_|cauchy_|rrelu|gumbel|fractional_max_pool|scaled_dot_product|random|seed|^choices?$|^init$"
)
_CLASSES_WITHOUT_NUMBERS = frozenset(
    "ReLU LeakyReLU ELU GELU SiLU Tanh Sigmoid Softmax LogSoftmax Softplus Flatten Unflatten Identity".split()
)
_LIBRARIES = ("torch", "numpy", "math")
_PLAIN = (int, float, complex, bool, str, type(None), type(Ellipsis))


def repeatable(case: Case, origins: Mapping[int, Origin], also: Mapping[int, str]) -> bool:
    """Whether the statements, by their numbers, would do the same if they were typed again in their order.

    After ``y = w.exp()`` (1), ``loss = y.sum()`` (2) and ``loss.backward()`` (3), the two ``origins`` 1 and 2 are
    repeatable. They are not if ``w`` was rebound or changed in place since, if a line draws random numbers
    (``torch.rand``, dropout), or if its entry of the record did anything but this one assignment. ``also``: texts that
    are typed in the place of other statements, by their numbers; they are checked in the same way.
    """
    statements: dict[int, ast.AST] = {at: each.statement for at, each in origins.items()}
    statements |= {at: ast.parse(text) for at, text in also.items()}
    return all(map(_stands_alone, origins.values())) and not any(
        changed_since(case, node, at, statements) for at, node in statements.items()
    )


def changed_since(case: Case, node: ast.AST, number: int, but: Collection[int] = ()) -> bool:
    """Whether a statement reads something that may have changed since it ran, or draws random numbers.

    ``number``: its number in the session; ``but``: numbers of later statements that do not count.
    """
    if not _reads_plainly(case, node):
        return True
    names = names_within(node)
    later = (each for each in case.record or () if each.number > number and each.number not in but)
    return any(_touches(each, names, case) for each in later)


def _stands_alone(made: Origin) -> bool:
    """Whether its entry of the record did this one assignment, and nothing else."""
    entry = made.entry
    tree = parsed(entry.source) if entry is not None else None
    if entry is None or tree is None or entry.bound != (made.name,) or entry.wrote or entry.gradients:
        return False
    holders = (tree, *made.parents)
    return all(isinstance(each, (ast.Module, ast.With)) and len(each.body) == 1 for each in holders)


def _reads_plainly(case: Case, node: ast.AST) -> bool:
    """Whether the record knows of every change to what it names, and it draws no random numbers."""
    if draws_numbers(case, node):
        return False
    for name in names_within(node):
        try:
            value = FrameScope(case.names, case.names).name(name)
        except NotReadable:
            return False
        if not (is_tensor_class(type(value)) or kind_of(value) is Kind.MODULE or _is_constant(value)):
            return False
    return True


def _is_constant(value: Any) -> bool:
    if type(value) is tuple:
        return all(type(each) in _PLAIN for each in value)
    if type(value) in _PLAIN or any(value is each for each in vars(builtins).values()):
        return True
    if type(value) is types.ModuleType:
        return value.__name__.partition(".")[0] in _LIBRARIES
    torch = sys.modules["torch"]
    if type(value) in (torch.dtype, torch.device, torch.Size):
        return True
    return is_torch_function(value) or is_torch_class(value) or is_numpy_function(value)


def _touches(entry: RecordedStatement, names: set[str], case: Case) -> bool:
    """Whether a statement rebound one of the names, or changed one of their tensors in place."""
    if names.intersection(entry.bound) or any(made.name in names for made in entry.made):
        return True
    modules = [name for name in names if kind_of(case.names.get(name)) is Kind.MODULE]
    if any(re.search(rf"\b{name}\b(?!\()", entry.source) for name in modules):
        return True  # eval(), a new layer, a frozen one: of a network the record knows only in-place changes
    tensors = [value for name in names if is_tensor_class(type(value := case.names.get(name)))]
    for write in entry.wrote:
        written = write.place.tensor()
        if write.place.name in names or any(written is each for each in tensors):
            return True
    return False


def draws_numbers(case: Case, node: ast.AST) -> bool:
    """Whether it may draw random numbers, or run a module that does or that keeps statistics of its inputs."""
    for each in ast.walk(node):
        word = each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", getattr(each, "arg", None))
        is_ours = isinstance(each, ast.Name) and is_tensor_class(type(case.names.get(each.id)))
        if isinstance(word, str) and not is_ours and _is_random(word):
            return True
        if isinstance(each, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)):
            return True
        if isinstance(each, ast.Call) and _called_draws(case, each.func):
            return True
        if isinstance(each, ast.Name) and _module_draws(case.names.get(each.id)):
            return True
    return False


def _is_random(word: str) -> bool:
    return (is_in_place(word) and word != "requires_grad_") or word == "inplace" or _RANDOM.search(word) is not None


def _called_draws(case: Case, node: ast.expr) -> bool:
    """Whether it creates a module with parameters, which are initialized at random."""
    called = FrameScope(case.names, case.names).real_or_none(node)
    if not is_torch_class(called):
        return False
    home = class_dict(called).get("__module__")
    return home != "torch.nn.modules.loss" and called.__name__ not in _CLASSES_WITHOUT_NUMBERS


def _module_draws(value: Any) -> bool:
    """Whether a part of a module in training mode draws random numbers, or keeps statistics of its inputs."""
    if kind_of(value) is not Kind.MODULE:
        return False
    pending = [value]
    for each in pending:
        own = own_dict(each)
        name, inner = type(each).__name__, own.get("_modules")
        if "RReLU" in name or "Fractional" in name or "Spectral" in name or len(pending) > _MOST_PARTS:
            return True
        # dropout of nn.LSTM and of attention has no module of its own
        drops = own.get("dropout") if type(own.get("dropout")) in (int, float) else 0
        if own.get("training") is not False and ("Drop" in name or ("Norm" in name and own.get("_buffers")) or drops):
            return True
        pending += [*inner.values()] if type(inner) is dict else []
    return False


def finds_its_way(scope: FrameScope, tree: ast.AST) -> bool:
    """Whether no ``backward`` or ``grad`` in ``tree`` meets a graph that was freed or changed, or is too large.

    That is: all tensors that it names, and does not compute itself, have all their saved tensors.
    """
    words = {each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "") for each in ast.walk(tree)}
    if not words & {"backward", "grad"}:
        return True
    stored = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    for each in ast.walk(tree):
        if not isinstance(each, (ast.Name, ast.Attribute, ast.Subscript)) or not isinstance(each.ctx, ast.Load):
            continue
        try:
            value = scope.real(each)
        except NotReadable:
            continue
        if isinstance(each, ast.Name) and each.id in stored:
            continue
        if not all(is_intact(tensor) for tensor in _tensors(value)):
            return False
    return True


def _tensors(value: Any) -> list[Any]:
    if type(value) is dict:
        value = [*value.values()]
    held = value[:_MOST_PARTS] if type(value) in (list, tuple) else [value]
    return [each for each in held if is_tensor_class(type(each))]
