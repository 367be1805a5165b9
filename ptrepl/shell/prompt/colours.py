"""What the prompt looks like: the terminal's own sixteen colours, and none at all where none are wanted."""

from __future__ import annotations

import functools

from prompt_toolkit.styles import BaseStyle, Style

from ptrepl.screen.theme import TOKENS, prompt_style, used_theme

_PLAIN = "ansidefault bg:ansidefault"
"""prompt_toolkit's own grounds are greys that suit no palette, and many of its colours one background only."""

_PROMPT = {
    # Python's own choice. Without a colour the space after ``>>>`` would be a move of the cursor, which programs that
    # wait for a prompt do not know
    "prompt": "bold ansimagenta",
    "prompt.more": "nobold",
    # prompt_toolkit's own bar is reversed: a block that outshines the code
    "bottom-toolbar": "noreverse",
    "bottom-toolbar.text": "",
    "completion-menu": _PLAIN,
    "completion-menu.completion.current": f"{_PLAIN} reverse",
    "scrollbar.background": _PLAIN,
    "scrollbar.button": f"{_PLAIN} dim reverse",
    "matching-bracket.cursor": f"{_PLAIN} bold underline",
    "matching-bracket.other": f"{_PLAIN} bold underline",
    # the match under search must be seen on light and dark backgrounds
    "search": f"{_PLAIN} underline",
    "search.current": "reverse",
    "incsearch": "underline",
    "incsearch.current": "reverse",
    "control-character": "ansidefault reverse",
    "nbsp": "ansidefault underline",
    "aborting": f"{_PLAIN} dim nobold noreverse nounderline",  # not a sentence: prompt_toolkit's attributes
    "exiting": f"{_PLAIN} dim nobold noreverse nounderline",  # not a sentence: likewise
    "window-too-small": f"{_PLAIN} bold",
}


def style() -> BaseStyle:
    """The style of the prompt, the bar and the code, in the colours of the theme in use."""
    return _style(used_theme())


@functools.cache
def _style(theme: str) -> BaseStyle:
    styles = prompt_style(theme)
    # nobody must take the suggestion for what was typed, without colours either
    suggestion = {"auto-suggestion": styles["dim"] or "dim"}
    tokens = {f"pygments.{token.lower()}": styles[name] for token, name in TOKENS.items()}
    return Style.from_dict(styles | _PROMPT | suggestion | tokens)
