"""Places of the interpreter that a session uses while a statement runs and that are the host's between two.

Python's prompt leaves ``_`` in ``builtins`` and the last exception in ``sys``, pickle looks for a class in
``sys.modules``, a learner may set ``sys.breakpointhook``. A program that embeds a session finds all of it as it was.
"""

from __future__ import annotations

import builtins
import sys
import weakref
from types import ModuleType
from typing import Any

_ABSENT: Any = object()
_OF_SYS = ("breakpointhook", "excepthook", "last_type", "last_value", "last_traceback", "last_exc")

_Place = tuple[dict[str, Any], str]


class HostState:
    """Swaps the session's values and the host's. ``enter`` before a statement, ``leave`` after it; both may nest.

    ``module``: stands in ``sys.modules`` under its name meanwhile; None for a namespace that is no module's.
    """

    def __init__(self, module: ModuleType | None) -> None:
        self.module = module
        self._depth = 0
        self._session: dict[tuple[int, str], tuple[dict[str, Any], Any]] = {}
        self._added: dict[str, Any] = {}
        self._host: list[tuple[_Place, Any]] = []
        self._host_builtins: dict[str, Any] = {}

    def enter(self) -> None:
        """Put the session's values in their places."""
        self._depth += 1
        if self._depth > 1:
            return
        self._host_builtins = dict(vars(builtins))
        self._host = [((place, name), place.get(name, _ABSENT)) for place, name in self._places()]
        for (_, name), (place, value) in self._session.items():
            _put(place, name, value)
        vars(builtins).update(self._added)
        if self.module is not None:
            sys.modules[self.module.__name__] = self.module

    def leave(self) -> None:
        """Put the host's values in their places, and keep what the session leaves in them."""
        self._depth -= 1
        if self._depth:
            return
        self._session = {}
        for (place, name), value in reversed(self._host):
            found = place.get(name, _ABSENT)
            if found is not value:
                if place is not sys.modules:
                    self._session[id(place), name] = place, found
                _put(place, name, value)
        utils = _torch_utils()
        if utils is not None and all(place is not utils for (place, _), _ in self._host):
            # torch was imported by this very statement
            self._session[id(utils), "weakref"] = utils, utils.get("weakref")
            utils["weakref"] = weakref
        self._host = []
        self._put_builtins()

    def forget(self) -> None:
        """Let go of ``_`` and the last exception of the session's."""
        for key in [key for key in self._session if key[1] == "_" or key[1].startswith("last_")]:
            del self._session[key]

    def _places(self) -> list[_Place]:
        places: list[_Place] = [(vars(builtins), "_"), *((vars(sys), name) for name in _OF_SYS)]
        if self.module is not None:
            places.append((sys.modules, self.module.__name__))
        utils = _torch_utils()
        if utils is not None:
            places.append((utils, "weakref"))
        return places

    def _put_builtins(self) -> None:
        now, host = vars(builtins), self._host_builtins
        self._added = {name: value for name, value in now.items() if name not in host}
        for name in self._added:
            del now[name]
        for name, value in host.items():
            if now.get(name) is not value:
                now[name] = value
        self._host_builtins = {}


def _torch_utils() -> dict[str, Any] | None:
    utils = sys.modules.get("torch.utils")
    return None if utils is None else vars(utils)


def _put(place: dict[str, Any], name: str, value: Any) -> None:
    if value is _ABSENT:
        place.pop(name, None)
    else:
        place[name] = value
