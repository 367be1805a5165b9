"""Code that a lesson puts into the prompt, with ``___`` where the learner fills something in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from prompt_toolkit.document import Document

from ptrepl.shell.prompt.editing import Check
from ptrepl.shell.prompt.whole_lines import is_whole_def, is_whole_line

_BLANK = re.compile(r"(?<!\w)___(?!\w)")


def prefilled(text: str, check: Check) -> str:
    """``text`` with the empty line that a block at its end needs, so that one Enter runs it."""
    if not text:
        return text
    from ptrepl.engine.run.source import Complete  # behind the first prompt, as preload.py says

    ended = text.rstrip() + "\n"
    return ended if not isinstance(check(text), Complete) and isinstance(check(ended), Complete) else text


def next_blank(text: str, cursor: int) -> range | None:
    """Where the first blank at or after ``cursor`` stands."""
    match = _BLANK.search(text, cursor)
    return range(match.start(), match.end()) if match else None


def other_blank(text: str, cursor: int) -> range | None:
    """The next blank after ``cursor``, else the first that was left out; none where it is the one at the cursor."""
    found = next_blank(text, cursor) or next_blank(text, 0)
    return None if found is None or found.stop == cursor else found


def sends_all(document: Document, prefill: str) -> bool:
    """Whether Enter means "I am done" and not "a line more": in the middle of a line, or where blanks were filled in.

    A line that opens a block, or goes on, asks for another one.
    """
    if document.current_line_after_cursor.strip():
        return True
    line = document.current_line_before_cursor.rstrip()
    return next_blank(prefill, 0) is not None and bool(line.strip()) and not line.endswith((":", ",", "\\", *"([{"))


class Filled(NamedTuple):
    """What was typed into the blank at the cursor: ``line[start:stop]`` of line ``row``; ``given``: the starter's."""

    row: int
    line: str
    start: int
    stop: int
    given: str
    before: str
    """What the starter's line has before this blank."""

    @property
    def typed(self) -> str:
        return self.line[self.start : self.stop].strip()


def whole_line(document: Document, prefill: str) -> Document | None:
    """The text without the rest of the starter's line, where the whole line was typed into one of its blanks.

    ``m = torch.tensor(m = torch.ones(2), ___)`` → ``m = torch.ones(2)``. None where no such line was typed. A function
    that was typed whole into a blank of it takes the place of all.
    """
    for each in _filled(document, prefill):
        if is_whole_def(each.typed, prefill):
            return Document(each.typed, len(each.typed))
        filled = each.line[: each.start] + each.typed + each.line[each.stop :]
        if is_whole_line(each.typed, given=each.given, before=each.before, filled=filled):
            margin = each.line[: len(each.line) - len(each.line.lstrip())]
            return _with_line(document, each.row, margin + each.typed)
    return None


def takes_all(pasted: str, document: Document) -> bool:
    """Whether what is ``pasted`` into a starter that nobody has changed is all of the answer, and no part of it.

    Several lines are, as terminals send them: a blank takes a piece of a line, and behind code they would go on with
    its line; below it, where they begin as the starter does.
    """
    lines = pasted.strip().splitlines()
    if len(lines) < 2:
        return False
    if next_blank(document.text, 0) is not None or document.current_line_before_cursor.strip():
        return True
    return _head(lines[0]) == _head(document.lines[0])


def _head(line: str) -> str:
    """What a line begins, without its parameters."""
    code = line.removeprefix(">>> ").strip()
    found = re.match(r"(?:async\s+)?(?:def|class)\s+\w+", code)
    return found[0] if found else code


def command_in_blank(document: Document, prefill: str) -> tuple[str, str] | None:
    """(the command or question that was typed into the blank at the cursor, the text with that blank empty again).

    None for code: nothing that Python can take begins with ``%``, or ends with ``?`` outside of a comment.
    """
    for each in _filled(document, prefill):
        if re.match(r"%[^\W\d]", each.typed) or is_question(each.typed) or is_bare_command(each.typed):
            emptied = each.line[: each.start] + "___" + each.line[each.stop :]
            return each.typed, _with_line(document, each.row, emptied).text
    return None


def is_question(typed: str) -> bool:
    """Whether it ends as a question does: ``torch.rand?``, ``what is a slice?``."""
    return typed[:1].isalpha() and typed.endswith("?") and "#" not in typed


def is_bare_command(typed: str) -> bool:
    """Whether it is the name of a command that helps with a step, without its sign, and nothing else."""
    return typed in ("hint", "solution", "skip")


def without_doubled_call(document: Document, prefill: str) -> Document | None:
    """``y.backward()`` of ``y.backward()()``, where ``backward()`` was typed into ``y.___()``; else None."""
    for each in _filled(document, prefill):
        if each.typed.endswith("()") and each.line.startswith("()", each.stop):
            line = each.line[: each.start] + each.typed + each.line[each.stop + 2 :]
            return _with_line(document, each.row, line)
    return None


def without_doubled_quotes(document: Document, prefill: str) -> Document | None:
    """``f("i,j->ij")`` of ``f(""i,j->ij"")``, where the text was typed with quotes into ``f("___")``; else None."""
    for each in _filled(document, prefill):
        quote, typed = each.line[max(each.start - 1, 0) : each.start], each.typed
        if quote not in ("'", '"') or each.line[each.stop : each.stop + 1] != quote or len(typed) < 2:
            continue
        if typed[0] in "'\"" and typed[-1] == typed[0] and typed[0] not in typed[1:-1]:
            line = each.line[: each.start] + typed[1:-1] + each.line[each.stop :]
            return _with_line(document, each.row, line)
    return None


def is_at_empty_blank(document: Document) -> bool:
    """Whether the cursor stands right behind a blank that nothing was typed into."""
    blank = next_blank(document.text, max(document.cursor_position - 3, 0))
    return blank is not None and blank.stop == document.cursor_position


def emptied_blank(document: Document, prefill: str) -> range | None:
    """Where the blank at the cursor stands that holds nothing: ``___``, or where it stood before it was erased."""
    blank = next_blank(document.text, max(document.cursor_position - 3, 0))
    if blank is not None and blank.start <= document.cursor_position <= blank.stop:
        return blank
    column, at = document.cursor_position_col, document.cursor_position
    found = any(each.start == each.stop == column for each in _filled(document, prefill))
    return range(at, at) if found else None


def begun_by_word(document: Document, prefill: str) -> int:
    """How many characters of the last word before the cursor were typed into a blank where the word begins before it.

    0 where all of the word was typed.
    """
    column = document.cursor_position_col
    word = column + (document.find_start_of_previous_word(WORD=True) or 0)
    start = next((each.start for each in _filled(document, prefill)), column)
    return column - start if word < start < column else 0


def ends_blank(document: Document, prefill: str) -> bool:
    """Whether the character before the cursor is all that was typed into a blank."""
    column = document.cursor_position_col
    return any((each.start, each.stop) == (column - 1, column) for each in _filled(document, prefill))


def _filled(document: Document, prefill: str) -> Iterator[Filled]:
    """All that may have been typed into a blank at the cursor, the shortest first."""
    row, column, lines, given = document.cursor_position_row, document.cursor_position_col, document.lines, prefill
    starter = given.split("\n")
    line = lines[row]
    # where a blank above has become several lines, the starter's line is found from the end
    for place in dict.fromkeys((row, row + len(starter) - len(lines))):
        if not 0 <= place < len(starter):
            continue
        parts = _BLANK.split(starter[place])
        for number in range(1, len(parts)):
            starts = [at for at in range(column + 1) if _runs_through(line[:at], parts[:number])]
            stops = [at for at in range(column, len(line) + 1) if _runs_through(line[at:], parts[number:])]
            before = "___".join(parts[:number])
            for stop in stops:
                yield from (Filled(row, line, start, stop, starter[place], before) for start in reversed(starts))


def _runs_through(text: str, parts: list[str]) -> bool:
    """Whether ``text`` is ``parts`` with anything between them."""
    return re.fullmatch(".*".join(map(re.escape, parts)), text) is not None


def _with_line(document: Document, row: int, line: str) -> Document:
    """``document`` with another line ``row``, the cursor at its end."""
    lines = [*document.lines[:row], line, *document.lines[row + 1 :]]
    return Document("\n".join(lines), len("\n".join(lines[: row + 1])))
