"""Bytes and seconds, in the unit that fits."""

from __future__ import annotations

from ptrepl.texts.messages import ngettext

_BINARY = ("KiB", "MiB", "GiB", "TiB")


def bytes_text(number: float) -> str:
    """``12 bytes``, ``3.8 MiB``, ``140 GiB``: three digits at most before the unit changes."""
    if number < 1000:
        return ngettext("{count} byte", "{count} bytes", round(number))
    for unit in _BINARY:
        number /= 1024
        if number < 1000 or unit == _BINARY[-1]:
            break
    return f"{number:.1f} {unit}" if number < 10 else f"{number:.0f} {unit}"


def seconds_text(seconds: float) -> str:
    """``12.3 µs``, ``1.5 s``, ``2 min 5 s``: three significant digits."""
    if seconds >= 100:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest} s"
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
