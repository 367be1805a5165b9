"""A name as it is shown: in one line, and not longer than a person reads."""

from __future__ import annotations

_MOST, _END = 80, 20


def shown_name(name: str) -> str:
    """``name`` with characters that are not printable as escapes; of a long one the beginning and the end.

    ``globals()[…]``, ``setattr`` and ``type(…)`` make names of any text, also with line ends and control characters.
    """
    if len(name) > _MOST:
        name = f"{name[: _MOST - _END - 1]}…{name[-_END:]}"
    return name if name.isprintable() else "".join(map(_shown, name))


def _shown(character: str) -> str:
    return character if character.isprintable() else ascii(character)[1:-1]
