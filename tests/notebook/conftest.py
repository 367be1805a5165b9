"""A shell of IPython's for each test, with what it shows."""

from __future__ import annotations

import builtins
import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

_COLOURS = re.compile(r"\x1b\[[\d;]*m")


class Published(DisplayPublisher):
    """Keeps the bundles, as a kernel sends them."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.bundles: list[dict[str, str]] = []

    def publish(self, data: dict[str, str], *arguments: Any, **more: Any) -> None:
        self.bundles.append(data)


class Notebook:
    """Cells in, what they show out."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.next_cells: list[str] = []
        self.result: Any = None
        shell.set_next_input = lambda text, replace=False: self.next_cells.append(text)

    def cell(self, source: str) -> str:
        """What a cell writes to stdout and stderr, without colours."""
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
            self.result = self.shell.run_cell(source, store_history=True)
        return _COLOURS.sub("", out.getvalue())

    def xray(self, source: str) -> list[str]:
        """The lines behind the gutter that a cell has."""
        return [line.removeprefix("│ ") for line in self.cell(source).splitlines() if line.startswith("│ ")]

    def bundles(self, source: str) -> list[dict[str, str]]:
        """What a cell publishes in a kernel."""
        before = self.shell.display_pub
        published = Published()
        self.shell.display_pub = published
        self.shell.kernel = object()
        try:
            self.cell(source)
        finally:
            self.shell.display_pub = before
            del self.shell.kernel
        return published.bundles


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    """A shell without the extension."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PTREPL_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PTREPL_CONFIG", str(tmp_path / "config"))
    monkeypatch.delattr(builtins, "_", raising=False)  # left by a session of ours; IPython then binds no _ itself
    config = Config()
    config.HistoryManager.enabled = False
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config)
    shell.run_cell("import torch", store_history=True)
    try:
        yield Notebook(shell)
    finally:
        shell.run_line_magic("unload_ext", "ptrepl") if "ptrepl" in shell.extension_manager.loaded else None
        InteractiveShell.clear_instance()


@pytest.fixture
def notebook(plain: Notebook) -> Notebook:
    """A shell with the extension."""
    plain.cell("%load_ext ptrepl")
    return plain
