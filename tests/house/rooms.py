"""The staircase: every module of the package, in the order in which one may read them."""

from __future__ import annotations

__all__ = ["ROOMS", "STAIRCASE"]

ROOMS = {
    "": "errors",
    "engine": (
        "device environment facts indentation kinds memory transcript accumulation parts seen source cards "
        "summaries values outcome snapshot failure groups sharing changes session"
    ),
    "tutor": "lesson names nearest faults fences plaintext document frontmatter",
    "screen": "line theme printer tracebacks wrap xray",
    "shell": "above bar colours editing history interrupts lexer loader reader show editor keys prompt",
    "entrance": "arguments cli __main__",
}
"""Room → its modules; "entrance" stands for the top of the package. A new module gets its place here: it imports only
from earlier rooms, and in its own room only from modules that stand before it."""

STAIRCASE = [
    f"{room}.{name}" if room not in ("", "entrance") else name
    for room, names in ROOMS.items()
    for name in names.split()
]
