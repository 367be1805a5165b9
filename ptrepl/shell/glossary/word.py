"""One entry of the glossary."""

from __future__ import annotations

import inspect
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word that the x-ray uses; ``names``: itself first, then what else one may look it up under."""

    names: tuple[str, ...]
    written: str
    """Three sentences, over any number of lines."""
    shown: str
    """What one would type and see at the prompt, indented as it stands."""

    @property
    def text(self) -> str:
        """The three sentences on one line."""
        return " ".join(self.written.split())

    @property
    def example(self) -> str:
        """The lines of the example, without their indent."""
        return inspect.cleandoc(self.shown)
