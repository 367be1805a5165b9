"""What the bottom bar says: device, lesson and step, memory in use."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from ptrepl.screen.line import Line
from ptrepl.screen.units import bytes_text
from ptrepl.shell.loader import TorchLoader
from ptrepl.texts.messages import gettext

BarStatus = Callable[[], Line]
"""What the bar says now: one (style name, text) fragment for each thing, the most important first."""

_GAP = "  "


def bar(parts: Line, width: int) -> StyleAndTextTuples:
    """``parts`` with a gap before each, as many from the first as fit in ``width`` columns."""
    shown: StyleAndTextTuples = []
    used = 0
    for style, text in parts:
        used += len(_GAP) + get_cwidth(text)
        if used > width:
            break
        shown += [("", _GAP), (f"class:{style}" if style else "", text)]
    return shown


def status(loader: TorchLoader, lesson: str, device: str | None = None, pins: Iterable[str] = ()) -> Line:
    """The parts of the bar, the most important first. ``lesson``: lesson and step, "" outside a lesson.

    ``device``: where it points since, if not to the one that was chosen first. ``pins``: what ``%watch`` follows.
    """
    parts: list[tuple[str, str]] = []
    if loader.loading:
        parts.append(("note", gettext("torch is loading…")))
    elif loader.failure is not None:
        parts.append(("bad", gettext("no torch")))
    else:
        parts.append(("key", device or loader.device or "cpu"))
    if lesson:
        parts.append(("title", lesson))
    parts += [("value", text) for text in pins]
    if memory := memory_text():
        parts.append(("dim", memory))
    parts.append(("dim", "%help"))
    return tuple(parts)


def memory_text() -> str:
    """Memory that the process holds, and that torch holds on the accelerator if one is in use; "" if unknown."""
    texts = []
    if used := resident_bytes():
        texts.append(gettext("memory {size}", size=bytes_text(used)))
    torch = sys.modules.get("torch")
    # asking an accelerator that no code has touched yet would start it up, for seconds
    if torch is not None and getattr(torch, "cuda", None) is not None and torch.cuda.is_initialized():
        texts.append(f"cuda {bytes_text(torch.cuda.memory_allocated())}")
    return " · ".join(texts)


def resident_bytes() -> int:
    """Memory that the process holds; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0  # no such file on macOS, where the system tells the peak only
