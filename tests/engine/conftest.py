"""A prompt for each test, which leaves the interpreter as it was."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator

import pytest

from tests.engine.prompt import Prompt


@pytest.fixture
def main_module() -> Iterator[None]:
    """A session stands in ``sys.modules`` as ``__main__``; afterwards the real one is there again."""
    ours, hook = sys.modules["__main__"], sys.excepthook
    yield
    sys.modules["__main__"], sys.excepthook = ours, hook  # torch puts in one of its own with the first process group
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)
    builtins.__dict__.pop("_", None)


@pytest.fixture
def prompt(main_module: None) -> Prompt:
    return Prompt()
