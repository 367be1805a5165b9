"""The names that IPython itself puts among the learner's."""

from __future__ import annotations

import re
from typing import Any

_HISTORY = re.compile(r"_(?:i|oh|ih|dh|_|__|i+|i?\d+)?")


class HostNames:
    """Contains what IPython has bound: ``In``, ``Out``, ``_3``, ``_i3``, and what it hides from ``%who``.

    A name of these that the learner has bound anew is theirs.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def __contains__(self, name: object) -> bool:
        if type(name) is not str:
            return False
        if name.startswith("_") and _HISTORY.fullmatch(name):
            return True
        hidden = self._shell.user_ns_hidden
        return name in hidden and hidden[name] is self._shell.user_ns.get(name)
