"""Names that a misspelt one may have meant, and which module of torch has a name."""

from __future__ import annotations

import ast
import difflib
import re
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ptrepl.engine.watch.kinds import class_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate
from ptrepl.explain.rewrite import spliced
from ptrepl.explain.standins.lookup import FrameScope, NotReadable
from ptrepl.explain.standins.torch_code import is_torch_class

_HOMES = ("torch", "nn", "F", "torch.optim", "torch.utils.data", "torch.nn.utils")
_SPECIAL = ("torch.linalg", "torch.fft")
_LONGEST = 60
_SHORT = 4
_names_of_module = class_dict(types.ModuleType)["__dict__"].__get__


_TINY = re.compile(r"u?int[1-7]")
"""Dtypes of less than eight bits, which torch has names for and no arithmetic."""
_NUMBERED = ("float", "int", "uint", "bfloat")
"""What stands for another dtype without its number."""
_DIGITS = re.compile(r"[a-z]+\d+")


def near(word: str, names: Iterable[str], cutoff: float = 0.75) -> list[str]:
    """Those of ``names`` that look like ``word``, the likeliest first: with another case, or misspelt."""
    known = [each for each in dict.fromkeys(names) if not _TINY.fullmatch(each)]
    folded = word.casefold().replace("_", "")
    same = [each for each in known if each.casefold().replace("_", "") == folded and each != word]
    close = difflib.get_close_matches(word[:_LONGEST], known, 2, cutoff)
    if len(word) <= _SHORT:  # two of its four letters may well be those of another word
        close = [each for each in close if is_one_slip(word, each) or each.startswith(word)]
    close = [each for each in close if not _has_other_number(word, each)]
    begun = [each for each in known if _DIGITS.fullmatch(word) and each.startswith(f"{word}_")]
    swapped = [each for each in known if _DIGITS.fullmatch(each) and _same_signs(word, each)]
    return [*dict.fromkeys([*same, *swapped, *begun, *close])]


def _same_signs(word: str, other: str) -> bool:
    """Whether both are one word with a number behind it, whose digits are swapped: ``int46`` and ``int64``."""
    return word != other and word.rstrip("0123456789") == other.rstrip("0123456789") and sorted(word) == sorted(other)


def _has_other_number(word: str, other: str) -> bool:
    """Whether they differ in their numbers alone, which are no slip: ``fc3`` and ``fc2``, ``float8`` and ``float``."""
    stem, number = word.rstrip("0123456789"), word[len(word.rstrip("0123456789")) :]
    if not number or other.rstrip("0123456789") != stem or sorted(word) == sorted(other):
        return bool(number) and stem in _NUMBERED and not re.search(r"\d", other)
    return other != stem or stem in _NUMBERED


def is_one_slip(word: str, other: str) -> bool:
    """Whether one letter differs, is missing or too many, or two are swapped."""
    if len(word) == len(other):
        apart = [at for at in range(len(word)) if word[at] != other[at]]
        if len(apart) < 2:
            return True
        first, last = apart[0], apart[-1]
        return apart == [first, first + 1] and word[first] == other[last] and word[last] == other[first]
    short, long = sorted((word, other), key=len)
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def of_module(module: types.ModuleType) -> dict[str, Any]:
    """The public names of a module, without calling its ``__getattr__``."""
    names: dict[str, Any] = _names_of_module(module)
    return {name: value for name, value in names.items() if not name.startswith("_")}


def of_tensors() -> list[str]:
    """The public attributes of a tensor, those that write in place left out."""
    torch = sys.modules["torch"]
    names = [*class_dict(torch.Tensor), *torch._C.TensorBase.__dict__]
    return [name for name in names if not name.startswith("_") and not name.endswith("_")]


def homes(scope: FrameScope, *, all_of_torch: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
    """The modules of torch as the prompt calls them, with their names. ``all_of_torch``: its special parts too."""
    for path in (*_HOMES, *(_SPECIAL if all_of_torch else ())):
        try:
            module = scope.real(ast.parse(path, mode="eval").body)
        except NotReadable:
            continue
        if type(module) is types.ModuleType:
            yield path, of_module(module)


def around(case: Case) -> ast.expr:
    """The node with what is done to it at once: the calls, attributes and indices that follow it."""
    node = case.site.node
    assert isinstance(node, ast.expr)
    for parent in case.site.parents:
        match parent:
            case ast.Attribute(value=inner) | ast.Call(func=inner) | ast.Subscript(value=inner) if inner is node:
                node = parent
            case _:
                break
    return node


def renamed(case: Case, node: ast.expr, text: str) -> Candidate:
    """A candidate with ``text`` for ``node``, and what is done to it."""
    whole = around(case)
    return Candidate(spliced(case.site.source, whole, {node: text}) if whole is not node else text, of=whole)


def as_used(case: Case, name: str, names: Mapping[str, Any]) -> str:
    """``ReLU()`` for ``activation=nn.relu``, where a layer is handed on and not called; else ``name`` itself."""
    call = case.parents[0] if case.parents else None
    called = isinstance(call, ast.Call) and call.func is case.node
    held = names[name]
    return f"{name}()" if is_torch_class(held) and not called and name in _WITHOUT_SIZE else name


_WITHOUT_SIZE = frozenset("ReLU Sigmoid Tanh GELU SiLU ELU SELU LeakyReLU Softplus Flatten Identity Mish".split())
