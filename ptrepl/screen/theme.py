"""Style names and what they look like: the sixteen colours of the terminal's own palette, no backgrounds.

Yellow and white vanish on a light background, blue and black on a dark one; only a theme for one of the two uses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Styles = Mapping[str, tuple[str, str]]

STYLES: Styles = MappingProxyType(
    {
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
        # the tokens of Python
        "keyword": ("1", "bold"),
        "named": ("36", "ansicyan"),
        "string": ("32", "ansigreen"),
        "number": ("35", "ansimagenta"),
        "comment": ("2", "dim"),
        # elements that are followed through an operation, each beside its letter or number
        "hue0": ("36", "ansicyan"),
        "hue1": ("35", "ansimagenta"),
        "hue2": ("32", "ansigreen"),
        "hue3": ("31", "ansired"),
        "hue4": ("1;36", "bold ansicyan"),
        "hue5": ("1;35", "bold ansimagenta"),
    }
)
"""Those for any background; other themes have the same names."""

TOKENS = {
    "Keyword": "keyword",
    "Operator.Word": "keyword",
    "Name.Builtin": "named",
    "Name.Class": "named",
    "Name.Decorator": "number",
    "Name.Exception": "named",
    "Name.Function": "named",
    "Literal.String": "string",
    "Literal.String.Escape": "number",
    "Literal.String.Interpol": "number",
    "Literal.Number": "number",
    "Comment": "comment",
}
"""Pygments' names for the tokens of Python, and the style of each and of those below it."""

# What stands out best where the background is known; the rest is as above
_DARK = {
    "gutter": ("96", "ansibrightcyan"),
    "note": ("93", "ansibrightyellow"),
    "good": ("92", "ansibrightgreen"),
    "bad": ("91", "ansibrightred"),
    "warn": ("93", "ansibrightyellow"),
    "code": ("96", "ansibrightcyan"),
    "key": ("1;96", "bold ansibrightcyan"),
    "fact": ("37", "ansigray"),
    "dim": ("37", "ansigray"),
    "keyword": ("1;94", "bold ansibrightblue"),
    "named": ("96", "ansibrightcyan"),
    "string": ("92", "ansibrightgreen"),
    "number": ("95", "ansibrightmagenta"),
    "comment": ("37", "ansigray"),
    "hue0": ("96", "ansibrightcyan"),
    "hue1": ("93", "ansibrightyellow"),
    "hue2": ("92", "ansibrightgreen"),
    "hue3": ("95", "ansibrightmagenta"),
    "hue4": ("94", "ansibrightblue"),
    "hue5": ("91", "ansibrightred"),
}
_LIGHT = {
    "gutter": ("34", "ansiblue"),
    "code": ("34", "ansiblue"),
    "key": ("1;34", "bold ansiblue"),
    "fact": ("90", "ansibrightblack"),
    "dim": ("90", "ansibrightblack"),
    "keyword": ("1;34", "bold ansiblue"),
    "named": ("34", "ansiblue"),
    "string": ("31", "ansired"),
    "number": ("35", "ansimagenta"),
    "comment": ("90", "ansibrightblack"),
    "hue0": ("34", "ansiblue"),
    "hue4": ("1;34", "bold ansiblue"),
}
_THEMES: dict[str, Styles] = {
    "auto": STYLES,
    "dark": {**STYLES, **_DARK},
    "light": {**STYLES, **_LIGHT},
    "none": dict.fromkeys(STYLES, ("", "")),
}
_used = "auto"


def use_theme(name: str) -> None:
    """From now on, the styles of a theme: ``auto`` for any background, ``dark``, ``light``, or ``none``, no colours."""
    global _used
    if name not in _THEMES:
        raise KeyError(name)
    _used = name


def used_theme() -> str:
    """The name of the theme in use."""
    return _used


_SGR = "sgr "


def sgr_style(codes: str) -> str:
    """A style of no theme, for pictures, whose colours are their own: ``38;2;255;0;0``, the codes of ECMA-48's SGR."""
    return _SGR + codes


def ansi(style: str, text: str) -> str:
    """``text`` between the escape sequences of ``style``."""
    codes = style[len(_SGR) :] if style.startswith(_SGR) else _THEMES[_used][style][0]
    return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text


def prompt_style(theme: str) -> dict[str, str]:
    """The styles of a theme as prompt_toolkit classes: ``class:gutter`` …"""
    return {name: words for name, (_, words) in _THEMES[theme].items() if name}
