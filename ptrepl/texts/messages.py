"""Sentences for people: whole, with named fields, in the language that was chosen.

``gettext("{name} is {shape}.", name="x", shape="(2, 3)")``. Babel finds every call (``make messages``), since the
sentence is a literal: an f-string, or a sentence put together from pieces, cannot be translated. A sentence with a
count goes through ``ngettext``. A table that is made before the language is known marks its sentences with ``N_``, and
whoever shows them calls ``gettext``. Braces that are meant are doubled.

Source: GNU gettext, PEP 3101 (format strings); catalogues are ``locale/LANG/LC_MESSAGES/ptrepl.mo`` beside this file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

PSEUDO = "xx"
"""The language that shows what was forgotten: every sentence in brackets, 40 % longer, with wide characters."""
_FOLDER = Path(__file__).with_name("locale")


class _Language:
    """The language in force: None for English, which needs no catalogue."""

    one: Callable[[str], str] | None = None
    many: Callable[[str, str, int], str] | None = None
    code = "en"


def use_language(codes: Sequence[str]) -> None:
    """Show sentences in the first of ``codes`` that has a catalogue; in English where none has one."""
    _Language.one, _Language.many, _Language.code = None, None, "en"
    for code in codes:
        if code == PSEUDO:
            _Language.one, _Language.many, _Language.code = pseudo, _pseudo_many, code
            return
        found = _catalogue(code)
        if found is not None:
            _Language.one, _Language.many, _Language.code = found.gettext, found.ngettext, code
            return


def language_in_force() -> str:
    """The code of the language that sentences are shown in: ``en`` as a rule."""
    return _Language.code


def gettext(sentence: str, /, **fields: object) -> str:
    """``sentence`` in the language in force, with its ``{fields}`` filled in.

    Raises KeyError for a field that is not given.
    """
    if _Language.one is None:
        return sentence.format(**fields)
    return _filled(_Language.one(sentence), sentence, fields)


def ngettext(singular: str, plural: str, count: int, /, **fields: object) -> str:
    """One of two sentences, by ``count``, which is a field of both: ``"{count} tensor", "{count} tensors"``."""
    sentence = singular if count == 1 else plural
    if _Language.many is None:
        return sentence.format(count=count, **fields)
    return _filled(_Language.many(singular, plural, count), sentence, {"count": count, **fields})


def N_(sentence: str) -> str:  # noqa: N802 -- the name that gettext's tools know
    """``sentence`` itself: marks a literal for translators where it cannot be translated yet."""
    return sentence


def pseudo(sentence: str) -> str:
    """``sentence`` in the language ``xx``, its fields untouched."""
    return f"⟦{sentence}{'字' * max(1, round(len(sentence) * 0.2))}⟧"


def _pseudo_many(singular: str, plural: str, count: int) -> str:
    return pseudo(singular if count == 1 else plural)


def _filled(translated: str, sentence: str, fields: dict[str, object]) -> str:
    try:
        return translated.format(**fields)
    except (KeyError, IndexError, ValueError):
        return sentence.format(**fields)  # a slip of a translator must not hide what is said


def _catalogue(code: str) -> NullTranslations | None:
    path = _FOLDER / code.replace("-", "_") / "LC_MESSAGES" / "ptrepl.mo"
    try:
        with path.open("rb") as file:
            from gettext import GNUTranslations

            return GNUTranslations(file)
    except OSError:
        return None
