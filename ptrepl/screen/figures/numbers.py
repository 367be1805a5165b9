"""Numbers as figures show them: short, and never a long tail of digits."""

from __future__ import annotations

import math


def short_number(value: float, digits: int = 4) -> str:
    """``1,000``, ``0.0123``, ``3.2e+38``, ``nan``: whole numbers whole, others with so many significant digits."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.{digits}g}"
