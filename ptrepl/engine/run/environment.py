"""The interpreter-wide settings that a learner's line may change, kept apart from ours.

While the learner's code runs, theirs are in force; while ours runs, ours are. A learner who rebinds ``builtins.len``,
lowers the recursion limit, turns warnings into errors or sets a default device finds all of it again in the next
statement, and cannot break the display in between.
"""

from __future__ import annotations

import builtins
import signal
import sys
import warnings

# the functions of module signal convert each argument to an enum and back, ten times for one statement
from _signal import getsignal  # type: ignore[import-not-found]
from _signal import signal as set_handler
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from operator import is_, itemgetter
from threading import current_thread, main_thread
from types import FrameType, ModuleType
from typing import Any

_SIGINT = int(signal.SIGINT)
_signals = vars(signal)
_python_default = signal.default_int_handler

_builtins = vars(builtins)
_originals = {name: value for name, value in _builtins.items() if name != "_"}
_names, _values = tuple(_originals), tuple(_originals.values())
# our own references: the learner may have put others under these names when we come to compare
_all, _map, _missing, _pick = all, map, KeyError, itemgetter(*_names)


def _rebound_builtins() -> dict[str, Any] | None:
    """The builtins as the learner left them, if not all of them are Python's own."""
    try:
        untouched = _all(_map(is_, _pick(_builtins), _values))
    except _missing:
        untouched = False
    return None if untouched else _builtins.copy()


def _put_rebound_builtins(theirs: dict[str, Any]) -> None:
    gone = _originals.keys() - theirs.keys()
    _builtins.update(theirs)
    for name in gone:
        del _builtins[name]


def _get_filters() -> object:
    filters = warnings.filters
    return tuple(filters) if type(filters) is list else filters


def _put_filters(value: Any) -> None:
    # not _filters_mutated(): Python would forget which warnings it has shown, and show each after every statement
    if type(value) is tuple and type(warnings.filters) is list:
        warnings.filters[:] = value
    else:
        warnings.filters = list(value) if type(value) is tuple else value


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
    return partial(setattr, module, name)


def _getter(module: Any, name: str) -> Callable[[], object]:
    return partial(getattr, module, name, None)


_ABSENT, _BLOCKED = object(), object()
_torch: ModuleType | None = None
"""PyTorch, once it was seen: a test may put something else in its place, or take it out of ``sys.modules``."""


def _get_stand_in() -> object:
    """What stands in ``sys.modules`` in place of PyTorch, or that nothing does; None where all is well."""
    global _torch
    found = sys.modules.get("torch")
    if found is _torch:
        return None
    if found is None:
        return _BLOCKED if "torch" in sys.modules else _ABSENT
    if type(found) is ModuleType:
        names = vars(found)
        if isinstance(names.get("Tensor"), type) and "torch._C" in sys.modules:
            _torch = found
            return None
        if getattr(names.get("__spec__"), "_initializing", False):  # a thread is importing it
            return None
    return found


def _put_stand_in(value: Any) -> None:
    if value is None and _torch is not None:
        sys.modules["torch"] = _torch
    elif value is None or value is _ABSENT:
        sys.modules.pop("torch", None)
    else:
        sys.modules["torch"] = None if value is _BLOCKED else value  # type: ignore[assignment]


_grad_mode = _torch_get("is_grad_enabled")

_SETTINGS: tuple[tuple[Callable[[], object], Callable[[Any], None]], ...] = (
    (sys.getrecursionlimit, sys.setrecursionlimit),
    (_get_stand_in, _put_stand_in),  # before those that ask torch
    (_getter(sys, "stdin"), _setter(sys, "stdin")),
    (_getter(sys, "stdout"), _setter(sys, "stdout")),
    (_getter(sys, "stderr"), _setter(sys, "stderr")),
    (_getter(sys, "displayhook"), _setter(sys, "displayhook")),
    (sys.gettrace, sys.settrace),
    (_getter(warnings, "showwarning"), _setter(warnings, "showwarning")),
    (_get_filters, _put_filters),
    (_grad_mode, _put_grad_mode),
    (_get_default_device, _put_default_device),
)


_FILTERS = [get for get, _ in _SETTINGS].index(_get_filters)
_GRAD_MODE = [get for get, _ in _SETTINGS].index(_grad_mode)


class Environment:
    """Switches between the learner's settings and ours. ``enter`` before the learner's code, ``leave`` after it.

    ``interrupt`` handles SIGINT while the learner's code runs, until they choose another handler.
    """

    def __init__(self, interrupt: Callable[[int, FrameType | None], Any] = signal.default_int_handler) -> None:
        self._inside = False
        self._theirs: dict[int, object] = {}
        self._their_builtins: dict[str, Any] | None = None
        self._in_force: list[object] = []
        self._ours: list[object] = []
        self._their_handler: Any = interrupt
        self._default: Any = interrupt
        self._our_handler: Any = None
        self.interrupted = False
        """Ctrl-C was pressed while our own code ran: nothing was stopped, the next statement should be."""

    @property
    def grad_enabled(self) -> bool:
        """Whether autograd recorded as the learner's code last began; it does until they switch it off."""
        return not self._in_force or self._in_force[_GRAD_MODE] is not False

    def enter(self) -> None:
        """Put the learner's settings in force; SIGINT raises KeyboardInterrupt, or does what they chose."""
        self._inside = True
        self._ours = [get() for get, _ in _SETTINGS]
        for index, value in self._theirs.items():
            _SETTINGS[index][1](value)
        self._in_force = [get() for get, _ in _SETTINGS] if self._theirs else self._ours
        in_main_thread = current_thread() is main_thread()
        if self._their_builtins is not None:
            _put_rebound_builtins(self._their_builtins)
        # the learner may have replaced builtins: from here use only saved references
        if in_main_thread:
            # so that whoever asks finds the default in force, as asyncio.run() does before it puts its own there
            _signals["default_int_handler"] = self._default
            set_handler(_SIGINT, self._their_handler)

    def leave(self) -> None:
        """Put ours back, remembering what the learner changed.

        Ctrl-C may cut it short before it holds interrupts: called again, it does its work. After that, it does nothing.
        """
        if not self._inside:
            return
        if current_thread() is main_thread():
            handler = getsignal(_SIGINT)
            if handler != self._hold:
                self._their_handler = handler
                set_handler(_SIGINT, self._hold)
        _signals["default_int_handler"] = _python_default
        self._inside = False
        # before anything that calls a builtin
        self._their_builtins = _rebound_builtins()
        if self._their_builtins is not None:
            _builtins.update(_originals)
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

    @contextmanager
    def their_warnings(self) -> Iterator[None]:
        """Inside, the learner's filters of warnings are in force, and nothing else of theirs: for compiling."""
        if _FILTERS not in self._theirs:
            yield
            return
        ours = _get_filters()
        _put_filters(self._theirs[_FILTERS])
        try:
            yield
        finally:
            _put_filters(ours)

    def restore_grad_mode(self) -> None:
        """Grad mode is again as the learner's code that has just run found it.

        KeyboardInterrupt may come after a ``with torch.no_grad()`` has switched autograd off and before the block is
        entered, or while it is left: nothing would switch it on again, and each later ``backward()`` would fail.
        ``Tensor.__repr__`` and the optimizers of torch have such blocks.
        """
        self._theirs.pop(_GRAD_MODE, None)
        if self._in_force and not _same(self._in_force[_GRAD_MODE], self._ours[_GRAD_MODE]):
            self._theirs[_GRAD_MODE] = self._in_force[_GRAD_MODE]

    def hold_interrupts(self) -> None:
        """From here to ``release_interrupts`` Ctrl-C is only noted: our own code is never cut in the middle."""
        if current_thread() is main_thread():
            handler = getsignal(_SIGINT)
            if handler != self._hold:
                self._our_handler = handler
            set_handler(_SIGINT, self._hold)

    def release_interrupts(self) -> None:
        """Give SIGINT back to the program around us, which may have taken it back already."""
        if current_thread() is main_thread() and getsignal(_SIGINT) == self._hold:
            set_handler(_SIGINT, self._our_handler or signal.SIG_DFL)

    def _hold(self, signum: int, frame: FrameType | None) -> None:
        self.interrupted = True


def _same(one: object, other: object) -> bool:
    cls = type(one)
    # by identity: the learner's metaclass may have an __eq__
    plain = cls is int or cls is tuple or cls is bool or cls is str
    return one is other or (plain and cls is type(other) and one == other)
