"""``%mem``: what holds memory, and letting go of the last error."""

from __future__ import annotations

import gc
import sys
from typing import Any

from ptrepl.errors import UsageError
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.units import bytes_text
from ptrepl.screen.wrap import GUTTER, Piece, columns, wrap
from ptrepl.shell.context import ShellContext
from ptrepl.shell.inspect.memory_held import HeldMemory, Holding, held_memory
from ptrepl.shell.interrupts import interruptible
from ptrepl.shell.prompt.status import resident_bytes

MOST_STORAGES = 20


def memory(context: ShellContext, arguments: str) -> None:
    """``%mem [free]``"""
    if arguments not in ("", "free"):
        raise UsageError(f"%mem takes free, which lets go of the last error, or nothing at all; not '{arguments}'.")
    session, printer = context.session, context.printer
    with interruptible():
        session.ready()
        if arguments:
            _free(context)
            return
        held = held_memory(session.namespace, session.last_exception, session.module_name)
        printer.lines(memory_lines(held, resident_bytes(), accelerator_memory(), printer.width))


def _free(context: ShellContext) -> None:
    session, printer = context.session, context.printer
    held = held_memory(session.namespace, session.last_exception, session.module_name)
    session.forget()
    gc.collect()
    torch: Any = sys.modules.get("torch")
    if torch is not None and accelerator_memory() is not None:
        backend = getattr(torch, torch.accelerator.current_accelerator().type)
        backend.empty_cache()  # what torch keeps for itself goes back to the device
    freed = held.value + held.error
    if freed:
        said = f"The last error and _ are gone, and {bytes_text(freed)} of tensors with them."
    else:
        said = "The last error and _ are gone; no tensor was held by them alone."
    printer.lines(told(said, printer.width))


def accelerator_memory() -> tuple[str, int, int] | None:
    """(kind, bytes in tensors, bytes taken from the device); None where none is in use: to ask would start it up."""
    torch: Any = sys.modules.get("torch")
    try:
        for kind in ("cuda", "xpu"):
            backend = getattr(torch, kind, None)
            if backend is not None and backend.is_initialized():
                return kind, int(backend.memory_allocated()), int(backend.memory_reserved())
        if torch is not None and torch.backends.mps.is_available():
            return "mps", int(torch.mps.current_allocated_memory()), int(torch.mps.driver_allocated_memory())
    except Exception:  # an accelerator that has failed, or one that cannot say
        return None
    return None


def memory_lines(
    held: Holding, resident: int, accelerator: tuple[str, int, int] | None = None, width: int | None = None
) -> list[Line]:
    """The process, the accelerator, then a row for each name, the biggest first. ``resident``: bytes, 0 if unknown."""
    lines: list[Line] = []
    if resident:
        lines += wrap([_named("this process"), (("value", bytes_text(resident)),)], width)
    if accelerator is not None:
        kind, allocated, reserved = accelerator
        in_use, taken = bytes_text(allocated), bytes_text(reserved)
        lines += wrap([_named(kind), (("value", f"{in_use} in tensors"),), (("value", f"{taken} reserved"),)], width)
    lines += wrap([_named("tensors"), (("value", bytes_text(held.total)),)], width)
    lines += _rows(held.rows[:MOST_STORAGES], width)
    if len(held.rows) > MOST_STORAGES:
        rest = [row.size for row in held.rows[MOST_STORAGES:]]
        lines.append((("gutter", GUTTER), ("dim", f"  … and {len(rest)} more, {bytes_text(sum(rest))}")))
    if held.uncounted:
        lines += told(f"Not counted, since they have no plain memory: {held.uncounted}.", width, "dim")
    if held.value:
        said = f"_, the last value, holds {bytes_text(held.value)}. %mem free lets go of it."
        lines += told(said, width, "warn")
    if held.error:
        said = f"The last error holds {bytes_text(held.error)} in its frames. %mem free lets go of it."
        lines += told(said, width, "warn")
    return lines


def _named(name: str) -> Piece:
    return (("name", name),)


def _rows(rows: list[HeldMemory], width: int | None) -> list[Line]:
    sizes = [bytes_text(row.size) for row in rows]
    widest = max(map(len, sizes), default=0)
    names = max((columns(row.label) for row in rows), default=0)
    lines: list[Line] = []
    for row, size in zip(rows, sizes, strict=True):
        pieces: list[Piece] = [
            (("value", f"  {size:>{widest}}"),),
            (("name", row.label + " " * (names - columns(row.label))),),
            (("value", row.type_name),),
            (("value", row.device),),
        ]
        if row.used is not None:
            pieces.append((("note", f"· reads {bytes_text(row.used)} of it"),))
        if row.also:
            more = ", …" if len(row.also) > 3 else ""
            pieces.append((("note", f"· also {', '.join(row.also[:3])}{more}"),))
        lines += wrap(pieces, width)
    return lines
