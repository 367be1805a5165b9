"""Answers that nobody expects: every kind of tensor and of what is none, and objects that raise when touched."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import torch
from torch import nn


class Quiet(torch.Tensor):
    """A subclass that changes nothing."""


class Refusing(torch.Tensor):
    """A subclass that lets no function of torch's touch it."""

    @classmethod
    def __torch_function__(cls, *arguments: Any, **keywords: Any) -> NoReturn:
        raise RuntimeError("no")


class Hollow(torch.Tensor):
    """A wrapper with a shape and nothing behind it, as torch's FakeTensor is."""

    @staticmethod
    def __new__(cls) -> Any:
        return torch.Tensor._make_wrapper_subclass(cls, (2,))

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, arguments: Any = (), keywords: Any = None) -> Any:
        if function is torch.ops.aten.detach.default:
            return cls()
        raise RuntimeError("hollow")


class Mute(BaseException):
    """No Exception, and it cannot say what it is."""

    def __str__(self) -> str:
        raise ValueError("not even this")


class Boom:
    """Raises wherever it is touched, and often what ends a program."""

    __hash__ = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> NoReturn:
        raise ZeroDivisionError(name)

    def __len__(self) -> NoReturn:
        raise KeyboardInterrupt

    def __iter__(self) -> NoReturn:
        raise GeneratorExit

    def __repr__(self) -> NoReturn:
        raise Mute

    def __float__(self) -> NoReturn:
        raise SystemExit

    def __bool__(self) -> NoReturn:
        raise KeyboardInterrupt

    def __eq__(self, other: object) -> NoReturn:
        raise KeyboardInterrupt

    @property
    def __class__(self) -> Any:
        raise SystemExit

    @property
    def weight(self) -> NoReturn:
        raise SystemExit

    @property
    def grad(self) -> NoReturn:
        raise Mute


class BoomArray:
    def __array__(self, *arguments: Any, **keywords: Any) -> NoReturn:
        raise SystemExit


class BoomList(list):  # type: ignore[type-arg]
    __len__ = __iter__ = Boom.__len__  # type: ignore[assignment]


class BoomModule(nn.Module):
    def forward(self, x: torch.Tensor) -> NoReturn:
        raise KeyboardInterrupt


class Unmade(nn.Module):
    def __init__(self) -> None:
        """Without the call that every module needs."""


def raising(error: BaseException) -> Callable[..., NoReturn]:
    """A function that raises it."""

    def function(*arguments: Any) -> NoReturn:
        raise error

    return function


def _recursive(*arguments: Any) -> Any:
    return _recursive(*arguments)


def _lowers_the_recursion_limit(*arguments: Any) -> torch.Tensor:
    depth, frame = 0, sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back  # type: ignore[assignment]
    sys.setrecursionlimit(depth + 8)
    return torch.tensor(1.0)


def _closes_stdout(*arguments: Any) -> torch.Tensor:
    sys.stdout.close()
    sys.stderr.close()
    return torch.tensor(1.0)


def values() -> dict[str, Any]:
    """Name → value, made anew."""
    leaf = torch.tensor([1.0, 2.0], requires_grad=True)
    myself: list[Any] = []
    myself.append(myself)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "none": None,
            "int": 3,
            "bool": True,
            "float": 3.5,
            "nan": float("nan"),
            "inf": float("inf"),
            "huge int": 10**5000,
            "complex": 1j,
            "str": "3",
            "bytes": b"3",
            "dict": {"a": 1},
            "set": {1},
            "list": [1.0, 2.0],
            "one in a list": [3.0],
            "ragged": [[1], [2, 3]],
            "tuple": (1, 2),
            "myself": myself,
            "size": torch.Size([1, 2]),
            "dtype": torch.float32,
            "torch": torch,
            "generator": (i for i in range(3)),
            "scalar": torch.tensor(3.0),
            "one value": torch.tensor([3.0]),
            "one row": torch.tensor([[1.0, 2.0]]),
            "empty": torch.empty(0),
            "with nan": torch.tensor([float("nan"), 1.0]),
            "with inf": torch.tensor([float("inf"), -float("inf")]),
            "int8": torch.tensor([1, 2], dtype=torch.int8),
            "bools": torch.tensor([True, False]),
            "complex values": torch.tensor([1j, 2]),
            "half": torch.tensor([1.0, 2.0]).half(),
            "bfloat16": torch.tensor([1.0, 2.0]).bfloat16(),
            "float8": torch.tensor([1.0, 2.0]).to(torch.float8_e4m3fn),
            "meta": torch.empty(2, device="meta"),
            "meta scalar": torch.empty((), device="meta"),
            "hollow": Hollow(),
            "sparse": torch.tensor([0.0, 2.0]).to_sparse(),
            "csr": torch.tensor([[0.0, 2.0]]).to_sparse_csr(),
            "nested": torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
            "quantized": torch.quantize_per_tensor(torch.tensor([1.0, 2.0]), 0.1, 0, torch.quint8),
            "mkldnn": torch.ones(2, 2).to_mkldnn(),
            "a billion": torch.ones(1).expand(10**9),
            "conjugate": torch.tensor([1j, 2]).conj(),
            "negative view": torch._neg_view(torch.ones(2)),
            "leaf": leaf,
            "no leaf": leaf * 2,
            "parameter": nn.Parameter(torch.tensor([1.0, 2.0])),
            "subclass": torch.tensor([1.0, 2.0]).as_subclass(Quiet),
            "refusing": torch.tensor([1.0, 2.0]).as_subclass(Refusing),
            "array": np.array([1.0, 2.0]),
            "objects": np.array([1, "a"], dtype=object),
            "float32": np.float32(3),
            "date": np.datetime64("2020"),
            "boom": Boom(),
            "boom array": BoomArray(),
            "boom list": BoomList([1, 2]),
            "class": Boom,
            "tensor class": torch.Tensor,
            "odd name": type("\x1b[2J", (), {})(),
            "module": nn.Linear(3, 1),
            "boom module": BoomModule(),
            "unmade module": Unmade(),
            "lazy module": nn.LazyLinear(2),
            "module class": nn.Linear,
            "function": lambda *arguments: 3,
            "no return": lambda *arguments: None,
            "exits": lambda *arguments: sys.exit(),
            "raises SystemExit": raising(SystemExit(3)),
            "raises KeyboardInterrupt": raising(KeyboardInterrupt()),
            "raises GeneratorExit": raising(GeneratorExit()),
            "raises StopIteration": raising(StopIteration(1)),
            "raises Mute": raising(Mute()),
            "raises odd text": raising(ValueError("a\x1b[2J\nb")),
            "recursion": _recursive,
            "recursion limit": _lowers_the_recursion_limit,
            "closed stdout": _closes_stdout,
        }
