"""What every test of the tutor needs."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A session stands in ``sys.modules`` and leaves ``_`` in builtins; the next test finds neither."""
    yield
    sys.modules.pop("learner", None)
    builtins.__dict__.pop("_", None)
