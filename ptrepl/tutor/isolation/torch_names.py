"""torch as it was when the lesson began: its names that a learner has rebound are put back.

The learner may try ``torch.tensor = None``, but no check and no code of the lesson may fail because of it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from ptrepl.tutor.isolation.torch_api import own

_MODULES = ("torch", "torch.nn", "torch.nn.functional", "torch.optim")
_GONE: Any = object()


@functools.cache
def _kept() -> tuple[tuple[str, Any, dict[str, Any]], ...]:
    """(name, module, its public names and their values) of each module, as they are at the first call."""
    own()
    modules = [(name, sys.modules[name]) for name in _MODULES if sys.modules.get(name) is not None]
    return tuple(
        (name, module, {key: value for key, value in vars(module).items() if not key.startswith("_")})
        for name, module in modules
    )


def _rebound() -> list[tuple[dict[str, Any], str, Any, Any, str]]:
    """(dictionary, key, value before, value now, full name) of each name that was rebound or deleted."""
    found = []
    for name, module, kept in _kept():
        if sys.modules.get(name) is not module:
            found.append((sys.modules, name, module, sys.modules.get(name, _GONE), name))
        now = vars(module)
        found += [
            (now, key, value, now.get(key, _GONE), f"{name}.{key}")
            for key, value in kept.items()
            if now.get(key, _GONE) is not value and not _by_torch(key, now.get(key, _GONE))
        ]
    return found


def _by_torch(key: str, now: Any) -> bool:
    """torch wraps ``manual_seed`` itself when an optimizer first loads its compiler: the learner did not rebind it."""
    if type(now) is not FunctionType or now.__name__ != key:
        return False
    return now.__code__.co_filename.startswith(os.path.dirname(own().torch.__file__) + os.sep)


def put_back() -> frozenset[str]:
    """Put back what was rebound. Returns the full names, as in ``torch.tensor``."""
    rebound = _rebound()
    for dictionary, key, was, _, _ in rebound:
        dictionary[key] = was
    return frozenset(name for *_, name in rebound)


@contextlib.contextmanager
def as_it_was() -> Iterator[None]:
    """torch as it was, inside the block; after it, what the learner had rebound is rebound again."""
    rebound = _rebound()
    for dictionary, key, was, _, _ in rebound:
        dictionary[key] = was
    try:
        yield
    finally:
        for dictionary, key, _, now, _ in rebound:
            if now is _GONE:
                dictionary.pop(key, None)
            else:
                dictionary[key] = now
