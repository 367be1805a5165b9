"""What a comment of a lesson says: that a step begins, what it promises and needs, that a mutant is right."""

from __future__ import annotations

import re

from ptrepl.nearest import nearest
from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.faults import Faults, printable
from ptrepl.tutor.format.lesson import Equivalent, Facet, Promised

_WORDS = ("step", "equivalent", "promises", "packages", "notebook")
_FACETS = tuple(facet for facet in Facet if facet.isidentifier() and facet is not Facet.VALUE)
_OF_ONE = re.compile(r"(?P<name>[^\W\d]\w*)(?:\.(?P<facet>\w+))?")
_OF_TWO = re.compile(rf"(?P<name>[^\W\d]\w*) (?P<facet>{Facet.SHARED}|{Facet.APART}) (?P<other>[^\W\d]\w*)")
_EQUIVALENT = re.compile(r"(?s)`(?P<change>[^`]+)`\s*:\s*(?P<reason>\S.*)")


def read_comment(comment: str, line: int, faults: Faults) -> tuple[str, str]:
    """Its word, ``step``, ``equivalent``, ``promises``, ``packages`` or ``notebook``, and what follows the colon.

    Any other word means nothing to a lesson. One that is nearly one of them is a fault, and taken for it.
    """
    word, colon, rest = comment.partition(":")
    word = word.strip().casefold()
    if colon and word not in _WORDS and (close := nearest(word, _WORDS, cutoff=0.75)):
        message = gettext(
            "this comment begins with '{word}:'; did you mean '{close}:'?", word=printable(word), close=close
        )
        faults.add(line, message)
        word = close
    return word, rest.strip()


def read_equivalent(text: str, line: int, faults: Faults) -> Equivalent | None:
    """A change as ``--check`` prints it, and a reason; None, with a fault noted, where one of them is missing."""
    match = _EQUIVALENT.fullmatch(text)
    if match is None:
        shown = "<!-- equivalent: `y = x + 1`: nothing asks for y -->"  # not a sentence: an example of the syntax
        faults.add(line, gettext("this comment holds a change and a reason: {example}", example=shown))
        return None
    return Equivalent(match["change"].strip(), " ".join(match["reason"].split()), line)


def read_packages(text: str, line: int, faults: Faults) -> tuple[str, ...]:
    """``pandas, matplotlib`` → the packages without which the step is left out."""
    names = tuple(item.strip() for item in text.split(","))
    for name in names:
        if not name.isidentifier():
            message = gettext("'{text}' is no package that could be imported", text=printable(name))
            faults.add(line, message)
    return names


def read_promises(text: str, line: int, faults: Faults) -> tuple[Promised, ...]:
    """``m.dtype, row shares memory with m`` → what is promised; what is none is left out, with a fault noted."""
    items = [" ".join(item.split()) for item in text.split(",")]
    return tuple(found for item in items if (found := _promised(item, line, faults)) is not None)


def _promised(item: str, line: int, faults: Faults) -> Promised | None:
    if match := _OF_TWO.fullmatch(item):
        return Promised(match["name"], Facet(match["facet"]), line, match["other"])
    match = _OF_ONE.fullmatch(item)
    if match is None:
        message = gettext("'{text}' is no promise; write m, m.dtype or: row shares memory with m", text=printable(item))
        faults.add(line, message)
        return None
    if match["facet"] is None:
        return Promised(match["name"], Facet.VALUE, line)
    if match["facet"] not in _FACETS:
        message = gettext("unknown promise about {name} '{word}'", name=match["name"], word=match["facet"])
        faults.unknown(line, message, match["facet"], _FACETS)
        return None
    return Promised(match["name"], Facet(match["facet"]), line)
