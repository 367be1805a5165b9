"""The machine, as far as it bears on the figures; nothing that tells whose it is."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from ptrepl import __version__

_PACKAGES = ("torch", "numpy", "prompt_toolkit", "ipython", "rich")


def describe() -> list[str]:
    """Lines of Markdown: processor, system, versions."""
    load = f"; load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return [
        f"- {_processor()}, {os.cpu_count()} cores{load}",
        f"- {platform.system()} on {platform.machine()}, Python {platform.python_version()}",
        f"- ptrepl {__version__}, {versions}",
    ]


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or "an unknown processor"
