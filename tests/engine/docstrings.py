"""The examples in the docstrings of torch's public functions and classes, statement by statement."""

from __future__ import annotations

import codeop
import doctest
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

import torch
import torch.func
import torch.optim.lr_scheduler

_PLACES = {
    "torch": torch,
    "torch.Tensor": torch.Tensor,
    "torch.nn.functional": torch.nn.functional,
    "torch.nn": torch.nn,
    "torch.nn.init": torch.nn.init,
    "torch.nn.utils": torch.nn.utils,
    "torch.optim": torch.optim,
    "torch.optim.lr_scheduler": torch.optim.lr_scheduler,
    "torch.autograd": torch.autograd,
    "torch.func": torch.func,
    "torch.linalg": torch.linalg,
    "torch.fft": torch.fft,
    "torch.special": torch.special,
    "torch.sparse": torch.sparse,
}


@dataclass(frozen=True)
class Docstring:
    """Where it is, and its examples; a block that is written with ``>>>`` on each of its lines is one statement."""

    name: str
    statements: tuple[str, ...]


def _docstrings() -> Iterator[Docstring]:
    seen: set[str] = set()
    for place, namespace in _PLACES.items():
        for name in sorted(dir(namespace)):
            thing = inspect.getattr_static(namespace, name)
            text = None if name.startswith("_") or isinstance(thing, ModuleType) else getattr(thing, "__doc__", None)
            if isinstance(text, str) and ">>>" in text and text not in seen:
                seen.add(text)
                yield Docstring(f"{place}.{name}", tuple(_statements(text)))


def _statements(text: str) -> list[str]:
    statements: list[str] = []
    try:
        for example in doctest.DocTestParser().get_examples(text):
            if statements and (example.source.startswith((" ", "\t")) or _is_open(statements[-1])):
                statements[-1] += example.source
            else:
                statements.append(example.source)
    except ValueError:
        return []
    return statements


def _is_open(source: str) -> bool:
    try:
        return codeop.compile_command(source) is None
    except (SyntaxError, ValueError):
        return False


DOCSTRINGS = {docstring.name: docstring for docstring in _docstrings()}
"""Name → docstring, in the order of torch's modules; none for those that doctest cannot read."""
