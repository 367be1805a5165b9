"""A signature → one line that fits the terminal, the current argument between ``«`` and ``»``."""

from __future__ import annotations

from collections.abc import Sequence

from ptrepl.screen.line import Line
from ptrepl.screen.wrap import columns, line_width
from ptrepl.shell.signature.parse import Parameter, Signature

_MORE = "…"


def signature_line(signature: Signature, current: int | None, width: int, *, ways: int = 1) -> Line:
    """At most ``width`` columns. What does not fit is left out: the result, annotations, what is far from the argument.

    ``ways``: how many signatures the function has, of which this is the one that fits.
    """
    number = f"1/{ways} " if ways > 1 else ""
    returned = f" {signature.returned}" if signature.returned else ""
    full, short = ([_text(parameter, is_short) for parameter in signature.parameters] for is_short in (False, True))
    for texts in (full, short):
        if current is not None:
            texts[current] = f"«{texts[current]}»"
    for texts, end in ((full, returned), (full, ""), (short, "")):
        line = _line(number, signature.name, texts, (0, len(texts)), current, end)
        if line_width(line) <= width:
            return line
    return _cut(_window(number, signature.name, short, current, width), width)


def _text(parameter: Parameter, is_short: bool) -> str:
    return parameter.short if is_short else parameter.text


def _window(number: str, name: str, texts: Sequence[str], current: int | None, width: int) -> Line:
    """The current parameter and as many round it as fit, those after it first."""
    first, last = (0, 0) if current is None else (current, current + 1)
    line = _line(number, name, texts, (first, last), current)
    for low, high in ((0, 1), (-1, 0)):
        while first + low >= 0 and last + high <= len(texts):
            wider = _line(number, name, texts, (first + low, last + high), current)
            if line_width(wider) > width:
                break
            first, last, line = first + low, last + high, wider
    return line


def _line(
    number: str, name: str, texts: Sequence[str], shown: tuple[int, int], current: int | None, returned: str = ""
) -> Line:
    first, last = shown
    fragments: list[tuple[str, str]] = [("dim", number), ("", f"{name}(" + (f"{_MORE}, " if first else ""))]
    for place in range(first, last):
        fragments.append(("key" if place == current else "", texts[place]))
        if place + 1 < len(texts):
            fragments.append(("", ", "))
    fragments.append(("", (_MORE if last < len(texts) else "") + ")" + returned))
    return tuple(fragment for fragment in fragments if fragment[1])


def _cut(line: Line, width: int) -> Line:
    """What fits of a line that may be too long."""
    if line_width(line) <= width:
        return line
    kept: list[tuple[str, str]] = []
    room = width - columns(_MORE)
    for style, text in line:
        short = text
        while columns(short) > room:
            short = short[:-1]
        room -= columns(short)
        kept.append((style, short))
        if short != text:
            break
    return (*(fragment for fragment in kept if fragment[1]), ("", _MORE))
