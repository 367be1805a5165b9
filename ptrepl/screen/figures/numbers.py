"""Numbers as figures show them: short, and never a long tail of digits."""

from __future__ import annotations

import math

_LONG_INT = 10**24


def short_number(value: float, digits: int = 4) -> str:
    """``1,000``, ``0.0123``, ``3.2e+38``, ``nan``: whole numbers whole, others with so many significant digits."""
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < _LONG_INT else _scientific(value, digits)
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.{digits}g}"


def _scientific(value: int, digits: int) -> str:
    """An int of any length, which no float may hold."""
    from decimal import Decimal

    mantissa, _, exponent = f"{Decimal(value):.{digits - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"
