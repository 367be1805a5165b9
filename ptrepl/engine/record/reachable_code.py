"""The code that a statement may run: its own, and that of the learner's functions that it names. None of it is run."""

from __future__ import annotations

import functools
import itertools
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, is_one, mro

_DEEPEST = 6
_MOST_HELD = 100
"""Elements of a container that are looked at."""
_CALLABLES: tuple[type, ...] = (types.FunctionType, types.MethodType, functools.partial)


def codes_run(
    code: types.CodeType, namespace: Mapping[str, Any], *, named_methods: bool = False, in_containers: bool = False
) -> Iterator[types.CodeType]:
    """``code``, the functions in it, and those of the learner's that any of them names, each once.

    Of a class of the learner's, or an instance, every method: a library may call each. ``named_methods``: only those
    whose names stand in the code too, and ``forward``, which calling a module runs. ``in_containers``: the functions
    in a list or a dictionary too.
    """
    return _Walk(namespace, named_methods, in_containers).codes(code, _DEEPEST)


@dataclass(slots=True)
class _Walk:
    namespace: Mapping[str, Any]
    named_methods: bool
    in_containers: bool
    seen: set[int] = field(default_factory=set)

    def codes(self, code: types.CodeType, depth: int) -> Iterator[types.CodeType]:
        if id(code) in self.seen or depth == 0:
            return
        self.seen.add(id(code))
        yield code
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                yield from self.codes(constant, depth)
        for name in code.co_names:
            if (value := self.namespace.get(name)) is not None:
                for function in self.functions(value, code.co_names):
                    yield from self.codes(function.__code__, depth - 1)

    def functions(self, value: Any, names: tuple[str, ...]) -> Iterator[types.FunctionType]:
        cls = type(value)
        if cls is types.FunctionType:
            yield value
            return
        if cls is types.MethodType or cls is functools.partial:
            yield from self.functions(value.__func__ if cls is types.MethodType else value.func, names)
            return
        if self.in_containers and (cls is dict or cls is list or cls is tuple):
            held = dict.values(value) if cls is dict else value
            for each in list(itertools.islice(held, _MOST_HELD)):
                if is_one(type(each), _CALLABLES):
                    yield from self.functions(each, names)
            return
        for each in mro(value if type(value) is type else type(value)):
            attributes = class_dict(each)
            if attributes.get("__module__") == self.namespace.get("__name__"):
                for name, found in attributes.items():
                    called = not self.named_methods or name in names or name == "forward"
                    if called and type(found) is types.FunctionType:
                        yield found
