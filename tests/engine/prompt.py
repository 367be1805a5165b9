"""A session as the learner has it, and what its screen shows, as plain text."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ptrepl
from ptrepl.engine.outcome import Outcome, Status
from ptrepl.engine.run.session import Session
from ptrepl.screen.line import plain
from ptrepl.screen.xray import xray_lines

OURS = str(Path(ptrepl.__file__).parent) + os.sep
"""How the name of each file of the package begins. A checkout, and so its environment, may be called anything."""

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
        self.session = Session(module_name, names=preloaded, adopt=True)

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


def as_torch_says(tensor: Any, name: str) -> str | None:
    """An attribute as text, read as the learner would but past what their subclass made of it; None if that raises."""
    import torch

    hostile = type(tensor).__module__ == "__main__"
    try:
        with warnings.catch_warnings(), torch._C.DisableTorchFunctionSubclass():
            warnings.simplefilter("ignore")
            value = getattr(torch.Tensor, name).__get__(tensor) if hostile else getattr(tensor, name)
            if name == "grad_fn":
                return "None" if value is None else type(value).__name__
            if name == "shape":
                sizes = [str(size) for size in value]
                return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"
            return str(value).removeprefix("torch.")
    except Exception:
        return None
