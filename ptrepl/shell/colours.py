"""What the prompt looks like: the terminal's own sixteen colours, and none at all where none are wanted."""

from __future__ import annotations

from prompt_toolkit.styles import BaseStyle, Style

from ptrepl.screen.theme import prompt_style

__all__ = ["style"]

_PROMPT = {
    # Python's own choice. Without a colour the space after ``>>>`` would be a move of the cursor, which programs that
    # wait for a prompt do not know
    "prompt": "bold ansimagenta",
    "prompt.more": "nobold",
    # prompt_toolkit's own bar is reversed: a block that outshines the code
    "bottom-toolbar": "noreverse",
    "bottom-toolbar.text": "",
    "auto-suggestion": "ansidefault dim",
    # prompt_toolkit's own are grounds in colours that suit one background only
    "matching-bracket.cursor": "ansidefault bg:ansidefault bold underline",
    "matching-bracket.other": "ansidefault bg:ansidefault bold underline",
    # the match under search must be seen on light and dark backgrounds
    "search": "underline",
    "search.current": "reverse",
    "incsearch": "underline",
    "incsearch.current": "reverse",
}

_TOKENS = {
    "keyword": "bold",
    "operator.word": "bold",
    "name.builtin": "ansicyan",
    "name.builtin.pseudo": "italic",
    "name.decorator": "ansimagenta",
    "name.function": "ansicyan",
    "name.class": "ansicyan",
    "name.exception": "ansicyan",
    "string": "ansigreen",
    "string.escape": "ansimagenta",
    "string.interpol": "ansimagenta",
    "number": "ansimagenta",
    "comment": "dim",
}


def style() -> BaseStyle:
    """The style of the prompt, the bar and the code."""
    tokens = {f"pygments.{name}": words for name, words in _TOKENS.items()}
    return Style.from_dict(_PROMPT | prompt_style() | tokens)
