"""``%load_ext ptrepl`` and ``%unload_ext ptrepl``."""

from __future__ import annotations

from typing import Any

from ptrepl.notebook.cells import Cell, Cells
from ptrepl.notebook.shown import show_cell
from ptrepl.settings.config_file import load_config_in_its_language
from ptrepl.shell.teaching import teach


class Extension:
    """ptrepl in one shell of IPython's."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        config = load_config_in_its_language().values
        self.xray = str(config.get("xray", "line"))
        self.traps = bool(config.get("traps", True))
        self.cells = Cells(shell, self._told)
        self.cells.session.watching = self.xray != "off"
        self.cells.session.with_cards = self.xray == "full"
        teach(self.cells.session, lambda: self.traps, lambda name: "")

    def begin(self) -> None:
        """From the next cell on."""
        self.cells.begin()

    def end(self) -> None:
        """IPython is as it was before ``begin``."""
        self.cells.end()

    def _told(self, cell: Cell) -> None:
        show_cell(self._shell, cell.outcomes, self.xray)


_loaded: dict[int, Extension] = {}
"""Shells, by their ``id``: an attribute of theirs would be a trace."""


def load(shell: Any) -> None:
    """Once a shell: IPython itself does not load what is loaded."""
    if id(shell) not in _loaded:
        _loaded[id(shell)] = Extension(shell)
        _loaded[id(shell)].begin()


def unload(shell: Any) -> None:
    """Does nothing where it is not loaded."""
    extension = _loaded.pop(id(shell), None)
    if extension is not None:
        extension.end()
