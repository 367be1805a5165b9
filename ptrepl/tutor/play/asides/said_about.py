"""What a lesson has said about a word that somebody asks for and that no glossary has: the sentence itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.lesson import Lesson, Prose

_COMMON = frozenset(
    "all and any are but each few for from here how its like more most much next not now off once one other our out "
    "same she some than that the their them then there these they this those three too two what when where which who "
    "why with you your".split()
)
"""Words that stand in most texts, and of which no sentence tells."""
_SHORTEST = 3
_LONGEST = 240
"""Letters of a sentence; what is longer is read in the step itself."""
_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.DOTALL | re.MULTILINE)
_BOLD = re.compile(r"\*\*([^\s*`][^*`]*)\*\*")
_BETWEEN = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\d])")


def said_about(lesson: Lesson, index: int, shown: int, word: str) -> str:
    """The sentence that tells what the lesson says about ``word``; "" where it has not spoken of it.

    Looked for in step ``index`` as far as its first ``shown`` blocks, then in the steps before it, the last one first,
    and in what the lesson began with.
    """
    if len(word) < _SHORTEST or word.casefold() in _COMMON:
        return ""
    for place in range(index, -1, -1):
        step = lesson.steps[place]
        blocks = step.blocks[:shown] if place == index else step.blocks
        told = _first([block.text for block in blocks if isinstance(block, Prose)], word)
        if told and place == index:
            return gettext("This step says: {sentence}", sentence=told)
        if told:
            return gettext(
                "Step {number}, '{title}', says: {sentence}", number=place + 1, title=step.title, sentence=told
            )
    told = _first([lesson.intro], word)
    return gettext("This lesson begins with: {sentence}", sentence=told) if told else ""


def _first(texts: Iterable[str], word: str) -> str:
    """The first sentence with the word that asks nothing."""
    wanted = re.compile(rf"\b{re.escape(word)}(?:s|es)?\b", re.IGNORECASE)
    fit = (
        sentence
        for text in texts
        for sentence in _sentences(text)
        if wanted.search(sentence) and not sentence.endswith(("?", ":")) and len(sentence) <= _LONGEST
    )
    return next(fit, "")


def _sentences(text: str) -> Iterator[str]:
    """Those of the paragraphs: neither of code, nor of lists, tables and quotations."""
    for paragraph in re.split(r"\n\s*\n", _FENCE.sub("", text)):
        if not re.match(r"\s*(?:[-*>|#<]|\d+\.\s)", paragraph):
            yield from _BETWEEN.split(_BOLD.sub(r"\1", " ".join(paragraph.split())))
