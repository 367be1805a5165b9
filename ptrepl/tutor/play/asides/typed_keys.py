"""A key that was typed as a word: ``Ctrl-T``, ``Enter``. Read by its form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ptrepl.engine.outcome import Outcome, Status
from ptrepl.texts.messages import gettext

_CHORD = re.compile(r"(?:ctrl|control|strg)\s*[-+]\s*([a-z])\.?", re.IGNORECASE)
_KEY = re.compile(r"(enter|tab)\.?", re.IGNORECASE)


def typed_key(outcomes: Sequence[Outcome]) -> str:
    """What to say where the last input is the name of a key, and no name of the session; "" for anything else."""
    source = outcomes[-1].source.strip() if outcomes and outcomes[-1].status is Status.RAISED else ""
    if chord := _CHORD.fullmatch(source):
        letter = chord[1].upper()
        return gettext("{keys} is no word to type: hold Ctrl down and press {letter}.", keys=source, letter=letter)
    if key := _KEY.fullmatch(source):
        return gettext("{key} is a key on the keyboard, and no word to type.", key=key[1].capitalize())
    return ""
