"""A session as the learner has it, and what its screen shows, as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ptrepl.engine.outcome import Outcome, Status
from ptrepl.engine.session import Session
from ptrepl.screen.line import plain
from ptrepl.screen.xray import xray_lines

__all__ = ["FACTS", "Prompt", "line", "preloaded", "shown"]

FACTS = {"shape": "()", "dtype": "float32", "device": "cpu", "grad_fn": "None", "is_leaf": "True"}


def preloaded() -> dict[str, Any]:
    """The names that ptrepl puts into the namespace."""
    import torch

    return {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "device": torch.device("cpu")}


def shown(outcome: Outcome, width: int | None = None, mode: str = "line") -> list[str]:
    """The x-ray lines of one statement."""
    return [plain(line) for line in xray_lines(outcome, width, mode)]


def line(label: str, *notes: str, **facts: str) -> str:
    """The x-ray line of a tensor; a fact that is not given is that of ``torch.tensor(0.)``."""
    told = "  ".join(f"{name}={text}" for name, text in (FACTS | facts).items())
    return f"│ {label}  {told}" + (f"  {' '.join(f'· {note}' for note in notes)}" if notes else "")


class Prompt:
    """``prompt("x = 1")`` runs the source, which must not fail, and returns the x-ray lines of all its statements."""

    def __init__(self, module_name: str = "__main__") -> None:
        self.session = Session(module_name, names=preloaded)

    def __call__(self, source: str) -> list[str]:
        lines: list[str] = []
        for outcome in self.session.run(source):
            assert outcome.status is Status.OK, outcome.error
            lines += shown(outcome)
        return lines

    def outcomes(self, source: str) -> list[Outcome]:
        """Whatever comes of the source, statement by statement."""
        return list(self.session.run(source))

    def last(self, source: str) -> Outcome:
        """What came of the last statement that ran."""
        return self.outcomes(source)[-1]

    def __getitem__(self, name: str) -> Any:
        return self.session.namespace[name]

    @contextmanager
    def cards(self) -> Iterator[None]:
        """As after ``%xray full``."""
        self.session.with_cards = True
        try:
            yield
        finally:
            self.session.with_cards = False
