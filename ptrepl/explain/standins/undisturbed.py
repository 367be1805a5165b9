"""Try things without side effects: random numbers, warnings and the function modes stay as they were."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from ptrepl.engine.run.source import without_warnings
from ptrepl.engine.watch.facts import torch_functions_off


@contextmanager
def quietly() -> Iterator[None]:
    """What runs inside may draw random numbers on the CPU and warn, and neither has an effect outside."""
    # while torch loads, or where it could not be loaded, there is no generator yet
    generator: Any = getattr(sys.modules.get("torch"), "default_generator", None)
    state = None if generator is None else generator.get_state()
    try:
        # a function mode that the learner is in would run their code
        with without_warnings(), nullcontext() if generator is None else torch_functions_off():
            yield
    finally:
        if generator is not None:
            generator.set_state(state)
