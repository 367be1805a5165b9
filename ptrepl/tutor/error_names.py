"""Python's own errors by their names, however they are said: ``an index error``, ``indexerror``. Pure."""

from __future__ import annotations

import builtins
import re

_ERRORS = {name.casefold(): name for name in vars(builtins) if name.endswith("Error")}
_ONE_WORD = re.compile(r"\b\w+error\b", re.IGNORECASE)
_SPOKEN = re.compile(r"\b((?:[a-z]+\s+){1,3})error\b", re.IGNORECASE)


def with_errors_named(text: str) -> str:
    """``an IndexError`` of ``an index error``; what names no error of Python's stays as it is."""
    return _SPOKEN.sub(_named, _ONE_WORD.sub(lambda said: _ERRORS.get(said[0].casefold(), said[0]), text))


def _named(spoken: re.Match[str]) -> str:
    words = spoken[1].split()
    for first in range(len(words)):
        if name := _ERRORS.get("".join(words[first:]).casefold() + "error"):
            return " ".join((*words[:first], name))
    return spoken[0]
