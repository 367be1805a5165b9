"""tmux hands an escape sequence on to its own terminal if it is wrapped (``allow-passthrough``, tmux 3.3 and newer)."""

from __future__ import annotations


def passed_through(sequence: str) -> str:
    """``sequence`` as tmux passes it on: its escape characters twice."""
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"
