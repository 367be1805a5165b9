"""Every word that the x-ray uses, in three sentences and an example."""

from __future__ import annotations

from ptrepl.shell.glossary.card import CARD
from ptrepl.shell.glossary.changes import CHANGES
from ptrepl.shell.glossary.facts import FACTS
from ptrepl.shell.glossary.gradients import GRADIENTS
from ptrepl.shell.glossary.modules import MODULES
from ptrepl.shell.glossary.word import Word

WORDS: tuple[Word, ...] = FACTS + CHANGES + CARD + GRADIENTS + MODULES
_BY_NAME = {name.casefold(): word for word in reversed(WORDS) for name in word.names}


def find_word(name: str) -> Word | None:
    """The entry of ``name``, however it is spaced and whatever its case."""
    wanted = " ".join(name.casefold().split())
    return _BY_NAME.get(wanted) or _BY_NAME.get(wanted.strip("`'\".,:()"))
