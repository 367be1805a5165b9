"""What the variables of a terminal say about its pictures."""

from __future__ import annotations

import pytest

from ptrepl.shell.pictures.protocol import Protocol, has_true_colour, protocol_of


@pytest.mark.parametrize(
    ("variables", "protocol"),
    [
        ("TERM=xterm-kitty", Protocol.KITTY),
        ("TERM=xterm-256color KITTY_WINDOW_ID=1", Protocol.KITTY),
        ("TERM=xterm-ghostty", Protocol.KITTY),
        ("TERM=tmux-256color TERM_PROGRAM=tmux TMUX=x KITTY_WINDOW_ID=1", Protocol.KITTY),
        ("TERM=xterm-256color TERM_PROGRAM=iTerm.app", Protocol.ITERM),
        ("TERM=xterm-256color LC_TERMINAL=iTerm2", Protocol.ITERM),
        ("TERM=xterm-256color TERM_PROGRAM=WezTerm", Protocol.ITERM),
        ("TERM=foot", Protocol.SIXEL),
        ("TERM=xterm-256color TERM_PROGRAM=vscode", Protocol.BLOCKS),
        ("TERM=xterm-256color TERM_PROGRAM=Apple_Terminal", Protocol.BLOCKS),
        ("TERM=xterm-256color VTE_VERSION=7600", Protocol.BLOCKS),
        ("TERM=screen.xterm-256color STY=1.pts KITTY_WINDOW_ID=1", Protocol.BLOCKS),
        ("TERM=xterm-256color ZELLIJ=0 KITTY_WINDOW_ID=1", Protocol.BLOCKS),
        ("TERM=alacritty", Protocol.BLOCKS),
        ("TERM=linux", Protocol.BLOCKS),
        ("TERM=xterm-256color", Protocol.ASK),
        ("TERM=xterm-256color WT_SESSION=1", Protocol.ASK),
        ("TERM=xterm-256color KONSOLE_VERSION=240800", Protocol.ASK),
    ],
)
def test_how_a_terminal_draws(variables: str, protocol: Protocol) -> None:
    assert protocol_of(dict(each.split("=") for each in variables.split())) is protocol


@pytest.mark.parametrize(
    ("variables", "has"),
    [
        ("TERM=xterm-256color COLORTERM=truecolor", True),
        ("TERM=xterm-256color TERM_PROGRAM=iTerm.app", True),
        ("TERM=xterm-direct", True),
        ("TERM=xterm-256color", False),
        ("TERM=xterm-256color TERM_PROGRAM=Apple_Terminal", False),
    ],
)
def test_how_many_colours_it_has(variables: str, has: bool) -> None:
    assert has_true_colour(dict(each.split("=") for each in variables.split())) is has
