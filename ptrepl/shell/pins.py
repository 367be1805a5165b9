"""The names that ``%watch`` follows, and what they were like after the last input."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ptrepl.error_log import none_if_it_fails
from ptrepl.errors import UsageError


class Pins:
    """Read anew after each input; the bar shows them, and where there is no bar, those that changed get a line."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    @property
    def names(self) -> list[str]:
        """In the order in which they were pinned."""
        return list(self._texts)

    @property
    def texts(self) -> list[str]:
        """What each was like when it was last read."""
        return list(self._texts.values())

    def add(self, names: list[str], namespace: Mapping[str, Any]) -> None:
        """Follow ``names`` too, which need not be there yet. Raises UsageError for code that would have to run."""
        from ptrepl.shell.inspect.lookup import check_target

        for name in names:
            check_target(name, namespace)
        for name in names:
            self._texts.setdefault(name, "")

    def remove(self, name: str) -> bool:
        """Whether it was followed."""
        return self._texts.pop(name, None) is not None

    def is_there(self, name: str, namespace: Mapping[str, Any]) -> bool:
        """Whether there is a value of that name now."""
        from ptrepl.shell.inspect.lookup import lookup

        try:
            lookup(name, namespace)
        except UsageError:
            return False
        return True

    def read(self, namespace: Mapping[str, Any], learner_module: str) -> list[str]:
        """Read all; the texts of those that are not as they were."""
        from ptrepl.engine.pinned import read_pinned
        from ptrepl.screen.figures.pinned import pinned_text
        from ptrepl.shell.inspect.lookup import lookup

        changed = []
        for name, before in self._texts.items():
            try:
                found = read_pinned(lookup(name, namespace), learner_module)
            except UsageError:  # not there yet, or gone
                found = None
            # what one follows must never stop what one types
            doing = "reading what is watched"  # not a sentence: for the log
            text = none_if_it_fails(doing, partial(pinned_text, name, found)) or before
            if text != before:
                self._texts[name] = text
                changed.append(text)
        return changed
