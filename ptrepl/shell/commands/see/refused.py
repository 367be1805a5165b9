"""Why torch refuses what a command of this folder ran on stand-ins."""

from __future__ import annotations

from typing import Any

from ptrepl.engine.run.source_cache import register
from ptrepl.explain.explain import explain
from ptrepl.screen.line import harmless

_FILE = "<ptrepl see>"


def why_refused(code: str, names: dict[str, Any]) -> str:
    """What explanations say of the error that ``code`` raises; "" where it raises none, or one that they do not know.

    ``names``: stand-ins for all that the code reads.
    """
    register(_FILE, code)
    try:
        exec(compile(code, _FILE, "exec"), dict(names))
    except Exception as error:
        explained = explain(error, names, learner_files=lambda name: name == _FILE)
        return explained.text if explained is not None else ""
    return ""


def torchs_message(error: BaseException | None) -> str:
    """The first line of torch's own message, without the full stop at its end."""
    return harmless(str(error).split("\n")[0]).rstrip(".")
