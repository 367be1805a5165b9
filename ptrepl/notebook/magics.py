"""The magics of the extension: what they are called, and putting them into IPython and out again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ptrepl.errors import PtreplError


class Magics:
    """Line magics, name → function of the line. Those that had these names come back when they are removed."""

    def __init__(self, shell: Any, functions: Mapping[str, Callable[[str], None]]) -> None:
        self._shell = shell
        self._functions = functions
        self._before: dict[str, Any] = {}

    def install(self) -> None:
        """Register them."""
        table = self._table()
        self._before = {name: table.get(name) for name in self._functions}
        for name, function in self._functions.items():
            self._shell.register_magic_function(_in_one_line(function, name), "line", name)

    def remove(self) -> None:
        """Take them out again."""
        table = self._table()
        for name, before in self._before.items():
            if before is None:
                table.pop(name, None)
            else:
                table[name] = before
        self._before = {}

    def _table(self) -> dict[str, Any]:
        table: dict[str, Any] = self._shell.magics_manager.magics["line"]
        return table


def _in_one_line(function: Callable[[str], None], name: str) -> Callable[[str], None]:
    """``function``; what it refuses is one line, without a traceback, as of IPython's own magics."""

    def magic(line: str) -> None:
        from IPython.core.error import UsageError

        try:
            function(line)
        except PtreplError as error:
            raise UsageError(str(error)) from None

    magic.__name__ = name
    magic.__doc__ = function.__doc__
    return magic
