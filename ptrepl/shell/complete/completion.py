"""Completion: the text and the cursor → what could be typed next. Nothing is evaluated, nothing of the learner's runs.

Expressions are walked over dictionaries as they lie in memory; what a call would give is read from annotations, from
torch's stubs, or not at all.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ptrepl.shell.complete.commands import Argument, CommandName, at_command, command_names, words_for
from ptrepl.shell.complete.common_names import COMMON_NAMES
from ptrepl.shell.complete.imports import member_names, module_names_in
from ptrepl.shell.complete.infer import KnownNames
from ptrepl.shell.complete.keys import key_names, quoted
from ptrepl.shell.complete.keywords import keywords_of
from ptrepl.shell.complete.local_names import read_locals
from ptrepl.shell.complete.names import attribute_names, free_names
from ptrepl.shell.complete.paths import path_names
from ptrepl.shell.complete.place import (
    AttributeOf,
    CursorPlace,
    ImportWord,
    InString,
    Member,
    ModuleName,
    NamePrefix,
    place_of,
)
from ptrepl.shell.complete.rank import MOST_OFFERED, CompletionItem, ranked
from ptrepl.shell.complete.tokens import OpenString, read_code


def _go_on() -> None:
    return


def completions(
    text: str,
    cursor: int,
    namespace: Mapping[str, Any],
    *,
    steps: Sequence[str] | None = None,
    first: Sequence[frozenset[str]] = (),
    check: Callable[[], None] = _go_on,
) -> list[CompletionItem]:
    """The best first, at most 2,000.

    ``steps``: those of the lesson that is open, None where none is. ``first``: names that come before others of the
    same owner, then ``COMMON_NAMES``. ``check`` is called now and then; what it raises
    ends the search and is the only thing that this raises.
    """
    before = text[:cursor]
    typed = at_command(before)
    if isinstance(typed, CommandName):
        return ranked([command_names(in_lesson=steps is not None)], typed.prefix, check)
    liked = (*first, COMMON_NAMES)
    if typed is None:
        return _python(before, namespace, liked, check)
    if typed.kind == "path":
        return _path(typed.prefix, check)
    if typed.kind == "words":
        return _words(typed, steps or (), check)
    options = _words(typed, (), check) if typed.prefix.startswith("-") else []
    return options + _python(before[typed.start :], namespace, liked, check)


def _words(typed: Argument, steps: Sequence[str], check: Callable[[], None]) -> list[CompletionItem]:
    return ranked([list(words_for(typed.command, steps))], typed.prefix, check)


def _python(
    before: str, namespace: Mapping[str, Any], liked: Sequence[frozenset[str]], check: Callable[[], None]
) -> list[CompletionItem]:
    code = read_code(before)
    place = place_of(code)
    if place is None:
        return []
    return _at(place, KnownNames(namespace, read_locals(code)), liked, check)


def _at(
    place: CursorPlace, scope: KnownNames, liked: Sequence[frozenset[str]], check: Callable[[], None]
) -> list[CompletionItem]:
    match place:
        case AttributeOf(owner, prefix):
            known = scope.known(owner)
            return [] if known is None else ranked(attribute_names(known), prefix, check, liked)
        case NamePrefix(prefix, call, subscripted):
            keys = _keys(subscripted, OpenString("", "", ""), scope, check) if subscripted else []
            keywords = keywords_of(call, scope) if call is not None else []
            # each a group of its own: they stand in the order of the signature
            return keys + ranked(
                [*([each] for each in keywords), *free_names(scope.namespace, scope.local)],
                prefix,
                check,
                liked[:-1],  # at the prompt torch's names are no commoner than others
            )
        case InString(string, subscripted):
            return _keys(subscripted, string, scope, check) or _path_in(string, check)
        case ModuleName(dotted):
            package, _, prefix = dotted.rpartition(".")
            return ranked([module_names_in(package)], prefix, check)
        case ImportWord(prefix):
            return ranked([["import"]], prefix, check)
        case Member(module, prefix, used):
            groups = ([name for name in names if name not in used] for names in member_names(module))
            return ranked(groups, prefix, check, liked)


def _keys(owner: str, string: OpenString, scope: KnownNames, check: Callable[[], None]) -> list[CompletionItem]:
    """Keys of ``owner`` in the quotes that are typed, or in quotes and brackets of their own."""
    if not owner:
        return []
    if "b" in string.letters.lower():
        return []
    found = []
    for number, key in enumerate(key_names(scope.known(owner))):
        if not number % 1000:
            check()
        text = quoted(key, string.quote or "'", string.letters)
        if text is not None and text.startswith(string.body):
            found.append(text)
    if len(found) > MOST_OFFERED:
        # keep the common prefix of the shown keys equal to that of all keys, since Tab inserts it
        found[MOST_OFFERED - 2 :] = [min(found), max(found)]
    return [CompletionItem(text if string.quote else f"'{text}']", len(string.body)) for text in found]


def _path(word: str, check: Callable[[], None]) -> list[CompletionItem]:
    """A path outside quotes: its spaces are escaped."""
    last = word.rpartition("/")[2]
    plain = word.replace("\\", "")
    names = ranked([path_names(plain, check)], plain.rpartition("/")[2], check)
    return [CompletionItem(name.replace("\\", "\\\\").replace(" ", "\\ "), len(last)) for name, *_ in names]


def _path_in(string: OpenString, check: Callable[[], None]) -> list[CompletionItem]:
    quote = string.quote
    try:
        plain = string.body if "r" in string.letters.lower() else ast.literal_eval(f"{quote}{string.body}{quote}")
    except (SyntaxError, ValueError, Warning):
        return []
    if len(quote) == 3 or "b" in string.letters.lower() or not isinstance(plain, str):
        return []
    names = ranked([path_names(plain, check)], plain.rpartition("/")[2], check)
    texts = (quoted(name, quote, string.letters) for name, *_ in names)
    return [CompletionItem(text, len(string.body.rpartition("/")[2])) for text in texts if text is not None]
