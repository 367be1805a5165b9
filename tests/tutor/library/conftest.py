"""Of the many answers to one lesson each run plays some, and the nightly one all: lessons come, the time stays."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from tests.shares import share_marks, share_of_about

MOST = 5
"""Answers of one test that are played in every run."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tests: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name != "test_shipped_lessons.py":
            tests[item.nodeid.partition("[")[0]].append(item)
    for played in tests.values():
        every = share_of_about(MOST, len(played))
        for number, item in enumerate(played):
            for mark in share_marks(number, every):
                item.add_marker(mark)
