"""Which of the names that every step finds, ``nn`` or ``torch``, the learner has given to something else."""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping
from typing import Any

from ptrepl.tutor.names import names_in_code


def given_away(names: Collection[str], given: Mapping[str, Any], namespace: Mapping[str, Any]) -> frozenset[str]:
    """Those of ``names`` that are among the ``given`` ones and hold something else by now."""
    return frozenset(name for name in given.keys() & names if namespace.get(name) is not given[name])


def reached_from(name: str, namespace: Mapping[str, Any]) -> frozenset[str]:
    """The names that the function ``name`` reads, and those that the functions read that it can come to."""
    found, rest = set[str](), {name}
    while rest:
        value = namespace.get(rest.pop())
        if isinstance(value, types.FunctionType) and value.__globals__ is namespace:
            read = names_in_code(value.__code__)
            rest |= read - found
            found |= read
    return frozenset(found)
