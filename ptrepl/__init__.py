"""The terminal REPL that teaches PyTorch."""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

_EXTENSION = "ptrepl.notebook.extension"
"""Imported by name: what is at the bottom of all imports cannot import what stands above them."""


def load_ipython_extension(shell: object) -> None:
    """``%load_ext ptrepl``; ``shell``: IPython's ``InteractiveShell``."""
    import_module(_EXTENSION).load_into(shell)


def unload_ipython_extension(shell: object) -> None:
    """``%unload_ext ptrepl``: leaves the shell as it was."""
    import_module(_EXTENSION).unload_from(shell)
