"""Which of the packages that lessons need are not installed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable


def missing(packages: Iterable[str]) -> tuple[str, ...]:
    """Those of ``packages`` that cannot be imported, each once. None of them is imported for it."""
    names = tuple(dict.fromkeys(packages))
    if names:
        importlib.invalidate_caches()  # %pip may have installed one just now
    return tuple(name for name in names if not _is_there(name))


def _is_there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ValueError:  # sys.modules has it without a spec
        return True
