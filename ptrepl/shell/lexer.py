"""Highlighting that never keeps the prompt waiting: plain until the lexer is loaded, coloured from then on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer

__all__ = ["LazyLexer"]


class LazyLexer(Lexer):
    """Python code in the colours of its tokens, once ``load`` is done; ``%`` and ``!`` lines stay plain."""

    def __init__(self) -> None:
        self._real: Lexer | None = None

    def load_in_background(self, when_done: Callable[[], None]) -> threading.Thread:
        """Load the real lexer in a thread, which is returned; ``when_done`` is called there."""
        loading = threading.Thread(target=self._load, args=(when_done,), name="ptrepl-lexer", daemon=True)
        loading.start()
        return loading

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        if self._real is None or document.text.lstrip()[:1] in ("%", "!"):
            lines = document.lines
            return lambda number: [("", lines[number])] if number < len(lines) else []
        return self._real.lex_document(document)

    def invalidation_hash(self) -> Hashable:
        return id(self._real)

    def _load(self, when_done: Callable[[], None]) -> None:
        from prompt_toolkit.lexers import PygmentsLexer
        from pygments.lexers.python import PythonLexer

        real = PygmentsLexer(PythonLexer)
        # its patterns are compiled when they are first used: that too belongs in this thread
        real.lex_document(Document("x"))(0)
        self._real = real
        when_done()
