"""How long Tab takes."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measure import Skipped

__all__ = ["rows"]

AGAINST = "IPython's completer"


def rows(rounds: int) -> Iterator[Skipped]:
    """Tab behind ``torch.`` and behind a tensor."""
    for what in ("`torch.` Tab (p95)", "`x.` Tab (p95)"):
        yield Skipped(what, AGAINST, 0.1, "the prompt has no completion yet")
