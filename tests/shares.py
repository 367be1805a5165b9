"""What grows with each lesson or set of programs is tried in part by every run, and whole by make nightly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest


def share(names: Iterable[str], every: int) -> list[Any]:
    """Each ``every``-th of ``names`` for every run, the others marked nightly."""
    return [pytest.param(name, id=name, marks=share_marks(at, every)) for at, name in enumerate(names)]


def share_of(rows: Mapping[str, tuple[Any, ...]], every: int) -> list[Any]:
    """Likewise the values of a table, named by its keys."""
    return [pytest.param(*row, id=name, marks=share_marks(at, every)) for at, (name, row) in enumerate(rows.items())]


def share_of_about(most: int, count: int) -> int:
    """The ``every`` with which about ``most`` of ``count`` are tried in every run, however many there will be."""
    return max(1, -(-count // most))


def share_marks(at: int, every: int | None) -> list[pytest.MarkDecorator]:
    """The marks of the one at place ``at``, from 0: nightly but for each ``every``-th; None: but for the first."""
    return [pytest.mark.nightly] if at and (every is None or at % every) else []
