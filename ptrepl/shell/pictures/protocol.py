"""Which way of drawing the terminal has: by its environment first. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class Protocol(enum.Enum):
    """How pictures are drawn. ``ASK``: the environment does not say whether the terminal has sixel."""

    KITTY = "kitty"
    ITERM = "iterm"
    SIXEL = "sixel"
    BLOCKS = "blocks"
    BRAILLE = "braille"
    WORDS = "words"
    ASK = "ask"


_KITTY_PROGRAMS = {"ghostty", "kitty"}
_ITERM_PROGRAMS = {"iTerm.app", "WezTerm", "mintty"}
_WITHOUT = {"Apple_Terminal", "vscode", "Hyper", "zed"}
"""They have none, or only where a setting of theirs is changed: ``images`` says so then."""
_SIXEL_TERMS = ("foot", "mlterm", "contour", "yaft")


def protocol_of(environment: Mapping[str, str]) -> Protocol:
    """What the variables of a terminal say; inside tmux, those of the terminal that started it."""
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if environment.get("STY") or environment.get("ZELLIJ"):  # screen and Zellij pass nothing on
        return Protocol.BLOCKS
    if environment.get("KITTY_WINDOW_ID") or environment.get("GHOSTTY_RESOURCES_DIR"):
        return Protocol.KITTY
    if term in ("xterm-kitty", "xterm-ghostty") or program in _KITTY_PROGRAMS:
        return Protocol.KITTY
    if program in _ITERM_PROGRAMS or environment.get("LC_TERMINAL") == "iTerm2" or environment.get("WEZTERM_PANE"):
        return Protocol.ITERM
    if term.startswith(_SIXEL_TERMS):
        return Protocol.SIXEL
    if program in _WITHOUT or term.startswith(("alacritty", "linux", "rxvt")) or environment.get("VTE_VERSION"):
        return Protocol.BLOCKS
    return Protocol.ASK


def has_true_colour(environment: Mapping[str, str]) -> bool:
    """Whether the terminal says that it has 2²⁴ colours; else it is taken to have 256."""
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        return True
    term = environment.get("TERM", "")
    known = term.startswith(("xterm-kitty", "xterm-ghostty", "foot", "alacritty", "contour")) or "direct" in term
    return known or environment.get("TERM_PROGRAM") in (*_ITERM_PROGRAMS, *_KITTY_PROGRAMS, "vscode")
