"""Highlighting that never keeps the prompt waiting: the lexer is loaded beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer, SimpleLexer


class CodeLexer(Lexer):
    """Python code in the colours of its tokens, as ``python`` tells them; ``%`` and ``!`` lines stay plain."""

    def __init__(self, python: Lexer) -> None:
        self._python = python
        self._plain = SimpleLexer()

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lexer = self._plain if document.text.lstrip()[:1] in ("%", "!") else self._python
        return lexer.lex_document(document)


def load_lexer(when_done: Callable[[CodeLexer], None]) -> threading.Thread:
    """Load the lexer in a thread, which is returned; ``when_done`` gets it there."""
    loading = threading.Thread(target=_load, args=(when_done,), name="ptrepl-lexer", daemon=True)
    loading.start()
    return loading


def _load(when_done: Callable[[CodeLexer], None]) -> None:
    try:
        from prompt_toolkit.lexers import PygmentsLexer
        from pygments.lexers.python import PythonLexer

        python = PygmentsLexer(PythonLexer)
        # its patterns are compiled when they are first used: that too belongs in this thread
        python.lex_document(Document("x"))(0)
    except Exception as error:  # a pygments.py of the learner's in the folder: the code stays without colours
        from ptrepl.error_log import log

        log(error, "loading the colours of code")
        return
    when_done(CodeLexer(python))
