"""``%mem``: what holds memory, and freeing what the last error and ``_`` hold."""

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
from ptrepl.texts.messages import gettext, ngettext

MOST_STORAGES = 20


def memory(context: ShellContext, arguments: str) -> None:
    """``%mem [free]``"""
    if arguments not in ("", "free"):
        raise UsageError(
            gettext(
                "%mem takes free, which frees what the last error and _ hold, or no argument; not '{argument}'.",
                argument=arguments,
            )
        )
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
        said = gettext("The last error and _ are gone, and {size} of tensors with them.", size=bytes_text(freed))
    else:
        said = gettext("The last error and _ are gone; no tensor was held by them alone.")
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
        lines += wrap([_named(gettext("this process")), (("value", bytes_text(resident)),)], width)
    if accelerator is not None:
        kind, allocated, reserved = accelerator
        in_use = gettext("{size} in tensors", size=bytes_text(allocated))
        taken = gettext("{size} reserved", size=bytes_text(reserved))
        lines += wrap([_named(kind), (("value", in_use),), (("value", taken),)], width)
    lines += wrap([_named(gettext("tensors")), (("value", bytes_text(held.total)),)], width)
    lines += _rows(held.rows[:MOST_STORAGES], width)
    if len(held.rows) > MOST_STORAGES:
        rest = [row.size for row in held.rows[MOST_STORAGES:]]
        more = gettext("… and {count} more, {size}", count=len(rest), size=bytes_text(sum(rest)))
        lines.append((("gutter", GUTTER), ("dim", f"  {more}")))
    if held.uncounted:
        said = ngettext(
            "{count} tensor is not counted, since it has no plain memory.",
            "{count} tensors are not counted, since they have no plain memory.",
            held.uncounted,
        )
        lines += told(said, width, "dim")
    if held.value:
        said = gettext("_, the last value, holds {size}. %mem free frees it.", size=bytes_text(held.value))
        lines += told(said, width, "warn")
    if held.error:
        said = gettext("The last error holds {size} in its frames. %mem free frees it.", size=bytes_text(held.error))
        lines += told(said, width, "warn")
    return lines


def _named(name: str) -> Piece:
    return (("name", name),)


def _rows(rows: list[HeldMemory], width: int | None) -> list[Line]:
    sizes = [bytes_text(row.size) for row in rows]
    widest = max(map(columns, sizes), default=0)
    names = max((columns(row.label) for row in rows), default=0)
    lines: list[Line] = []
    for row, size in zip(rows, sizes, strict=True):
        pieces: list[Piece] = [
            (("value", "  " + " " * (widest - columns(size)) + size),),
            (("name", row.label + " " * (names - columns(row.label))),),
            (("value", row.type_name),),
            (("value", row.device),),
        ]
        if row.used is not None:
            note = gettext("reads {size} of it", size=bytes_text(row.used))
            pieces.append((("note", f"· {note}"),))
        if row.also:
            others = ", ".join((*row.also[:3], "…") if len(row.also) > 3 else row.also)
            note = gettext("also {names}", names=others)
            pieces.append((("note", f"· {note}"),))
        lines += wrap(pieces, width)
    return lines
