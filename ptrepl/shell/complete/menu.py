"""Completion at the prompt: in a thread, in pieces, and given up as soon as the text changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from prompt_toolkit.application.current import get_app_or_none
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document


class _TextChanged(Exception):
    """Nobody waits for these completions any more."""


class CodeCompleter(Completer):
    """``names``: what code can use by now; ``steps``: of the lesson that is open; ``first``: names that it comes first
    with. None of them may wait for anything.
    """

    def __init__(
        self,
        names: Callable[[], Mapping[str, Any]],
        steps: Callable[[], Sequence[str] | None],
        first: Callable[[], Sequence[frozenset[str]]] = tuple,
    ) -> None:
        self._names = names
        self._steps = steps
        self._first = first

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        # loaded with the first Tab: the first prompt is there sooner without it
        from ptrepl.shell.complete.completion import completions

        app = get_app_or_none()

        def check() -> None:
            if app is not None and app.current_buffer.document != document:
                raise _TextChanged

        try:
            found = completions(
                document.text,
                document.cursor_position,
                self._names(),
                steps=self._steps(),
                first=self._first(),
                check=check,
            )
        except _TextChanged:
            return
        # in shells the other case is offered only where nothing has the case that is typed: Tab can add what the
        # names have in common
        in_case = any(each.exact for each in found)
        for each in found:
            if each.exact or not in_case:
                yield Completion(each.text, start_position=-each.replaces)
