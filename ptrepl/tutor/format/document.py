"""Markdown → the sections between its ``##`` headings, each a list of blocks with their lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ptrepl.nearest import nearest
from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.comments import read_comment, read_equivalent, read_packages, read_promises
from ptrepl.tutor.format.faults import Faults, printable
from ptrepl.tutor.format.fences import has_pictures, has_role, look_at_fence, read_fence, read_pictures
from ptrepl.tutor.format.lesson import Block, Choice, Choices, Equivalent, Hint, Promised, Prose
from ptrepl.tutor.format.plaintext import first_control, refuse_brackets

if TYPE_CHECKING:
    from markdown_it.token import Token

_ENGLISH = ("hint", "solution")
_COLON = re.compile("[:\uff1a]")
"""What stands before the names that a hint is about, in Chinese too."""


@dataclass
class Details:
    """One that is still open while the file is read. What it is, is known when it closes."""

    line: int
    summary: str = ""
    text: list[str] = field(default_factory=list)
    holds_code: bool = False

    def close(self, faults: Faults, *, english: bool) -> Hint | None:
        """The Hint that it was, if it was one. A cover may hold nothing but fences, since nothing else is shown.

        ``english``: its summary is one of the words that a lesson in English has for them.
        """
        text = "\n\n".join(part for part in self.text if part)
        kind, *parts = _COLON.split(self.summary, maxsplit=1)
        word = kind.casefold()
        if english and not word.startswith(_ENGLISH) and nearest(kind, _ENGLISH) is not None:
            message = gettext("unknown summary '{word}'", word=printable(self.summary))
            faults.unknown(self.line, message, kind, ("Hint", "Solution"))
        if not self.summary:
            faults.add(self.line, gettext("<details> needs a <summary>, such as <summary>Hint</summary>"))
        elif self.holds_code:
            if text or word.startswith("hint"):
                faults.add(self.line, gettext("a hint must not stand in one <details> with fences that have a role"))
        elif word.startswith("solution"):
            faults.add(self.line, gettext("there is no fence with the role solution in this <details>"))
        elif not text:
            faults.add(self.line, gettext("this hint is empty"))
        else:
            return Hint(text, self.line, tuple(name.strip(" `") for each in parts for name in each.split(",")))
        return None


_TICK = re.compile(r"\[([ xX])\]\s+(.+)")
_DASH = " — "


def read_choices(tokens: Sequence[Token], start: int, first_line: int, faults: Faults) -> Choices | None:
    """The Choices of the list that opens at ``start``; None where it is an ordinary list."""
    items = _items(tokens, start)
    if not items or not _TICK.fullmatch(items[0][1]):
        return None
    choices = [choice for row, text in items if (choice := _choice(text, first_line + row, faults))]
    return Choices(tuple(choices), first_line + items[0][0])


def _choice(item: str, line: int, faults: Faults) -> Choice | None:
    match = _TICK.fullmatch(item)
    if match is None:
        faults.add(line, gettext("every item of this list must begin with [ ] or [x], as the first one does"))
        return None
    text, _, feedback = match.group(2).partition(_DASH)
    if not feedback.strip():
        faults.add(line, gettext("a choice is followed by ' — ' and what to tell whoever chooses it"))
    return Choice(text.strip(), feedback.strip(), match.group(1) != " ", line)


def _items(tokens: Sequence[Token], start: int) -> list[tuple[int, str]]:
    """(row, text on one line) of each item of the list."""
    found: list[tuple[int, str]] = []
    for index in range(start + 1, len(tokens)):
        token = tokens[index]
        if token.type == "bullet_list_close" and token.level == 0:
            break
        if token.type == "list_item_open" and token.level == 1 and token.map:
            inline = next((each for each in tokens[index + 1 : index + 3] if each.type == "inline"), None)
            found.append((token.map[0], " ".join(inline.content.split()) if inline else ""))
    return found


# what is never closed is taken to its end: to look for each end again and again would take seconds
_HTML = re.compile(
    r"(?s)<!--(?P<comment>.*?)(?:-->|(?P<unclosed>\Z))|(?P<open></?details>)"
    r"|<summary>(?P<summary>.*?)(?:</summary>|(?P<endless>\Z))"
)


@dataclass
class Section:
    """What stands under one heading while the file is read; ``marker`` is the text of its step comment."""

    title: str
    line: int
    marker: str | None = None
    marker_line: int = 0
    blocks: list[Block] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)
    learned: str = ""
    learned_in_notebook: str = ""
    equivalents: list[Equivalent] = field(default_factory=list)
    promises: list[Promised] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    roleless: list[int] = field(default_factory=list)
    """Lines of Python fences that have no role and are only shown."""

    def say(self, text: str, line: int) -> None:
        """Append prose, to the prose before it where nothing stands between."""
        text = text.strip("\n")
        if not text.strip():
            return
        if self.blocks and isinstance(last := self.blocks[-1], Prose):
            in_notebook = f"{last.in_notebook}\n\n{text}" if last.in_notebook else ""
            self.blocks[-1] = Prose(f"{last.text}\n\n{text}", last.line, in_notebook)
        else:
            self.blocks.append(Prose(text, line))

    def reword(self, text: str) -> bool:
        """In a notebook ``text`` is said in place of the paragraph above; False where none is."""
        if not self.blocks or not isinstance(last := self.blocks[-1], Prose):
            return False
        before, parted, _ = (last.in_notebook or last.text).rpartition("\n\n")
        self.blocks[-1] = Prose(last.text, last.line, f"{before}{parted}{text}")
        return True


def read_sections(
    body: str, first_line: int, faults: Faults, *, translated: bool = False, english: bool = False
) -> tuple[Section, list[Section]]:
    """The introduction and the sections. ``first_line`` is the 1-based line of the file where ``body`` begins.

    ``translated``: it is a translation, whose fences may be empty. ``english``: its hints are called so.
    """
    from markdown_it import MarkdownIt

    refuse_brackets(body, first_line, faults)
    environment: dict[str, object] = {}
    tokens = MarkdownIt("commonmark").parse(body, environment)
    reader = _Reader(body.split("\n"), first_line, faults, translated, english)
    reader.read(tokens)
    if environment.get("references"):
        faults.add(
            first_line, gettext("write links in full, as [text](address), not as [text][1] with a list of addresses")
        )
    return reader.intro, reader.sections


class _Reader:
    """One pass over the top-level tokens."""

    def __init__(self, lines: list[str], first_line: int, faults: Faults, translated: bool, english: bool) -> None:
        self._translated = translated
        self._english = english
        self._low: tuple[int, str] | None = None
        self._lines = lines
        self._first = first_line
        self._faults = faults
        self._details: Details | None = None
        self._below_quotation = False
        self.intro = Section("", first_line)
        self.sections: list[Section] = []

    @property
    def _section(self) -> Section:
        return self.sections[-1] if self.sections else self.intro

    def read(self, tokens: Sequence[Token]) -> None:
        for index, token in enumerate(tokens):
            if token.type == "fence":
                look_at_fence(token, self._lines, self._line(token), self._faults)
            if token.type == "inline":
                self._look_inside(token)
            elif token.map is None:
                continue
            elif token.level > 0:
                if token.type == "fence" and has_role(token.info):
                    message = gettext("a fence with a role may not stand inside a list or a quotation")
                    self._faults.add(self._line(token), message)
            elif token.type == "heading_open" and token.tag in ("h1", "h2"):
                self._heading(token, tokens[index + 1].content)
            elif token.type == "heading_open":
                self._low = (self._line(token), token.markup)
                self._prose(self._text(token), self._line(token))
            elif token.type == "html_block":
                self._html(token)
            elif token.type == "fence" and has_role(token.info):
                self._fence(token)
            elif token.type == "fence" and has_pictures(token.info) and self._details is None:
                line = self._line(token)
                self._section.blocks.append(
                    read_pictures(token.content, line, self._faults, translated=self._translated)
                )
            elif token.type == "fence" and token.info.strip() == "python" and self._details is None:
                self._section.roleless.append(self._line(token))
                self._prose(self._text(token), self._line(token))
            elif token.type == "blockquote_open" and self._details is None:
                self._quotation(token)
            elif token.type == "bullet_list_open" and self._details is None:
                choices = read_choices(tokens, index, self._first, self._faults)
                if choices is not None:
                    self._section.blocks.append(choices)
                else:
                    self._prose(self._text(token), self._line(token))
            else:
                self._prose(self._text(token), self._line(token))
        self._close_details_left_open()

    def _line(self, token: Token) -> int:
        return self._first + (token.map[0] if token.map else 0)

    def _text(self, token: Token) -> str:
        start, end = token.map or (0, 0)
        return "\n".join(self._lines[start:end])

    def _prose(self, text: str, line: int) -> None:
        self._below_quotation = False
        if self._details is not None:
            self._details.text.append(text.strip("\n"))
        else:
            self._section.say(text, line)

    def _look_inside(self, token: Token) -> None:
        for child in token.children or ():
            if child.type == "html_inline" and not child.content.startswith("<!--"):
                message = gettext(
                    "{html} is HTML, which the prompt cannot show; put it between backticks or leave it out",
                    html=printable(child.content),
                )
                self._faults.add(self._line(token), message)
            if control := first_control(child.content):
                message = gettext("control character {code}, written as &…;; please remove it", code=control)
                self._faults.add(self._line(token), message)
        if token.content.startswith("```python"):
            message = gettext("the line after ``` may hold no other backtick; begin and end this fence with ~~~")
            self._faults.add(self._line(token), message)

    def _heading(self, token: Token, title: str) -> None:
        line = self._line(token)
        self._close_details_left_open()
        self._below_quotation = False
        if token.tag == "h2":
            self.sections.append(Section(title, line))
        elif self.sections or self.intro.title:
            self._faults.add(line, gettext("a lesson has one heading with a single #, before its first step"))
        else:
            self.intro.title = title

    def _fence(self, token: Token) -> None:
        if self._details is not None:
            self._details.holds_code = True
        code = read_fence(token.info, token.content, self._line(token), self._faults, translated=self._translated)
        if code is not None:
            self._section.blocks.append(code)

    def _quotation(self, token: Token) -> None:
        text = "\n".join(line.lstrip().removeprefix(">").removeprefix(" ") for line in self._text(token).split("\n"))
        if self._section.learned:
            self._faults.add(
                self._line(token), gettext("a step has one quotation: what was learned, shown after a pass")
            )
        self._section.learned = text.strip()
        self._below_quotation = True

    def _html(self, token: Token) -> None:
        content, line = token.content, self._line(token)
        position = 0
        for match in _HTML.finditer(content):
            self._html_text(content[position : match.start()], line + content.count("\n", 0, position))
            self._html_tag(match, line + content.count("\n", 0, match.start()))
            position = match.end()
        self._html_text(content[position:], line + content.count("\n", 0, position))

    def _html_text(self, text: str, line: int) -> None:
        if not text.strip():
            return
        if self._details is not None and "<" not in text:
            self._details.text.append(text.strip())
        else:
            message = gettext(
                "{html} is HTML, which the prompt cannot show; "
                "write Markdown, and leave an empty line after </details>",
                html=printable(text.strip()),
            )
            self._faults.add(line, message)

    def _html_tag(self, match: re.Match[str], line: int) -> None:
        if match["unclosed"] is not None:
            self._faults.add(line, gettext("this comment is never closed by -->"))
        elif match["endless"] is not None:
            self._faults.add(line, gettext("this <summary> is never closed by </summary>"))
        elif (comment := match["comment"]) is not None:
            self._comment(comment.strip(), line)
        elif match["open"] == "<details>":
            self._close_details_left_open()
            self._details = Details(line)
        elif self._details is None:
            self._faults.add(line, gettext("{tag} has no <details> before it", tag=printable(match.group())))
        elif match["open"]:
            hint = self._details.close(self._faults, english=self._english)
            self._details = None
            if hint is not None:
                self._section.hints.append(hint)
        else:
            self._details.summary = match["summary"].strip()

    def _comment(self, comment: str, line: int) -> None:
        word, rest = read_comment(comment, line, self._faults)
        if word == "equivalent" and (mark := read_equivalent(rest, line, self._faults)):
            self._section.equivalents.append(mark)
        if word == "promises":
            self._section.promises += read_promises(rest, line, self._faults)
        if word == "packages":
            self._section.packages += read_packages(rest, line, self._faults)
            if self._section is self.intro:
                self._faults.add(line, gettext("this comment stands in the step that needs the package"))
        section = self._section
        if word == "notebook":
            if self._below_quotation:
                section.learned_in_notebook = rest
            elif self._details is not None or not rest or not section.reword(rest):
                message = gettext("this comment stands below the paragraph that a notebook words in another way")
                self._faults.add(line, message)
        if word != "step":
            return
        if self._low is not None and self._low[0] >= line - 2:
            message = gettext("a step begins with a heading with two ##; this one has {mark}", mark=self._low[1])
            self._faults.add(self._low[0], message)
            self.sections.append(Section("?", line, rest, line))
        elif section is self.intro:
            self._faults.add(line, gettext("a step comment stands under a heading with two ##"))
        elif section.marker is not None:
            message = gettext("this step has a step comment already; a new step begins with a heading with two ##")
            self._faults.add(line, message)
        else:
            section.marker, section.marker_line = rest, line

    def _close_details_left_open(self) -> None:
        if self._details is not None:
            self._faults.add(self._details.line, gettext("this <details> is never closed by </details>"))
            self._details = None
