"""Style names and what they look like: the sixteen colours of the terminal's own palette, no backgrounds.

Yellow and white vanish on a light background, blue and black on a dark one; none of them is used.
"""

from __future__ import annotations

__all__ = ["STYLES", "ansi", "prompt_style"]

STYLES: dict[str, tuple[str, str]] = {
    # name: (SGR codes, prompt_toolkit's words for the same)
    "": ("", ""),
    "gutter": ("36", "ansicyan"),
    "name": ("1", "bold"),
    "fact": ("2", "dim"),
    "value": ("", ""),
    "note": ("35", "ansimagenta"),
    "good": ("32", "ansigreen"),
    "bad": ("31", "ansired"),
    "warn": ("35", "ansimagenta"),
    "title": ("1", "bold"),
    "dim": ("2", "dim"),
    "code": ("36", "ansicyan"),
    "key": ("1;36", "bold ansicyan"),
}


def ansi(style: str, text: str) -> str:
    """``text`` between the escape sequences of ``style``."""
    codes = STYLES[style][0]
    return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text


def prompt_style() -> dict[str, str]:
    """The same styles as prompt_toolkit classes: ``class:gutter`` …"""
    return {name: words for name, (_, words) in STYLES.items() if name}
