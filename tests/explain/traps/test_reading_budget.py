"""How much of a statement is read: by a count, so that a busy machine reads as far as another."""

from __future__ import annotations

import ast
import time

import pytest
import torch

from ptrepl.explain.traps.reading.walk import Walk


def walked(source: str) -> Walk:
    walk = Walk()
    walk.through(source, ast.parse(source).body[0], {"torch": torch, "x": torch.ones(2)}, frozenset())
    return walk


def test_a_statement_is_read_to_its_end_whatever_the_clock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1_000_000))
    for name in ("thread_time", "process_time", "perf_counter", "monotonic", "time"):
        monkeypatch.setattr(time, name, lambda: float(next(clock)))
    assert walked("for _ in range(3):\n" + "    y = x * 2 + 1\n" * 100).complete


def test_what_is_too_much_is_left_unread() -> None:
    assert not walked("for _ in range(3):\n" + f"    y = {' + '.join(['x'] * 20)}\n" * 100).complete
    assert not walked("for _ in range(3):\n" + "    x\n" * 500).complete
