"""Looks signatures up in a thread of their own, for the newest text only, so that no key ever waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ptrepl.shell.signature.find import FoundSignature


class SignatureLookup:
    """``found`` belongs to the newest text that ``ask`` was given, or soon will.

    ``find`` runs in a thread; ``changed`` is called there when there is something new to draw.
    """

    def __init__(self, find: Callable[[str], FoundSignature | None], changed: Callable[[], None]) -> None:
        self.found: FoundSignature | None = None
        self._find = find
        self._changed = changed
        self._lock = threading.Lock()
        self._wanted = ""
        self._working = False

    def ask(self, before: str) -> None:
        """Look up the call that the end of ``before`` is in. Returns at once."""
        with self._lock:
            if before == self._wanted:
                return
            self._wanted = before
            if "(" not in before:
                self.found = None
                return
            if self._working:
                return
            self._working = True
        # a thread for each burst of keys: none is left between two inputs, and none keeps the program from ending
        try:
            threading.Thread(target=self._work, name="ptrepl-signature", daemon=True).start()
        except Exception as error:  # none can be started; the key that was pressed matters more
            self._working = False
            from ptrepl.error_log import log

            log(error, "looking up a signature")

    def _work(self) -> None:
        while True:
            with self._lock:
                before = self._wanted
            try:
                found = self._find(before)
            except Exception as error:  # whatever the learner's names hold, typing goes on
                from ptrepl.error_log import log

                log(error, "looking up a signature")
                found = None
            with self._lock:
                if before == self._wanted:
                    changed, self.found, self._working = found != self.found, found, False
                    break
        if changed:
            self._changed()
