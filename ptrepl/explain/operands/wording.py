"""Dims, as sentences call them."""

from __future__ import annotations

from ptrepl.texts.messages import N_, gettext

_FROM_THE_END = {
    1: N_("last"),
    2: N_("second to last"),
    3: N_("third to last"),
    4: N_("fourth to last"),
}


def place_text(behind: int) -> str:
    """Which dim it is, counted from the end, 1 the last: ``last``, ``second to last`` …"""
    return gettext(_FROM_THE_END[behind]) if behind in _FROM_THE_END else f"-{behind}."
