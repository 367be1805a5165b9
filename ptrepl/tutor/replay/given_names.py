"""The names that every step of a lesson finds, ``nn`` or ``torch``, and which of them the learner has given away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ptrepl.engine.run.session import Session
from ptrepl.tutor.isolation.torch_api import own
from ptrepl.tutor.library.catalog import lesson_file

GIVEN_NAMES = ("torch", "nn", "F", "device")
"""The names of the session that every step of a lesson finds."""


def given_names(session: Session, file: Path | None) -> dict[str, Any]:
    """What every step of the lesson in ``file`` finds: ``GIVEN_NAMES`` as the session began with, and ``lesson_file``.

    The lesson's code reads ``nn`` and ``F``, which the learner may have given to something else before; a ``device`` of
    theirs is kept.
    """
    torch = own().torch
    given = {name: session.namespace[name] for name in GIVEN_NAMES if name in session.namespace}
    modules = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional}
    given.update({name: modules[name] for name in ("torch", *given.keys() & modules.keys())})
    if not isinstance(given.get("device"), torch.device) and "device" in session.preloaded:
        given["device"] = session.preloaded["device"]
    if file is not None:
        given["lesson_file"] = lambda name: lesson_file(file, name)
    return given


def given_away(names: Collection[str], given: Mapping[str, Any], namespace: Mapping[str, Any]) -> frozenset[str]:
    """Those of ``names`` that are among the ``given`` ones and hold something else by now."""
    return frozenset(name for name in given.keys() & names if namespace.get(name) is not given[name])
