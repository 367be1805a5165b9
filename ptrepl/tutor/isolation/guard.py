"""Runs the lesson's own code beside the learner's without leaving a trace: random state, defaults, output."""

from __future__ import annotations

import contextlib
import io
import random
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from ptrepl.tutor.isolation.torch_api import own
from ptrepl.tutor.isolation.torch_names import as_it_was

RandomState = tuple[Any, Any, Any]


class _Kept(io.StringIO):
    """What is printed while the lesson's own code runs, whatever that code does to its stdout."""

    def close(self) -> None:
        """Stay open."""


def _torch() -> Any:
    """Our reference, whatever a learner may have put into sys.modules; None where torch is not loaded yet."""
    return own().torch if "torch" in sys.modules else None


def random_state() -> RandomState:
    """The random-number states of torch on the CPU, Python and NumPy (None for one that is not loaded)."""
    torch, numpy = _torch(), sys.modules.get("numpy.random")
    return (
        torch.default_generator.get_state() if torch else None,
        random.getstate(),
        numpy.get_state() if numpy else None,
    )


def set_random_state(state: RandomState) -> None:
    """Put back what ``random_state`` gave."""
    ours, python, theirs = state
    if ours is not None:
        own().torch.default_generator.set_state(ours)
    random.setstate(python)
    if theirs is not None:
        sys.modules["numpy.random"].set_state(theirs)


def seeded_state(seed: int) -> RandomState:
    """The random state that seeding torch, Python and NumPy with ``seed`` gives; the present state stays as it is."""
    before = random_state()
    try:
        torch, numpy = _torch(), sys.modules.get("numpy.random")
        if torch:
            torch.default_generator.manual_seed(seed)
        random.seed(seed)
        if numpy:
            numpy.seed(seed % 2**32)
        return random_state()
    finally:
        set_random_state(before)


@contextlib.contextmanager
def guarded() -> Iterator[io.StringIO]:
    """Gradients on, float32, the CPU, torch as it was, no warnings, output caught and given; afterwards as before."""
    depth = sys.getrecursionlimit()
    with as_it_was():  # round all of it: even _set_default_dtype looks torch up in sys.modules
        torch = own().torch
        state, dtype, grad = random_state(), torch.get_default_dtype(), torch.is_grad_enabled()
        caught = _Kept()
        try:
            torch._C._set_grad_enabled(True)
            torch._C._set_default_dtype(torch.float32)
            with (
                torch.inference_mode(False),
                warnings.catch_warnings(),
                contextlib.redirect_stdout(caught),
                contextlib.redirect_stderr(_Kept()),
            ):
                warnings.simplefilter("ignore")
                yield caught
        finally:
            sys.setrecursionlimit(depth)
            torch._C._set_grad_enabled(grad)
            torch._C._set_default_dtype(dtype)
            set_random_state(state)
