"""How long a key waits until it is on the screen, while the program is busy beside the prompt."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Waits
from benchmarks.terminal import Terminal, in_terminal

OURS = (sys.executable, "-m", "ptrepl", "--device", "cpu")
EVERY = 0.02
MOST_ROUNDS = 9
BURSTS = 20
KEYS = "абвгдежзиклмнопрстуфхцчшщъыьэюя" + "αβγδεζηθικλμνξπρσφχψω" + "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ" + "ΓΔΘΛΞΠΣΦΨΩ"
"""Each stands for itself once: what the program draws anew is not taken for it, and none is in the bar."""
NAMES = "globals().update({f'many_{number:06}': number for number in range(100_000)}); print('rea' + 'dy')\r"


def waits(rounds: int) -> Iterator[Waits]:
    """While torch loads, while Tab looks through 100,000 names, and, to compare, while nothing else is done."""
    few = min(rounds, MOST_ROUNDS)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        yield Waits("a key while torch loads", 0.1, tuple(_while_torch_loads(home) for _ in range(few)))
        yield Waits("a key while 100,000 names are completed", 0.05, _bursts(home, "man\t"))
        yield Waits("a key while nothing else is done", 0.05, _bursts(home, "man"))


def _while_torch_loads(home: Path) -> tuple[float, ...]:
    with in_terminal(OURS, home=home, echo=False) as terminal:
        terminal.wait_for(">>>")
        return terminal.type_steadily(KEYS, EVERY, until=_torch_is_there)


def _torch_is_there(terminal: Terminal) -> bool:
    # what the bar says once torch is there; while it loads, the device is not known
    return "cpu" in terminal.text


def _bursts(home: Path, begin: str) -> tuple[tuple[float, ...], ...]:
    """A few keys behind ``begin``, again and again, among 100,000 names."""
    found = []
    with in_terminal(OURS, home=home, echo=False) as terminal:
        terminal.wait_for(">>>")
        terminal.type(NAMES)
        terminal.wait_for("ready")
        terminal.settle(1.0)
        for _ in range(BURSTS):
            terminal.type(begin)
            found.append(terminal.type_steadily(KEYS[:5], EVERY))
            terminal.settle(0.1)
            terminal.type("\x03")
            terminal.settle(0.1)
    return tuple(found)
