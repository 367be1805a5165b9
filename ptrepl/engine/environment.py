"""The interpreter-wide settings that a learner's line may change, kept apart from ours.

While the learner's code runs, theirs are in force; while ours runs, ours are. A learner who rebinds ``builtins.len``,
lowers the recursion limit, turns warnings into errors or sets a default device finds all of it again in the next
statement, and cannot break the display in between.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import builtins
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from operator import is_
from types import FrameType
from typing import Any

__all__ = ["Environment"]

# the functions of module signal convert each argument to an enum and back, ten times for one statement
_SIGINT = int(signal.SIGINT)

_names = tuple(name for name in vars(builtins) if name != "_")
_values = tuple(vars(builtins)[name] for name in _names)
# our own references: the learner may have put others under these names when we come to compare
_all, _map, _get, _zip = all, map, vars(builtins).get, zip


def _get_builtins() -> object:
    return None if _all(_map(is_, _map(_get, _names), _values)) else dict(vars(builtins))


def _put_builtins(value: Any) -> None:
    namespace = builtins.__dict__
    for name, original in _zip(_names, _values):
        if value is None:
            namespace[name] = original
        elif name in value:
            namespace[name] = value[name]
        else:
            namespace.pop(name, None)


def _get_filters() -> object:
    return tuple(warnings.filters)


def _put_filters(value: Any) -> None:
    warnings.filters[:] = value  # type: ignore[index]
    warnings._filters_mutated()  # type: ignore[attr-defined]


def _torch_get(name: str) -> Callable[[], object]:
    def get() -> object:
        torch = sys.modules.get("torch")
        return getattr(torch, name)() if torch is not None and hasattr(torch, name) else None

    return get


def _put_grad_mode(value: Any) -> None:
    if value is not None:
        sys.modules["torch"]._C._set_grad_enabled(value)


def _get_default_device() -> object:
    context = getattr(sys.modules.get("torch"), "_GLOBAL_DEVICE_CONTEXT", None)
    return getattr(getattr(context, "device_context", None), "device", None)


def _put_default_device(value: Any) -> None:
    if "torch" in sys.modules:
        sys.modules["torch"].set_default_device(value)


def _setter(module: Any, name: str) -> Callable[[Any], None]:
    return lambda value: setattr(module, name, value)


def _getter(module: Any, name: str) -> Callable[[], object]:
    return lambda: getattr(module, name, None)


_SETTINGS: tuple[tuple[Callable[[], object], Callable[[Any], None]], ...] = (
    (_get_builtins, _put_builtins),  # first: everything after it calls builtins
    (sys.getrecursionlimit, sys.setrecursionlimit),
    (_getter(sys, "stdout"), _setter(sys, "stdout")),
    (_getter(sys, "stderr"), _setter(sys, "stderr")),
    (_getter(sys, "displayhook"), _setter(sys, "displayhook")),
    (_getter(warnings, "showwarning"), _setter(warnings, "showwarning")),
    (_get_filters, _put_filters),
    (_torch_get("is_grad_enabled"), _put_grad_mode),
    (_get_default_device, _put_default_device),
)


class Environment:
    """Switches between the learner's settings and ours. ``enter`` before the learner's code, ``leave`` after it."""

    def __init__(self) -> None:
        self._theirs: dict[int, object] = {}
        self._ours: list[object] = []
        self._their_handler: Any = signal.default_int_handler
        self._our_handler: Any = None
        self.interrupted = False
        """Ctrl-C was pressed while our own code ran: nothing was stopped, the next statement should be."""

    def enter(self) -> None:
        """Put the learner's settings in force; SIGINT raises KeyboardInterrupt, or does what they chose."""
        # ours are the interpreter's own builtins: leave() has seen to that, and comparing them all takes a while
        self._ours = [None, *[get() for get, _ in _SETTINGS[1:]]]
        for index, value in self._theirs.items():
            _SETTINGS[index][1](value)
        self._in_force = [get() for get, _ in _SETTINGS] if self._theirs else self._ours
        if threading.current_thread() is threading.main_thread():
            _signal.signal(_SIGINT, self._their_handler)

    def leave(self) -> None:
        """Put ours back, remembering what the learner changed. Safe to call twice: the first may be interrupted."""
        if threading.current_thread() is threading.main_thread():
            handler = _signal.getsignal(_SIGINT)
            if handler != self._hold:
                self._their_handler = handler
                _signal.signal(_SIGINT, self._hold)
        for index, (get, put) in enumerate(_SETTINGS):
            value, ours = get(), self._ours[index]
            if value is ours or _same(value, ours):
                if self._theirs and not _same(self._in_force[index], ours):
                    self._theirs.pop(index, None)
                continue
            self._theirs[index] = value
            try:
                put(ours)
            except Exception:
                # a recursion limit below the present depth is refused; it is put back once the stack is shallower
                continue

    def hold_interrupts(self) -> None:
        """From here to ``release_interrupts`` Ctrl-C is only noted: our own code is never cut in the middle."""
        if threading.current_thread() is threading.main_thread():
            handler = _signal.getsignal(_SIGINT)
            if handler != self._hold:
                self._our_handler = handler
            _signal.signal(_SIGINT, self._hold)

    def release_interrupts(self) -> None:
        """Give SIGINT back to the program around us."""
        if threading.current_thread() is threading.main_thread():
            _signal.signal(_SIGINT, self._our_handler or signal.SIG_DFL)

    def _hold(self, signum: int, frame: FrameType | None) -> None:
        self.interrupted = True


def _same(one: object, other: object) -> bool:
    plain = (int, tuple, bool, type(None), str)
    return one is other or (type(one) in plain and type(one) is type(other) and one == other)
