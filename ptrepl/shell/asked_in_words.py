"""What somebody asks in plain words, and the command that answers it: ``what is dtype?``, ``hint``."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence

from ptrepl.texts.messages import gettext

LESSON_WORDS = frozenset("hint solution skip back next goto restart redo progress review leave step help".split())
"""Commands whose names are typed bare in a lesson."""
_ASKS = re.compile(
    r"(?:what(?:'s|\s+is|\s+are|\s+does|\s+do)?|explain|define)\s+(?:(?:a|an|the)\s+)?(?P<word>\w+)(?:\s+means?)?\s*\??",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?P<word>[^\W\d]\w*)\s*\?")


def asked_in_words(text: str, names: Container[str], reads: Callable[[], Sequence[str]], *, in_lesson: bool) -> str:
    """The sentence that says which command answers ``text``; "" where it is no such question.

    ``names``: those of the learner, which are not taken from them. ``reads`` gives the languages of the reader.
    """
    bare = text.strip().rstrip(".?! ").casefold()
    if in_lesson and bare in LESSON_WORDS and bare not in names:
        return gettext("Commands begin with %: type %{name}.", name=bare)
    match = _ASKS.fullmatch(text.strip()) or _BARE.fullmatch(text.strip())
    if match is None or match["word"] in names or text.split()[0] in names:
        return ""
    from ptrepl.shell.glossary import find_entry

    if find_entry(match["word"], tuple(reads())) is None:
        return ""
    return gettext("%help {word} explains that word.", word=match["word"])
