"""What somebody asks in plain words, and the command that answers it: ``what is dtype?``, ``hint``."""

from __future__ import annotations

import builtins
import itertools
import keyword
import re
from collections.abc import Callable, Container, Sequence

from ptrepl.texts.messages import gettext

LESSON_WORDS = frozenset("hint solution skip back next goto restart redo task progress review leave step help".split())
"""Commands whose names are typed bare in a lesson."""
_ASKS = re.compile(
    r"(?:what(?:'?s|\s+is|\s+are|\s+does|\s+do)?|explain|define)\s+(?:(?:a|an|the)\s+)?(?P<word>[^\W\d]\w*(?:\.\w+)*)"
    r"(?:\s+(?:means?|do|does|for))?\s*\??",
    re.IGNORECASE,
)
_ASKS_PHRASE = re.compile(
    r"(?:what(?:'?s|\s+is|\s+are|\s+does|\s+do)?|explain|define)\s+(?:(?P<article>a|an|the)\s+)?"
    r"(?P<mark>[\"'`“]?)(?P<word>%?[^\W\d]\w*(?:[\s-]+[^\W\d]\w*){0,2})[\"'`”]?(?:\s+(?:means?|do|does|for))?\s*\??",
    re.IGNORECASE,
)
"""The same of up to three words, ``learning rate``, of a word in quotation marks, and of a command."""
_QUESTION = re.compile(r"(?:why|how|what|when|where|which|who|is|are|does|do|can|should)\s.*\?", re.IGNORECASE)
_PROSE = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?(?:[,;:.!?]*\s+(?:\d+|[^\W\d_]+(?:['’][^\W\d_]+)?)){2,}[.!?]*")
"""Three words or more, or numbers among them, and nothing else."""
_OPENS = re.compile(r"lesson\s+([\w/-]+)")
_AGAIN = re.compile(
    r"(?:what|which|where)\b[^()=]*\b(?:task|question|exercise|step|text)\b[^()=]*|"
    r"(?:show|repeat|read)\b[^()=]*\b(?:task|question|exercise|step|text|again)\b[^()=]*|"
    r"what (?:do|did|should|must|was|am) i\b[^()=]*",
    re.IGNORECASE,
)
"""The question what the step has asked for."""
_OF_STEP = frozenset("wrong missing amiss expected wanted asked needed this that it happening going left".split())
"""What somebody asks after who means where they are, and no word: ``what is wrong?``."""
_FEWEST = 3
"""Words, numbers left out, that make a sentence."""
_PIP = "pip"
"""What a terminal would run; the explanation of the syntax error says what to type here."""
_OF_PYTHON = frozenset("is in not and or if else for from import as lambda with del global assert return".split())
_BARE = re.compile(r"(?P<word>[^\W\d]\w*)\s*\?")


def asked_in_words(
    text: str,
    names: Container[str],
    reads: Callable[[], Sequence[str]],
    *,
    in_lesson: bool,
    waits: bool = False,
    prose: bool = True,
    find: Callable[[str], str] = lambda word: "",
    said_about: Callable[[str], str] = lambda word: "",
) -> str:
    """The sentence that says which command answers ``text``; "" where it is no such question.

    ``names``: those of the learner, which are not taken from them. ``reads`` gives the languages of the reader.
    ``waits``: the lesson asks for nothing, and waits for Enter. ``prose``: other words than questions are answered too.
    ``find`` gives the name by which ``obj?`` finds what a word means: ``torch.zeros_like`` of ``zeros_like``; "" where
    it finds nothing. ``said_about`` gives what the lesson has said about a word of its own.
    """
    bare = text.strip().rstrip(".?! ").casefold()
    if (in_lesson or bare == "help") and bare in LESSON_WORDS and bare not in names:
        return gettext("Commands begin with %: type %{name}.", name=bare)
    if (opens := _OPENS.fullmatch(text.strip())) is not None and "lesson" not in names:
        return gettext("Commands begin with %: type %{name}.", name=f"lesson {opens[1]}")
    if (
        in_lesson
        and prose
        and _AGAIN.fullmatch(text.strip())
        and _prose(text.strip().rstrip("?"), names, in_lesson=True)
    ):
        return _of_step(waits)
    match = _ASKS.fullmatch(text.strip()) or _BARE.fullmatch(text.strip())
    if match is None:
        said = _of_phrase(text.strip(), names, reads, said_about)
        return said or (_prose(text.strip(), names, in_lesson=in_lesson, waits=waits) if prose else "")
    word, bare_name = match["word"], match.re is _BARE
    if text.split()[0] in names or (bare_name and word in names):
        return ""
    if in_lesson and not bare_name and word.casefold() in _OF_STEP and word not in names:
        return _of_step(waits)
    from ptrepl.shell.glossary import find_entry

    if (word not in names or not bare_name) and find_entry(word, tuple(reads())) is not None:
        return gettext("%help {word} explains that word.", word=word)
    if found := find(word):
        return gettext("{name}? tells about it.", name=found)
    if bare_name:
        return ""
    return said_about(word) or _no_help(word)


def _of_step(waits: bool) -> str:
    if waits:
        return gettext("%task shows the text of this step again; Enter goes on.")
    return gettext("%task shows the text of this step again; %hint helps with it.")


def _no_help(word: str) -> str:
    said = gettext("There is no help on {topic}.", topic=word)
    hint = gettext("%help lists the commands and the words.")
    return f"{said} {hint}"


def _of_phrase(
    text: str, names: Container[str], reads: Callable[[], Sequence[str]], said_about: Callable[[str], str]
) -> str:
    """What answers ``what is a learning rate?``; "" for what is no question after a word, or after words unknown."""
    match = _ASKS_PHRASE.fullmatch(text)
    if match is None or text.split()[0] in names:
        return ""
    from ptrepl.shell.command_table import COMMANDS
    from ptrepl.shell.glossary import find_entry

    word = re.sub(r" means?$", "", " ".join(match["word"].split()), flags=re.IGNORECASE)
    if word.startswith("%"):
        known = word.removeprefix("%").casefold() in {command.name for command in COMMANDS}
        return gettext("%help {word} explains that command.", word=word.removeprefix("%")) if known else _no_help(word)
    if (entry := find_entry(word, tuple(reads())) or find_entry(word.replace("-", " "), tuple(reads()))) is not None:
        return gettext("%help {word} explains that word.", word=entry.names[0])
    return said_about(word) or (_no_help(word) if match["article"] or match["mark"] else "")


def _prose(text: str, names: Container[str], *, in_lesson: bool, waits: bool = False) -> str:
    """``what do I do``: no Python, since two words stand side by side that are none of Python's."""
    from ptrepl.tutor.names import tree_of

    asks = _QUESTION.fullmatch(text) is not None and text.split()[0] not in names and tree_of(text) is None
    if not asks and not _PROSE.fullmatch(text):
        return ""
    words = re.findall(r"[^\W_]+", text)
    if not asks and sum(word.isalpha() for word in words) < _FEWEST:
        return ""
    side_by_side = any(one not in _OF_PYTHON and two not in _OF_PYTHON for one, two in itertools.pairwise(words))
    if not asks and (
        not side_by_side
        or words[0] in names
        or words[0] == _PIP
        or words[0] in keyword.kwlist
        or hasattr(builtins, words[0])
        or tree_of(text) is not None
    ):
        return ""
    if waits:
        return gettext("That is no Python, so nothing ran. Enter goes on; %help lists the commands.")
    if in_lesson:
        return gettext("That is no Python, so nothing ran. %hint helps with this step; %help lists the commands.")
    return gettext("That is no Python, so nothing ran. %help lists the commands.")
