"""``%pip``: the pip of the Python that runs here."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib import metadata
from importlib.machinery import PathFinder

from ptrepl.errors import UsageError
from ptrepl.screen.paragraphs import told
from ptrepl.shell.command import words_of
from ptrepl.shell.commands.run.system import status_text
from ptrepl.shell.context import ShellContext
from ptrepl.texts.messages import gettext

_CHANGING = ("install", "uninstall")


def pip(context: ShellContext, arguments: str) -> None:
    """``%pip install …``, on our terminal. Says when a package that is loaded was changed. Raises UsageError."""
    words = words_of("%pip", arguments)
    if not words:
        raise UsageError(gettext("%pip wants a pip command, such as %pip install pandas."))
    # asked of the folders alone: setuptools puts itself before every other finder, and warns
    if PathFinder.find_spec("pip") is None:
        raise UsageError(gettext("This Python has no pip. Add it with: !{python} -m ensurepip", python=sys.executable))
    before = _installed() if words[0] in _CHANGING else {}
    with suppress(OSError, ValueError):
        context.printer.out.flush()
    # in a pipe, standard input holds the statements that are still to be run
    stdin = None if context.stdin_is_tty else subprocess.DEVNULL
    status = subprocess.run([sys.executable, "-m", "pip", *words], check=False, stdin=stdin).returncode
    importlib.invalidate_caches()
    if words[0] in _CHANGING:
        stale = changed_and_loaded(before, _installed(), sys.modules)
        if stale:
            said = gettext(
                "Loaded here and changed on disk: {names}. Leave and start ptrepl again to use the new version.",
                names=", ".join(stale),
            )
            context.printer.lines(told(said, context.printer.width, "warn"))
    if status:
        raise UsageError(f"pip: {status_text(status)}")


Installed = Mapping[str, tuple[str, frozenset[str]]]
"""Distribution → (version, top-level modules)."""


def _installed() -> dict[str, tuple[str, frozenset[str]]]:
    found = {}
    for each in metadata.distributions():
        with suppress(Exception):  # a half-removed package has no metadata
            name = each.metadata["Name"]
            found[name] = (each.version, _modules_of(each))
    return found


def _modules_of(distribution: metadata.Distribution) -> frozenset[str]:
    listed = distribution.read_text("top_level.txt")
    if listed:
        return frozenset(listed.split())
    return frozenset(path.parts[0].removesuffix(".py") for path in distribution.files or () if path.suffix == ".py")


def changed_and_loaded(before: Installed, after: Installed, loaded: Iterable[str]) -> list[str]:
    """The distributions that were updated or removed, and have a module among those ``loaded``."""
    here = set(loaded)
    changed = [name for name, (version, _) in before.items() if after.get(name, ("", ()))[0] != version]
    return sorted(name for name in changed if before[name][1] & here)
