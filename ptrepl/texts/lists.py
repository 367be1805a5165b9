"""Several names in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from ptrepl.texts.messages import gettext


def either(names: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``: names or code, one of which will do. One at least."""
    *first, last = names
    return gettext("{names} or {last}", names=", ".join(first), last=last) if first else last


def every(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``: names or code, all of which are meant. One at least."""
    *first, last = names
    return gettext("{names} and {last}", names=", ".join(first), last=last) if first else last
