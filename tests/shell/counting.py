"""Classes that count whoever runs a method, a property or a descriptor of theirs."""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable
from typing import Any

calls: collections.Counter[str] = collections.Counter()


def counted(name: str, result: object = None) -> Callable[..., Any]:
    def method(*arguments: object, **more: object) -> object:
        calls[name] += 1
        return result

    return method


class Descriptor:
    __get__ = counted("__get__", 1)
    __set__ = counted("__set__")


class Meta(type):
    __getattr__ = counted("meta __getattr__", 1)
    __dir__ = counted("meta __dir__", ["a"])  # type: ignore[assignment]
    __instancecheck__ = counted("__instancecheck__", True)
    __subclasscheck__ = counted("__subclasscheck__", True)
    __call__ = counted("meta __call__", 1)
    __eq__ = counted("meta __eq__", False)
    __hash__ = counted("meta __hash__", 1)

    @property
    def from_meta(cls) -> int:
        calls["meta property"] += 1
        return 1


class WithMeta(metaclass=Meta):
    plain = 1


class GetAttr:
    plain = 1
    __getattr__ = counted("__getattr__", 1)


class GetAttribute:
    plain = 1
    __getattribute__ = counted("__getattribute__", 1)


class Properties:
    plain = 1
    described = Descriptor()

    @property
    def asked(self) -> int:
        calls["property"] += 1
        return 1

    @functools.cached_property
    def kept(self) -> int:
        calls["cached_property"] += 1
        return 1


class LyingClass:
    plain = 1
    __class__ = property(counted("__class__", int))  # type: ignore[assignment]
    __dict__ = property(counted("__dict__", {}))  # type: ignore[assignment]


class Dir:
    plain = 1

    def __dir__(self) -> list[str]:
        calls["__dir__"] += 1
        raise RuntimeError("never")


class WideDir:
    plain = 1
    __dir__ = counted("__dir__", [f"name{number}" for number in range(100_000)])


class Speaking:
    plain = 1
    __repr__ = counted("__repr__", "x")  # type: ignore[assignment]
    __str__ = counted("__str__", "x")  # type: ignore[assignment]
    __len__ = counted("__len__", 1)
    __bool__ = counted("__bool__", True)
    __iter__ = counted("__iter__")
    __getitem__ = counted("__getitem__")
    __call__ = counted("__call__")
    __add__ = __radd__ = __neg__ = counted("__add__")
    __eq__ = counted("__eq__", True)  # type: ignore[assignment]
    __hash__ = counted("__hash__", 1)  # type: ignore[assignment]


class Keys(dict[str, int]):
    plain = 1
    keys = counted("keys", [])  # type: ignore[assignment]
    get = counted("get")
    __iter__ = counted("__iter__")  # type: ignore[assignment]
    __getitem__ = counted("__getitem__")
    __missing__ = counted("__missing__")
    __contains__ = counted("__contains__", True)


class Named:
    plain = 1
    __doc__ = Descriptor()  # type: ignore[assignment]
    __module__ = Speaking()  # type: ignore[assignment]


class MetaNamed(type):
    __class__ = property(counted("meta __class__", type))  # type: ignore[assignment]
    __module__ = property(counted("meta __module__", "typing"))  # type: ignore[assignment]
    __doc__ = property(counted("meta __doc__", ""))  # type: ignore[assignment]
    __name__ = property(counted("meta __name__", ""))  # type: ignore[assignment]


class WithMetaNamed(metaclass=MetaNamed):
    plain = 1


class Slots:
    __slots__ = ("plain", "unset")

    def __init__(self) -> None:
        self.plain = 1


KINDS: list[type] = [
    WithMeta,
    GetAttr,
    GetAttribute,
    Properties,
    LyingClass,
    Dir,
    WideDir,
    Speaking,
    Keys,
    Slots,
    Named,
    WithMetaNamed,
]
