"""What every test of the explanations has: time enough."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _enough_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a fix may take longer than a learner should wait; what is offered must not depend on it."""
    monkeypatch.setattr("ptrepl.explain.fixes.trial._MOST_SECONDS", 60.0)
