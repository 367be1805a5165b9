"""The terminal REPL that teaches PyTorch."""

from __future__ import annotations

__version__ = "0.1.0"


def load_ipython_extension(shell: object) -> None:
    """``%load_ext ptrepl``; ``shell``: IPython's ``InteractiveShell``."""
    from ptrepl.notebook.extension import load

    load(shell)


def unload_ipython_extension(shell: object) -> None:
    """``%unload_ext ptrepl``: leaves the shell as it was."""
    from ptrepl.notebook.extension import unload

    unload(shell)
