"""Every word that the x-ray uses, in three sentences and an example: the Markdown of ``texts/LANGUAGE/glossary``.

A section is headed by the word, as the x-ray says it in every language. Below it may stand a comment,
``<!-- also: size, dimension -->``, with what else one may look it up under; then the sentences, then the example as a
fence.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from ptrepl.texts.library import section, sections

FILES = ("facts", "changes", "card", "gradients", "training", "classes", "evaluation", "modules")
"""In the order in which ``%help`` lists their words."""
_FORM = re.compile(
    r"(?s)(?:<!-- also: (?P<also>[^\n]+) -->\n+)?(?P<text>[^`<]+?)\n+```pycon\n(?P<example>.+)\n```",
)


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """A word that the x-ray uses. ``names``: itself first, then what else one may look it up under."""

    names: tuple[str, ...]
    text: str
    """Three sentences, on one line."""
    example: str
    """What one would type and see at the prompt, line by line."""


@functools.cache
def glossary(languages: tuple[str, ...] = ()) -> tuple[GlossaryEntry, ...]:
    """All entries, each in the first of ``languages`` that has it, else in English."""
    found = []
    for file in FILES:
        name = f"glossary/{file}"
        for heading, english in sections(name).items():
            entry = read_entry(heading, section(name, heading, languages))
            names = dict.fromkeys((*read_entry(heading, english).names, *entry.names))
            found.append(GlossaryEntry(tuple(names), entry.text, entry.example))
    return tuple(found)


def read_entry(heading: str, text: str) -> GlossaryEntry:
    """A section of a glossary file → its entry. Raises ValueError for one of another form."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"the glossary's '{heading}' is not a comment, sentences and a pycon fence")
    also = tuple(name.strip() for name in (match["also"] or "").split(",") if name.strip())
    return GlossaryEntry((heading, *also), " ".join(match["text"].split()), match["example"])


def find_entry(name: str, languages: tuple[str, ...] = ()) -> GlossaryEntry | None:
    """The entry of ``name``, however it is spaced and whatever its case."""
    wanted = " ".join(name.casefold().split())
    by_name = _by_name(languages)
    return by_name.get(wanted) or by_name.get(wanted.strip("`'\".,:()"))


@functools.cache
def _by_name(languages: tuple[str, ...]) -> dict[str, GlossaryEntry]:
    return {name.casefold(): entry for entry in reversed(glossary(languages)) for name in entry.names}
